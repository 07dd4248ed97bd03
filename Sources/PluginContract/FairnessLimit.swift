/// Limits of commitments and draws.
package enum FairnessLimit {
    /// Of the rules that are committed to, as JSON.
    package static let rulesBytes = 4_096
    /// Places that a draw tells.
    package static let places: Int64 = 10_000
    /// Commitments of a plugin that are not revealed yet.
    package static let open = 16
}
