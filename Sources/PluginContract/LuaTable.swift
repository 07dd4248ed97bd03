import Wire

/// A Lua table as it arrives in JSON: positions and names side by side.
///
/// A table with positions only arrives as an array, one with names as an object; in a mixed table
/// such as `{ "money", id = "guess" }` the positions are names made of digits, counted from 1.
struct LuaTable {
    private let value: JSON

    /// Nil for anything that is not a table.
    init?(_ value: JSON?) {
        switch value {
        case .array, .object: self.value = value ?? .null
        default: return nil
        }
    }

    /// The value at a position, from 1.
    func at(_ position: Int) -> JSON? {
        switch value {
        case .array(let elements):
            elements.indices.contains(position - 1) ? present(elements[position - 1]) : nil
        case .object(let object): present(object[String(position)])
        default: nil
        }
    }

    /// The value of a name.
    func named(_ name: String) -> JSON? { present(value.objectValue?[name]) }

    /// The value of a name with `false` kept, for flags.
    func flag(_ name: String) -> JSON? { value.objectValue?[name] }

    /// The names that are not positions.
    var names: [String] {
        (value.objectValue?.members ?? []).map(\.name).filter { Int($0) == nil }
    }

    /// How many positions there are, counted from 1 up to the highest.
    var positionLast: Int {
        switch value {
        case .array(let elements): elements.count
        case .object(let object): object.members.compactMap { Int($0.name) }.max() ?? 0
        default: 0
        }
    }

    /// All positions up to `limit` of them; a hole is nil.
    func positions(limit: Int) -> [JSON?] {
        let last = min(positionLast, limit)
        return last < 1 ? [] : (1...last).map(at)
    }

    /// `false` counts as absent, so that `winner and { … }` leaves a hole and no error.
    private func present(_ value: JSON?) -> JSON? {
        switch value {
        case .null, .bool(false): nil
        default: value
        }
    }
}

extension JSON {
    /// The value as an error message quotes it: short, and its kind visible.
    var quoted: String {
        switch self {
        case .null: "nil"
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): "\"\(text.prefix(40))\(text.count > 40 ? "…" : "")\""
        case .array, .object: "a table"
        }
    }

    /// An integer, also when Lua computed it as a float without a fraction.
    var wholeNumber: Int64? {
        switch self {
        case .integer(let number): number
        case .double(let number): Int64(exactly: number)
        default: nil
        }
    }
}
