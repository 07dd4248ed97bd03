import Foundation
import PluginContract
import PluginHosting
import Rooms
import Staging
package import Wire

/// Measures what plugins cost that wait: `playhouse bench rooms`.
package struct RoomsBenchmark: Sendable {
    package var rooms: Int
    /// Running plugins of each room.
    package var plugins: Int

    package init(rooms: Int, plugins: Int) {
        self.rooms = rooms
        self.plugins = plugins
    }

    /// What was measured. Bytes are proportional set sizes (proc(5), smaps), so that pages of the
    /// program count once.
    package struct Report: Sendable {
        package var rooms: Int
        package var plugins: Int
        /// Of this process for an empty room.
        package var bytesPerRoom: Int
        /// Of this process for a running plugin beside its room.
        package var serverBytesPerPlugin: Int
        package var stageBytesPerPlugin: Int
        package var stageProcesses: Int
        /// From the first start to the last durable record of one.
        package var startSeconds: Double

        package var json: JSON {
            [
                "rooms": .integer(Int64(rooms)), "pluginsEach": .integer(Int64(plugins)),
                "bytesPerRoom": .integer(Int64(bytesPerRoom)),
                "serverBytesPerPlugin": .integer(Int64(serverBytesPerPlugin)),
                "stageBytesPerPlugin": .integer(Int64(stageBytesPerPlugin)),
                "bytesPerPluginMax": 65_536,
                "stageProcesses": .integer(Int64(stageProcesses)),
                "startSeconds": .double(startSeconds),
            ]
        }

        package var text: String {
            """
            \(rooms) rooms with \(plugins) idle plugins each: a plugin takes \
            \(stageBytesPerPlugin) B on \(stageProcesses) stage processes and \
            \(serverBytesPerPlugin) B in the server, of at most 65536 together; a room takes \
            \(bytesPerRoom) B; all were started in \(String(format: "%.1f", startSeconds)) s

            """
        }
    }

    private static let lua = """
        local game = {}
        local texts = { open = "Guess the price", closed = "Closed" }
        function game.on_start(room)
          room.state.guesses, room.state.best = 0, {}
          room.collect("guess")
          room.panel.show("viewer", {
            { "title", texts.open },
            { "number", id = "guess", min = 1, max = 100000 },
            { "stat", "guesses", 0 },
          })
        end
        function game.on_collected(room, name, batch)
          local state = room.state
          state.guesses = state.guesses + #batch
          for _, answer in ipairs(batch) do
            state.best[answer.viewer.user] = answer.value
          end
        end
        function game.on_command(room, command)
          room.collect.close("guess")
          room.panel.show("viewer", {
            { "title", texts.closed }, { "stat", "guesses", room.state.guesses },
          })
          room.finish()
        end
        return game
        """

    /// Opens the rooms and starts their plugins.
    package func run() async throws -> Report {
        let house = try BenchmarkHouse()
        do {
            let ids = (0..<plugins).map { "game-\($0)" }
            // One, so that what is made once is there.
            try await start(try await house.open(rooms, plugins: ids, lua: Self.lua), ids)
            let empty = ProcessMemory.bytes(of: ProcessInfo.processInfo.processIdentifier)
            let opened = try await ConcurrentOpening.map(0..<rooms) { number in
                try await house.open(number, plugins: ids, lua: Self.lua)
            }
            let idle = ProcessMemory.bytes(of: ProcessInfo.processInfo.processIdentifier)
            let stagesBefore = ProcessMemory.bytes(of: house.stage.figures.processes)
            let began = ContinuousClock.now
            _ = try await ConcurrentOpening.map(opened.indices) { try await start(opened[$0], ids) }
            let duration = began.duration(to: .now)
            let running = ProcessMemory.bytes(of: ProcessInfo.processInfo.processIdentifier)
            let stages = house.stage.figures.processes
            let stagesAfter = ProcessMemory.bytes(of: stages)
            let count = rooms * plugins
            precondition(house.stage.figures.plays == count + plugins, "a play is not on a stage")
            await house.close()
            return Report(
                rooms: rooms, plugins: plugins, bytesPerRoom: (idle - empty) / rooms,
                serverBytesPerPlugin: (running - idle) / count,
                stageBytesPerPlugin: (stagesAfter - stagesBefore) / count,
                stageProcesses: stages.count,
                startSeconds: Double(duration.components.seconds)
                    + Double(duration.components.attoseconds) / 1e18)
        } catch {
            await house.close()
            throw error
        }
    }

    private func start(_ room: LiveRoom, _ plugins: [String]) async throws {
        for plugin in plugins { try await room.start(plugin) }
    }
}

/// What processes have in memory.
enum ProcessMemory {
    /// The proportional set size of a process, or what is resident where only that can be seen.
    static func bytes(of process: Int32) -> Int {
        let sources = [("smaps_rollup", "Pss:"), ("status", "VmRSS:")]
        for (file, name) in sources {
            let text = try? String(contentsOfFile: "/proc/\(process)/\(file)", encoding: .utf8)
            let line = text?.split(separator: "\n").first { $0.hasPrefix(name) }
            let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
            if let kibibytes { return kibibytes << 10 }
        }
        return 0
    }

    static func bytes(of processes: [Int32]) -> Int {
        processes.reduce(0) { $0 + bytes(of: $1) }
    }
}
