/// How Chinese characters are read, without tones.
package struct Pinyin: Sendable {
    private var readings: [UInt32: String] = [:]
    private var syllables: Set<String> = []
    private static let syllableLettersMax = 6

    /// - Parameter table: Lines of a syllable, a space and its characters; `#` begins a comment.
    package init(table: String) {
        for line in table.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            guard parts.count == 2 else { continue }
            let syllable = String(parts[0])
            syllables.insert(syllable)
            for scalar in parts[1].unicodeScalars { readings[scalar.value] = syllable }
        }
    }

    /// The customary reading of a character.
    func reading(_ scalar: UInt32) -> String? { readings[scalar] }

    /// The readings of a word, joined; nil when a character is not in the table.
    func spelling(_ word: some Collection<UInt32>) -> String? {
        var spelling = ""
        for scalar in word {
            guard let reading = readings[scalar] else { return nil }
            spelling += reading
        }
        return spelling
    }

    /// The first letters of the readings of a word.
    func initials(_ word: some Collection<UInt32>) -> String? {
        var initials = ""
        for scalar in word {
            guard let first = readings[scalar]?.first else { return nil }
            initials.append(first)
        }
        return initials
    }

    /// Cuts letters into the fewest syllables; nil when they are no pinyin.
    func syllables(of letters: String) -> [String]? {
        let letters = Array(letters.utf8)
        var best: [[String]?] = Array(repeating: nil, count: letters.count + 1)
        best[0] = []
        for start in letters.indices {
            guard let before = best[start] else { continue }
            for end in (start + 1)...min(start + Self.syllableLettersMax, letters.count) {
                let syllable = String(decoding: letters[start..<end], as: UTF8.self)
                guard syllables.contains(syllable) else { continue }
                if best[end].map({ before.count + 1 < $0.count }) ?? true {
                    best[end] = before + [syllable]
                }
            }
        }
        return best[letters.count]
    }
}
