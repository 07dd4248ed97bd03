/// Cleans what people write before others see it.
enum PlainText {
    /// Code points that one character may have on average: enough for every emoji, too few for a
    /// tower of combining marks.
    static let scalarsPerCharacterMax = 8

    /// The text on one line, without control characters, white space at its ends, and the marks that
    /// turn the direction of what follows (UAX #9), which would spill over into other people's text.
    static func clean(_ text: String) -> String {
        if isClean(text) { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x09...0x0D, 0x85, 0x2028, 0x2029: scalars.append(" ")
            case 0x202A...0x202E, 0x2066...0x2069: continue
            case 0...0x1F, 0x7F...0x9F: continue
            default: scalars.append(scalar)
            }
        }
        var rest = Substring(String(scalars)).unicodeScalars
        while let first = rest.first, first.properties.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.properties.isWhitespace { rest.removeLast() }
        return String(rest)
    }

    /// Whether nothing needs to be changed; errs towards no.
    private static func isClean(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            !first.properties.isWhitespace, !last.properties.isWhitespace
        else { return false }
        // E2 begins U+2028 and the direction marks, C2 the second block of control characters.
        return text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0xE2 && $0 != 0xC2 }
    }

    /// Whether a text is longer than so many characters, or has absurdly many code points.
    static func isLonger(_ text: String, than charactersMax: Int) -> Bool {
        if text.utf8.count <= charactersMax { return false }
        return text.unicodeScalars.count > charactersMax * scalarsPerCharacterMax
            || text.count > charactersMax
    }
}
