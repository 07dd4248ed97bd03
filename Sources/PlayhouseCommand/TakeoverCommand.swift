import Playhouse

/// `playhouse bench takeover`.
enum TakeoverCommand {
    static let help = """
        playhouse bench takeover: how long plugins wait when the stage process they share dies

        usage: playhouse bench takeover [--rounds N] [--json]

          --rounds N    times that the process is killed, crashed, stopped and kept busy, 1 to
                        1000 each; 20 unless given
          --json        prints one JSON object instead of text

        From the blow, while one plugin computes, until a command to another one is durable and its
        sender told. On Linux only.

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(words, options: ["rounds"], flags: ["json"])
        try arguments.refusePositions()
        let rounds = try arguments.integer("rounds", in: 1...1_000) ?? 20
        #if os(Linux)
            let report = try await TakeoverBenchmark(rounds: rounds).run()
            if arguments.has("json") {
                JournalCommand.print(report.json)
            } else {
                Command.show(report.text)
            }
        #else
            throw Arguments.Mistake(
                message: "\(rounds) rounds need Linux: stages have no cage here")
        #endif
    }
}
