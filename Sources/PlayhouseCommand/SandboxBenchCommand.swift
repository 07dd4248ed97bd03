import Foundation
import Scripting
import Wire

/// `playhouse bench sandbox`.
enum SandboxBenchCommand {
    static let help = """
        playhouse bench sandbox: what the sandbox costs, beside the distribution's Lua without it

        usage: playhouse bench sandbox [--json]

        Tight loops, which lose to the count of instructions, may take 2.2 times as long; patterns no
        longer than the stock functions. Exit codes: 0 measured, 1 could not measure.

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(words, options: [], flags: ["json"])
        let thread = ScriptThread()
        let results = await thread.run { SandboxBenchmark.run() }
        await thread.stop()
        guard results.count == SandboxBenchmark.cases.count else {
            throw Arguments.Mistake(message: "a chunk of the measurement failed")
        }
        if arguments.has("json") {
            let rows = results.map { result -> JSON in
                [
                    "name": .string(result.name),
                    "stockMilliseconds": .double(result.stockSeconds * 1_000),
                    "sandboxMilliseconds": .double(result.sandboxSeconds * 1_000),
                    "ratio": .double(result.ratio), "ratioMax": .double(result.ratioMax),
                ]
            }
            Command.show(String(decoding: JSON.array(rows).encoded(), as: UTF8.self) + "\n")
            return
        }
        for result in results {
            let figures = String(
                format: "%8.1f ms  %8.1f ms  %5.2f  at most %.1f", result.stockSeconds * 1_000,
                result.sandboxSeconds * 1_000, result.ratio, result.ratioMax)
            let name = result.name.padding(toLength: 28, withPad: " ", startingAt: 0)
            Command.show("\(name)\(figures)\n")
        }
    }
}
