/// A text reduced to its folded letters, with what stood between them.
///
/// The word filter, the suppression of duplicates and phrases that are collected from the chat work on
/// this form.
package struct FoldedText: Sendable {
    /// Folded letters, digits and ideographs in order; separators and ignorable scalars are gone.
    package private(set) var letters: [UInt32] = []
    /// What stood before the letter of the same index; one more element for what ends the text.
    package private(set) var gaps: [ScalarFolding.Separators] = []
    /// Whether the letter of the same index is an ideograph.
    package private(set) var isIdeograph: [Bool] = []
    /// Where the letter of the same index stands in the original, in UTF-8 bytes from its start.
    package private(set) var utf8Offsets: [Int32] = []
    /// Hash (FNV-1a, 64 bits) of everything that can be seen but white space, in folded form.
    ///
    /// Two texts that differ only in case, width, spacing or invisible scalars have the same one.
    package private(set) var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325
    /// Whether there is nothing to see in the text.
    package private(set) var isBlank = true

    package init(_ text: String) {
        let count = text.utf8.count
        letters.reserveCapacity(count)
        gaps.reserveCapacity(count + 1)
        isIdeograph.reserveCapacity(count)
        utf8Offsets.reserveCapacity(count)
        var gap: ScalarFolding.Separators = []
        var offset: Int32 = 0
        for scalar in text.unicodeScalars {
            let (value, kind) = ScalarFolding.fold(scalar)
            switch kind {
            case .letter, .ideograph:
                letters.append(value)
                gaps.append(gap)
                isIdeograph.append(kind == .ideograph)
                utf8Offsets.append(offset)
                gap = []
                see(value)
            case .separator(let separators):
                gap.formUnion(separators)
                if separators != .space { see(value) }
            case .ignorable: break
            }
            offset += Int32(Unicode.UTF8.width(scalar))
        }
        gaps.append(gap)
    }

    private mutating func see(_ value: UInt32) {
        isBlank = false
        fingerprint = (fingerprint ^ UInt64(value)) &* 0x100_0000_01b3
    }
}
