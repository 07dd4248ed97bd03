/// Cleans what people write before others see it.
enum PlainText {
    /// Code points that one character may have on average: enough for every emoji, too few for a
    /// tower of combining marks.
    static let scalarsPerCharacterMax = 8
    /// Length of a display name in characters as people count them.
    static let nameCharactersMax = 32
    /// Length of a display name in bytes; room for 32 ideographs, or for a few large emoji.
    static let nameBytesMax = 128
    /// Combining marks that a character of a name may carry: enough for every script, no tower.
    private static let nameMarksMax = 3

    /// The text on one line, without white space at its ends and without what cannot be seen.
    ///
    /// Taken out are control characters, the marks that turn the direction of what follows (UAX #9),
    /// which would spill over into other people's text, and invisible characters, by which one text
    /// can pass for another. Joiners and variation selectors stay where emoji and scripts need them.
    static func clean(_ text: String) -> String {
        if isClean(text) { return text }
        var kept = String.UnicodeScalarView()
        var last: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            guard let visible = visible(scalar, after: last) else { continue }
            kept.append(visible)
            last = visible
        }
        // A joiner that joins nothing is as invisible as white space.
        func isOuter(_ scalar: Unicode.Scalar) -> Bool {
            scalar.properties.isWhitespace || scalar.value == 0x200C || scalar.value == 0x200D
        }
        var rest = Substring(String(kept)).unicodeScalars
        while let first = rest.first, isOuter(first) { rest.removeFirst() }
        while let last = rest.last, isOuter(last) { rest.removeLast() }
        return String(rest)
    }

    /// A display name as others see it: clean, with single spaces, no towers of marks, and cut at
    /// ``nameCharactersMax`` characters and ``nameBytesMax`` bytes. Empty when nothing is left.
    static func cleanName(_ name: String) -> String {
        var kept = String.UnicodeScalarView()
        var marks = 0
        for scalar in clean(name).unicodeScalars {
            let isSpace = scalar.properties.isWhitespace
            if isSpace, kept.last == " " { continue }
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: marks += 1
            default: marks = 0
            }
            if marks <= nameMarksMax { kept.append(isSpace ? " " : scalar) }
        }
        var cut = ""
        for character in String(kept).prefix(nameCharactersMax) {
            guard cut.utf8.count + character.utf8.count <= nameBytesMax else { break }
            cut.append(character)
        }
        return clean(cut)
    }

    /// What is shown of a code point after the one before it; nil for nothing.
    private static func visible(
        _ scalar: Unicode.Scalar, after last: Unicode.Scalar?
    ) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x09...0x0D, 0x85, 0x2028, 0x2029: return " "
        case 0...0x1F, 0x7F...0x9F: return nil
        case 0x20..<0xAD: return scalar
        case 0x200C, 0x200D: return last.map(mayBeJoined) == true ? scalar : nil
        case 0xFE0E, 0xFE0F: return last?.properties.isEmoji == true ? scalar : nil
        case 0xE0020...0xE007F:
            // The flags of regions: a black flag, letters as tags.
            let isFlag = last.map { $0.value == 0x1F3F4 || $0.value >> 8 == 0xE00 } == true
            return isFlag ? scalar : nil
        case 0xFFF9...0xFFFC: return nil
        default: return scalar.properties.isDefaultIgnorableCodePoint ? nil : scalar
        }
    }

    /// Whether a joiner after this code point can change how it is shown: emoji, and the scripts
    /// whose letters change their form (Arabic to Sinhala, Khmer, Mongolian).
    private static func mayBeJoined(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x600...0xDFF, 0x1780...0x18AF, 0xFE0F: true
        case 0..<0x2190: false
        default: scalar.properties.isEmoji
        }
    }

    /// Whether nothing needs to be changed; errs towards no.
    private static func isClean(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last,
            !first.properties.isWhitespace, !last.properties.isWhitespace
        else { return false }
        // ASCII, and what E4 to E9 begin: the ideographs, U+4000 to U+9FFF.
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x20...0x7E, 0xE4...0xE9: break
            case 0x80...0xBF where previous >= 0xE4: break
            default: return false
            }
            if byte < 0x80 || byte >= 0xC0 { previous = byte }
        }
        return true
    }

    /// Whether a text is longer than so many characters, or has absurdly many code points.
    static func isLonger(_ text: String, than charactersMax: Int) -> Bool {
        if text.utf8.count <= charactersMax { return false }
        return text.unicodeScalars.count > charactersMax * scalarsPerCharacterMax
            || text.count > charactersMax
    }
}
