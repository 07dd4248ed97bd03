/// What `plugin.json` says.
package struct Manifest: Sendable, Equatable {
    package var id: String
    package var version: String
    /// Title per locale, at least `zh` and `en`.
    package var title: [String: String]

    package init(id: String, version: String, title: [String: String]) {
        self.id = id
        self.version = version
        self.title = title
    }
}
