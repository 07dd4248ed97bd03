package import Wire

/// The published JSON Schema of `plugin.json` (draft 2020-12), made from the tables of the parser.
///
/// Editors check and complete a manifest with it. What a schema cannot say, such as `max` below
/// `min` or a rule that names no field, only ``Manifest/parse(_:file:)`` finds.
package enum ManifestSchema {
    /// Where a manifest may point its `$schema`.
    package static let id = "https://playhouse.example/schema/plugin.schema.json"

    package static let json: JSON = [
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": .string(id),
        "title": "plugin.json",
        "description": "The manifest of a Playhouse plugin.",
        "type": "object",
        "required": ["id", "version", "api", "title"],
        "additionalProperties": false,
        "properties": .object(JSONObject(properties.map { ($0.name, $0.schema) })),
        "$defs": [
            "localized": localized(charactersMax: 500),
            "localizedTitle": localized(charactersMax: 64),
            "localizedMessage": localized(charactersMax: 200),
            "locale": ["type": "string", "pattern": "^[a-z]{2,3}(-[A-Z]{2})?$"],
            "field": ["oneOf": .array(ConfigSchema.FieldType.allCases.map(field))],
        ],
    ]

    /// A member of the manifest.
    struct Property {
        var name: String
        var isRequired = false
        var schema: JSON
        /// For the reference.
        var description: String

        init(_ name: String, isRequired: Bool = false, _ description: String, _ schema: JSONObject)
        {
            self.name = name
            self.isRequired = isRequired
            self.description = description
            var object: JSONObject = ["description": .string(description)]
            for (name, value) in schema.members { object[name] = value }
            self.schema = .object(object)
        }
    }

    static let properties: [Property] = [
        Property("$schema", "Where this schema is, for editors.", ["type": "string"]),
        Property(
            "id", isRequired: true, "Names the plugin; the name of its folder.",
            ["type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$"]),
        Property(
            "version", isRequired: true, "A semantic version, such as 1.0.0.",
            ["type": "string", "maxLength": 64, "pattern": .string(versionPattern)]),
        Property(
            "api", isRequired: true, "The version of the host API it was written for.",
            ["const": 1]),
        Property(
            "title", isRequired: true, "What it is called, per locale.",
            ["$ref": "#/$defs/localizedTitle"]),
        Property(
            "description", "What it is, in a sentence, per locale.", ["$ref": "#/$defs/localized"]),
        Property(
            "locales",
            "The languages it speaks: it has texts in all of them. zh and en unless said otherwise.",
            [
                "type": "array", "minItems": 1,
                "maxItems": .integer(Int64(Manifest.localesMax)), "uniqueItems": true,
                "items": ["$ref": "#/$defs/locale"],
                "allOf": .array(
                    Manifest.localesRequired.map { ["contains": ["const": .string($0)]] }),
            ]),
        Property(
            "capabilities", "What it uses of the host API.",
            names(Capability.allCases.map(\.rawValue))),
        Property(
            "surfaces",
            "Where it shows panels. viewer and host unless said otherwise.",
            names(PanelSurface.allCases.map(\.rawValue))),
        Property(
            "config", "What can be configured, by name: room.config.NAME.",
            [
                "type": "object", "maxProperties": .integer(Int64(ConfigSchema.Limit.fields)),
                "propertyNames": ["pattern": "^[A-Za-z_][A-Za-z0-9_]{0,63}$"],
                "additionalProperties": ["$ref": "#/$defs/field"],
            ]),
        Property(
            "rules", "What must hold between the values of config.",
            [
                "type": "array", "maxItems": .integer(Int64(ConfigSchema.Limit.rules)),
                "items": [
                    "type": "object", "required": ["rule", "message"],
                    "additionalProperties": false,
                    "properties": [
                        "rule": [
                            "type": "string", "minLength": 1,
                            "maxLength": .integer(Int64(ConfigRule.bytesMax)),
                            "description": "Such as price <= max and seconds >= 5.",
                        ],
                        "message": ["$ref": "#/$defs/localizedMessage"],
                    ],
                ],
            ]),
        Property(
            "budgets", "What one call of a hook may use up.",
            [
                "type": "object", "additionalProperties": false,
                "properties": .object(
                    JSONObject(
                        Budgets.limits.map { limit in
                            let value: JSON = [
                                "type": "integer", "minimum": .integer(limit.range.lowerBound),
                                "maximum": .integer(limit.range.upperBound),
                                "default": .integer(Budgets()[keyPath: limit.keyPath]),
                            ]
                            return (limit.name, value)
                        })),
            ]),
        Property(
            "migrations",
            "Versions, or beginnings of versions, whose running state on_migrate takes over.",
            [
                "type": "array", "maxItems": 32, "uniqueItems": true,
                "items": [
                    "type": "string",
                    "pattern": "^(0|[1-9][0-9]{0,8})(\\.(0|[1-9][0-9]{0,8})){0,2}$",
                ],
            ]),
    ]

    private static let versionPattern: String = {
        let number = "(0|[1-9][0-9]{0,8})"
        let part = "(0|[1-9][0-9]{0,8}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
        let build = "[0-9A-Za-z-]+"
        return "^\(number)\\.\(number)\\.\(number)(-\(part)(\\.\(part))*)?"
            + "(\\+\(build)(\\.\(build))*)?$"
    }()

    private static func names(_ names: [String]) -> JSONObject {
        [
            "type": "array", "uniqueItems": true,
            "items": ["enum": .array(names.map { .string($0) })],
        ]
    }

    private static func localized(charactersMax: Int64) -> JSON {
        [
            "type": "object",
            "required": .array(Manifest.localesRequired.map { .string($0) }),
            "propertyNames": ["$ref": "#/$defs/locale"],
            "additionalProperties": [
                "type": "string", "minLength": 1, "maxLength": .integer(charactersMax),
            ],
        ]
    }

    private static func field(_ type: ConfigSchema.FieldType) -> JSON {
        let range: JSONObject = [
            "type": "integer", "minimum": .integer(type.range.lowerBound),
            "maximum": .integer(type.range.upperBound),
        ]
        let members = type.members.map { member -> (String, JSON) in
            let schema: JSON =
                switch member {
                case "type": ["const": .string(type.rawValue)]
                case "title": ["$ref": "#/$defs/localizedTitle"]
                case "description": ["$ref": "#/$defs/localized"]
                case "min", "max": .object(range)
                case "options":
                    [
                        "type": "array", "uniqueItems": true,
                        "minItems": .integer(Int64(ConfigSchema.Limit.options.lowerBound)),
                        "maxItems": .integer(Int64(ConfigSchema.Limit.options.upperBound)),
                        "items": ["type": "string", "minLength": 1, "maxLength": 200],
                    ]
                case "priceOf": ["type": "string", "minLength": 1, "maxLength": 64]
                case "default":
                    switch type {
                    case .integer, .money: .object(range)
                    case .string: ["type": "string", "maxLength": .integer(type.range.upperBound)]
                    case .boolean: ["type": "boolean"]
                    case .choice, .product: ["type": "string"]
                    case .table: ["type": ["array", "object"]]
                    }
                default: ["type": "boolean"]
                }
            return (member, schema)
        }
        return [
            "type": "object",
            "required": type == .choice ? ["type", "options"] : ["type"],
            "additionalProperties": false,
            "properties": .object(JSONObject(members)),
        ]
    }
}
