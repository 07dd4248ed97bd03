/// A show whose log is not what was written. Nothing can be trusted that comes after, so the room stays
/// closed until a person has decided.
package struct DamagedShow: Error, Sendable, Equatable, CustomStringConvertible {
    package var show: String
    /// The first record that is wrong.
    package var sequence: Int64
    package var reason: String

    package init(show: String, sequence: Int64, reason: String) {
        self.show = show
        self.sequence = sequence
        self.reason = reason
    }

    package var description: String {
        "show \"\(show)\", record \(sequence): \(reason)"
    }
}
