import Wire

extension ManifestReader {
    /// Reads the `config` member of a manifest.
    mutating func configuration(_ value: JSON) -> ConfigSchema {
        guard let object = object(value, "$.config", what: "an object from field name to field")
        else { return ConfigSchema() }
        if object.members.count > 64 { report("$.config", "has more than 64 fields") }
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
        refuseUnknown(object, path, allowed: knownMembers(of: type))
        bounds(&field, object, path)
        if type == .choice { field.options = options(object["options"], path) }
        field.isSecret = boolean(object["secret"], "\(path).secret")
        field.isRequired = boolean(object["required"], "\(path).required")
        field.priceOf = object["priceOf"].flatMap {
            text($0, "\(path).priceOf", charactersMax: 64)
        }
        if let value = object["default"] {
            if type == .product {
                report("\(path).default", "cannot be given: products belong to a show")
            } else if !field.accepts(value) {
                report("\(path).default", "must be \(field.expectation)")
            }
            field.defaultValue = value
        }
        return field
    }

    private func knownMembers(of type: ConfigSchema.FieldType) -> [String] {
        let always = ["type", "default", "secret", "required"]
        return switch type {
        case .integer, .string: always + ["min", "max"]
        case .money: always + ["min", "max", "priceOf"]
        case .choice: always + ["options"]
        case .boolean, .product: always
        }
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
        if options.count != value?.arrayValue?.count || !(1...100).contains(options.count)
            || Set(options).count != options.count
        {
            report("\(path).options", "must be a list of 1 to 100 different texts")
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
