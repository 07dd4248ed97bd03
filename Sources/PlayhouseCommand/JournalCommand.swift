import Fairness
import Foundation
import Journaling
import Playhouse
import Wire

/// `playhouse journal`.
enum JournalCommand {
    static let help = """
        playhouse journal: look into the journal of a server, also while it runs

        usage: playhouse journal (--config FILE | --data FOLDER) [list] [--json]
               playhouse journal (--config FILE | --data FOLDER) show SHOW [filters] [--json]
               playhouse journal (--config FILE | --data FOLDER) export SHOW [filters]
               playhouse journal (--config FILE | --data FOLDER) verify [SHOW] [--json]
               playhouse journal (--config FILE | --data FOLDER) draws SHOW [--json]
               playhouse journal (--config FILE | --data FOLDER) bundle SHOW PLUGIN NUMBER

          list     every show: records, first and last time, last offset, snapshot
          show     the records of a show, one line each
          export   the records of a show with all there is in them, one JSON object a line
          verify   checks hashes, plugin records, ledger and snapshot of one show or of all
          draws    the commitments and draws of a show, and how far each has come
          bundle   what it takes to do a draw again, for playhouse verify-draw
          --after N, --until N   records after sequence N, up to sequence N
          --source S             records of room, or of plugin:ID
          --kind K               records of one kind, such as on_start, answered, fault, pinned
          --json                 JSON instead of text; one object a line

        Reads only, and takes no lock. Exit codes: 0 done; 1 it failed, or verify found damage;
        2 wrong usage.

        """

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            words, options: ["config", "data", "after", "until", "source", "kind"],
            flags: ["json"])
        let archive = try JournalArchive(path: try folder(arguments) + "/journal.sqlite")
        let inspection = JournalInspection(archive)
        let isJSON = arguments.has("json")
        let positions = arguments.positions
        switch (positions.first ?? "list", positions.count) {
        case ("list", 0...1):
            if isJSON {
                for show in try await inspection.shows() { print(show) }
            } else {
                for line in try await inspection.list() { Command.show(line + "\n") }
            }
        case ("show", 2):
            try await inspection.records(show: positions[1], try filter(arguments)) { record in
                if isJSON {
                    write(JournalInspection.export(record))
                } else {
                    Command.show(JournalInspection.line(record) + "\n")
                }
            }
        case ("export", 2):
            try await inspection.records(show: positions[1], try filter(arguments)) { record in
                write(JournalInspection.export(record))
            }
        case ("verify", 1...2):
            return try await verify(
                positions.count == 2 ? positions[1] : nil, in: archive, isJSON: isJSON)
        case ("draws", 2):
            for draw in try await DrawInspection(archive).list(show: positions[1]) {
                if isJSON { print(draw.json) } else { Command.show(draw.line + "\n") }
            }
        case ("bundle", 4):
            guard let number = Int64(positions[3]) else {
                throw Arguments.Mistake(message: "\"\(positions[3])\" is no number of a draw")
            }
            guard
                let bundle = try await DrawInspection(archive).bundle(
                    show: positions[1], plugin: positions[2], number: number)
            else { throw JournalError.storage("there is no such draw that was revealed") }
            print(bundle.json)
        case ("bundle", _):
            throw Arguments.Mistake(message: "name show, plugin and number; draws lists them")
        case ("show", _), ("export", _), ("draws", _):
            throw Arguments.Mistake(message: "name one show; list tells which there are")
        default:
            throw Arguments.Mistake(
                message: "\"\(positions.joined(separator: " "))\" is not expected; "
                    + "say list, show SHOW, export SHOW, verify, draws SHOW or bundle SHOW PLUGIN NUMBER"
            )
        }
        return 0
    }

    /// The data folder of the server.
    static func folder(_ arguments: Arguments) throws -> String {
        switch (arguments.text("data"), arguments.text("config")) {
        case (let data?, _): return data
        case (nil, let file?): return try Configuration(file: file).data
        case (nil, nil):
            throw Arguments.Mistake(message: "give --config FILE or --data FOLDER")
        }
    }

    private static func filter(
        _ arguments: Arguments
    ) throws(Arguments.Mistake) -> JournalInspection.Filter {
        var filter = JournalInspection.Filter()
        filter.after = Int64(try arguments.integer("after", in: 0...Int.max) ?? 0)
        filter.until = Int64(try arguments.integer("until", in: 0...Int.max) ?? .max)
        filter.source = arguments.text("source")
        filter.kind = arguments.text("kind")
        return filter
    }

    private static func verify(
        _ show: String?, in archive: JournalArchive, isJSON: Bool
    ) async throws -> Int32 {
        let shows = try await archive.shows().map(\.header)
        if let show, !shows.contains(where: { $0.show == show }) {
            throw JournalError.storage("there is no show \"\(show)\"")
        }
        var isSound = true
        for header in shows where show == nil || show == header.show {
            let verification = try await JournalVerification.verify(header, in: archive)
            if !verification.problems.isEmpty { isSound = false }
            if isJSON {
                print(verification.json)
                continue
            }
            for problem in verification.problems { Command.show("damaged: \(problem)\n") }
            if verification.problems.isEmpty {
                Command.show(
                    "good: show \"\(header.show)\", \(verification.recordCount) records, "
                        + "\(verification.entryCount) ledger entries, "
                        + (verification.snapshotSequence > 0
                            ? "snapshot \(verification.snapshotSequence)\n" : "no snapshot\n"))
            }
        }
        return isSound ? 0 : 1
    }

    static func print(_ json: JSON) { write(json.encoded() + [UInt8(ascii: "\n")]) }

    private static func write(_ bytes: [UInt8]) {
        FileHandle.standardOutput.write(Data(bytes))
    }
}
