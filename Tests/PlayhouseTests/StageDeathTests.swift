#if os(Linux)
    import Foundation
    import PluginContract
    import Staging
    import Testing
    import Visiting
    import Wire

    @testable import Playhouse

    /// A server whose plugins run in stage processes, which are killed.
    @Suite struct StageDeathTests {
        private static let lua = """
            return {
              on_command = function(room, command)
                if command.name == "hang" then while true do end end
                room.state.n = (room.state.n or 0) + 1
                room.panel.show("host", { { "text", "n" .. room.state.n } })
              end,
            }
            """

        private func plugins(in folder: TemporaryFolder) throws {
            for id in ["one", "two"] {
                let place = folder.file("Plugins/\(id)")
                try FileManager.default.createDirectory(
                    atPath: place, withIntermediateDirectories: true)
                try folder.write(Self.lua, to: "Plugins/\(id)/main.lua")
                try folder.write(
                    """
                    {"id": "\(id)", "version": "1.0.0", "api": 1,
                     "title": {"zh": "\(id)", "en": "\(id)"}, "capabilities": ["panel"],
                     "budgets": {"instructions": 50000000}}
                    """, to: "Plugins/\(id)/plugin.json")
            }
        }

        /// Waits until a process has computed for a while.
        private func busy(_ process: Int32) async throws {
            func ticks() -> Int {
                let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
                let fields = (text ?? "").split(separator: " ")
                return fields.count > 13 ? Int(fields[13]) ?? 0 : 0
            }
            let before = ticks()
            try await eventually("the stage is busy") { ticks() > before + 2 }
        }

        @Test func `A killed stage costs the call that ran; both plugins go on`() async throws {
            let folder = try TemporaryFolder()
            try plugins(in: folder)
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let program = URL(fileURLWithPath: tests).deletingLastPathComponent()
                .appendingPathComponent("playhouse").path
            let change = { @Sendable (configuration: inout Configuration) in
                configuration.stage = .process
                configuration.stageExecutable = program
                configuration.plugins = folder.file("Plugins")
                configuration.rooms[0].plugins = ["one", "two"].map {
                    PluginConfiguration(id: $0, config: [:])
                }
            }
            try await withHouse(in: folder, change) { house in
                let host = try await house.join("mei", .host)
                func command(_ plugin: String, _ name: String) async throws {
                    _ = try await host.request(
                        "command", [("plugin", .string(plugin)), ("name", .string(name))])
                }
                func shown(_ plugin: String, _ text: String) async throws {
                    _ = try await host.state("panel:\(plugin):host") {
                        $0["elements"]?[0]?["text"]?.stringValue == text ? true : nil
                    }
                }
                for plugin in ["one", "two"] {
                    _ = try await host.request("start", [("plugin", .string(plugin))])
                    try await command(plugin, "count")
                    try await shown(plugin, "n1")
                }
                let stage = try #require(house.server.stage as? StageProcess)
                let process = try #require(stage.figures.active)
                let hanging = Task { try await command("one", "hang") }
                try await busy(process)
                kill(process, SIGKILL)
                await #expect(throws: (any Error).self) { try await hanging.value }
                for plugin in ["two", "one"] {
                    try await command(plugin, "count")
                    try await shown(plugin, "n2")
                }
                #expect(house.log.contains { $0.contains("signal 9") })
            }
        }
    }
#endif
