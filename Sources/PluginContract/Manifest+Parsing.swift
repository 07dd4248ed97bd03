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
                "$schema", "id", "version", "api", "title", "description", "capabilities",
                "config", "budgets",
            ])
        let id = identifier(root["id"])
        let version = version(root["version"])
        api(root["api"])
        let title = localized(root["title"], "$.title", charactersMax: 64, isRequired: true)
        let summary = localized(
            root["description"], "$.description", charactersMax: 500, isRequired: false)
        let capabilities = capabilities(root["capabilities"])
        let schema = root["config"].map { configuration($0) } ?? ConfigSchema()
        let budgets = root["budgets"].map { self.budgets($0) } ?? Budgets()
        guard let id, let version else { return nil }
        return Manifest(
            id: id, version: version, title: title, summary: summary, capabilities: capabilities,
            configuration: schema, budgets: budgets)
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

    private mutating func localized(
        _ value: JSON?, _ path: String, charactersMax: Int, isRequired: Bool
    ) -> [String: String] {
        if value == nil && !isRequired { return [:] }
        guard let object = object(value, path, what: "an object with texts for zh and en") else {
            return [:]
        }
        var texts: [String: String] = [:]
        for (locale, text) in object.members {
            texts[locale] = self.text(text, "\(path).\(locale)", charactersMax: charactersMax)
        }
        for locale in ["zh", "en"] where object[locale] == nil {
            report("\(path).\(locale)", "is missing: add the text in this language")
        }
        return texts
    }

    private mutating func capabilities(_ value: JSON?) -> Set<Capability> {
        guard let value else { return [] }
        let known = Capability.allCases.map(\.rawValue).joined(separator: ", ")
        guard let list = value.arrayValue else {
            report("$.capabilities", "must be a list of \(known)")
            return []
        }
        var capabilities: Set<Capability> = []
        for (index, element) in list.enumerated() {
            guard let name = element.stringValue, let capability = Capability(rawValue: name)
            else {
                report("$.capabilities[\(index)]", "is not a capability; known are \(known)")
                continue
            }
            if !capabilities.insert(capability).inserted {
                report("$.capabilities[\(index)]", "\"\(name)\" is listed twice; remove one")
            }
        }
        return capabilities
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
