package import Wire

/// What can be configured about a plugin, and within which bounds.
package struct ConfigSchema: Sendable, Equatable {
    /// In the order of the manifest.
    package var fields: [Field]
    /// What must hold between the values, beyond what each field says of itself.
    package var rules: [ConfigRule]

    package init(fields: [Field] = [], rules: [ConfigRule] = []) {
        self.fields = fields
        self.rules = rules
    }

    /// Bounds of what a manifest may say.
    enum Limit {
        static let fields = 64
        static let rules = 32
        static let options = 1...100
    }

    /// One thing that can be configured.
    package struct Field: Sendable, Equatable {
        /// A Lua name: `room.config.NAME`.
        package var name: String
        package var type: FieldType
        /// Smallest value, or shortest text in characters.
        package var minimum: Int64
        /// Largest value, longest text in characters, or largest table in bytes of JSON.
        package var maximum: Int64
        /// The values of a choice.
        package var options: [String] = []
        package var defaultValue: JSON?
        /// A product field whose product's price is the default of this money field.
        package var priceOf: String?
        /// Whether neither viewers nor host pages are told the value.
        package var isSecret = false
        /// Whether the text is shown to everybody and must be one that the room lets viewers say.
        package var isModerated = false
        package var isRequired = false
        /// Whether the value stays what it was at the start until the run ends.
        package var isImmutable = false
        /// What a form calls it, per locale; empty, or at least `zh` and `en`.
        package var title: [String: String] = [:]
        /// What a form says about it, per locale; empty, or at least `zh` and `en`.
        package var summary: [String: String] = [:]

        package init(name: String, type: FieldType) {
            self.name = name
            self.type = type
            minimum = type.range.lowerBound
            maximum = type.range.upperBound
        }
    }

    /// What kind of value a field holds.
    package enum FieldType: String, Sendable, CaseIterable {
        case integer
        /// An amount in minor units, 0 to 2⁵³ − 1.
        case money
        case string
        case boolean
        /// The id of a product of the show.
        case product
        case choice
        /// Plain data, a list or an object, whose inside the plugin looks at itself.
        case table

        /// Bounds that no field of this type exceeds: those that a JSON reader of a page keeps exact.
        var range: ClosedRange<Int64> {
            switch self {
            case .integer: -9_007_199_254_740_991...9_007_199_254_740_991
            case .money: 0...9_007_199_254_740_991
            case .string: 0...1_000
            case .table: 2...32_768
            case .boolean, .product, .choice: 0...0
            }
        }

        /// The members that a field of this type may have in a manifest.
        var members: [String] {
            let always = [
                "type", "title", "description", "default", "secret", "required", "immutable",
            ]
            return switch self {
            case .integer: always + ["min", "max"]
            case .string: always + ["min", "max", "moderated"]
            case .money: always + ["min", "max", "priceOf"]
            case .choice: always + ["options"]
            case .table: always + ["max"]
            // Products belong to a show, so a plugin cannot know one.
            case .product: always.filter { $0 != "default" }
            case .boolean: always
            }
        }
    }
}

extension ConfigSchema.Field {
    /// What would be right, such as `an integer from 5 to 600`.
    package var expectation: String {
        switch type {
        case .integer: "an integer from \(minimum) to \(maximum)"
        case .money: "an integer of minor units from \(minimum) to \(maximum)"
        case .string: "a text of \(minimum) to \(maximum) characters"
        case .boolean: "true or false"
        case .product: "the id of a product of this show"
        case .choice: "one of \(options.joined(separator: ", "))"
        case .table: "a table of at most \(maximum) bytes of JSON"
        }
    }

    /// Tells whether a value fits, products aside.
    package func accepts(_ value: JSON) -> Bool {
        switch type {
        case .integer, .money:
            value.integerValue.map { (minimum...maximum).contains($0) } ?? false
        case .string:
            value.stringValue.map {
                (minimum...maximum).contains(Int64($0.unicodeScalars.count))
            } ?? false
        case .boolean: value.boolValue != nil
        case .product: value.stringValue != nil
        case .choice: value.stringValue.map { options.contains($0) } ?? false
        case .table:
            (value.objectValue != nil || value.arrayValue != nil)
                && value.encoded().count <= maximum
        }
    }
}
