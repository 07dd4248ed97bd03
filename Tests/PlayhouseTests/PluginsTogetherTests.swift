import Foundation
import PluginContract
import Rooms
import Testing
import Visiting
import Wire

@testable import Playhouse

/// The five plugins that come with Playhouse, in one room at the same time.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PluginsTogetherTests {
    private static let all = ["price-guess", "quiz", "lottery", "co-host", "faq-assistant"]
    private static let entries = """
        {"id":"price","product":"oolong","category":"price","lang":"zh","question":"冻顶乌龙多少钱?","answer":"现价{price}。"}
        {"id":"ship","product":null,"category":"shipping","lang":"zh","question":"什么时候发货?","answer":"下午3点前付款当天发出。"}

        """

    private static let configs: [String: JSONObject] = [
        "price-guess": [
            "product": "oolong", "price": 13_577, "seconds": 60, "pool": "guess", "chat": true,
        ],
        "quiz": [
            "ready": 1, "seconds": 60, "pool": "quiz", "chat": true,
            "questions": [
                [
                    "id": "q", "correct": "yes", "text": ["zh": "是吗?", "en": "Is it?"],
                    "options": [
                        ["id": "yes", "text": ["zh": "是", "en": "Yes"]],
                        ["id": "no", "text": ["zh": "不是", "en": "No"]],
                    ],
                ]
            ],
        ],
        "lottery": [
            "kind": "lucky_bag", "phrase": "云上茶馆", "seconds": 60, "pool": "bag",
        ],
        "faq-assistant": ["per_viewer_seconds": 0, "public_min": 0, "cooldown_seconds": 0],
    ]

    /// A room with all five, of which those that are named run.
    private func withRoom(
        running plugins: [String], _ body: (TestHouse, RoomClient) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let shop = folder.path + "/shop"
        try FileManager.default.createDirectory(
            atPath: shop, withIntermediateDirectories: true)
        try Data(Self.entries.utf8).write(to: URL(fileURLWithPath: shop + "/kb.jsonl"))
        try Data(
            (#"{"id":"oolong","slot":1,"name_zh":"冻顶乌龙","name_en":"Oolong","nicknames":["乌龙"]}"#
                + "\n").utf8
        ).write(to: URL(fileURLWithPath: shop + "/products.jsonl"))
        let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized.path
        let knowledge = try KnowledgeConfiguration(folder: shop)
        try await withHouse(
            in: folder,
            {
                $0.plugins = root + "/Plugins"
                $0.rooms[0].plugins = Self.all.map {
                    PluginConfiguration(id: $0, config: Self.configs[$0] ?? [:])
                }
                $0.rooms[0].pools = ["guess": 3, "quiz": 20, "bag": 3]
                $0.rooms[0].knowledge = knowledge
                $0.rooms[0].products = [
                    ProductConfiguration(
                        id: "oolong", title: ["zh": "冻顶乌龙", "en": "Oolong"], image: nil,
                        currency: "CNY", priceMinor: 13_577)
                ]
            }
        ) { house in
            let host = try await house.join("mei", .host)
            for plugin in plugins {
                _ = try await host.request("start", [("plugin", .string(plugin))])
            }
            try await body(house, host)
        }
    }

    private static func elements(_ panel: JSON) -> [JSON] {
        (panel["elements"]?.arrayValue ?? []).flatMap { [$0] + elements($0) }
    }

    /// What the assistant has said on everybody's panel.
    private static func said(_ panel: JSON) -> [String] {
        elements(panel).filter { $0["text"] == "said" }
            .compactMap { $0["args"]?["answer"]?.stringValue }
    }

    private func waitForGuessing(_ client: RoomClient) async throws {
        _ = try await client.state("panel:price-guess:viewer") {
            Self.elements($0).first { $0["id"] == "guess" }
        }
    }

    /// PG-05, FAQ-05.
    @Test func `The assistant does not tell a price while it is to be guessed, and tells it after`()
        async throws
    {
        try await withRoom(running: ["faq-assistant", "price-guess"]) { house, host in
            let (ana, bo) = (try await house.join("ana"), try await house.join("bo"))
            try await waitForGuessing(ana)
            _ = try await ana.say("冻顶乌龙多少钱?")
            // It goes to people, who see why.
            let ticket = try await host.state("panel:faq-assistant:host") {
                Self.elements($0).first { $0["text"] == "ticket" }
            }
            #expect(ticket["args"]?["question"] == "冻顶乌龙多少钱?")
            _ = try await bo.say("什么时候发货?")
            let shipping = try await ana.state("panel:faq-assistant:viewer") {
                Self.said($0).first
            }
            #expect(shipping == "下午3点前付款当天发出。")
            // Nor does an operator tell it by a tap.
            let tap = try #require(
                Self.elements(await host.states["panel:faq-assistant:host"] ?? .null)
                    .compactMap { $0["id"]?.stringValue }.first { $0.hasPrefix("tap-") })
            _ = try await host.request(
                "act", [("plugin", "faq-assistant"), ("name", .string(tap))])
            for client in [ana, bo] {
                for (key, value) in await client.states {
                    let text = String(decoding: value.encoded(), as: UTF8.self)
                    #expect(!text.contains("135.77") && !text.contains("13577"), "\(key): \(text)")
                }
            }
            _ = try await host.request(
                "act", [("plugin", "price-guess"), ("name", "lock_now")])
            _ = try await ana.state("panel:price-guess:viewer") {
                Self.elements($0).first { $0["text"] == "price_was" }
            }
            _ = try await host.request(
                "act", [("plugin", "faq-assistant"), ("name", .string(tap))])
            _ = try await ana.state("panel:faq-assistant:viewer") {
                Self.said($0).contains { $0.contains("135.77") } ? true : nil
            }
        }
    }

    @Test func `A danmaku reaches every plugin that listens, whatever the others do with it`()
        async throws
    {
        try await withRoom(running: Self.all) { house, host in
            let ana = try await house.join("ana")
            try await waitForGuessing(ana)
            _ = try await ana.state("panel:quiz:viewer") {
                Self.elements($0).first { $0["id"] == "answer" }
            }
            // An amount is a guess, and is off the screens; so is an answer to the quiz.
            for (line, plugin, id) in [("128块", "price-guess", "guess"), ("A", "quiz", "answer")] {
                let message = try #require(try await ana.say(line)["message"])
                let deleted = try await host.first { told in
                    guard case .event(_, "deleted", "room", let data) = told,
                        data["message"] == message
                    else { return JSON?.none }
                    return data["by"]
                }
                #expect(deleted == .string("plugin:" + plugin), "\(id)")
            }
            // The phrase of the lucky bag enters; the chat shows it, and the others let it be.
            _ = try await ana.say("云上茶馆")
            let mine = try await ana.state("own:lottery") { $0["mine"]?["text"] }
            #expect(mine == "you_are_in")
            // A question is answered, while all of that goes on.
            _ = try await ana.say("什么时候发货?")
            _ = try await host.state("panel:faq-assistant:viewer") { Self.said($0).first }
            let guesses = try await host.state("panel:price-guess:viewer") { panel in
                Self.elements(panel).first { $0["label"] == "guess_count" }?["value"]
            }
            #expect(guesses == 1)
            let answered = try await ana.state("own:quiz") { $0["answer"]?["locked"] }
            #expect(["yes", "no"].contains(answered))
            for (plugin, info) in await ana.states["plugins"]?.objectValue ?? [:] {
                #expect(info["status"] == "running", "\(plugin)")
            }
        }
    }

    @Test func `Panels of several plugins stand beside each other, and each goes by itself`()
        async throws
    {
        try await withRoom(running: Self.all) { house, host in
            let ana = try await house.join("ana")
            try await waitForGuessing(ana)
            _ = try await ana.request(
                "act", [("plugin", "price-guess"), ("name", "guess"), ("value", 9_900)])
            _ = try await ana.request("act", [("plugin", "co-host"), ("name", "apply")])
            _ = try await ana.state("own:co-host") { $0["note"] }
            // Who comes now sees all five at once, and ana on another device what is hers.
            let late = try await house.join("late")
            let again = try await house.join("ana")
            for plugin in Self.all {
                for client in [late, again] {
                    let panel = client.welcome["states"]?["panel:\(plugin):viewer"]
                    #expect(panel?["elements"]?.arrayValue?.isEmpty == false, "\(plugin)")
                }
            }
            #expect(again.welcome["states"]?["own:price-guess"]?["guess"]?["locked"] == 9_900)
            #expect(
                again.welcome["states"]?["own:co-host"]?["note"]?["text"] == "note_applying")
            #expect(late.welcome["states"]?["own:price-guess"] == nil)
            // One ends: the others stay as they are.
            _ = try await host.request("stop", [("plugin", "price-guess")])
            _ = try await late.state("plugins") {
                $0["price-guess"]?["status"] == "idle" ? true : nil
            }
            let error = await #expect(throws: RoomClientError.self) {
                try await late.request(
                    "act", [("plugin", "price-guess"), ("name", "guess"), ("value", 1)])
            }
            #expect(error?.code == "NOT_RUNNING")
            let plugins = try #require(await late.states["plugins"])
            for plugin in Self.all.dropFirst() {
                #expect(plugins[plugin]?["status"] == "running", "\(plugin)")
                #expect(await late.states["panel:\(plugin):viewer"] != .null, "\(plugin)")
            }
            _ = try await late.request("act", [("plugin", "co-host"), ("name", "apply")])
            let note = try await late.state("own:co-host") { $0["note"]?["text"] }
            #expect(note == "note_applying")
        }
    }
}
