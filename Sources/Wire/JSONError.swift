/// What a JSON text may use up.
package struct JSONLimits: Sendable, Equatable {
    /// Arrays and objects inside each other, at most 512: building a tree recurses.
    package var depthMax: Int
    /// Size of the whole text.
    package var bytesMax: Int
    /// Members of one object.
    package var membersMax: Int

    /// Sets limits that suit messages.
    package init(depthMax: Int = 32, bytesMax: Int = 1 << 20, membersMax: Int = 10_000) {
        precondition((0...512).contains(depthMax), "depthMax is 0 to 512")
        self.depthMax = depthMax
        self.bytesMax = bytesMax
        self.membersMax = membersMax
    }
}

/// Why a text is not JSON, and where.
package struct JSONError: Error, Sendable, Equatable {
    /// What is wrong; ``JSONError/description`` says it in words.
    package enum Code: String, Sendable, CaseIterable {
        case tooLarge, tooDeep, tooManyMembers
        case unexpectedEnd, unexpectedByte, trailingBytes
        case badNumber, badString, badEscape, badUTF8, duplicateName
    }
    /// What is wrong.
    package var code: Code
    /// Bytes before the fault.
    package var offset: Int
    /// From 1.
    package var line: Int
    /// In Unicode scalars, from 1.
    package var column: Int

    /// Makes an error for a place that is already known.
    package init(code: Code, offset: Int, line: Int, column: Int) {
        self.code = code
        self.offset = offset
        self.line = line
        self.column = column
    }

    /// Finds line and column of an offset; done once, when the error is thrown.
    init(_ code: Code, at offset: Int, in input: UnsafeRawBufferPointer) {
        self.init(code: code, offset: offset, line: 1, column: 1)
        for byte in input[..<offset] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }
}

extension JSONError: CustomStringConvertible {
    /// A sentence for people, such as `line 3, column 7: a number is malformed`.
    package var description: String {
        let what =
            switch code {
            case .tooLarge: "the text is too large"
            case .tooDeep: "arrays and objects are nested too deeply"
            case .tooManyMembers: "an object has too many members"
            case .unexpectedEnd: "the text ends too early"
            case .unexpectedByte: "an unexpected character"
            case .trailingBytes: "something follows the value"
            case .badNumber: "a number is malformed or out of range"
            case .badString: "a control character stands unescaped in a string"
            case .badEscape: "an escape sequence in a string is malformed"
            case .badUTF8: "the text is not UTF-8"
            case .duplicateName: "a name occurs twice in one object"
            }
        return "line \(line), column \(column): \(what)"
    }
}
