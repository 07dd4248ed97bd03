package import Wire

/// What must hold between the values of a configuration, such as `price <= max`.
///
/// The form is a small part of Lua: names of fields, whole numbers, texts in single quotes, `true`,
/// `false`, `+`, `-`, `*`, comparisons, `not`, `and`, `or` and brackets. Types are checked when the
/// manifest is read. A rule about a field that has no value holds.
package struct ConfigRule: Sendable, Equatable {
    /// As the manifest has it.
    package var rule: String
    /// What the starter is told when it does not hold, per locale; at least `zh` and `en`.
    package var message: [String: String]
    let expression: ConfigExpression

    /// Reads a rule of 1 to 200 bytes that may name `fields`.
    ///
    /// - Throws: What is wrong with the rule, naming the column.
    init(
        _ rule: String, message: [String: String], fields: [ConfigSchema.Field]
    ) throws(ConfigRuleError) {
        self.rule = rule
        self.message = message
        expression = try ConfigExpressionReader.read(rule, fields: fields)
    }

    /// The most bytes of `rule`.
    package static let bytesMax = 200

    /// Tells whether a configuration keeps the rule; arithmetic beyond 64 bits breaks it.
    package func holds(_ configuration: JSONObject) -> Bool {
        do throws(ConfigExpression.Overflow) {
            return try expression.value(configuration) != .boolean(false)
        } catch {
            return false
        }
    }
}

/// What is wrong with the text of a rule.
struct ConfigRuleError: Error, Equatable {
    var description: String
}

/// A checked rule as a tree.
indirect enum ConfigExpression: Sendable, Equatable {
    case field(String)
    case constant(Value)
    case negative(ConfigExpression)
    case not(ConfigExpression)
    case binary(Operator, ConfigExpression, ConfigExpression)

    enum Value: Sendable, Equatable {
        case integer(Int64)
        case text(String)
        case boolean(Bool)
    }

    enum Operator: String, Sendable, CaseIterable {
        case or, and
        case lessOrEqual = "<="
        case greaterOrEqual = ">="
        case equal = "=="
        case unequal = "~="
        case less = "<"
        case greater = ">"
        case plus = "+"
        case minus = "-"
        case times = "*"
    }

    struct Overflow: Error {}

    /// The value; nil where a field that decides it has none.
    func value(_ configuration: JSONObject) throws(Overflow) -> Value? {
        switch self {
        case .constant(let value): return value
        case .field(let name):
            switch configuration[name] {
            case .integer(let number): return .integer(number)
            case .string(let text): return .text(text)
            case .bool(let flag): return .boolean(flag)
            default: return nil
            }
        case .negative(let operand):
            guard case .integer(let number)? = try operand.value(configuration) else { return nil }
            let (result, isOver) = Int64(0).subtractingReportingOverflow(number)
            if isOver { throw Overflow() }
            return .integer(result)
        case .not(let operand):
            guard case .boolean(let flag)? = try operand.value(configuration) else { return nil }
            return .boolean(!flag)
        case .binary(let operation, let left, let right):
            return try Self.apply(operation, left, right, configuration)
        }
    }

    private static func apply(
        _ operation: Operator, _ left: Self, _ right: Self, _ configuration: JSONObject
    ) throws(Overflow) -> Value? {
        let one = try left.value(configuration)
        // The first operand may decide alone, as in Lua.
        if operation == .and && one == .boolean(false) { return one }
        if operation == .or && one == .boolean(true) { return one }
        let other = try right.value(configuration)
        if operation == .and && other == .boolean(false) { return other }
        if operation == .or && other == .boolean(true) { return other }
        guard let one, let other else { return nil }
        switch (operation, one, other) {
        case (.and, _, _), (.or, _, _): return other
        case (.equal, _, _): return .boolean(one == other)
        case (.unequal, _, _): return .boolean(one != other)
        case (.less, .integer(let one), .integer(let other)): return .boolean(one < other)
        case (.lessOrEqual, .integer(let one), .integer(let other)): return .boolean(one <= other)
        case (.greater, .integer(let one), .integer(let other)): return .boolean(one > other)
        case (.greaterOrEqual, .integer(let one), .integer(let other)):
            return .boolean(one >= other)
        case (.plus, .integer(let one), .integer(let other)):
            return try checked(one.addingReportingOverflow(other))
        case (.minus, .integer(let one), .integer(let other)):
            return try checked(one.subtractingReportingOverflow(other))
        case (.times, .integer(let one), .integer(let other)):
            return try checked(one.multipliedReportingOverflow(by: other))
        default: return nil
        }
    }

    private static func checked(
        _ result: (partialValue: Int64, overflow: Bool)
    ) throws(Overflow) -> Value {
        if result.overflow { throw Overflow() }
        return .integer(result.partialValue)
    }
}
