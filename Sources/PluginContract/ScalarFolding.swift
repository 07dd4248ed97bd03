/// Folds single Unicode scalars so that look-alike spellings become one, and tells what they are.
///
/// A small part of NFKC and of case folding, as tables: the full forms need tables of megabytes, and
/// danmaku needs speed. Folded are case, full-width and half-width ASCII, mathematical, circled and
/// squared letters and digits, and Latin letters with a diacritic (`ü` becomes `u`, whether written as
/// one scalar or with a combining mark). Dropped are zero-width and other ignorable scalars,
/// variation selectors, control characters and combining diacritical marks.
package enum ScalarFolding {
    /// What a scalar is to the word filter.
    package enum Kind: Equatable, Sendable {
        /// A letter or digit of a script that separates words by spaces.
        case letter
        /// A character of Chinese, Japanese or Korean, where words stand side by side.
        case ideograph
        case separator(Separators)
        /// Not seen on a screen, or only as part of the scalar before it.
        case ignorable
    }

    /// Kinds of scalars between letters, and sets of them.
    package struct Separators: OptionSet, Equatable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let space = Separators(rawValue: 1)
        /// Hyphens, stars, quotation marks, emoji and other symbols: they join more than they part.
        package static let joiner = Separators(rawValue: 2)
        package static let dot = Separators(rawValue: 4)
        /// Commas, colons, slashes and ellipses, in every script.
        package static let pause = Separators(rawValue: 8)
        /// The end of a sentence.
        package static let stop = Separators(rawValue: 16)
    }

    /// The folded form of a scalar, and its kind.
    package static func fold(_ scalar: Unicode.Scalar) -> (value: UInt32, kind: Kind) {
        let value = scalar.value
        if value < 0x80 { return ascii(value) }
        if isIdeograph(value) { return (value, .ideograph) }
        if let plain = plainForm(value) { return ascii(plain) }
        return other(scalar)
    }

    private static func ascii(_ value: UInt32) -> (value: UInt32, kind: Kind) {
        switch UInt8(truncatingIfNeeded: value) {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): (value | 0x20, .letter)
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            (value, .letter)
        case 0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D: (0x20, .separator(.space))
        case UInt8(ascii: "."): (value, .separator(.dot))
        case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "/"):
            (value, .separator(.pause))
        case UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: ";"):
            (value, .separator(.stop))
        case 0x21...0x7E: (value, .separator(.joiner))
        default: (value, .ignorable)
        }
    }

    private static func isIdeograph(_ value: UInt32) -> Bool {
        switch value {
        case 0x3005, 0x3007, 0x3021...0x3029,  // iteration mark, zero, Hangzhou numerals
            0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FC...0x30FF,  // kana
            0x3105...0x318E, 0x31A0...0x31BF, 0x31F0...0x31FF,  // bopomofo, jamo
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0x20000...0x3FFFD:
            value != 0x3164
        default: false
        }
    }

    /// The ASCII character that a compatibility form stands for.
    private static func plainForm(_ value: UInt32) -> UInt32? {
        switch value {
        case 0xFF01...0xFF5E: value - 0xFEE0
        case 0x3000, 0xA0: 0x20
        case 0x2460...0x2468: 0x31 + value - 0x2460  // ①
        case 0x24B6...0x24E9: 0x61 + (value - 0x24B6) % 26  // Ⓐ ⓐ
        case 0x1D400...0x1D6A3: 0x61 + (value - 0x1D400) % 26  // mathematical letters
        case 0x1D7CE...0x1D7FF: 0x30 + (value - 0x1D7CE) % 10
        case 0x1F130...0x1F149: 0x61 + value - 0x1F130  // 🄰
        case 0x1F150...0x1F169: 0x61 + value - 0x1F150  // 🅐
        case 0x1F170...0x1F189: 0x61 + value - 0x1F170  // 🅰
        case 0xC0...0x17F:
            latinBases[Int(value - 0xC0)] == UInt8(ascii: ".")
                ? nil : UInt32(latinBases[Int(value - 0xC0)])
        default: nil
        }
    }

    /// Base letters of U+00C0 to U+017F; a dot where there is none.
    private static let latinBases: [UInt8] = Array(
        ("aaaaaa.ceeeeiiii.nooooo.ouuuuy..aaaaaa.ceeeeiiii.nooooo.ouuuuy.y"
            + "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii..jjkk.lllllll"
            + "lllnnnnnnn..oooooo..rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs").utf8)

    private static func other(_ scalar: Unicode.Scalar) -> (value: UInt32, kind: Kind) {
        let value = scalar.value
        switch value {
        case 0x0300...0x036F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF, 0xFE20...0xFE2F:
            return (value, .ignorable)
        case 0x3002, 0xFF61, 0x037E, 0x061F: return (value, .separator(.stop))
        case 0x3001, 0xFF64, 0x060C, 0x2026: return (value, .separator(.pause))
        case 0x2024, 0x00B7, 0x30FB, 0xFF65, 0x2022, 0x2027: return (value, .separator(.dot))
        default: break
        }
        let properties = scalar.properties
        if properties.isDefaultIgnorableCodePoint || properties.generalCategory == .control {
            return (value, .ignorable)
        }
        if properties.isWhitespace { return (0x20, .separator(.space)) }
        guard properties.isAlphabetic || properties.numericType != nil else {
            return (value, .separator(.joiner))
        }
        // A mapping to several scalars is a letter and combining marks, which are dropped anyway.
        let lower = properties.lowercaseMapping.unicodeScalars.first ?? scalar
        return (lower == "\u{3C2}" ? 0x3C3 : lower.value, .letter)
    }
}
