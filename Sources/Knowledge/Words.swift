/// A run of letters or of digits in a folded text.
struct Word: Equatable, Sendable {
    var range: Range<Int>
    /// As written.
    var text: String
    /// Without its ending; of digits, the digits.
    var stem: String

    var isNumber: Bool { text.utf8.first.map { (0x30...0x39).contains($0) } ?? false }

    /// All words of a folded text, in order: `[a-z][a-z']*`, and numbers with one point.
    static func all(in text: [UInt32]) -> [Word] {
        var words: [Word] = []
        var index = 0
        while index < text.count {
            var end = index
            if TextFolding.isLatin(text[index]) {
                while end < text.count,
                    TextFolding.isLatin(text[end])
                        || (text[end] == 0x27 && end + 1 < text.count
                            && TextFolding.isLatin(text[end + 1]))
                { end += 1 }
            } else if TextFolding.isDigit(text[index]) {
                while end < text.count, TextFolding.isDigit(text[end]) { end += 1 }
                if end + 1 < text.count, text[end] == 0x2E, TextFolding.isDigit(text[end + 1]) {
                    end += 1
                    while end < text.count, TextFolding.isDigit(text[end]) { end += 1 }
                }
            } else {
                index += 1
                continue
            }
            let word = TextFolding.string(text[index..<end])
            words.append(Word(range: index..<end, text: word, stem: Stemmer.stem(word)))
            index = end
        }
        return words
    }
}
