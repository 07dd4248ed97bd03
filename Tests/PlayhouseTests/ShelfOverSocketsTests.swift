import Foundation
import PluginContract
import Rooms
import Testing
import Visiting
import Wire

@testable import Playhouse

/// What one plugin is told of the products that another one has on air, or keeps to itself.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ShelfOverSocketsTests {
    private static let keeper = """
        local game = {}
        function game.on_start(room) end
        function game.on_command(room, command)
          if command.name == "pin" then room.products.pin("oolong") end
          if command.name == "embargo" then room.products.embargo("oolong") end
          if command.name == "lift" then room.products.lift("oolong") end
          if command.name == "finish" then room.finish() end
        end
        return game
        """

    private static let teller = """
        local game = {}
        function game.on_start(room) game.on_command(room) end
        function game.on_command(room)
          room.panel.show("viewer", {
            { "stat", "price", room.products.get("oolong").priceMinor or -1 },
            { "stat", "listed", room.products.list()[1].priceMinor or -1 },
            { "stat", "on_air", room.products.on_air() or "-" },
            { "product", "oolong" },
          })
        end
        return game
        """

    private func withShelf(
        _ body: (TestHouse, RoomClient) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        for (id, program) in [("keeper", Self.keeper), ("teller", Self.teller)] {
            let plugin = URL(fileURLWithPath: folder.path).appendingPathComponent("plugins/\(id)")
            try FileManager.default.createDirectory(at: plugin, withIntermediateDirectories: true)
            let manifest = """
                {"id":"\(id)","version":"1.0.0","api":1,"title":{"zh":"\(id)","en":"\(id)"},
                 "capabilities":["panel","products"]}
                """
            try Data(manifest.utf8).write(to: plugin.appendingPathComponent("plugin.json"))
            try Data(program.utf8).write(to: plugin.appendingPathComponent("main.lua"))
        }
        try await withHouse(
            in: folder,
            {
                $0.plugins = folder.path + "/plugins"
                $0.rooms[0].plugins = ["keeper", "teller"].map {
                    PluginConfiguration(id: $0, config: [:])
                }
                $0.rooms[0].products = [
                    ProductConfiguration(
                        id: "oolong", title: ["zh": "乌龙", "en": "Oolong"], image: nil,
                        currency: "CNY", priceMinor: 8_800)
                ]
            }
        ) { house in
            let host = try await house.join("mei", .host)
            for plugin in ["keeper", "teller"] {
                _ = try await host.request("start", [("plugin", .string(plugin))])
            }
            try await body(house, host)
        }
    }

    /// Lets the teller look, and returns what it was told: price, listed price, on air, and the price
    /// on its panel.
    private func look(_ host: RoomClient) async throws -> [JSON] {
        _ = try await host.request("command", [("plugin", "teller"), ("name", "look")])
        return try await host.state("panel:teller:viewer") { panel in
            let elements = panel["elements"]?.arrayValue ?? []
            guard elements.count == 4 else { return nil }
            return elements.prefix(3).map { $0["value"] ?? .null }
                + [elements[3]["product"]?["priceMinor"] ?? .null]
        }
    }

    private func command(_ name: String, _ host: RoomClient) async throws {
        _ = try await host.request(
            "command", [("plugin", "keeper"), ("name", .string(name))])
    }

    /// PG-05, FAQ-05.
    @Test func `A price under embargo is nowhere to be had until it is lifted`() async throws {
        try await withShelf { house, host in
            #expect(try await look(host) == [8_800, 8_800, "-", 8_800])
            try await command("pin", host)
            try await command("embargo", host)
            #expect(try await look(host) == [-1, -1, "oolong", .null])
            let ana = try await house.join("ana")
            let shown = try await ana.state("product") { $0 }
            #expect(shown["id"] == "oolong")
            #expect(shown["priceMinor"] == .null)
            try await command("lift", host)
            #expect(try await look(host) == [8_800, 8_800, "oolong", 8_800])
            _ = try await ana.state("product") { $0["priceMinor"] == 8_800 ? true : nil }
        }
    }

    @Test func `An embargo ends with the run, and what is on air with a stop`() async throws {
        try await withShelf { _, host in
            try await command("pin", host)
            try await command("embargo", host)
            try await command("finish", host)
            #expect(try await look(host) == [8_800, 8_800, "oolong", 8_800])
            _ = try await host.request("start", [("plugin", "keeper")])
            try await command("embargo", host)
            _ = try await host.request("stop", [("plugin", "keeper")])
            #expect(try await look(host) == [8_800, 8_800, "-", 8_800])
        }
    }
}
