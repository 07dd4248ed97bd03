/// What `plugin.json` says.
package struct Manifest: Sendable, Equatable {
    package var id: String
    /// A semantic version (semver.org 2.0.0).
    package var version: String
    /// The version of the host API that the plugin was written for; 1.
    package var api: Int64
    /// Title per locale, at least `zh` and `en`.
    package var title: [String: String]
    /// What it is, in a sentence, per locale; empty, or at least `zh` and `en`.
    package var summary: [String: String]
    package var capabilities: Set<Capability>
    package var configuration: ConfigSchema
    package var budgets: Budgets

    package init(
        id: String, version: String, title: [String: String], api: Int64 = 1,
        summary: [String: String] = [:], capabilities: Set<Capability> = [],
        configuration: ConfigSchema = ConfigSchema(), budgets: Budgets = Budgets()
    ) {
        self.id = id
        self.version = version
        self.title = title
        self.api = api
        self.summary = summary
        self.capabilities = capabilities
        self.configuration = configuration
        self.budgets = budgets
    }
}
