import Wire

extension ManifestReader {
    /// Reads the `config` member of a manifest.
    mutating func configuration(_ value: JSON) -> ConfigSchema {
        guard let object = object(value, "$.config", what: "an object from field name to field")
        else { return ConfigSchema() }
        if object.members.count > ConfigSchema.Limit.fields {
            report("$.config", "has more than \(ConfigSchema.Limit.fields) fields")
        }
        var schema = ConfigSchema()
        for (name, value) in object.members {
            if let field = field(name, value) { schema.fields.append(field) }
        }
        for field in schema.fields {
            guard let source = field.priceOf else { continue }
            if !schema.fields.contains(where: { $0.name == source && $0.type == .product }) {
                report(
                    "$.config.\(field.name).priceOf",
                    "must name a field of type product of this configuration")
            }
        }
        return schema
    }

    /// Reads the `rules` member of a manifest.
    mutating func rules(_ value: JSON, _ fields: [ConfigSchema.Field]) -> [ConfigRule] {
        guard let list = value.arrayValue, list.count <= ConfigSchema.Limit.rules else {
            report(
                "$.rules", "must be a list of at most \(ConfigSchema.Limit.rules) rules")
            return []
        }
        var rules: [ConfigRule] = []
        for (index, value) in list.enumerated() {
            let path = "$.rules[\(index)]"
            let what = "an object with a rule and a message"
            guard let object = object(value, path, what: what) else { continue }
            refuseUnknown(object, path, allowed: ["rule", "message"])
            let message = localized(
                object["message"], "\(path).message", charactersMax: 200, isRequired: true)
            guard let text = object["rule"]?.stringValue else {
                report("\(path).rule", "must be a text such as \"price <= max\"")
                continue
            }
            do throws(ConfigRuleError) {
                rules.append(try ConfigRule(text, message: message, fields: fields))
            } catch {
                report("\(path).rule", error.description)
            }
        }
        return rules
    }

    private mutating func field(_ name: String, _ value: JSON) -> ConfigSchema.Field? {
        let path = "$.config.\(name)"
        if !isLuaName(name) {
            report(
                path, "must be named with letters, digits and _ only, at most 64, no digit first")
        }
        guard let object = object(value, path, what: "an object with a type") else { return nil }
        let types = ConfigSchema.FieldType.allCases.map(\.rawValue).joined(separator: ", ")
        guard let type = object["type"]?.stringValue.flatMap(ConfigSchema.FieldType.init) else {
            report("\(path).type", "must be one of \(types)")
            return nil
        }
        var field = ConfigSchema.Field(name: name, type: type)
        refuseUnknown(object, path, allowed: type.members)
        bounds(&field, object, path)
        if type == .choice { field.options = options(object["options"], path) }
        field.isSecret = boolean(object["secret"], "\(path).secret")
        field.isModerated = boolean(object["moderated"], "\(path).moderated")
        field.isRequired = boolean(object["required"], "\(path).required")
        field.isImmutable = boolean(object["immutable"], "\(path).immutable")
        field.title = localized(
            object["title"], "\(path).title", charactersMax: 64, isRequired: false)
        field.summary = localized(
            object["description"], "\(path).description", charactersMax: 500, isRequired: false)
        field.priceOf = object["priceOf"].flatMap {
            text($0, "\(path).priceOf", charactersMax: 64)
        }
        if let value = object["default"] {
            if type != .product && !field.accepts(value) {
                report("\(path).default", "must be \(field.expectation)")
            }
            field.defaultValue = value
        }
        return field
    }

    private mutating func bounds(
        _ field: inout ConfigSchema.Field, _ object: JSONObject, _ path: String
    ) {
        let range = field.type.range
        if let value = object["min"] {
            field.minimum = integer(value, "\(path).min", in: range) ?? field.minimum
        }
        if let value = object["max"] {
            field.maximum = integer(value, "\(path).max", in: range) ?? field.maximum
        }
        if field.minimum > field.maximum {
            report("\(path).max", "must not be less than min, which is \(field.minimum)")
            field.maximum = field.minimum
        }
    }

    private mutating func options(_ value: JSON?, _ path: String) -> [String] {
        let options = value?.arrayValue?.compactMap(\.stringValue) ?? []
        let isGood =
            options.count == value?.arrayValue?.count && Set(options).count == options.count
            && ConfigSchema.Limit.options.contains(options.count)
            && options.allSatisfy { (1...200).contains($0.unicodeScalars.count) }
        if !isGood {
            report(
                "\(path).options",
                "must be a list of 1 to 100 different texts of 1 to 200 characters")
        }
        return options
    }

    private func isLuaName(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        let isLetter = { (byte: UInt8) in
            byte == UInt8(ascii: "_")
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return isLetter(first)
            && text.utf8.allSatisfy {
                isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }
}
