import Wire

extension Manifest {
    /// The largest `plugin.json` that is read, in bytes.
    package static let bytesMax = 64 << 10

    /// Reads `plugin.json`.
    ///
    /// - Parameters:
    ///   - bytes: The JSON text.
    ///   - file: Its name in error messages.
    /// - Returns: A manifest without any problem.
    /// - Throws: Every problem found, each with line, JSON path and remedy.
    package static func parse(_ bytes: [UInt8], file: String) throws(ManifestError) -> Manifest {
        guard bytes.count <= bytesMax else {
            throw ManifestError(problems: [
                .init(file: file, line: 1, path: "$", message: "is over \(bytesMax) bytes")
            ])
        }
        let value: JSON
        do throws(JSONError) {
            value = try JSON(parsing: bytes)
        } catch {
            throw ManifestError(problems: [
                .init(
                    file: file, line: error.line, path: "$", message: "is not JSON: \(error)")
            ])
        }
        var reader = ManifestReader(file: file, locator: JSONLocator(bytes))
        let manifest = reader.manifest(value)
        guard let manifest, reader.problems.isEmpty else {
            throw ManifestError(problems: reader.problems)
        }
        return manifest
    }
}

extension ManifestReader {
    fileprivate mutating func manifest(_ value: JSON) -> Manifest? {
        guard let root = object(value, "$", what: "an object") else { return nil }
        refuseUnknown(
            root, "$",
            allowed: [
                "$schema", "id", "version", "api", "title", "description", "locales",
                "capabilities", "surfaces", "config", "rules", "budgets", "migrations",
            ])
        locales = root["locales"].map { self.locales($0) } ?? locales
        let id = identifier(root["id"])
        let version = version(root["version"])
        api(root["api"])
        let title = localized(root["title"], "$.title", charactersMax: 64, isRequired: true)
        let summary = localized(
            root["description"], "$.description", charactersMax: 500, isRequired: false)
        let capabilities: [Capability] =
            root["capabilities"].map { names($0, "$.capabilities", what: "a capability") } ?? []
        let surfaces: [PanelSurface]? = root["surfaces"].map {
            names($0, "$.surfaces", what: "a surface")
        }
        let migrations = root["migrations"].map { self.migrations($0) } ?? []
        var schema = root["config"].map { configuration($0) } ?? ConfigSchema()
        schema.rules = root["rules"].map { rules($0, schema.fields) } ?? []
        let budgets = root["budgets"].map { self.budgets($0) } ?? Budgets()
        guard let id, let version else { return nil }
        return Manifest(
            id: id, version: version, title: title, summary: summary,
            capabilities: Set(capabilities),
            surfaces: surfaces.map { Set($0) } ?? Manifest.surfacesUsual,
            locales: locales, migrations: migrations, configuration: schema, budgets: budgets)
    }

    private mutating func identifier(_ value: JSON?) -> String? {
        guard let id = text(value, "$.id", charactersMax: 64) else { return nil }
        guard Identifier.isValid(id) else {
            report("$.id", "must be \(Identifier.rule)")
            return nil
        }
        return id
    }

    private mutating func version(_ value: JSON?) -> String? {
        guard let version = text(value, "$.version", charactersMax: 64) else { return nil }
        guard SemanticVersion.isValid(version) else {
            report("$.version", "must be a semantic version such as 1.0.0")
            return nil
        }
        return version
    }

    private mutating func api(_ value: JSON?) {
        guard let value else {
            report("$.api", "is missing: add \"api\": 1")
            return
        }
        if value.integerValue != 1 {
            report("$.api", "must be 1, the only version of the host API so far")
        }
    }

    private mutating func locales(_ value: JSON) -> [String] {
        let list = value.arrayValue ?? []
        let locales = list.compactMap(\.stringValue)
        guard (1...Manifest.localesMax).contains(list.count), locales.count == list.count else {
            report(
                "$.locales",
                "must be a list of 1 to \(Manifest.localesMax) locales such as zh, en or pt-BR")
            return Manifest.localesRequired
        }
        for (index, locale) in locales.enumerated() {
            if !Manifest.isLocale(locale) {
                report("$.locales[\(index)]", "must be a locale such as zh, en or pt-BR")
            } else if locales[..<index].contains(locale) {
                report("$.locales[\(index)]", "\"\(locale)\" is listed twice; remove one")
            }
        }
        for locale in Manifest.localesRequired where !locales.contains(locale) {
            report("$.locales", "must contain \"\(locale)\"")
        }
        return locales
    }

    private mutating func migrations(_ value: JSON) -> [String] {
        let list = value.arrayValue ?? []
        let versions = list.compactMap(\.stringValue).filter(SemanticVersion.isPrefix)
        guard value.arrayValue != nil, list.count <= 32, versions.count == list.count,
            Set(versions).count == versions.count
        else {
            report(
                "$.migrations",
                "must be a list of at most 32 different beginnings of versions, such as \"1.2\"")
            return []
        }
        return versions
    }

    private mutating func budgets(_ value: JSON) -> Budgets {
        var budgets = Budgets()
        guard let object = object(value, "$.budgets", what: "an object") else { return budgets }
        refuseUnknown(object, "$.budgets", allowed: Budgets.limits.map(\.name))
        for limit in Budgets.limits {
            guard let value = object[limit.name],
                let amount = integer(value, "$.budgets.\(limit.name)", in: limit.range)
            else { continue }
            budgets[keyPath: limit.keyPath] = amount
        }
        return budgets
    }
}
