#if os(Linux)
    import Clockwork
    import Foundation
    import Glibc
    import PluginContract
    import PluginHosting
    import Rooms
    import Serving
    import Staging
    package import Wire

    /// Measures how long plugins wait when the stage process that they share dies or hangs:
    /// `playhouse bench takeover`.
    ///
    /// One plugin computes, the process gets a signal, and at once the host sends a command to
    /// another plugin of the room. What is measured ends when that command's record is durable and
    /// its sender told.
    package struct TakeoverBenchmark: Sendable {
        /// Times each signal is sent.
        package var rounds: Int

        package init(rounds: Int) { self.rounds = rounds }

        /// What a process gets while it computes; nothing means that it computes on.
        enum Blow: String, CaseIterable {
            case killed, crashed, stopped, busy

            var signal: Int32 {
                switch self {
                case .killed: SIGKILL
                case .crashed: SIGSEGV
                case .stopped: SIGSTOP
                case .busy: 0
                }
            }
        }

        /// What was measured.
        package struct Report: Sendable {
            /// Milliseconds for each blow, in ascending order.
            var milliseconds: [(blow: Blow, each: [Double])] = []

            package var json: JSON {
                let blows = milliseconds.map { row in
                    (
                        row.blow.rawValue,
                        JSON.object([
                            "p50": .double(row.each[row.each.count / 2]),
                            "max": .double(row.each[row.each.count - 1]),
                        ])
                    )
                }
                return ["milliseconds": .object(JSONObject(blows)), "millisecondsMax": 500]
            }

            package var text: String {
                milliseconds.map { row in
                    let name = row.blow.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
                    let (middle, most) = (
                        row.each[row.each.count / 2], row.each[row.each.count - 1]
                    )
                    return name
                        + String(
                            format: " p50 %5.1f ms  max %5.1f ms of at most 500\n", middle, most)
                }.joined()
            }
        }

        private static let lua = """
            return {
              on_command = function(room, command)
                if command.name == "compute" then while true do end end
                room.state.n = (room.state.n or 0) + 1
              end,
            }
            """

        /// Deals the blows, one after the other.
        package func run() async throws -> Report {
            var budgets = Budgets()
            budgets.instructions = 50_000_000
            // What happens to processes and plugins here is meant to.
            let house = try BenchmarkHouse(logging: .error)
            do {
                var report = Report()
                var number = 0
                for blow in Blow.allCases {
                    var each: [Double] = []
                    for _ in 0..<rounds {
                        // Another room each time: a plugin that fails often is paused.
                        let room = try await house.open(
                            number, plugins: ["one", "two"], lua: Self.lua, budgets: budgets)
                        number += 1
                        for plugin in ["one", "two"] { try await room.start(plugin) }
                        each.append(try await round(blow, room, house))
                    }
                    report.milliseconds.append((blow, each.sorted()))
                }
                await house.close()
                return report
            } catch {
                await house.close()
                throw error
            }
        }

        private func round(
            _ blow: Blow, _ room: LiveRoom, _ house: BenchmarkHouse
        ) async throws -> Double {
            let clock = SystemClock()
            try await until {
                house.stage.figures.spare != nil && house.stage.figures.aside.isEmpty
            }
            try await command("two", "count", in: room)
            try await command("one", "count", in: room)
            guard let process = house.stage.figures.active else { throw TakeoverFailure() }
            let before = ProcessorTime.of(process)
            async let computing: Void = command("one", "compute", in: room)
            try await until { ProcessorTime.of(process) > before + 0.02 }
            let start = clock.monotonicNanoseconds
            if blow.signal != 0 { kill(process, blow.signal) }
            try await command("two", "count", in: room)
            let milliseconds = Double(clock.monotonicNanoseconds - start) / 1e6
            if blow == .stopped { kill(process, SIGKILL) }
            try await computing
            // A play that ran long keeps a process of its own until it is closed.
            for plugin in ["one", "two"] {
                try await ask(["type": "stop", "id": "t", "plugin": .string(plugin)], room)
            }
            return milliseconds
        }

        /// Sends a command to a plugin as the host, and returns when it is answered.
        private func command(
            _ plugin: String, _ name: String, in room: LiveRoom
        ) async throws {
            try await ask(
                ["type": "command", "id": "t", "plugin": .string(plugin), "name": .string(name)],
                room)
        }

        private func ask(_ message: JSON, _ room: LiveRoom) async throws {
            let host = Person(user: "host", name: "Host", role: .host)
            let request = try RequestParser.request(message)
            await withCheckedContinuation { continuation in
                Task { await room.call(by: host, request) { _ in continuation.resume() } }
            }
        }

        private func until(_ condition: () -> Bool) async throws {
            for _ in 0..<20_000 {
                if condition() { return }
                try await Task.sleep(for: .milliseconds(1))
            }
            throw TakeoverFailure()
        }
    }

    private struct TakeoverFailure: Error, CustomStringConvertible {
        var description: String { "no stage process came within 20 s" }
    }
#endif
