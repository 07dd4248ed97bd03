/// Encodes bytes in base64 with padding (RFC 4648, section 4).
package enum Base64 {
    /// The text that stands for the bytes; its size is a multiple of 4.
    package static func encode(_ bytes: [UInt8]) -> String {
        Base64Alphabet.standard.encode(bytes, padded: true)
    }

    /// Decodes the one canonical encoding of some bytes; anything else is nil.
    package static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }

    /// Decodes the one canonical encoding of some bytes; anything else is nil.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        let padding = text.reversed().prefix(2).prefix { $0 == UInt8(ascii: "=") }.count
        return Base64Alphabet.standard.decode(text.dropLast(padding))
    }
}

/// Encodes bytes in base64 for URLs and tokens, without padding (RFC 4648, section 5; RFC 7515).
package enum Base64URL {
    /// The text that stands for the bytes.
    package static func encode(_ bytes: [UInt8]) -> String {
        Base64Alphabet.url.encode(bytes, padded: false)
    }

    /// Decodes the one canonical encoding of some bytes; anything else, padding included, is nil.
    package static func decode(_ text: String) -> [UInt8]? { decode(text.utf8) }

    /// Decodes the one canonical encoding of some bytes; anything else, padding included, is nil.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        Base64Alphabet.url.decode(text)
    }
}

private struct Base64Alphabet {
    static let standard = Base64Alphabet(last: "+/")
    static let url = Base64Alphabet(last: "-_")

    private let characters: [UInt8]
    /// Byte → value, 0xFF for bytes outside the alphabet.
    private let values: [UInt8]

    init(last: String) {
        characters = Array(
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last).utf8)
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, character) in characters.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        self.values = values
    }

    func encode(_ bytes: [UInt8], padded: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for index in 0...group.count {
                text.append(characters[bits >> (18 - 6 * index) & 0x3F])
            }
            if padded {
                text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - group.count))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var bits = 0
        var bitCount = 0
        for character in text {
            let value = values[Int(character)]
            guard value != 0xFF else { return nil }
            bits = (bits << 6 | Int(value)) & 0xFFFF
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        // A single character holds less than a byte, and bits left over must be zero, or several
        // texts would stand for the same bytes.
        guard bitCount < 6, bits & (1 << bitCount - 1) == 0 else { return nil }
        return bytes
    }
}
