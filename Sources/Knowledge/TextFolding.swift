import PluginContract

/// Brings the spellings of a text together: width, case, traditional and simplified characters,
/// numerals, and everything that is not seen.
package struct TextFolding: Sendable {
    private let simplified: [UInt32: UInt32]

    /// - Parameter table: Pairs of a traditional and a simplified character, parted by spaces;
    ///   lines that begin with `#` are passed over.
    package init(simplified table: String) {
        var pairs: [UInt32: UInt32] = [:]
        for line in table.split(separator: "\n") where !line.hasPrefix("#") {
            for pair in line.split(separator: " ") {
                let scalars = Array(pair.unicodeScalars)
                if scalars.count == 2 { pairs[scalars[0].value] = scalars[1].value }
            }
        }
        simplified = pairs
    }

    /// Signs of currencies, which tell a price from a count: ¥, ￥, £, €.
    private static let currencies: [UInt32: UInt32] = [
        0xA5: 0xA5, 0xFFE5: 0xA5, 0xA3: 0xA3, 0x20AC: 0x20AC,
    ]

    /// Returns lower-case, half-width, simplified scalars. Emoji and unknown signs become spaces,
    /// runs of spaces one; zero-width scalars vanish. ASCII punctuation stays.
    package func fold(_ text: String) -> [UInt32] {
        var folded: [UInt32] = []
        folded.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if let sign = Self.currencies[scalar.value] {
                folded.append(sign)
                continue
            }
            var (value, kind) = ScalarFolding.fold(scalar)
            switch kind {
            case .ignorable: continue
            case .ideograph: value = simplified[value] ?? value
            case .letter: break
            case .separator(.stop) where value > 0x7F: value = 0x2E
            case .separator(.pause) where value > 0x7F: value = 0x2C
            case .separator: if value > 0x7F { value = 0x20 }
            }
            if value == 0x20, folded.last ?? 0x20 == 0x20 { continue }
            folded.append(value)
        }
        if folded.last == 0x20 { folded.removeLast() }
        return folded
    }

    /// Returns the folded text with Chinese numerals before a unit written as digits: 十五天 → 15天.
    package func foldNumbers(_ text: String) -> [UInt32] { Numerals.digits(in: fold(text)) }

    /// Whether a folded scalar is a Chinese character.
    package static func isHan(_ scalar: UInt32) -> Bool {
        (0x4E00...0x9FFF).contains(scalar) || (0x3400...0x4DBF).contains(scalar)
            || (0x20000...0x3FFFD).contains(scalar)
    }

    static func isLatin(_ scalar: UInt32) -> Bool { (0x61...0x7A).contains(scalar) }

    static func isDigit(_ scalar: UInt32) -> Bool { (0x30...0x39).contains(scalar) }

    /// The text of folded scalars.
    package static func string(_ scalars: some Sequence<UInt32>) -> String {
        var view = String.UnicodeScalarView()
        for value in scalars {
            if let scalar = Unicode.Scalar(value) { view.append(scalar) }
        }
        return String(view)
    }

    /// The scalars of a text as they are.
    static func scalars(_ text: some StringProtocol) -> [UInt32] {
        text.unicodeScalars.map(\.value)
    }
}
