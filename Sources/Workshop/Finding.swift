package import Wire

/// Something that `playhouse plugin check` has to say about a plugin.
package struct Finding: Sendable, Equatable {
    package enum Level: String, Sendable { case error, warning }

    package var level: Level
    /// Names the check, such as `locale-missing`.
    package var rule: String
    /// Below the plugin's folder.
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1.
    package var column: Int
    package var message: String
    /// What to do about it.
    package var remedy: String

    /// `main.lua:8:3: error: … [rule]`, and the remedy in a line of its own.
    package var text: String {
        "\(file):\(line):\(column): \(level.rawValue): \(message) [\(rule)]\n    \(remedy)"
    }

    package var json: JSON {
        [
            "level": .string(level.rawValue), "rule": .string(rule), "file": .string(file),
            "line": .integer(Int64(line)), "column": .integer(Int64(column)),
            "message": .string(message), "remedy": .string(remedy),
        ]
    }
}

/// Collects findings.
struct Findings {
    private(set) var list: [Finding] = []

    mutating func add(
        _ level: Finding.Level, _ rule: String, _ file: String, _ position: LuaPosition,
        _ message: String, remedy: String
    ) {
        let finding = Finding(
            level: level, rule: rule, file: file, line: position.line, column: position.column,
            message: message, remedy: remedy)
        if !list.contains(finding) { list.append(finding) }
    }

    /// By file and place.
    var sorted: [Finding] {
        list.sorted {
            ($0.file, $0.line, $0.column, $0.rule, $0.message)
                < ($1.file, $1.line, $1.column, $1.rule, $1.message)
        }
    }
}
