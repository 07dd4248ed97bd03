/// `playhouse plugin`: the tools of those who write plugins.
enum PluginCommand {
    static let help = """
        playhouse plugin: write, check and test plugins

        usage: playhouse plugin new NAME [options]     a folder to begin with
               playhouse plugin check PATH [options]   looks a plugin's folder over
               playhouse plugin test PATH [options]    runs the behaviour tests of a plugin

        playhouse plugin COMMAND --help tells more. Exit codes: 0 done, 1 failed, 2 wrong usage.

        """

    /// - Returns: The exit code.
    static func run(_ words: [String]) async throws -> Int32 {
        var words = words
        let name = words.isEmpty ? "--help" : words.removeFirst()
        let wantsHelp = words.contains("--help") || words.contains("-h")
        switch name {
        case "new":
            if wantsHelp { return show(PluginNewCommand.help) }
            return try await PluginNewCommand.run(words)
        case "check":
            if wantsHelp { return show(PluginCheckCommand.help) }
            return try await PluginCheckCommand.run(words)
        case "test":
            if wantsHelp { return show(PluginTestCommand.help) }
            return try await PluginTestCommand.run(words)
        case "--help", "-h", "help": return show(help)
        default:
            throw Arguments.Mistake(
                message: "there is no command \"plugin \(name)\"; there are new, check and test")
        }
    }

    private static func show(_ text: String) -> Int32 {
        Command.show(text)
        return 0
    }

    /// The one path that a command is given, without slashes at its end.
    static func path(_ arguments: Arguments) throws(Arguments.Mistake) -> String {
        guard let path = arguments.positions.first, arguments.positions.count == 1 else {
            throw Arguments.Mistake(message: "give the folder of one plugin")
        }
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
