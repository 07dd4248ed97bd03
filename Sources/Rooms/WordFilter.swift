import PluginContract

/// Finds blocked words in danmaku, however they are spelled.
///
/// Text and words are folded (``ScalarFolding``) and compared without what stands between letters.
/// An occurrence counts by these rules, chosen so that evasions are found and innocent neighbours
/// are not:
///
/// 1. Nothing crosses the end of a sentence (`。 ！ ？ ；` and their Latin forms).
/// 2. A word with ideographs counts wherever it stands, also with spaces, dots, hyphens, symbols or
///    emoji inside (`加 微-信`). Commas and colons count as spelling only when something stands
///    between every two letters of at least three (`加，微，信`); `多加，微信支付` is innocent. A Latin
///    letter at its end must not go on as a longer Latin word.
/// 3. A word of letters and digits alone counts inside an unbroken run of letters, also as a part of
///    a longer word; the allow-list excuses those.
/// 4. Broken up, it counts only when it begins and ends where the pieces do, and when either the
///    gaps are its own (a phrase), or all gaps are hyphens, stars and other symbols (`fo-ol`), or it
///    is spelled out letter by letter and has at least three (`f o o l`). `as sent` does not hold `ass`.
/// 5. An occurrence within an occurrence of an allowed word or phrase is excused.
///
/// Not recognised: letters replaced by look-alikes of other scripts or by digits, doubled letters,
/// traditional for simplified characters. Put such spellings into the list.
package struct WordFilter: Sendable {
    /// An occurrence of a blocked word.
    package struct Match: Equatable, Sendable {
        /// The word as it stands in the list.
        package var word: String
        /// Where it begins in the text, in UTF-8 bytes.
        package var utf8Offset: Int
    }

    private let automaton: WordAutomaton?
    private let words: [WordList.Word]
    /// Words from this index on are allowed ones.
    private let allowedFrom: Int

    /// Builds a filter from the texts of two list files.
    ///
    /// One word or phrase a line, at most 64 characters each and 10,000 a list; `#` begins a comment
    /// line.
    ///
    /// - Throws: ``WordListError`` naming the list and the line.
    package init(blocked: String = "", allowed: String = "") throws(WordListError) {
        let blockedWords = try WordList(blocked, name: "blocked").words
        let letters = Set(blockedWords.map(\.letters))
        // A word in both lists is never reported, so the automaton need not know it as blocked.
        let allowedWords = try WordList(allowed, name: "allowed").words
        let excused = Set(allowedWords.map(\.letters)).intersection(letters)
        let kept = blockedWords.filter { !excused.contains($0.letters) }
        words = kept + allowedWords
        allowedFrom = kept.count
        automaton = kept.isEmpty ? nil : WordAutomaton(words.map(\.letters))
    }

    private init() {
        words = []
        allowedFrom = 0
        automaton = nil
    }

    /// Lets everything pass.
    package static let none = WordFilter()

    /// The first blocked word in a text that no allowed word excuses.
    ///
    /// - Complexity: O(length of the text), for realistic lists.
    package func firstMatch(in text: String) -> Match? { firstMatch(in: FoldedText(text)) }

    func firstMatch(in text: FoldedText) -> Match? {
        guard let automaton else { return nil }
        var blocked: [(word: Int, range: ClosedRange<Int>)] = []
        var allowed: [ClosedRange<Int>] = []
        automaton.scan(text.letters) { word, last in
            let range = last - words[word].letters.count + 1...last
            guard counts(words[word], at: range, in: text) else { return }
            if word < allowedFrom {
                blocked.append((word, range))
            } else {
                allowed.append(range)
            }
        }
        let first = blocked.first { match in
            !allowed.contains {
                $0.lowerBound <= match.range.lowerBound && match.range.upperBound <= $0.upperBound
            }
        }
        guard let first else { return nil }
        return Match(
            word: words[first.word].text,
            utf8Offset: Int(text.utf8Offsets[first.range.lowerBound]))
    }

    /// Rules 1 to 4.
    private func counts(
        _ word: WordList.Word, at range: ClosedRange<Int>, in text: FoldedText
    ) -> Bool {
        var inside: ScalarFolding.Separators = []
        var gapCount = 0
        var areOwn = true
        for index in range.dropFirst() where !text.gaps[index].isEmpty {
            inside.formUnion(text.gaps[index])
            gapCount += 1
            areOwn = areOwn && word.gaps >> UInt64(index - range.lowerBound) & 1 == 1
        }
        if inside.contains(.stop) { return false }
        let isSpelledOut = gapCount == range.count - 1 && range.count >= 3
        let before = text.gaps[range.lowerBound]
        let after = text.gaps[range.upperBound + 1]
        let isFirst = range.lowerBound == 0
        let isLast = range.upperBound == text.letters.count - 1
        if word.hasIdeographs {
            guard !inside.contains(.pause) || isSpelledOut || areOwn else { return false }
            let goesOnBefore =
                !isFirst && before.isEmpty
                && continues(text, range.lowerBound - 1, range.lowerBound)
            let goesOnAfter =
                !isLast && after.isEmpty && continues(text, range.upperBound, range.upperBound + 1)
            return !goesOnBefore && !goesOnAfter
        }
        if gapCount == 0 { return true }
        guard isFirst || !before.isEmpty || text.isIdeograph[range.lowerBound - 1],
            isLast || !after.isEmpty || text.isIdeograph[range.upperBound + 1]
        else { return false }
        return areOwn || isSpelledOut || inside == .joiner
    }

    /// Whether two neighbours are letters of one Latin word; digits are not.
    private func continues(_ text: FoldedText, _ one: Int, _ other: Int) -> Bool {
        func isLetter(_ index: Int) -> Bool {
            !text.isIdeograph[index] && !(0x30...0x39).contains(text.letters[index])
        }
        return isLetter(one) && isLetter(other)
    }
}
