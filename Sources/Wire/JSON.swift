/// A JSON value (RFC 8259) with integers kept apart from other numbers.
package enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

extension JSON: Equatable {
    /// Compares texts by their bytes (RFC 8259, section 8.3), where `String` would hold a composed
    /// and a decomposed "é" for equal; objects compare without regard to order.
    package static func == (one: JSON, other: JSON) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.integer(let one), .integer(let other)): one == other
        case (.double(let one), .double(let other)): one == other
        case (.string(let one), .string(let other)): one.hasSameBytes(as: other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }
}

extension JSON {
    /// The text, if this is a string.
    package var stringValue: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// The number, if it was written as an integer and fits.
    package var integerValue: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// The number, if this is one; integers beyond 2⁵³ are rounded.
    package var doubleValue: Double? {
        switch self {
        case .double(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }

    /// The truth value, if this is one.
    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements, if this is an array.
    package var arrayValue: [JSON]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    /// The members, if this is an object.
    package var objectValue: JSONObject? {
        guard case .object(let value) = self else { return nil }
        return value
    }

    /// Whether this is `null`.
    package var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }

    /// The member of this name, if this is an object that has one.
    package subscript(name: String) -> JSON? {
        guard case .object(let object) = self else { return nil }
        return object[name]
    }

    /// The element at this place, if this is an array that reaches so far.
    package subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension String {
    /// Whether both are the same sequence of UTF-8 bytes, which is stricter than `==`.
    func hasSameBytes(as other: String) -> Bool {
        // Unequal strings are told apart by `==`, which is fast for them.
        guard self == other, utf8.count == other.utf8.count else { return false }
        let isSame =
            utf8.withContiguousStorageIfAvailable { one in
                other.utf8.withContiguousStorageIfAvailable { other in
                    zip(one, other).allSatisfy { $0 == $1 }
                } ?? nil
            } ?? nil
        return isSame ?? utf8.elementsEqual(other.utf8)
    }
}
