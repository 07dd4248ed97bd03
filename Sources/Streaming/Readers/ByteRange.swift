/// What a request with a `Range` header gets of a body (RFC 9110, section 14.2).
enum ByteRange: Equatable {
    /// All of it: there is no range, or one that a server may leave unread: several at once, another
    /// unit, or nonsense.
    case whole
    case part(Range<Int>)
    /// 416: it begins beyond the end.
    case unsatisfiable

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - text: The value of `Range`; nil where there is none.
    ///   - size: Bytes of the body.
    init(_ text: String?, of size: Int) {
        self = .whole
        guard let text, text.utf8.count <= 64 else { return }
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, halves[0].lowercased() == "bytes" else { return }
        let ends = halves[1].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1])
        else { return }
        switch (first, last) {
        case (nil, nil): return
        case (nil, let count?):
            self = count == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - count)..<size)
        case (let first?, let last):
            if let last, last < first { return }
            self = first >= size ? .unsatisfiable : .part(first..<min(size - 1, last ?? size) + 1)
        }
    }

    /// Nil for what is no number; a number that is nil for nothing. More digits than any body has are
    /// as good as fifteen.
    private static func number(_ text: Substring) -> Int?? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        guard !text.isEmpty else { return .some(nil) }
        let digits = text.drop { $0 == "0" }
        return digits.utf8.count > 15 ? 999_999_999_999_999 : Int(digits) ?? 0
    }

    /// The bytes of a range of what lies in several pieces.
    static func cut(_ pieces: [[UInt8]], to range: Range<Int>) -> [[UInt8]] {
        var start = 0
        var found: [[UInt8]] = []
        for piece in pieces {
            let part = range.clamped(to: start..<start + piece.count)
            if part.count == piece.count {
                found.append(piece)
            } else if !part.isEmpty {
                found.append(Array(piece[part.lowerBound - start..<part.upperBound - start]))
            }
            start += piece.count
        }
        return found
    }
}
