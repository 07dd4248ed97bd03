import Clockwork
import Foundation
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Staging
package import Wire

/// Measures what goes through one plugin of one room: `playhouse bench dispatch`.
///
/// Events are posted to a real room as its lanes do it, pass a stage process and are written to a
/// journal on the disk; only sockets are left out.
package struct DispatchBenchmark: Sendable {
    /// Presses of a button, each a call of a handler and a record.
    package var events: Int
    /// Viewers who answer at once.
    package var answers: Int

    package init(events: Int = 300_000, answers: Int = 10_000) {
        self.events = events
        self.answers = answers
    }

    /// What was measured.
    package struct Report: Sendable {
        package var events: Int
        package var answers: Int
        /// From the first event to the last durable record.
        package var seconds: Double
        /// Processor time of this process and of the stage.
        package var serverSeconds: Double
        package var stageSeconds: Double
        package var commits: Int64
        /// From the first answer to the moment when all are durable, acknowledged, and told to Lua.
        package var answersMilliseconds: Double

        package var eventsPerSecond: Double { Double(events) / seconds }
        /// What one core would do if nothing ran beside.
        package var eventsPerCoreSecond: Double { Double(events) / (serverSeconds + stageSeconds) }

        package var json: JSON {
            [
                "events": .integer(Int64(events)), "seconds": .double(seconds),
                "eventsPerSecond": .integer(Int64(eventsPerSecond)),
                "eventsPerCoreSecond": .integer(Int64(eventsPerCoreSecond)),
                "eventsPerCoreSecondMin": 100_000, "serverSeconds": .double(serverSeconds),
                "stageSeconds": .double(stageSeconds), "commits": .integer(commits),
                "answers": .integer(Int64(answers)),
                "answersMilliseconds": .double(answersMilliseconds), "answersMillisecondsMax": 250,
            ]
        }

        package var text: String {
            func microseconds(_ seconds: Double) -> String {
                String(format: "%.2f", seconds / Double(events) * 1e6)
            }
            return """
                \(events) events from press to durable record: \(Int(eventsPerSecond)) a second, \
                \(Int(eventsPerCoreSecond)) for each second of a core; an event costs \
                \(microseconds(serverSeconds)) µs in the server and \(microseconds(stageSeconds)) \
                µs on the stage; \(commits) commits
                \(answers) answers at once: all durable, acknowledged and told after \
                \(Int(answersMilliseconds)) ms of at most 250

                """
        }
    }

    private static let lua = """
        local game = {}
        function game.on_start(room)
          room.state.presses = 0
          room.panel.show("viewer", {
            { "number", id = "press", min = 1, max = 100000 },
            { "number", id = "guess", min = 1, max = 100000 },
          })
          room.collect("guess")
        end
        function game.on_action(room, action)
          room.state.presses = room.state.presses + 1
        end
        function game.on_collected(room, name, batch)
          room.state.answers = (room.state.answers or 0) + #batch
        end
        return game
        """

    /// Runs the events, then the answers.
    package func run() async throws -> Report {
        let house = try BenchmarkHouse()
        do {
            let room = try await house.open(0, lua: Self.lua)
            try await room.start(BenchmarkHouse.plugin)
            room.post(
                (0..<answers).map { index in
                    let person = Person(
                        user: "viewer-\(index)", name: "Viewer \(index)", role: .viewer)
                    return .join(
                        SessionID(raw: UInt64(index)), Guest(person: person, requestID: "hello"))
                })
            var report = Report(
                events: events, answers: answers, seconds: 0, serverSeconds: 0, stageSeconds: 0,
                commits: 0, answersMilliseconds: 0)
            // Once to warm up: the pages of the database, the caches, the processor.
            try await press(events / 10, room, house)
            let commits = house.journal.statistics.commits
            let server = ProcessorTime.ofThisProcess
            let stage = ProcessorTime.of(house.stage.figures.active)
            report.seconds = try await press(events, room, house)
            report.serverSeconds = ProcessorTime.ofThisProcess - server
            report.stageSeconds = ProcessorTime.of(house.stage.figures.active) - stage
            report.commits = house.journal.statistics.commits - commits
            report.answersMilliseconds = try await answer(room) * 1_000
            await house.close()
            return report
        } catch {
            await house.close()
            throw error
        }
    }

    /// Keeps as many events waiting as a busy room has, until all are durable.
    @discardableResult
    private func press(
        _ count: Int, _ room: LiveRoom, _ house: BenchmarkHouse
    ) async throws -> Double {
        let clock = SystemClock()
        let before = house.journal.statistics.records
        let start = clock.monotonicNanoseconds
        var posted = 0
        var last = (done: 0, at: start)
        while true {
            let done = Int(house.journal.statistics.records - before)
            if done >= count { break }
            let now = clock.monotonicNanoseconds
            if done > last.done { last = (done, now) }
            precondition(now - last.at < 10_000_000_000, "events get no records")
            let chunk = min(count - posted, Self.waitingMax - (posted - done))
            guard chunk >= min(Self.chunk, count - posted), chunk > 0 else {
                try await Task.sleep(for: .milliseconds(2))
                continue
            }
            room.post(
                (posted..<posted + chunk).map { index in
                    .request(
                        SessionID(raw: UInt64(index % answers)), id: "\(index)",
                        .act(
                            plugin: BenchmarkHouse.plugin, name: "press",
                            value: .integer(Int64(index % 90_000 + 1))))
                })
            posted += chunk
        }
        return Double(clock.monotonicNanoseconds - start) / 1e9
    }

    private static let waitingMax = 8_000
    private static let chunk = 1_000

    /// Everybody answers at once.
    private func answer(_ room: LiveRoom) async throws -> Double {
        let clock = SystemClock()
        let inputs = (0..<answers).map { index -> RoomInput in
            .request(
                SessionID(raw: UInt64(index)), id: "\(index)",
                .act(
                    plugin: BenchmarkHouse.plugin, name: "guess",
                    value: .integer(Int64(index % 90_000 + 1))))
        }
        let start = clock.monotonicNanoseconds
        for first in stride(from: 0, to: answers, by: 100) {
            room.post(Array(inputs[first..<min(first + 100, answers)]))
        }
        while await room.answersTold(BenchmarkHouse.plugin) != Int64(answers) {
            try await Task.sleep(for: .milliseconds(1))
        }
        return Double(clock.monotonicNanoseconds - start) / 1e9
    }
}

/// Processor time, user and system, in seconds.
enum ProcessorTime {
    /// Of another process; 0 where the system does not tell. Linux counts in ticks of 10 ms.
    static func of(_ process: Int32?) -> Double {
        let text = process.flatMap {
            try? String(contentsOfFile: "/proc/\($0)/stat", encoding: .utf8)
        }
        // Fields 14 and 15 of proc(5); the name, field 2, may contain spaces.
        guard let text, let nameEnd = text.lastIndex(of: ")") else { return 0 }
        let fields = text[nameEnd...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13])
        else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    static var ofThisProcess: Double {
        #if canImport(Glibc)
            let whose = RUSAGE_SELF.rawValue
        #else
            let whose = RUSAGE_SELF
        #endif
        var usage = rusage()
        getrusage(whose, &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
