import Clockwork
import Foundation
import Journaling
import Lanes
import PluginContract
import PluginHosting
import Rooms
import Scripting
import Testing
import Wire

@testable import Playhouse
@testable import Serving

/// A folder that goes when the test is over.
final class TemporaryFolder: Sendable {
    let path: String
    private let isOwned: Bool

    /// A folder of another process, which removes it.
    init(existing path: String) {
        self.path = path
        isOwned = false
    }

    init() throws {
        path = NSTemporaryDirectory() + "playhouse-show-\(UUID().uuidString)"
        isOwned = true
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { if isOwned { try? FileManager.default.removeItem(atPath: path) } }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) throws {
        let file = URL(fileURLWithPath: file(name))
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }
}

/// The lines of a log, for tests.
final class LogLines: Sendable {
    private let lines = Lock<[String]>([])

    func log(_ level: Log.Level = .info) -> Log {
        Log(format: .json, level: level, clock: VirtualClock()) { [lines] line in
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
    }

    var all: [String] { lines.withLock { $0 } }

    func containing(_ text: String) -> [String] { all.filter { $0.contains(text) } }
}

/// A real room with one plugin, its journal, and somebody who asks.
final class TestShow: Sendable {
    static let show = "spring-tea"
    /// The plugin's name, whatever it does.
    static let plugin = "game"

    let clock = VirtualClock()
    let lines = LogLines()
    let journal: any Journal
    let room: LiveRoom
    let checker: ReplayChecker
    private let requestCount = Lock(0)

    /// A program of one Lua file.
    static func program(_ lua: String, version: String = "1.0.0") -> PluginProgram {
        PluginProgram(
            manifest: Manifest(
                id: plugin, version: version, title: ["zh": "g", "en": "g"],
                capabilities: Set(Capability.allCases)),
            source: ScriptSource(name: plugin, files: ["main.lua": Array(lua.utf8)]),
            locales: [:], contentHash: "hash of \(version) \(lua.count)")
    }

    static func configuration() -> RoomConfiguration {
        var configuration = RoomConfiguration(
            settings: RoomSettings(id: "teahouse", title: ["en": "Tea house"]), show: show)
        configuration.pools = ["coupon": 10]
        configuration.plugins = [PluginConfiguration(id: plugin, config: [:])]
        return configuration
    }

    init(
        _ program: PluginProgram, journal: any Journal = MemoryJournal(),
        stage: any Stage = InProcessStage(), checkStage: any Stage = InProcessStage(),
        configuration: RoomConfiguration = TestShow.configuration(),
        _ change: (inout LiveRoom.Surroundings) -> Void = { _ in }
    ) async throws {
        self.journal = journal
        let log = lines.log()
        checker = ReplayChecker(stage: checkStage, log: log)
        let lane = Lane(number: 0, limits: LaneLimits(), clock: clock, slowFarewell: [])
        var surroundings = LiveRoom.Surroundings(
            clock: clock, log: log, journal: journal, lanes: [lane], stage: stage)
        surroundings.checker = checker
        surroundings.replayOneIn = 1
        change(&surroundings)
        let opening = RoomOpening(
            configuration: configuration, programs: [Self.plugin: program],
            surroundings: surroundings)
        room = try await opening.open(number: 0)
        await room.open()
    }

    /// The host asks, and waits for the answer.
    @discardableResult
    func ask(_ command: Command) async throws -> JSON {
        let id = requestCount.withLock { count in
            count += 1
            return "\(count)"
        }
        let answer = await withCheckedContinuation { continuation in
            Task {
                await room.call(
                    by: Person(user: "mei", name: "Mei", role: .host),
                    RequestParser.Request(id: id, command: command)
                ) { continuation.resume(returning: $0) }
            }
        }
        return try JSON(parsing: answer)
    }

    @discardableResult
    func start() async throws -> JSON { try await ask(.start(plugin: Self.plugin, config: [:])) }

    @discardableResult
    func command(_ name: String) async throws -> JSON {
        try await ask(.command(plugin: Self.plugin, name: name, value: nil))
    }

    var records: [Record] {
        get async throws { try await journal.records(show: Self.show, after: 0, limit: .max) }
    }

    /// The tree of `room.state`.
    var state: JSON? {
        get async { await room.standing(of: Self.plugin)?.play.state.tree.json }
    }

    func states() async -> JSON { await room.description()["states"] ?? .null }
}

extension TestShow {
    /// Counts commands in its state.
    static let counter = """
        local game = {}
        function game.on_start(room) room.state.count = 0 end
        function game.on_command(room, command)
          if command.name == "fail" then error("as wished") end
          room.state.count = room.state.count + 1
          room.chat.say("counted", { count = room.state.count })
        end
        return game
        """
}
