import Fairness
import Foundation
import Wire

/// `playhouse verify-draw`.
enum VerifyDrawCommand {
    static let help = """
        playhouse verify-draw: do a draw again and compare, without a server and without a network

        usage: playhouse verify-draw BUNDLE [--commitment HASH] [--entrants HASH] [--json]

          BUNDLE             the file that playhouse journal bundle has written
          --commitment HASH  what was shown when the draw opened
          --entrants HASH    what was shown when the list was fixed
          --json             prints one object

        Checks that secret and rules are those that were committed to, that the list of entrants is in order and
        is the one that was published, that places and numbers follow from them, and that each step came before
        the next. Of what was revealed without a draw, such as a price, the commitment and the order are checked.
        Without --commitment a bundle is only checked in itself: compare at least that with
        what you saw. Exit codes: 0 it holds; 1 it does not; 2 it cannot be read, or wrong usage.

        """

    static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, options: ["commitment", "entrants"], flags: ["json"])
        guard arguments.positions.count == 1, let path = arguments.positions.first else {
            throw Arguments.Mistake(message: "name one bundle")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Arguments.Mistake(message: "\(path) cannot be read")
        }
        let bundle: DrawBundle
        do {
            let limits = JSONLimits(bytesMax: 64 << 20, membersMax: 1_000)
            bundle = try DrawBundle(json: try JSON(parsing: [UInt8](data), limits: limits))
        } catch {
            throw Arguments.Mistake(message: "\(path): \(error)")
        }
        let problems = bundle.problems(
            commitment: arguments.text("commitment"), entrantsHash: arguments.text("entrants"))
        if arguments.has("json") {
            let found: JSON = [
                "holds": .bool(problems.isEmpty),
                "problems": .array(problems.map { .string($0.rawValue) }),
                "commitment": .string(bundle.commitment),
                "entrants_hash": .string(bundle.entrantsHash),
                "abandoned_before": .integer(bundle.abandonedBefore),
            ]
            Command.show(String(decoding: found.encoded(), as: UTF8.self) + "\n")
            return problems.isEmpty ? 0 : 1
        }
        for problem in problems { Command.show("does not hold: \(problem.sentence)\n") }
        Command.show(summary(of: bundle))
        if problems.isEmpty, arguments.text("commitment") == nil {
            Command.show("compare the commitment with what was shown when the draw opened\n")
        }
        return problems.isEmpty ? 0 : 1
    }

    private static func summary(of bundle: DrawBundle) -> String {
        if !bundle.isDraw {
            return """
                "\(bundle.name)" (\(bundle.number)) of \(bundle.plugin) in show "\(bundle.show)", revealed without a draw
                commitment  \(bundle.commitment)
                committed   \(bundle.rules)

                """
        }
        let count = bundle.entrants.arrayValue?.count ?? 0
        return """
            draw "\(bundle.name)" (\(bundle.number)) of \(bundle.plugin) in show "\(bundle.show)"
            commitment  \(bundle.commitment)
            entrants    \(bundle.entrantsHash) (\(count))
            input       \(bundle.input.isEmpty ? "none" : bundle.input)
            given up before, by this plugin in this show: \(bundle.abandonedBefore)
            first places: \(bundle.ranking.prefix(10).joined(separator: ", "))

            """
    }
}
