extension JSON {
    /// Parses one JSON text, strictly by RFC 8259, with ``JSONReader``.
    ///
    /// Integers that fit `Int64` become ``integer(_:)``, other numbers ``double(_:)``.
    ///
    /// - Throws: ``JSONError`` with the place of the first fault.
    package init(
        parsing bytes: UnsafeRawBufferPointer, limits: JSONLimits = .init()
    ) throws(JSONError) {
        var reader = JSONReader(bytes, limits: limits)
        // The first token is never nil: an empty input is an error.
        guard let first = try reader.next() else { preconditionFailure("no token and no error") }
        self = try Self.value(first, &reader)
        let after = try reader.next()
        precondition(after == nil, "a token after the value")
    }

    /// Parses one JSON text; see ``init(parsing:limits:)-(UnsafeRawBufferPointer,_)``.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .init()) throws(JSONError) {
        self = try bytes.withRawBytes { (bytes) throws(JSONError) in
            try JSON(parsing: bytes, limits: limits)
        }
    }

    /// Parses one JSON text; see ``init(parsing:limits:)-(UnsafeRawBufferPointer,_)``.
    package init(parsing text: String, limits: JSONLimits = .init()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// Builds the value that begins with a token. Recursion ends at `depthMax` of the reader.
    private static func value(
        _ token: JSONReader.Token, _ reader: inout JSONReader
    ) throws(JSONError) -> JSON {
        switch token {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .double(let value): return .double(value)
        case .string: return .string(reader.string)
        case .beginArray:
            var elements: [JSON] = []
            while let next = try reader.next() {
                if case .endArray = next { break }
                elements.append(try value(next, &reader))
            }
            return .array(elements)
        case .beginObject:
            var members: [JSONObject.Member] = []
            while let next = try reader.next(), case .name = next {
                let name = reader.string
                guard let first = try reader.next() else { break }
                members.append((name, try value(first, &reader)))
            }
            return .object(JSONObject(unique: members))
        case .name, .endArray, .endObject:
            preconditionFailure("a value cannot begin with \(token)")
        }
    }
}
