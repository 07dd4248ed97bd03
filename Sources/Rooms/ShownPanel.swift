import PluginContract
import Wire

/// A panel as the audience knows it: sent whole once, then as updates of that.
///
/// An update goes out while it is much shorter than the panel. Both are values of class `state`, each
/// under a key of its own, so that whoever comes late or missed some of them needs the newest two.
struct ShownPanel: Sendable {
    /// The value that was sent whole, with its version.
    private let base: JSON
    /// The panel whole, encoded.
    let encoded: [UInt8]
    /// The newest update of it, encoded; nil while there is none.
    private(set) var update: [UInt8]?

    /// A panel shorter than this is always sent whole.
    static let updatedBytesMin = 256

    /// Sends a panel whole; nil for a value that is none.
    ///
    /// `version` differs from that of every panel that the same audience knew.
    init?(_ value: JSON, version: Int64) {
        guard value["elements"]?.arrayValue != nil, var panel = value.objectValue else {
            return nil
        }
        panel["version"] = .integer(version)
        base = .object(panel)
        encoded = base.encoded()
    }

    /// Goes on to another value, of `bytes` bytes, by an update.
    ///
    /// - Returns: The update, encoded; nil when the panel had better be sent whole.
    mutating func change(to value: JSON, bytes: Int) -> [UInt8]? {
        guard bytes >= Self.updatedBytesMin,
            let update = PanelUpdate.difference(from: base, to: value)?.encoded(),
            update.count <= bytes / 2
        else { return nil }
        self.update = update
        return update
    }
}
