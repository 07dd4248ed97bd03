package import Wire

/// A place in a plugin's file and the lines around it.
package struct SourceExcerpt: Sendable, Equatable {
    /// Below the plugin's folder.
    package var file: String
    /// From 1.
    package var line: Int
    /// Numbers of the first line that is shown.
    package var firstLine: Int
    package var lines: [String]

    /// Lines before and behind the one in question.
    static let around = 2

    /// Takes the lines around a place; nil when the file has no such line.
    package init?(file: String, line: Int, of text: [UInt8]) {
        let all = String(decoding: text, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard all.indices.contains(line - 1) else { return nil }
        self.file = file
        self.line = line
        let range = max(0, line - 1 - Self.around)...min(all.count - 1, line - 1 + Self.around)
        firstLine = range.lowerBound + 1
        lines = Array(all[range])
    }

    /// The first place that a message names, such as `main.lua:12`; nil for none.
    package static func place(in message: String) -> (file: String, line: Int)? {
        guard
            let match = message.firstMatch(
                of: /(?<file>[A-Za-z0-9_\/.-]+\.(?:lua|json)):(?<line>[0-9]+)/),
            let line = Int(match.output.line)
        else { return nil }
        return (String(match.output.file), line)
    }

    package var json: JSON {
        .array(
            lines.enumerated().map { index, text in
                [
                    "number": .integer(Int64(firstLine + index)), "text": .string(text),
                    "marked": .bool(firstLine + index == line),
                ]
            })
    }
}
