import Workshop

/// `playhouse plugin new`.
enum PluginNewCommand {
    static let help = """
        playhouse plugin new: a folder for a new plugin, with tests that pass

        usage: playhouse plugin new NAME [--template minimal|game|moderation] [--folder DIR]

          NAME             of a-z, 0-9, _ and -; the plugin's id and the name of its folder
          --template T     minimal: a button and a count; unless given
                           game: a poll with a timer, answers, a prize
                           moderation: hides danmaku with words of a list, and tells the operator
          --folder DIR     where the folder is made; Plugins if there is such a folder, else here

        The folder has its manifest, code, texts in Chinese and English, tests, and what an editor with the
        Lua language server needs to complete and explain the host API. Nothing that exists is
        overwritten. Exit codes: 0 done, 1 failed, 2 wrong usage.

        """

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(words, options: ["template", "folder"])
        guard let name = arguments.positions.first, arguments.positions.count == 1 else {
            throw Arguments.Mistake(message: "give the name of the new plugin")
        }
        let template = try arguments.choice("template", PluginTemplate.self) ?? .minimal
        let scaffold = PluginScaffold(name: name, template: template)
        if let problem = scaffold.nameProblem { throw Arguments.Mistake(message: problem) }
        let folder = try scaffold.write(in: arguments.text("folder"))
        Command.show(
            """
            \(folder) is there. Now:

              playhouse plugin check \(folder)
              playhouse plugin test \(folder)
              playhouse dev \(folder)

            """)
        return 0
    }
}
