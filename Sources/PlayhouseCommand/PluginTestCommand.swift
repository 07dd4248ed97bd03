import Foundation
import Wire
import Workshop

/// `playhouse plugin test`.
enum PluginTestCommand {
    static let help = """
        playhouse plugin test: run the behaviour tests of a plugin

        usage: playhouse plugin test PATH [--filter TEXT] [--seed N] [--only N,N-N] [--restarts]
                                     [--coverage] [--junit FILE] [--json]

          PATH            the plugin's folder; its tests are the Lua files in tests/
          --filter TEXT   only tests whose name contains it
          --seed N        decides what is random, in the plugin and in its tests; 1 unless given
          --only N,N-N    of each test, does only the events of these numbers, as a failure lists them
          --restarts      kills the server before every event, by which nothing may change
          --coverage      tells which lines of the plugin no test has run
          --junit FILE    writes the result as JUnit XML too
          --json          prints one object

        A test has a room, a journal and a clock of its own: ten minutes of show pass in milliseconds. What is
        expected is written in Lua; see SDK-docs/guides/testing.md. A test also fails when a call does
        something else when it is made again, or when the ledger does not add up. Exit codes: 0 every
        test passed; 1 a test failed, or there is none; 2 wrong usage.

        """

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            words, options: ["filter", "seed", "only", "junit"],
            flags: ["restarts", "coverage", "json"])
        let path = try PluginCommand.path(arguments)
        var options = TestRun.Options()
        options.filter = arguments.text("filter")
        options.seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
        if let only = arguments.text("only") {
            guard let numbers = TestReport.numbers(only) else {
                throw Arguments.Mistake(message: "--only must be numbers such as 1,4-7")
            }
            options.only = numbers
        }
        options.restarts = arguments.has("restarts")
        options.covers = arguments.has("coverage")
        let report = try await TestRun(folder: path, options: options).run()
        if let file = arguments.text("junit") {
            try Data(report.junit.utf8).write(to: URL(fileURLWithPath: file))
        }
        Command.show(
            arguments.has("json")
                ? String(decoding: report.json.encoded(), as: UTF8.self) + "\n" : report.text)
        return report.isPassed ? 0 : 1
    }
}
