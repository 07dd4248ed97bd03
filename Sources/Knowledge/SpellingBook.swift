/// Guesses the words of a shop behind pinyin, initials, wrong characters and slips of the finger.
struct SpellingBook: Sendable {
    private let pinyin: Pinyin
    /// Words of the lexicon and names of products: these may stand behind homophones and initials.
    private var strongWords: [String: [[UInt32]]] = [:]
    /// Pieces of the shop's texts: these may stand behind pinyin that was typed.
    private var pieces: [String: [[UInt32]]] = [:]
    private var initials: [String: [[UInt32]]] = [:]
    private var known: Set<[UInt32]> = []
    private var english: [UInt8: [String]] = [:]
    private var englishWords: Set<String> = []
    private let stopWords: Set<String>

    private static let pieceLengths = 2...3
    private static let guessesMax = 8

    init(pinyin: Pinyin, lexicon: Lexicon, names: ProductNames, texts: [[UInt32]]) {
        self.pinyin = pinyin
        stopWords = lexicon.stopWords
        let shopPieces = Self.pieces(of: texts)
        for word in lexicon.forms.map(\.scalars) + names.hanNames
        where word.count >= 2 && known.insert(word).inserted {
            guard let spelling = pinyin.spelling(word) else { continue }
            strongWords[spelling, default: []].append(word)
        }
        // Of two letters, only what the shop itself writes: too many words begin alike.
        for word in known where word.count <= 5 {
            guard let letters = pinyin.initials(word),
                word.count > 2 || shopPieces.contains(word) || names.hanNames.contains(word)
            else { continue }
            initials[letters, default: []].append(word)
        }
        for piece in shopPieces where known.insert(piece).inserted {
            guard let spelling = pinyin.spelling(piece) else { continue }
            pieces[spelling, default: []].append(piece)
        }
        for form in lexicon.english.keys {
            for word in form.split(separator: " ") { addEnglish(String(word)) }
        }
        for text in texts {
            for word in Word.all(in: text) where !word.isNumber { addEnglish(word.stem) }
        }
    }

    private static func pieces(of texts: [[UInt32]]) -> Set<[UInt32]> {
        var pieces: Set<[UInt32]> = []
        for text in texts {
            for run in text.split(whereSeparator: { !TextFolding.isHan($0) }) {
                for length in pieceLengths where run.count >= length {
                    for start in run.startIndex...(run.endIndex - length) {
                        pieces.insert(Array(run[start..<(start + length)]))
                    }
                }
            }
        }
        return pieces
    }

    private mutating func addEnglish(_ stem: String) {
        guard englishWords.insert(stem).inserted, let first = stem.utf8.first else { return }
        english[first, default: []].append(stem)
    }

    /// What a text probably means where it does not say it: Chinese words, and English stems.
    func repairs(of text: [UInt32], words: [Word]) -> (words: [[UInt32]], stems: [String]) {
        var found: Set<[UInt32]> = []
        var stems: [String] = []
        let letters = words.filter { !$0.isNumber }
        for start in letters.indices {
            for count in 1...4 where start + count <= letters.count {
                let run = letters[start..<(start + count)]
                let joined = run.map(\.text).joined()
                guard joined.utf8.count >= 2, joined.utf8.count <= 24 else { continue }
                if count == 1 {
                    let word = letters[start]
                    if stopWords.contains(word.text) || englishWords.contains(word.stem) {
                        continue
                    }
                    if let meant = initials[joined] { found.formUnion(meant) }
                    if pinyin.syllables(of: joined) == nil, let stem = slip(word.stem) {
                        stems.append(stem)
                    }
                }
                found.formUnion(strongWords[joined] ?? [])
                found.formUnion(pieces[joined] ?? [])
            }
        }
        found.formUnion(homophones(in: text))
        return (found.sorted(by: Self.isBefore).prefix(Self.guessesMax).map { $0 }, stems)
    }

    private static func isBefore(_ one: [UInt32], _ other: [UInt32]) -> Bool {
        one.count != other.count ? one.count > other.count : one.lexicographicallyPrecedes(other)
    }

    /// One place of a text that can be read aloud: a character, or a syllable that was typed.
    private struct Sound {
        var scalar: UInt32?
        var syllable: String
    }

    /// Known words that sound like two to four neighbours: "fa票", and wrong characters that share
    /// one with the word.
    private func homophones(in text: [UInt32]) -> Set<[UInt32]> {
        var found: Set<[UInt32]> = []
        for run in text.split(whereSeparator: { !TextFolding.isHan($0) && !TextFolding.isLatin($0) }
        ) {
            let sounds = self.sounds(of: run)
            for count in 2...4 where sounds.count >= count {
                for start in 0...(sounds.count - count) {
                    let some = sounds[start..<(start + count)]
                    let written = some.compactMap(\.scalar)
                    let isTyped = written.count < count
                    if !isTyped, known.contains(written) { continue }
                    let sound = some.map(\.syllable).joined()
                    var meant = strongWords[sound] ?? []
                    if isTyped { meant += pieces[sound] ?? [] }
                    for word in meant where word.count == count {
                        let shares = zip(some, word).contains { $0.scalar == $1 }
                        if isTyped || shares { found.insert(word) }
                    }
                }
            }
        }
        return found
    }

    private func sounds(of run: ArraySlice<UInt32>) -> [Sound] {
        var sounds: [Sound] = []
        var index = run.startIndex
        while index < run.endIndex {
            if TextFolding.isHan(run[index]) {
                sounds.append(
                    Sound(scalar: run[index], syllable: pinyin.reading(run[index]) ?? "|"))
                index += 1
            } else {
                let letters = run[index...].prefix { TextFolding.isLatin($0) }
                let typed =
                    letters.count <= 24
                    ? pinyin.syllables(of: TextFolding.string(letters)) : nil
                for syllable in typed ?? ["|"] {
                    sounds.append(Sound(scalar: nil, syllable: syllable))
                }
                index = letters.endIndex
            }
        }
        return sounds
    }

    /// The only known English word that is one letter away; words of five letters and more.
    private func slip(_ stem: String) -> String? {
        guard stem.utf8.count >= 5, let first = stem.utf8.first else { return nil }
        var found: String?
        for word in english[first] ?? [] where Self.isOneAway(Array(stem.utf8), Array(word.utf8)) {
            if found != nil { return nil }
            found = word
        }
        return found
    }

    /// Whether one insertion, removal, replacement or exchange of neighbours makes one of the other.
    static func isOneAway(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        guard abs(one.count - other.count) <= 1, one != other else { return false }
        let common = zip(one, other).prefix { $0 == $1 }.count
        let tailOfOne = Array(one[common...])
        let tailOfOther = Array(other[common...])
        if tailOfOne.count == tailOfOther.count {
            return tailOfOne.dropFirst() == tailOfOther.dropFirst()
                || (tailOfOne.count >= 2 && tailOfOne[0] == tailOfOther[1]
                    && tailOfOne[1] == tailOfOther[0]
                    && tailOfOne.dropFirst(2) == tailOfOther.dropFirst(2))
        }
        return tailOfOne.count > tailOfOther.count
            ? tailOfOne.dropFirst() == tailOfOther[...] : tailOfOther.dropFirst() == tailOfOne[...]
    }
}
