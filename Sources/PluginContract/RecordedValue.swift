package import Wire

/// A value on its way into a record: a tree, or the very text that the record will hold.
///
/// What is known as text is not turned into a tree on the way: that would cost more than the rest.
package enum RecordedValue: Sendable {
    case tree(JSON)
    /// Valid JSON; empty for `null`.
    case text([UInt8])

    /// The value, read from its text where that is all there is.
    package var json: JSON {
        switch self {
        case .tree(let value): return value
        case .text(let text):
            let limits = JSONLimits(depthMax: 96, bytesMax: 32 << 20, membersMax: 1_000_000)
            return text.isEmpty ? .null : (try? JSON(parsing: text, limits: limits)) ?? .null
        }
    }

    /// What the record holds: nothing for `null` and the empty array.
    package var bytes: [UInt8] {
        switch self {
        case .tree(.null), .tree(.array([])): []
        case .tree(let value): value.encoded()
        case .text(let text): text
        }
    }
}
