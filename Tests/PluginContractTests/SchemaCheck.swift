import Wire

/// Checks a value against a JSON Schema, for the keywords that the published schema uses.
///
/// Any other keyword is reported as a problem, so that the schema cannot grow beyond this check.
struct SchemaCheck {
    let root: JSON

    /// Says what is wrong, as `path: keyword`; empty when the value is valid.
    func problems(_ value: JSON) -> [String] { problems(value, root, "$") }

    private func problems(_ value: JSON, _ schema: JSON, _ path: String) -> [String] {
        guard let keywords = schema.objectValue else { return ["\(path): not a schema"] }
        return keywords.members.flatMap { keyword, rule in
            check(keyword, rule, value, keywords, path)
        }
    }

    private func check(
        _ keyword: String, _ rule: JSON, _ value: JSON, _ schema: JSONObject, _ path: String
    ) -> [String] {
        func wrong(unless isGood: Bool) -> [String] { isGood ? [] : ["\(path): \(keyword)"] }
        let object = value.objectValue
        let list = value.arrayValue
        let text = value.stringValue
        let limit = rule.integerValue ?? -1
        switch keyword {
        case "$schema", "$id", "$defs", "title", "description", "default": return []
        case "type": return wrong(unless: Self.kind(of: value) == rule.stringValue)
        case "const": return wrong(unless: value == rule)
        case "enum": return wrong(unless: rule.arrayValue?.contains(value) == true)
        case "$ref": return problems(value, target(rule), path)
        case "allOf": return (rule.arrayValue ?? []).flatMap { problems(value, $0, path) }
        case "oneOf":
            let fitting = (rule.arrayValue ?? []).filter { problems(value, $0, path).isEmpty }
            return wrong(unless: fitting.count == 1)
        case "required":
            let names = rule.arrayValue?.compactMap(\.stringValue) ?? []
            return wrong(
                unless: object.map { object in names.allSatisfy { object[$0] != nil } } ?? true)
        case "properties":
            return (object?.members ?? []).flatMap { name, member in
                rule[name].map { problems(member, $0, "\(path).\(name)") } ?? []
            }
        case "additionalProperties":
            let others = (object?.members ?? []).filter { schema["properties"]?[$0.name] == nil }
            if rule == false { return others.map { "\(path).\($0.name): \(keyword)" } }
            return others.flatMap { problems($0.value, rule, "\(path).\($0.name)") }
        case "propertyNames":
            return (object?.members ?? []).flatMap {
                problems(.string($0.name), rule, "\(path).\($0.name)")
            }
        case "maxProperties": return wrong(unless: (object?.count ?? 0) <= limit)
        case "items":
            return (list ?? []).enumerated().flatMap { problems($1, rule, "\(path)[\($0)]") }
        case "contains":
            return wrong(unless: list?.contains { problems($0, rule, path).isEmpty } ?? true)
        case "minItems": return wrong(unless: (list?.count ?? .max) >= limit)
        case "maxItems": return wrong(unless: (list?.count ?? 0) <= limit)
        case "uniqueItems":
            let elements = list ?? []
            let isUnique = elements.indices.allSatisfy { !elements[..<$0].contains(elements[$0]) }
            return wrong(unless: isUnique)
        case "minLength": return wrong(unless: (text?.unicodeScalars.count ?? .max) >= limit)
        case "maxLength": return wrong(unless: (text?.unicodeScalars.count ?? 0) <= limit)
        case "pattern":
            guard let pattern = rule.stringValue, let regex = try? Regex(pattern) else {
                return ["\(path): pattern cannot be read"]
            }
            return wrong(unless: text.map { $0.firstMatch(of: regex) != nil } ?? true)
        case "minimum": return wrong(unless: (value.integerValue ?? .max) >= limit)
        case "maximum": return wrong(unless: (value.integerValue ?? .min) <= limit)
        default: return ["\(path): the keyword \(keyword) is not known to this check"]
        }
    }

    private func target(_ reference: JSON) -> JSON {
        (reference.stringValue ?? "").split(separator: "/").dropFirst()
            .reduce(root) { $0[String($1)] ?? .null }
    }

    private static func kind(of value: JSON) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
