import Playhouse

/// `playhouse bench rooms`.
enum RoomsCommand {
    static let help = """
        playhouse bench rooms: the memory of many rooms whose plugins wait

        usage: playhouse bench rooms [--rooms N] [--plugins N] [--json]

          --rooms N     rooms, 10 to 100000; 10000 unless given
          --plugins N   running plugins of each, 1 to 10; 2 unless given
          --json        prints one JSON object instead of text

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(words, options: ["rooms", "plugins"], flags: ["json"])
        guard arguments.positions.isEmpty else {
            throw Arguments.Mistake(message: "\"\(arguments.positions[0])\" is not expected")
        }
        let benchmark = RoomsBenchmark(
            rooms: try arguments.integer("rooms", in: 10...100_000) ?? 10_000,
            plugins: try arguments.integer("plugins", in: 1...10) ?? 2)
        let report = try await benchmark.run()
        if arguments.has("json") {
            JournalCommand.print(report.json)
        } else {
            Command.show(report.text)
        }
    }
}
