/// The form of a plugin's version (semver.org 2.0.0).
enum SemanticVersion {
    /// Tells whether a text is MAJOR.MINOR.PATCH with optional pre-release and build parts.
    static func isValid(_ text: String) -> Bool {
        let halves = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        if halves.count == 2 && !isDotted(halves[1], allowsLeadingZeros: true) { return false }
        let parts = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 && !isDotted(parts[1], allowsLeadingZeros: false) { return false }
        let numbers = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 3 && numbers.allSatisfy(isNumber)
    }

    /// The three numbers of a valid version, as texts.
    static func numbers(_ version: String) -> [Substring] {
        let core = version.split { $0 == "-" || $0 == "+" }.first ?? ""
        return core.split(separator: ".")
    }

    /// Tells whether a text is one to three numbers with dots, the beginning of a version.
    static func isPrefix(_ text: String) -> Bool {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        return (1...3).contains(numbers.count) && numbers.allSatisfy(isNumber)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        (1...9).contains(text.utf8.count) && text.utf8.allSatisfy { isDigit($0) }
            && (text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0"))
    }

    private static func isDotted(_ text: Substring, allowsLeadingZeros: Bool) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
                && (allowsLeadingZeros || !part.utf8.allSatisfy { isDigit($0) } || isNumber(part))
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
