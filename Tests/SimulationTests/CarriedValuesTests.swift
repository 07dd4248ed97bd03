import Journaling
import PluginContract
import PluginHosting
import Rooms
import Testing
import Wire

@testable import Playhouse

/// What `room.kv` keeps from one show of a room to the next.
@Suite struct CarriedValuesTests {
    private static let lua = """
        return {
          on_start = function(room)
            room.state.runs = (room.kv.get("runs") or 0) + 1
            room.kv.set("runs", room.state.runs)
          end,
        }
        """

    /// A show that is over; it runs `count` times, and may leave a snapshot in between.
    private func play(
        _ show: String, runs count: Int, in journal: any Journal, snapshot: Bool = false,
        room: String = "teahouse"
    ) async throws -> [JSON?] {
        let program = TestShow.program(Self.lua)
        var configuration = RoomConfiguration(
            settings: RoomSettings(id: room, title: ["en": "Tea house"]), show: show)
        configuration.plugins = [PluginConfiguration(id: TestShow.plugin, config: [:])]
        let first = try await TestShow(
            program, journal: journal, configuration: configuration)
        var seen: [JSON?] = []
        for index in 0..<count {
            try await first.start()
            seen.append(await first.state?["runs"])
            try await first.ask(.stop(plugin: TestShow.plugin))
            if snapshot, index == 0 {
                let recovery = ShowRecovery(
                    configuration: configuration, programs: [TestShow.plugin: program],
                    journal: journal, log: LogLines().log())
                try await journal.save(
                    try await recovery.recover(nowMilliseconds: 1).snapshot())
            }
        }
        return seen
    }

    @Test(arguments: [false, true])
    func `Values go from show to show, over shows in which the plugin did not run`(
        snapshot: Bool
    ) async throws {
        let journal = MemoryJournal()
        #expect(try await play("monday", runs: 2, in: journal, snapshot: snapshot) == [1, 2])
        #expect(try await play("tuesday", runs: 0, in: journal) == [])
        #expect(try await play("wednesday", runs: 1, in: journal) == [3])
        // Of this show itself nothing is carried, it is recovered.
        #expect(try await play("wednesday", runs: 1, in: journal) == [4])
        #expect(try await play("monday", runs: 1, in: journal) == [3])
    }

    @Test func `Another room keeps its own`() async throws {
        let journal = MemoryJournal()
        #expect(try await play("monday", runs: 1, in: journal) == [1])
        #expect(try await play("elsewhere", runs: 1, in: journal, room: "bar") == [1])
    }

    @Test func `A damaged show is passed over`() async throws {
        let journal = MemoryJournal()
        #expect(try await play("monday", runs: 1, in: journal) == [1])
        _ = try await journal.open(
            ShowHeader(show: "bad", room: "teahouse", epoch: "e", beganAtMilliseconds: 1))
        try await journal.append(
            [
                Record(
                    show: "bad", sequence: 1, offset: 0, source: "plugin:game", kind: "nonsense",
                    atMilliseconds: 1, event: Array("{}".utf8), changes: [], effects: [],
                    events: [], hash: Array(repeating: 0, count: 32))
            ], [])
        #expect(try await play("tuesday", runs: 1, in: journal) == [2])
    }
}
