import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// Another version meets a play that runs, after a restart of the server.
@Suite struct MigrationTests {
    private static let old = """
        return {
          on_start = function(room) room.state.votes = 3; room.timers.set("end", 60) end,
          on_command = function(room) room.state.votes = room.state.votes + 1 end,
        }
        """

    private func program(
        _ lua: String, _ version: String, migrations: [String] = []
    ) -> PluginProgram {
        PluginProgram(
            manifest: Manifest(
                id: "game", version: version, title: ["zh": "g", "en": "g"],
                capabilities: Set(Capability.allCases), migrations: migrations),
            source: ScriptSource(name: "game", files: ["main.lua": Array(lua.utf8)]),
            locales: [:], contentHash: "\(version) \(lua.count)")
    }

    private func bench() async -> PluginBench {
        let room = PluginBench(program(Self.old, "1.0.0"))
        await room.start()
        await room.command("vote")
        return room
    }

    private static let new = """
        return {
          on_migrate = function(room, from)
            room.state.tally, room.state.votes = { tea = room.state.votes }, nil
            room.state.from = from
          end,
          on_timer = function(room) room.state.ended = true end,
        }
        """

    @Test func `What the manifest names is migrated before anything else, once`() async throws {
        let room = await bench()
        let new = program(Self.new, "2.0.0", migrations: ["1.0"])
        // The timer falls due while nobody runs: the migration comes first.
        try await room.restart(afterSeconds: 100, as: new)
        #expect(room.kinds == ["on_start", "on_command", "on_migrate", "on_timer"])
        #expect(
            try room.play.state.tree.json
                == ["tally": ["tea": 4], "from": "1.0.0", "ended": true])
        try await room.restart()
        #expect(room.kinds.filter { $0 == "on_migrate" }.count == 1)
        #expect(try room.play.state.program == new.mark)
    }

    @Test func `A migration that was not durable is made again`() async throws {
        let room = await bench()
        let new = program(Self.new, "2.0.0", migrations: ["1"])
        try await room.restart(as: new)
        #expect(room.kinds.last == "on_migrate")
        try await room.restart(losing: 1, as: new)
        #expect(room.kinds == ["on_start", "on_command", "on_migrate"])
        #expect(try room.play.state.tree.json["tally"] == ["tea": 4])
    }

    @Test func `A version that cannot go on pauses the play and says why`() async throws {
        let room = await bench()
        try await room.restart(as: program(Self.new, "2.0.0"))
        #expect(room.status == "paused")
        #expect(
            room.journal.last?.event["message"]
                == .string(
                    "version 2.0.0 cannot go on with the state of 1.0.0;"
                        + " \"migrations\" in plugin.json does not name it"))
        #expect(try room.play.state.tree.json == ["votes": 4])
        #expect(await room.start() == .reply([:]))
        #expect(room.status == "running")
    }

    @Test func `A migration that fails pauses the play with its state as it was`() async throws {
        let room = await bench()
        let lua = "return { on_migrate = function(room) room.state.votes = 0; error('no') end }"
        try await room.restart(as: program(lua, "2.0.0", migrations: ["1"]))
        #expect(room.status == "paused")
        #expect(try room.play.state.tree.json == ["votes": 4])
        #expect(room.journal.last?.event["message"] == "main.lua:1: no")
    }

    @Test func `A version of the same kind goes on without a word`() async throws {
        let room = await bench()
        try await room.restart(as: program(Self.old, "1.4.0"))
        await room.command("vote")
        #expect(room.kinds == ["on_start", "on_command", "loaded", "on_command"])
        #expect(try await room.state()["votes"] == 5)
    }

    @Test func `What plays no part of the game cannot be done in a migration`() async throws {
        let room = await bench()
        let lua = #"return { on_migrate = function(room) room.timers.set("x", 1) end }"#
        try await room.restart(as: program(lua, "2.0.0", migrations: ["1"]))
        let message = room.journal.last?.event["message"]?.stringValue
        #expect(message?.contains("timers.set cannot be called in on_migrate") == true)
    }
}
