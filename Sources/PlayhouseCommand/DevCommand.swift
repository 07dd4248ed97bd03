import Clockwork
import Foundation
import Playhouse
import Workshop

/// `playhouse dev`.
enum DevCommand {
    static let help = """
        playhouse dev: a local room in which plugins are written; nothing to prepare

        usage: playhouse dev PATH [PATH…] [--port PORT] [--viewers N|KINDS] [--seed N]
                             [--script FILE] [--verbose]

          PATH             the folder of a plugin; several are played together
          --port PORT      8090 unless given; 0 for any free port
          --viewers N      simulated viewers, 0 to 500, of every kind; 8 unless given
          --viewers KINDS  so many of each: player=3,chatty=2,silent=1,cheating=1,disconnecting=1
          --seed N         makes viewers and dice do the same again; 1 unless given
          --script FILE    what viewers and the host do besides: a JSON array of objects such as
                           {"at": 2.5, "viewer": "ana", "act": "vote", "value": "red"}
          --verbose        logs what the server does

        Open the printed address: the pages of viewer, host and operator side by side, the journal to
        go back in and to play on from, the state of every plugin, what its handlers use, and every
        problem with its lines. What you save is taken over while the show goes on. Ctrl-C ends it.
        The room listens on this machine only and is gone afterwards. SDK-docs/guides/dev.md

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(
            words, options: ["port", "viewers", "seed", "script"], flags: ["verbose"])
        guard !arguments.positions.isEmpty else {
            throw Arguments.Mistake(message: "give the folder of a plugin")
        }
        let folders = try arguments.positions.map { path throws(Arguments.Mistake) in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                isFolder.boolValue
            else { throw Arguments.Mistake(message: "\(path) is not a folder") }
            return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        }
        var crowd = DevCrowd()
        crowd.seed = UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1)
        if let text = arguments.text("viewers") {
            guard let kinds = DevCrowd.kinds(text) else {
                throw Arguments.Mistake(
                    message: "--viewers must be a number up to 500, or such as "
                        + "\"chatty=2,cheating=1\", not \"\(text)\"")
            }
            crowd.kinds = kinds
        }
        if let file = arguments.text("script") {
            guard let bytes = FileManager.default.contents(atPath: file) else {
                throw Arguments.Mistake(message: "\(file) cannot be read")
            }
            crowd.script = try ScriptedMove.script([UInt8](bytes))
        }
        let log = Log(
            format: .human, level: arguments.has("verbose") ? .debug : .error,
            clock: SystemClock())
        let house = try DevHouse(
            folders: folders,
            port: UInt16(try arguments.integer("port", in: 0...65_535) ?? 8090), crowd: crowd,
            log: log)
        let signals = EndSignals()
        let address: String
        do {
            address = try await house.open()
        } catch {
            await house.close()
            throw error
        }
        Command.show(
            """

              Playhouse workshop: \(folders.joined(separator: ", "))

              open      \(address)

              \(crowd.kinds.count) simulated viewers are on their way. Press Ctrl-C to end it.


            """)
        let running = Task { await house.run() }
        await signals.first()
        running.cancel()
        await running.value
        await house.close()
    }
}
