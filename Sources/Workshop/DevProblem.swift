import Foundation
import Wire

/// Something amiss with a plugin, and the lines where it is.
struct DevProblem: Sendable, Equatable {
    enum Kind: String, Sendable {
        /// Of the check of its folder.
        case check
        /// Why what was saved was not taken over.
        case reload
        /// What was saved waits for its moment.
        case waiting
        /// A handler failed.
        case fault
    }

    var kind: Kind
    var level: Finding.Level
    var message: String
    var remedy = ""
    var file = ""
    var line = 0
    var excerpt: SourceExcerpt?
    /// A stack trace.
    var details: [String] = []

    init(kind: Kind, level: Finding.Level = .error, message: String) {
        self.kind = kind
        self.level = level
        self.message = message
    }

    /// Reads the lines in question from the folder as it is now.
    init(_ finding: Finding, folder: String) {
        self.init(kind: .check, level: finding.level, message: finding.message)
        remedy = finding.remedy
        file = finding.file
        line = finding.line
        let text = FileManager.default.contents(atPath: folder + "/" + file)
        excerpt = text.flatMap { SourceExcerpt(file: file, line: line, of: [UInt8]($0)) }
    }

    /// Finds the place in the message; `text` gives the content of a file.
    init(kind: Kind, message: String, text: (String) -> [UInt8]?) {
        self.init(kind: kind, message: message)
        guard let place = SourceExcerpt.place(in: message) else { return }
        file = place.file
        line = place.line
        excerpt = text(file).flatMap { SourceExcerpt(file: file, line: line, of: $0) }
    }

    func json(of plugin: String) -> JSON {
        [
            "plugin": .string(plugin), "kind": .string(kind.rawValue),
            "level": .string(level.rawValue), "message": .string(message),
            "remedy": .string(remedy), "file": .string(file), "line": .integer(Int64(line)),
            "lines": excerpt?.json ?? [], "details": .array(details.map { .string($0) }),
        ]
    }
}
