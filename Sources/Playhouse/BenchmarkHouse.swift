import Clockwork
import Foundation
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Scripting
import Staging
import Wire

/// Real rooms on a real journal and real stage processes, without sockets: what the benchmarks of
/// plugins measure.
final class BenchmarkHouse: Sendable {
    static let plugin = "game"

    let folder: String
    let journal: SQLiteJournal
    let stage: StageProcess
    private let surroundings: LiveRoom.Surroundings

    init(logging level: Log.Level = .warning) throws {
        folder = NSTemporaryDirectory() + "playhouse-plugins-\(UUID().uuidString)"
        let clock = SystemClock()
        let log = Log(format: .human, level: level, clock: clock)
        journal = try SQLiteJournal(path: folder + "/journal.sqlite")
        stage = StageProcess { log.note($0) }
        surroundings = LiveRoom.Surroundings(
            clock: clock, log: log, journal: journal, lanes: [], stage: stage)
    }

    /// Ends everything and removes the journal.
    func close() async {
        await stage.stop()
        await journal.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Opens a room whose show has plugins that run the same Lua file.
    func open(
        _ number: Int, plugins: [String] = [plugin], lua: String, budgets: Budgets = Budgets()
    ) async throws -> LiveRoom {
        var configuration = RoomConfiguration(
            settings: RoomSettings(id: "room-\(number)", title: ["en": "Room"]),
            show: "show-\(number)")
        configuration.plugins = plugins.map { PluginConfiguration(id: $0, config: [:]) }
        let programs = plugins.map { id in
            PluginProgram(
                manifest: Manifest(
                    id: id, version: "1.0.0", title: ["zh": "g", "en": "g"],
                    capabilities: [.panel, .collect], budgets: budgets),
                source: ScriptSource(name: id, files: ["main.lua": Array(lua.utf8)]), locales: [:],
                contentHash: String(repeating: "0", count: 64))
        }
        let opening = RoomOpening(
            configuration: configuration,
            programs: Dictionary(uniqueKeysWithValues: programs.map { ($0.manifest.id, $0) }),
            surroundings: surroundings)
        let room = try await opening.open(number: number)
        await room.open()
        return room
    }
}

extension LiveRoom {
    /// Lets the host start a plugin, and returns when that is durable.
    func start(_ plugin: String) async throws {
        let host = Person(user: "host", name: "Host", role: .host)
        post([
            .call(SessionID(raw: .max), id: "s", by: host, .start(plugin: plugin, config: [:]))
        ])
        for _ in 0..<10_000 {
            try await Task.sleep(for: .milliseconds(1))
            if playbill.plays[plugin]?.state.status == .running, isIdle { return }
        }
        preconditionFailure("the plugin does not start")
    }

    /// How many answers the plugin has collected, if all that was taken is durable and told.
    func answersTold(_ plugin: String) -> Int64? {
        isIdle ? playbill.plays[plugin]?.state.positionLast : nil
    }
}
