package import Wire

extension ConfigSchema {
    /// Makes the configuration of one run: what the starter says, else what the show says, else defaults.
    ///
    /// Fields that nobody gave and that have no default are left out.
    ///
    /// - Parameters:
    ///   - show: The show's configuration of this plugin.
    ///   - override: What came with the `start` request.
    ///   - products: Those of the show.
    /// - Returns: Values by field name, in the order of the schema.
    /// - Throws: `BAD_CONFIG`, naming the field.
    package func resolve(
        show: JSONObject, override: JSONObject, products: [Product]
    ) throws(RequestError) -> JSONObject {
        for source in [override, show] { try checkNames(source) }
        var resolved = JSONObject()
        for field in fields {
            guard let value = given(override[field.name]) ?? given(show[field.name]) else {
                continue
            }
            try check(value, field, products)
            resolved[field.name] = value
        }
        for field in fields where resolved[field.name] == nil {
            if let value = defaultValue(of: field, resolved, products) {
                try check(value, field, products)
                resolved[field.name] = value
            } else if field.isRequired {
                throw RequestError(
                    .badConfig, "config.\(field.name) is missing: \(field.expectation)")
            }
        }
        try checkRules(resolved)
        return resolved
    }

    /// Checks what a show says before anybody starts the plugin: what is missing may still come with
    /// the `start` request.
    ///
    /// - Parameters:
    ///   - show: The show's configuration of this plugin.
    ///   - products: Those of the show.
    /// - Throws: `BAD_CONFIG`, naming the field.
    package func check(show: JSONObject, products: [Product]) throws(RequestError) {
        try checkNames(show)
        for field in fields {
            if let value = given(show[field.name]) { try check(value, field, products) }
        }
    }

    private func checkNames(_ given: JSONObject) throws(RequestError) {
        for (name, _) in given.members where !fields.contains(where: { $0.name == name }) {
            let known = fields.map(\.name).joined(separator: ", ")
            throw RequestError(
                .badConfig, "config.\(name) is not a field of this plugin; it has \(known)")
        }
    }

    /// Makes the configuration that a run goes on with.
    ///
    /// - Parameters:
    ///   - current: That of the run.
    ///   - override: The fields to change; null takes a field's default.
    ///   - products: Those of the show.
    /// - Returns: Values by field name, in the order of the schema.
    /// - Throws: `BAD_CONFIG`, naming the field, also for one that is immutable while running.
    package func change(
        _ current: JSONObject, override: JSONObject, products: [Product]
    ) throws(RequestError) -> JSONObject {
        var kept = current
        for (name, value) in override.members where value == .null { kept[name] = nil }
        let changed = try resolve(show: kept, override: override, products: products)
        for field in fields where field.isImmutable && changed[field.name] != current[field.name] {
            throw RequestError(
                .badConfig, "config.\(field.name) cannot be changed while the plugin runs")
        }
        return changed
    }

    /// Checks the texts that everybody is going to read.
    ///
    /// - Parameters:
    ///   - resolved: Values by field name.
    ///   - isForbidden: Tells of a text whether the room does not let viewers say it.
    /// - Throws: `BAD_CONFIG`, naming the field.
    package func checkWords(
        _ resolved: JSONObject, _ isForbidden: (String) -> Bool
    ) throws(RequestError) {
        for field in fields where field.isModerated {
            if let text = resolved[field.name]?.stringValue, isForbidden(text) {
                throw RequestError(
                    .badConfig,
                    "config.\(field.name) holds a word that this room does not let through")
            }
        }
    }

    private func checkRules(_ resolved: JSONObject) throws(RequestError) {
        for rule in rules where !rule.holds(resolved) {
            let texts = rule.message.sorted { $0.key < $1.key }.map { ($0, JSON.string($1)) }
            throw RequestError(
                .badConfig, "\(rule.message["en"] ?? "") (\(rule.rule))",
                value: .object(JSONObject(texts)))
        }
    }

    /// Null stands for "not given".
    private func given(_ value: JSON?) -> JSON? { value == .null ? nil : value }

    private func defaultValue(
        of field: Field, _ resolved: JSONObject, _ products: [Product]
    ) -> JSON? {
        if let source = field.priceOf, let id = resolved[source]?.stringValue,
            let product = products.first(where: { $0.id == id })
        {
            return .integer(product.priceMinor)
        }
        return field.defaultValue
    }

    private func check(
        _ value: JSON, _ field: Field, _ products: [Product]
    ) throws(RequestError) {
        guard field.accepts(value) else {
            throw RequestError(.badConfig, "config.\(field.name) must be \(field.expectation)")
        }
        guard field.type == .product, let id = value.stringValue else { return }
        if !products.contains(where: { $0.id == id }) {
            throw RequestError(
                .badConfig,
                "config.\(field.name) must be \(field.expectation); there is no \"\(id)\"")
        }
    }
}
