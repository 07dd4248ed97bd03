import Foundation
import Journaling
import Playhouse
import PluginHosting
import Staging

/// `playhouse replay`.
enum ReplayCommand {
    static let help = """
        playhouse replay: make the plugin calls of a recorded show again, and compare

        usage: playhouse replay (--config FILE | --data FOLDER --plugins FOLDER) --show ID
                                [--until N] [--plugin PATH] [--differences N] [--json]

          --show ID         which show; playhouse journal lists them
          --until N         ends after the record of sequence N
          --plugin PATH     the folder of another version of one plugin; only that one is replayed
          --differences N   how many are printed for each plugin, 0 to 1000; 3 unless given

        Every call is made with the state, time, seed and pools of its record, and its changes and
        effects are compared with what is recorded. Nothing is written, and the server may run
        meanwhile. Exit codes: 0 all as recorded; 1 something differs, or it failed; 2 wrong usage.

        """

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            words,
            options: ["config", "data", "plugins", "show", "until", "plugin", "differences"],
            flags: ["json"])
        try arguments.refusePositions()
        let show = try arguments.required("show")
        let until = Int64(try arguments.integer("until", in: 0...Int.max) ?? .max)
        let data = try JournalCommand.folder(arguments)
        let archive = try JournalArchive(path: data + "/journal.sqlite")
        let header = try await archive.open(
            ShowHeader(show: show, room: "", epoch: "", beganAtMilliseconds: 0))
        let stage = StageProcess()
        var replay = ShowReplay(header, in: archive, on: stage)
        replay.differencesMax = try arguments.integer("differences", in: 0...1_000) ?? 3
        let programs: [PluginProgram]
        if let path = arguments.text("plugin") {
            programs = [try ProgramLoader().load(folder: path)]
        } else {
            let folder = try pluginsFolder(arguments)
            programs = try await replay.plugins().map {
                try ProgramLoader().load(folder: folder + "/" + $0)
            }
        }
        let reports = try await replay.run(programs, until: until)
        await stage.stop()
        for report in reports {
            if arguments.has("json") {
                JournalCommand.print(report.json)
            } else {
                Command.show(report.lines(show: show).joined(separator: "\n") + "\n")
            }
        }
        if reports.allSatisfy({ $0.callCount == 0 }) {
            Command.complain("playhouse replay: the show has no calls of these plugins")
        }
        return reports.contains { $0.differenceCount > 0 } ? 1 : 0
    }

    private static func pluginsFolder(_ arguments: Arguments) throws -> String {
        if let folder = arguments.text("plugins") { return folder }
        guard let file = arguments.text("config") else {
            throw Arguments.Mistake(message: "give --plugins FOLDER with --data, or --config FILE")
        }
        return try Configuration(file: file).plugins
    }
}
