import Benchmarking
import Foundation
import Playhouse
import Wire

/// `playhouse bench dispatch`.
enum DispatchCommand {
    static let help = """
        playhouse bench dispatch: what a call of a plugin costs, and how many one room takes

        usage: playhouse bench dispatch [--events N] [--answers N] [--json]

          --events N    presses of a button that pass a room, a stage process and the journal, 1000
                        to 10000000; 300000 unless given
          --answers N   viewers who answer a collector at once, 100 to 200000; 10000 unless given
          --json        prints one JSON object instead of text

        The same handler is timed in plain C with the same budgets in the same run: that is the
        floor. To give everything one core together: taskset -c 0 playhouse bench dispatch.

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(words, options: ["events", "answers"], flags: ["json"])
        guard arguments.positions.isEmpty else {
            throw Arguments.Mistake(message: "\"\(arguments.positions[0])\" is not expected")
        }
        let benchmark = DispatchBenchmark(
            events: try arguments.integer("events", in: 1_000...10_000_000) ?? 300_000,
            answers: try arguments.integer("answers", in: 100...200_000) ?? 10_000)
        let call = try await CallBenchmark().run()
        let report = try await benchmark.run()
        if arguments.has("json") {
            JournalCommand.print(["call": call.json, "path": report.json])
        } else {
            Command.show(call.text + report.text)
        }
    }
}
