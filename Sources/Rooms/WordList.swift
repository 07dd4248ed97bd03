import PluginContract

/// The words of a list file, folded.
///
/// One word or phrase a line, 1 to 64 characters; at most 10,000. Empty lines and lines that begin
/// with `#` are skipped. A word that stands there twice counts once.
struct WordList {
    static let wordsMax = 10_000
    static let charactersMax = 64

    /// A word as it is searched for.
    struct Word: Equatable {
        /// As it stands in the file.
        var text: String
        /// Its letters, folded, without what stood between them; at most 64.
        var letters: [UInt32]
        /// Bit i is set where something stood between letter i - 1 and letter i.
        var gaps: UInt64
        var hasIdeographs: Bool
    }

    private(set) var words: [Word] = []

    /// Reads a list file.
    ///
    /// - Parameters:
    ///   - text: The whole file.
    ///   - name: How the list is called in errors.
    /// - Throws: ``WordListError`` for the first line that cannot be used.
    init(_ text: String, name: String) throws(WordListError) {
        var seen: Set<[UInt32]> = []
        var number = 0
        for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            let word = Self.trim(line)
            if word.isEmpty || word.hasPrefix("#") { continue }
            let folded = FoldedText(word)
            let reason: WordListError.Reason? =
                if word.count > Self.charactersMax || folded.letters.count > Self.charactersMax {
                    .tooLong
                } else if folded.letters.isEmpty {
                    .noLetters
                } else if folded.letters.count == 1, !folded.isIdeograph[0] {
                    .singleLetter
                } else if words.count == Self.wordsMax, !seen.contains(folded.letters) {
                    .tooMany
                } else {
                    nil
                }
            if let reason { throw WordListError(list: name, line: number, reason: reason) }
            guard seen.insert(folded.letters).inserted else { continue }
            words.append(Self.word(word, folded))
        }
    }

    private static func word(_ text: String, _ folded: FoldedText) -> Word {
        var gaps: UInt64 = 0
        for index in folded.letters.indices.dropFirst() where !folded.gaps[index].isEmpty {
            gaps |= 1 << UInt64(index)
        }
        return Word(
            text: text, letters: folded.letters, gaps: gaps,
            hasIdeographs: folded.isIdeograph.contains(true))
    }

    private static func trim(_ line: Substring.UnicodeScalarView) -> String {
        func isOutside(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || scalar == "\u{FEFF}"
        }
        var rest = line.drop(while: isOutside)
        while let last = rest.last, isOutside(last) { rest.removeLast() }
        return String(rest)
    }
}

/// Why a word list cannot be used, and where.
package struct WordListError: Error, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// More than 64 characters.
        case tooLong
        /// Nothing but separators and invisible characters.
        case noLetters
        /// One letter or digit that is not an ideograph: it would block nearly everything.
        case singleLetter
        /// The list holds more than 10,000 words; the line is the first that is too many.
        case tooMany
    }

    /// `blocked` or `allowed`.
    package var list: String
    /// From 1.
    package var line: Int
    package var reason: Reason

    package var description: String {
        let what =
            switch reason {
            case .tooLong: "is longer than \(WordList.charactersMax) characters"
            case .noLetters: "holds no letter or digit"
            case .singleLetter: "is a single letter, which would block nearly everything"
            case .tooMany: "is one word too many: at most \(WordList.wordsMax)"
            }
        return "line \(line) of the list of \(list) words \(what)"
    }
}
