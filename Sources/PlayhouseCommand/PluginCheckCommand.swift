import Wire
import Workshop

/// `playhouse plugin check`.
enum PluginCheckCommand {
    static let help = """
        playhouse plugin check: look a plugin's folder over without playing it

        usage: playhouse plugin check PATH [--json]

          PATH     the plugin's folder
          --json   prints one object

        Compares manifest, code and texts: what the code uses and the manifest does not declare, or the other
        way round; hooks, host functions, configuration and texts that do not exist; texts that a
        language lacks; globals; what the sandbox does not have; state kept outside of room.state. Every
        line names file, line and column, and what to do. Exit codes: 0 no errors, 1 errors, 2 wrong
        usage. Warnings alone are no errors.

        """

    static func run(_ words: [String]) async throws -> Int32 {
        let arguments = try Arguments(words, options: [], flags: ["json"])
        let path = try PluginCommand.path(arguments)
        let findings = await PluginCheck(folder: path).run()
        let errors = findings.count { $0.level == .error }
        let warnings = findings.count - errors
        if arguments.has("json") {
            let object: JSON = [
                "findings": .array(findings.map(\.json)), "errors": .integer(Int64(errors)),
                "warnings": .integer(Int64(warnings)),
            ]
            Command.show(String(decoding: object.encoded(), as: UTF8.self) + "\n")
        } else {
            for finding in findings { Command.show(finding.text + "\n") }
            Command.show("\(path): \(counted(errors, "error")), \(counted(warnings, "warning"))\n")
        }
        return errors == 0 ? 0 : 1
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
