/// Reads JSON token by token, without building values (RFC 8259).
///
/// The grammar is checked as it is read: whoever has seen the last token has seen one whole, valid
/// text, and whoever stops earlier knows nothing about the rest. The reader points into the bytes
/// it was given and must not outlive them.
package struct JSONReader {
    /// A piece of the text. Of ``string`` and ``name`` the content is read by ``withText(_:)``.
    package enum Token: Equatable {
        case null, bool(Bool), integer(Int64), double(Double)
        case string, name
        case beginObject, endObject, beginArray, endArray
    }

    /// What the grammar allows next.
    private enum Expectation {
        case value, valueOrEnd, name, nameOrEnd, commaOrEnd, nothing
    }

    let input: UnsafeRawBufferPointer
    var offset = 0
    private let limits: JSONLimits
    private var expectation = Expectation.value
    private var failure: JSONError?

    /// Whether each open container is an object, innermost last.
    private var containers: [Bool] = []
    private var names = JSONNames()

    // The text of the last string or name: a range of the input, or of `scratch`.
    var textStart = 0
    var textCount = 0
    var textIsInScratch = false
    var scratch: [UInt8] = []

    /// Makes a reader of one JSON text; the limits are checked as it is read.
    package init(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .init()) {
        input = bytes
        self.limits = limits
    }

    /// Reads the next token.
    ///
    /// - Returns: nil after the whole text was read.
    /// - Throws: ``JSONError``; from then on the same at every call.
    package mutating func next() throws(JSONError) -> Token? {
        if let failure { throw failure }
        do {
            return try read()
        } catch {
            failure = error
            throw error
        }
    }

    /// Calls `body` with the UTF-8 bytes of the last ``Token/string`` or ``Token/name``.
    ///
    /// They lie in the input if the text has no escapes, else in storage that the next text reuses.
    package func withText<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        if textIsInScratch {
            return try scratch.withUnsafeBytes(body)
        }
        let range = textStart..<textStart + textCount
        return try body(UnsafeRawBufferPointer(rebasing: input[range]))
    }

    /// The last ``Token/string`` or ``Token/name``.
    var string: String { withText { String(decoding: $0, as: UTF8.self) } }

    func error(_ code: JSONError.Code, at offset: Int) -> JSONError {
        JSONError(code, at: offset, in: input)
    }

    private mutating func read() throws(JSONError) -> Token? {
        if input.count > limits.bytesMax {
            throw error(.tooLarge, at: limits.bytesMax)
        }
        skipSpace()
        if case .nothing = expectation {
            guard offset == input.count else { throw error(.trailingBytes, at: offset) }
            return nil
        }
        guard offset < input.count else { throw error(.unexpectedEnd, at: offset) }
        var byte = input[offset]
        if case .commaOrEnd = expectation {
            let isObject = containers.last ?? false
            if byte == UInt8(ascii: isObject ? "}" : "]") { return end() }
            guard byte == UInt8(ascii: ",") else { throw error(.unexpectedByte, at: offset) }
            offset += 1
            skipSpace()
            guard offset < input.count else { throw error(.unexpectedEnd, at: offset) }
            byte = input[offset]
            expectation = isObject ? .name : .value
        }
        switch expectation {
        case .name, .nameOrEnd:
            if byte == UInt8(ascii: "}"), case .nameOrEnd = expectation { return end() }
            guard byte == UInt8(ascii: "\"") else { throw error(.unexpectedByte, at: offset) }
            try readName()
            return .name
        case .valueOrEnd where byte == UInt8(ascii: "]"):
            return end()
        default:
            return try readValue(byte)
        }
    }

    private mutating func readValue(_ byte: UInt8) throws(JSONError) -> Token {
        let token: Token
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return try begin(object: byte == UInt8(ascii: "{"))
        case UInt8(ascii: "\""):
            try readText()
            token = .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            token = try readNumber()
        case UInt8(ascii: "t"):
            try readWord("true")
            token = .bool(true)
        case UInt8(ascii: "f"):
            try readWord("false")
            token = .bool(false)
        case UInt8(ascii: "n"):
            try readWord("null")
            token = .null
        default:
            throw error(.unexpectedByte, at: offset)
        }
        expectation = containers.isEmpty ? .nothing : .commaOrEnd
        return token
    }

    private mutating func begin(object: Bool) throws(JSONError) -> Token {
        guard containers.count < limits.depthMax else { throw error(.tooDeep, at: offset) }
        offset += 1
        if containers.isEmpty { containers.reserveCapacity(32) }
        containers.append(object)
        if object { names.open() }
        expectation = object ? .nameOrEnd : .valueOrEnd
        return object ? .beginObject : .beginArray
    }

    private mutating func end() -> Token {
        offset += 1
        let object = containers.removeLast()
        if object { names.close() }
        expectation = containers.isEmpty ? .nothing : .commaOrEnd
        return object ? .endObject : .endArray
    }

    /// Reads a name and the colon behind it.
    private mutating func readName() throws(JSONError) {
        let start = offset
        guard names.count < limits.membersMax else { throw error(.tooManyMembers, at: start) }
        try readText()
        let isNew =
            textIsInScratch
            ? names.insert(scratch, input)
            : names.insert(textStart..<textStart + textCount, input)
        guard isNew else { throw error(.duplicateName, at: start) }
        skipSpace()
        guard offset < input.count else { throw error(.unexpectedEnd, at: offset) }
        guard input[offset] == UInt8(ascii: ":") else { throw error(.unexpectedByte, at: offset) }
        offset += 1
        expectation = .value
    }

    private mutating func readWord(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard offset < input.count else { throw error(.unexpectedEnd, at: offset) }
            guard input[offset] == word.utf8Start[index] else {
                throw error(.unexpectedByte, at: offset)
            }
            offset += 1
        }
    }

    private mutating func skipSpace() {
        while offset < input.count {
            switch input[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }
}
