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
    /// Where it may show panels.
    package var surfaces: Set<PanelSurface>
    /// The languages it speaks: it has texts in all of them.
    package var locales: [String]
    /// Versions whose running state `on_migrate` takes over: `1`, `1.2` or `1.2.3`, each standing
    /// for all versions that begin so.
    package var migrations: [String]
    package var configuration: ConfigSchema
    package var budgets: Budgets

    package init(
        id: String, version: String, title: [String: String], api: Int64 = 1,
        summary: [String: String] = [:], capabilities: Set<Capability> = [],
        surfaces: Set<PanelSurface> = Manifest.surfacesUsual,
        locales: [String] = Manifest.localesRequired, migrations: [String] = [],
        configuration: ConfigSchema = ConfigSchema(), budgets: Budgets = Budgets()
    ) {
        self.id = id
        self.version = version
        self.title = title
        self.api = api
        self.summary = summary
        self.capabilities = capabilities
        self.surfaces = surfaces
        self.locales = locales
        self.migrations = migrations
        self.configuration = configuration
        self.budgets = budgets
    }

    /// Every plugin speaks at least these.
    package static let localesRequired = ["zh", "en"]
    /// How many languages a plugin can have, and a text on a panel.
    static let localesMax = 32
    /// Where a plugin shows panels that says nothing about it.
    package static let surfacesUsual: Set<PanelSurface> = [.viewer, .host]

    /// Whether a text is a language, or a language and a region: `zh`, `pt-BR`.
    package static func isLocale(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let small = UInt8(ascii: "a")...UInt8(ascii: "z")
        let large = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard let language = parts.first, parts.count <= 2, (2...3).contains(language.count),
            language.allSatisfy(small.contains)
        else { return false }
        return parts.count == 1 || (parts[1].count == 2 && parts[1].allSatisfy(large.contains))
    }
}

/// What becomes of a running play when another version of its plugin is loaded.
package enum Takeover: Sendable, Equatable {
    /// The state stays as it is.
    case asItIs
    /// `on_migrate` changes the state first.
    case migrated
    /// The new version cannot go on with it.
    case refused
}

extension Manifest {
    /// Tells how this version goes on with the state of another one.
    ///
    /// What stands in ``migrations`` is migrated. Otherwise versions of the same first number share
    /// their state, before version 1 those of the same first two numbers; anything else is refused.
    package func takeover(from version: String) -> Takeover {
        if version == self.version { return .asItIs }
        let old = SemanticVersion.numbers(version)
        let isListed = migrations.contains { migration in
            let wanted = migration.split(separator: ".")
            return old.prefix(wanted.count).elementsEqual(wanted)
        }
        if isListed { return .migrated }
        let own = SemanticVersion.numbers(self.version)
        let count = own.first == "0" ? 2 : 1
        return old.prefix(count).elementsEqual(own.prefix(count)) ? .asItIs : .refused
    }
}
