import Playhouse

/// `playhouse bench recovery`.
enum RecoveryCommand {
    static let help = """
        playhouse bench recovery: how long shows take to come back from the journal

        usage: playhouse bench recovery [--plays N] [--records N] [--json]

          --plays N     shows with one play each, 1 to 100000; 1000 unless given
          --records N   records of each, none in a snapshot, 1 to 100000; 1000 unless given
          --json        prints one JSON object instead of text

        Writes a journal in a temporary folder first, which takes longer than what is measured.

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(words, options: ["plays", "records"], flags: ["json"])
        try arguments.refusePositions()
        let benchmark = RecoveryBenchmark(
            plays: try arguments.integer("plays", in: 1...100_000) ?? 1_000,
            records: try arguments.integer("records", in: 1...100_000) ?? 1_000)
        let report = try await benchmark.run()
        if arguments.has("json") {
            JournalCommand.print(report.json)
        } else {
            Command.show(report.text)
        }
    }
}
