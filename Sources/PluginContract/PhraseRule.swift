package import Wire

/// Which danmaku a collector takes: those that equal or contain a phrase after normalisation.
///
/// Case, width, spaces and punctuation do not count, nor do invisible characters (``FoldedText``).
package struct PhraseRule: Sendable, Equatable {
    package enum Match: String, Sendable, CaseIterable {
        /// The whole danmaku is the phrase.
        case equal
        /// The phrase occurs in the danmaku.
        case contains
    }

    /// As the plugin wrote them.
    package let phrases: [String]
    package let match: Match
    private let letters: [[UInt32]]

    /// Limits of one rule.
    package enum Limit {
        package static let phrases = 1...20
        package static let characters = 50
    }

    /// - Throws: When a phrase has nothing that could be compared.
    package init(phrases: [String], match: Match) throws(HostCallError) {
        self.phrases = phrases
        self.match = match
        letters = phrases.map { FoldedText($0).letters }
        for (phrase, letters) in zip(phrases, letters) where letters.isEmpty {
            throw HostCallError("the phrase \"\(phrase)\" has neither letters nor digits")
        }
    }

    /// The first phrase that a danmaku matches, given its folded letters; nil for none.
    package func phrase(in said: [UInt32]) -> String? {
        zip(phrases, letters).first { _, letters in
            switch match {
            case .equal: said == letters
            case .contains: Self.contains(said, letters)
            }
        }?.0
    }

    private static func contains(_ text: [UInt32], _ part: [UInt32]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { start in
            text[start] == part[0] && text[start..<start + part.count].elementsEqual(part)
        }
    }

    /// The recorded form.
    package var json: JSONObject {
        [
            "phrases": .array(phrases.map { .string($0) }), "match": .string(match.rawValue),
        ]
    }

    /// Reads the recorded form; nil when it is none.
    package init?(json: JSON) {
        guard let list = json["phrases"]?.arrayValue,
            let match = json["match"]?.stringValue.flatMap(Match.init)
        else { return nil }
        let phrases = list.compactMap(\.stringValue)
        guard phrases.count == list.count,
            let rule = try? PhraseRule(phrases: phrases, match: match)
        else { return nil }
        self = rule
    }
}

/// A danmaku as plugins hear it.
package struct Utterance: Sendable, Equatable {
    /// Its id, as `chat.hide` takes it.
    package var message: String
    package var by: Person
    package var text: String
    /// Of the folded text.
    package var letters: [UInt32]

    package init(message: String, by: Person, text: String, letters: [UInt32]) {
        self.message = message
        self.by = by
        self.text = text
        self.letters = letters
    }

    /// What `on_danmaku` is given.
    package var json: JSON {
        [
            "message": .string(message), "viewer": Viewer(by).json,
            "role": .string(by.role.rawValue), "text": .string(text),
        ]
    }
}
