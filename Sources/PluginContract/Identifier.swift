/// The form of the names that cross borders: room, plugin, element, collector, timer and pool names.
package enum Identifier {
    /// The rule in words, for error messages.
    package static let rule =
        "1 to 64 of a-z, 0-9, _ and -, beginning with a letter or a digit"

    /// Tells whether a text is `[a-z0-9][a-z0-9_-]{0,63}` (protocol.md, "Conventions").
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, bytes.count <= 64, isLetterOrDigit(first) else {
            return false
        }
        return bytes.allSatisfy {
            isLetterOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
