import PluginContract
package import Wire

/// Which program a play runs: its version, and the hash that names it exactly.
package struct ProgramMark: Sendable, Equatable {
    package var version: String
    /// Hex SHA-256 over all files.
    package var hash: String

    package init(version: String, hash: String) {
        self.version = version
        self.hash = hash
    }

    /// `{"version","hash"}`.
    package var json: JSON { ["version": .string(version), "hash": .string(hash)] }

    package init?(json: JSON) {
        guard let version = json["version"]?.stringValue, let hash = json["hash"]?.stringValue
        else { return nil }
        self.init(version: version, hash: hash)
    }
}

extension PluginProgram {
    package var mark: ProgramMark { ProgramMark(version: manifest.version, hash: contentHash) }
}
