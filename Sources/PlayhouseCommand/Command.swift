import Benchmarking
import Foundation
import Playhouse

/// `playhouse`: runs rooms, signs tokens, measures.
///
/// Exit codes: 0 done, 1 it failed, 2 the words of the command line do not fit.
@main
enum Command {
    static let help = """
        playhouse: live-commerce rooms that host Lua plugins

        usage: playhouse COMMAND [options]

          serve   run the rooms of a configuration file
          demo    run a seeded show with simulated viewers; nothing to prepare
          plugin  write, check and test plugins
          dev     play a plugin while you write it, in a local room
          lua     run a Lua file in the sandbox of plugins
          token   sign a token for a viewer, host, operator or service
          journal look into the records of shows, verify them
          verify-draw  do a draw again and compare it with what was shown
          replay  make the plugin calls of a recorded show again, and compare
          knowledge  ask a shop's entries, judge and fit what the FAQ assistant finds
          bench   measure fan-out, idle connections, plugin calls (dispatch), rooms,
                  the sandbox, recovery or takeover, on this machine

        playhouse COMMAND --help tells more. Exit codes: 0 done, 1 failed, 2 wrong usage.
        Documentation: SDK-docs/ in the repository.

        """

    // Not `async`: a stage must get into its cage before there is a second thread.
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        if case "stage"? = words.first { StageCommand.run(Array(words.dropFirst())) }
        signal(SIGPIPE, SIG_IGN)
        Task {
            await run(words)
            exit(0)
        }
        dispatchMain()
    }

    private static func run(_ words: [String]) async {
        var words = words
        let name = words.isEmpty ? "--help" : words.removeFirst()
        let wantsHelp = words.contains("--help") || words.contains("-h")
        do {
            if !wantsHelp { try checkFolders(of: name) }
            switch name {
            case "serve": try await wantsHelp ? show(ServeCommand.help) : ServeCommand.run(words)
            case "demo": try await wantsHelp ? show(DemoCommand.help) : DemoCommand.run(words)
            case "dev": try await wantsHelp ? show(DevCommand.help) : DevCommand.run(words)
            case "lua":
                if wantsHelp {
                    show(LuaCommand.help)
                } else {
                    exit(try await LuaCommand.run(words))
                }
            // Each of its commands has help of its own.
            case "plugin": exit(try await PluginCommand.run(words))
            case "token": try wantsHelp ? show(TokenCommand.help) : TokenCommand.run(words)
            case "reference":
                try wantsHelp ? show(ReferenceCommand.help) : ReferenceCommand.run(words)
            case "journal":
                if wantsHelp {
                    show(JournalCommand.help)
                } else {
                    exit(try await JournalCommand.run(words))
                }
            case "verify-draw":
                if wantsHelp {
                    show(VerifyDrawCommand.help)
                } else {
                    exit(try VerifyDrawCommand.run(words))
                }
            case "replay":
                if wantsHelp {
                    show(ReplayCommand.help)
                } else {
                    exit(try await ReplayCommand.run(words))
                }
            case "knowledge":
                try await wantsHelp ? show(KnowledgeCommand.help) : KnowledgeCommand.run(words)
            case "bench" where words.first == "recovery":
                if wantsHelp {
                    show(RecoveryCommand.help)
                } else {
                    try await RecoveryCommand.run(Array(words.dropFirst()))
                }
            case "bench" where words.first == "takeover":
                if wantsHelp {
                    show(TakeoverCommand.help)
                } else {
                    try await TakeoverCommand.run(Array(words.dropFirst()))
                }
            case "bench" where words.first == "sandbox":
                if wantsHelp {
                    show(SandboxBenchCommand.help)
                } else {
                    try await SandboxBenchCommand.run(Array(words.dropFirst()))
                }
            case "bench" where words.first == "dispatch":
                if wantsHelp {
                    show(DispatchCommand.help)
                } else {
                    try await DispatchCommand.run(Array(words.dropFirst()))
                }
            case "bench" where words.first == "rooms":
                if wantsHelp {
                    show(RoomsCommand.help)
                } else {
                    try await RoomsCommand.run(Array(words.dropFirst()))
                }
            case "bench": exit(BenchCommand.run(words))
            case "--help", "-h", "help": show(help)
            case "--version": show("playhouse \(Version.text)\n")
            default:
                throw Arguments.Mistake(
                    message: "there is no command \"\(name)\"; playhouse --help lists them")
            }
        } catch let mistake as Arguments.Mistake {
            complain("playhouse \(name): \(mistake.message)")
            exit(2)
        } catch {
            complain("playhouse \(name): \(error)")
            exit(1)
        }
    }

    /// What a command needs beside the executable: looking for it when it is not there ends the process.
    private static func checkFolders(of name: String) throws {
        let needed: [String: [String]] = [
            "serve": ["Serving", "Knowledge"], "demo": ["Serving", "Knowledge"],
            "plugin": ["Workshop"], "knowledge": ["Knowledge"],
        ]
        let beside = Bundle.main.bundleURL
        for module in needed[name] ?? [] {
            let folder = "playhouse_\(module).resources"
            let path = beside.appendingPathComponent(folder).path
            guard !FileManager.default.fileExists(atPath: path) else { continue }
            throw Incomplete(
                description:
                    "\(path) is missing: copy \(folder) from where the executable was built")
        }
    }

    private struct Incomplete: Error, CustomStringConvertible {
        var description: String
    }

    static func show(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
