import Foundation

/// Rules that keep lines from the entries, whatever those say, and that tell a question.
///
/// A text of lines `kind: regular expression`; `#` begins a comment.
package struct LineRules: Sendable {
    /// What a rule holds a line for.
    package enum Kind: String, Sendable, CaseIterable {
        /// Tries to change the rules, or to get at what is not for viewers.
        case injection
        /// Advertises something, or lures viewers elsewhere.
        case spam
        /// Is angry about a product or the shop.
        case complaint
        /// Asks about the viewer's own order.
        case order
        /// Haggles about the price.
        case price
    }

    /// Why a text of rules cannot be used.
    package struct Mistake: Error, Sendable, Equatable, CustomStringConvertible {
        package var line: Int
        package var message: String
        package var description: String { "rules.txt:\(line): \(message)" }
    }

    // NSRegularExpression is immutable and thread-safe.
    private nonisolated(unsafe) var expressions: [String: [NSRegularExpression]] = [:]
    private static let names =
        Kind.allCases.map(\.rawValue) + ["grumble", "pardon", "question", "presence"]

    package init(text: String) throws(Mistake) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty && !line.hasPrefix("#") {
            guard let colon = line.firstRange(of: ": ") else {
                throw Mistake(line: index + 1, message: "write a kind, \": \" and an expression")
            }
            let name = String(line[..<colon.lowerBound])
            guard Self.names.contains(name) else {
                throw Mistake(line: index + 1, message: "there is no kind \"\(name)\"")
            }
            do {
                expressions[name, default: []].append(
                    try NSRegularExpression(pattern: String(line[colon.upperBound...])))
            } catch {
                throw Mistake(line: index + 1, message: "the expression is not valid")
            }
        }
    }

    /// What a folded line is held for; nil lets it pass.
    package func kind(of line: String) -> Kind? {
        if matches("injection", line) { return .injection }
        if matches("spam", line) { return .spam }
        if matches("complaint", line) { return .complaint }
        if matches("grumble", line), !isQuestion(line) { return .complaint }
        if matches("order", line) { return .order }
        if matches("price", line), !matches("pardon", line) { return .price }
        return nil
    }

    /// Whether a folded line asks something.
    package func isQuestion(_ line: String) -> Bool { matches("question", line) }

    /// Whether a folded line asks if there is something.
    package func asksForPresence(_ line: String) -> Bool { matches("presence", line) }

    private func matches(_ name: String, _ line: String) -> Bool {
        let range = NSRange(line.startIndex..., in: line)
        return (expressions[name] ?? []).contains { $0.firstMatch(in: line, range: range) != nil }
    }
}
