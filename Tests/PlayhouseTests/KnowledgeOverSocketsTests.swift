import Foundation
import Knowledge
import PluginContract
import Rooms
import Testing
import Visiting
import Wire

@testable import Playhouse

/// What plugins find in a served room, with endpoints of every mood behind it.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct KnowledgeOverSocketsTests {
    private static let manifest = """
        {"id":"asker","version":"1.0.0","api":1,"title":{"zh":"问","en":"Asker"},
         "surfaces":["viewer"],"capabilities":["panel","chat","knowledge"]}
        """

    /// Searches for whatever is said, and publishes what it was told.
    private static let program = """
        local game = {}
        function game.on_start(room) end
        function game.on_danmaku(room, batch)
          for _, d in ipairs(batch) do
            room.knowledge.search(d.text, { product = "lamp", words = true, seconds = 5 })
          end
        end
        function game.on_result(room, result)
          local v = result.value or {}
          local first = (v.entries or {})[1] or {}
          room.panel.show("viewer", {
            { "stat", "id", result.id },
            { "stat", "band", v.band or result.error }, { "stat", "entry", first.id or "-" },
            { "stat", "answer", v.words or first.answer or "-" }, { "stat", "kept", v.kept or "-" },
            { "stat", "version", first.version or "-" }, { "stat", "edition", v.edition or "-" },
          })
        end
        return game
        """

    private static let entries = """
        {"id":"lamp-power","product":"lamp","lang":"en","question":"How many watts does the lamp have?","answer":"It has 12 watts."}
        {"id":"ship","product":null,"lang":"en","question":"When do you ship?","answer":"Within 48 hours."}

        """

    private struct Shop {
        let folder: TemporaryFolder
        var path: String { folder.path + "/shop" }

        init() throws {
            folder = try TemporaryFolder()
            let plugin = folder.path + "/plugins/asker"
            for place in [plugin, folder.path + "/shop"] {
                try FileManager.default.createDirectory(
                    atPath: place, withIntermediateDirectories: true)
            }
            try Data(manifest.utf8).write(to: URL(fileURLWithPath: plugin + "/plugin.json"))
            try Data(program.utf8).write(to: URL(fileURLWithPath: plugin + "/main.lua"))
            try write(
                "products.jsonl", #"{"id":"lamp","name_en":"Desk lamp","nicknames":["lamp"]}"#)
            try write("kb.jsonl", entries)
        }

        func write(_ name: String, _ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
        }
    }

    private func withShop(
        _ change: (inout KnowledgeConfiguration) throws -> Void = { _ in },
        _ body: (TestHouse, RoomClient, Shop) async throws -> Void
    ) async throws {
        let shop = try Shop()
        var knowledge = try KnowledgeConfiguration(folder: shop.path)
        try change(&knowledge)
        try await withHouse(
            in: shop.folder,
            {
                $0.plugins = shop.folder.path + "/plugins"
                $0.rooms[0].plugins = [PluginConfiguration(id: "asker", config: [:])]
                $0.rooms[0].knowledge = knowledge
            }
        ) { house in
            let host = try await house.join("mei", .host)
            _ = try await host.request("start", [("plugin", "asker")])
            try await body(house, host, shop)
        }
    }

    /// Says a line and waits for what the plugin was told about it.
    private func ask(
        _ line: String, _ number: Int64, _ client: RoomClient
    ) async throws -> [String: String] {
        _ = try await client.say(line)
        return try await client.state("panel:asker:viewer") { panel in
            var told: [String: String] = [:]
            var id: Int64 = 0
            for element in panel["elements"]?.arrayValue ?? [] {
                let label = element["label"]?.stringValue ?? ""
                if label == "id" { id = element["value"]?.integerValue ?? 0 }
                told[label] = element["value"]?.stringValue
            }
            return id == number ? told : nil
        }
    }

    private func helper(
        _ model: StandInModel, _ service: Endpoint.Service, milliseconds: Int = 60_000
    ) throws -> KnowledgeConfiguration.Helper {
        KnowledgeConfiguration.Helper(
            endpoint: try Endpoint(address: model.address, service: service, model: "m"),
            milliseconds: milliseconds)
    }

    @Test func `A line finds its entry, and the metrics count it`() async throws {
        try await withShop { house, host, _ in
            let told = try await ask("how many watts?", 1, host)
            #expect(told["band"] == "answer")
            #expect(told["entry"] == "lamp-power")
            #expect(told["answer"] == "It has 12 watts.")
            let searches = #"playhouse_knowledge_searches_total{room="teahouse",band="answer"}"#
            #expect(try await house.metric(searches) == 1)
            #expect(try await house.metric(#"playhouse_knowledge_entries{room="teahouse"}"#) == 2)
        }
    }

    @Test func `A model may word the answer`() async throws {
        let model = try StandInModel(.good, words: "The lamp has 12 watts, dear.")
        try await withShop {
            $0.chat = try helper(model, .chat)
        } _: { house, host, _ in
            let told = try await ask("how many watts?", 1, host)
            #expect(told["answer"] == "The lamp has 12 watts, dear.")
            #expect(told["kept"] == "-")
            let worded = #"playhouse_knowledge_worded_total{room="teahouse"}"#
            #expect(try await house.metric(worded) == 1)
        }
    }

    @Test(arguments: StandInModel.Mood.allCases.filter { $0 != .good })
    func `A bad model leaves the merchant's text`(mood: StandInModel.Mood) async throws {
        let model = try StandInModel(mood, words: "The lamp has 12 watts, dear.")
        try await withShop {
            $0.chat = try helper(model, .chat, milliseconds: mood == .silent ? 200 : 60_000)
        } _: { house, host, _ in
            let told = try await ask("how many watts?", 1, host)
            #expect(told["answer"] == "It has 12 watts.")
            #expect(told["kept"] != "-")
            #expect(model.asked == ["/v1/chat/completions"])
            let kept = #"playhouse_knowledge_texts_kept_total{room="teahouse"}"#
            #expect(try await house.metric(kept) == 1)
        }
    }

    @Test(arguments: StandInModel.Mood.allCases.filter { $0 != .refusing })
    func `Embeddings help, or are done without`(mood: StandInModel.Mood) async throws {
        let model = try StandInModel(mood)
        try await withShop {
            $0.embeddings = try helper(model, .embeddings, milliseconds: 300)
        } _: { house, host, _ in
            try await eventually("the entries were embedded") { !model.asked.isEmpty }
            let told = try await ask("how many watts?", 1, host)
            #expect(told["band"] == "answer")
            #expect(told["entry"] == "lamp-power")
            let missed = #"playhouse_knowledge_embeddings_missed_total{room="teahouse"}"#
            if mood != .good { #expect(try await house.metric(missed) == 1) }
        }
    }

    /// FAQ-20.
    @Test func `A changed entry counts from the next search on, with another version and edition`()
        async throws
    {
        try await withShop { house, host, shop in
            let before = try await ask("how many watts?", 1, host)
            try shop.write("kb.jsonl", Self.entries.replacing("12 watts", with: "9 watts"))
            let reloads = #"playhouse_knowledge_reloads_total{room="teahouse"}"#
            try await eventually("the change was taken over") {
                try await house.metric(reloads) == 1
            }
            let after = try await ask("so how many watts?", 2, host)
            #expect(after["answer"] == "It has 9 watts.")
            #expect(after["version"] != before["version"])
            #expect(after["edition"] != before["edition"])
        }
    }

    @Test func `A mistake in a changed file leaves what was there`() async throws {
        try await withShop { house, host, shop in
            let before = try await ask("how many watts?", 1, host)
            try shop.write("kb.jsonl", Self.entries + "{\"id\":")
            let failures = #"playhouse_knowledge_reload_failures_total{room="teahouse"}"#
            try await eventually("the mistake was found") {
                try await house.metric(failures) == 1
            }
            #expect(house.log.contains { $0.contains("kb.jsonl:3:") })
            #expect(try await ask("so how many watts?", 2, host)["edition"] == before["edition"])
        }
    }

    @Test func `A show without knowledge answers that there is none`() async throws {
        let shop = try Shop()
        try await withHouse(
            in: shop.folder,
            {
                $0.plugins = shop.folder.path + "/plugins"
                $0.rooms[0].plugins = [PluginConfiguration(id: "asker", config: [:])]
            }
        ) { house in
            let host = try await house.join("mei", .host)
            _ = try await host.request("start", [("plugin", "asker")])
            #expect(try await ask("how many watts?", 1, host)["band"] == "UNAVAILABLE")
        }
    }
}
