package import PluginContract
package import Scripting

/// A plugin as read from its folder: manifest, Lua files, texts.
package struct PluginProgram: Sendable {
    package var manifest: Manifest
    package var source: ScriptSource
    /// Locale to the JSON text of `locales/LOCALE.json`.
    package var locales: [String: [UInt8]]
    /// File name to content, of `images/`.
    package var images: [String: [UInt8]]
    /// Hex SHA-256 over all files, so that a running version can be named exactly.
    package var contentHash: String

    package init(
        manifest: Manifest, source: ScriptSource, locales: [String: [UInt8]],
        images: [String: [UInt8]] = [:], contentHash: String
    ) {
        self.manifest = manifest
        self.source = source
        self.locales = locales
        self.images = images
        self.contentHash = contentHash
    }
}
