import Foundation
import Outreach
import PluginContract
import PluginHosting
import Testing
import Visiting
import Wire

@testable import Playhouse

/// What a plugin hears and does in a served room, over real sockets.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PluginsOverSocketsTests {
    private static let manifest = """
        {"id":"echo","version":"1.0.0","api":1,"title":{"zh":"回声","en":"Echo"},
         "surfaces":["viewer","operator"],
         "capabilities":["panel","chat","presence","products","leaderboard","webhook"]}
        """

    private static let program = """
        local game = {}
        local function show(room)
          room.panel.show("viewer", {
            { "stat", "heard", room.state.heard }, { "stat", "people", room.presence.count() },
            { "stat", "answer", room.state.answer or "-" }, { "leaderboard", "best" },
          })
        end
        function game.on_start(room)
          local s = room.state
          s.heard = 0
          room.products.pin("oolong")
          room.panel.show("operator", { { "button", id = "next" } })
          room.webhook.send("crm", { hello = true })
          room.log("warning", "line one\\nline two")
          show(room)
        end
        function game.on_danmaku(room, batch)
          for _, d in ipairs(batch) do
            room.state.heard = room.state.heard + 1
            room.leaderboard.add(d.viewer, 1)
            if d.text == "spam" then room.chat.hide(d.message) end
          end
          show(room)
        end
        function game.on_join(room, people) show(room) end
        function game.on_leave(room, people) show(room) end
        function game.on_result(room, result)
          room.state.answer = result.error
          show(room)
        end
        return game
        """

    private func withEcho(
        webhooks: [Webhook] = [], _ body: (TestHouse) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let plugin = URL(fileURLWithPath: folder.path).appendingPathComponent("plugins/echo")
        try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
        try Data(Self.manifest.utf8).write(to: plugin.appendingPathComponent("plugin.json"))
        try Data(Self.program.utf8).write(to: plugin.appendingPathComponent("main.lua"))
        try await withHouse(
            in: folder,
            {
                $0.plugins = folder.path + "/plugins"
                $0.rooms[0].plugins = [PluginConfiguration(id: "echo", config: [:])]
                $0.rooms[0].webhooks = webhooks
                $0.rooms[0].products = [
                    ProductConfiguration(
                        id: "oolong", title: ["zh": "乌龙", "en": "Oolong"], image: nil,
                        currency: "CNY", priceMinor: 8_800)
                ]
            }, body)
    }

    /// Waits until an element with a label has a value.
    private func stat(
        _ client: RoomClient, _ label: String, _ value: JSON
    ) async throws {
        _ = try await client.state("panel:echo:viewer") { panel in
            let element = panel["elements"]?.arrayValue?.first { $0["label"]?.stringValue == label }
            return element?["value"] == value ? true : nil
        }
    }

    @Test func `A plugin hears danmaku and people, and shows points and a product`() async throws {
        try await withEcho { house in
            let host = try await house.join("mei", .host)
            let ana = try await house.join("ana")
            _ = try await host.request("start", [("plugin", "echo")])
            let product = try await ana.state("product") { $0["id"] }
            #expect(product == "oolong")
            try await stat(ana, "people", 2)
            _ = try await ana.say("好香")
            try await stat(ana, "heard", 1)
            let best = try await ana.state("panel:echo:viewer") { panel in
                panel["elements"]?[3]?["items"]?[0]
            }
            #expect(best == ["rank": 1, "user": "ana", "name": "Ana", "points": 1])
            let bo = try await house.join("bo")
            try await stat(bo, "people", 3)
            await ana.leave()
            try await stat(host, "people", 2)
        }
    }

    @Test func `What a plugin hides vanishes on every screen and from the history`() async throws {
        try await withEcho { house in
            let host = try await house.join("mei", .host)
            _ = try await host.request("start", [("plugin", "echo")])
            let ana = try await house.join("ana")
            let id = try #require(try await ana.say("spam")["message"])
            for client in [host, ana] {
                let data = try await client.first { message in
                    if case .event(_, "deleted", "room", let data) = message { data } else { nil }
                }
                #expect(data == ["message": id, "by": "plugin:echo"])
            }
            let late = try await house.join("late")
            #expect(late.welcome["history"] == [])
        }
    }

    @Test func `A show without webhooks refuses what a plugin sends`() async throws {
        try await withEcho { house in
            let host = try await house.join("mei", .host)
            _ = try await host.request("start", [("plugin", "echo")])
            try await stat(host, "answer", "REFUSED")
        }
    }

    @Test func `A message of a plugin goes out, and what came of it is told`() async throws {
        try await withHouse { shop in
            // Nobody may post there: the plugin is told that the shop answered so.
            let webhook = try Webhook(
                id: "crm", url: "http://127.0.0.1:\(shop.port)/healthz",
                secret: String(repeating: "k", count: 32))
            try await withEcho(webhooks: [webhook]) { house in
                let host = try await house.join("mei", .host)
                _ = try await host.request("start", [("plugin", "echo")])
                try await stat(host, "answer", "FAILED")
            }
        }
    }

    @Test func `The operator's panel is for staff, what is logged is one line`() async throws {
        try await withEcho { house in
            let host = try await house.join("mei", .host)
            _ = try await host.request("start", [("plugin", "echo")])
            let button = try await host.state("panel:echo:operator") { $0["elements"]?[0]?["id"] }
            #expect(button == "next")
            let ana = try await house.join("ana")
            #expect(ana.welcome["states"]?["panel:echo:operator"] == nil)
            #expect(ana.welcome["states"]?["panel:echo:viewer"] != nil)
            let line = house.log.compactMap { try? JSON(parsing: Array($0.utf8)) }
                .first { $0["text"] == "line one\nline two" }
            #expect(line?["level"] == "warning")
            #expect(line?["source"] == "plugin:echo")
        }
    }
}
