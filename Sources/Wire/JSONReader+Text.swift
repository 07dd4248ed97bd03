extension JSONReader {
    /// Reads the string whose opening quote is at `offset`, and leaves its content for `withText`.
    mutating func readText() throws(JSONError) {
        let start = offset + 1
        var position = start
        // Where the part begins that was not copied to `scratch` yet.
        var segment = start
        textIsInScratch = false
        while true {
            position = Self.skipPlain(input, from: position)
            guard position < input.count else { throw error(.unexpectedEnd, at: position) }
            switch input[position] {
            case UInt8(ascii: "\""):
                if textIsInScratch {
                    scratch.append(
                        contentsOf: UnsafeRawBufferPointer(rebasing: input[segment..<position]))
                } else {
                    textStart = start
                    textCount = position - start
                }
                offset = position + 1
                return
            case UInt8(ascii: "\\"):
                if !textIsInScratch {
                    textIsInScratch = true
                    scratch.removeAll(keepingCapacity: true)
                    scratch.reserveCapacity(position - segment + 64)
                }
                scratch.append(
                    contentsOf: UnsafeRawBufferPointer(rebasing: input[segment..<position]))
                position = try readEscape(at: position)
                segment = position
            case 0..<0x20:
                throw error(.badString, at: position)
            default:
                let length = UTF8Validator.sequenceLength(in: input, at: position)
                guard length > 0 else { throw error(.badUTF8, at: position) }
                position += length
            }
        }
    }

    /// Skips ASCII that stands for itself, and stops at the first other byte.
    private static func skipPlain(_ input: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position + 8 <= input.count {
            let word = UInt64(
                littleEndian: input.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // The highest bit of a byte is set if it is not ASCII, below a space, a quote or a
            // backslash. Borrows spoil only bytes after the first such one.
            let special =
                (word | (word &- 0x2020_2020_2020_2020)
                    | ((word ^ 0x2222_2222_2222_2222) &- 0x0101_0101_0101_0101)
                    | ((word ^ 0x5C5C_5C5C_5C5C_5C5C) &- 0x0101_0101_0101_0101))
                & 0x8080_8080_8080_8080
            if special != 0 { return position + special.trailingZeroBitCount >> 3 }
            position += 8
        }
        while position < input.count {
            let byte = input[position]
            if byte < 0x20 || byte >= 0x80 || byte == UInt8(ascii: "\"")
                || byte == UInt8(ascii: "\\")
            {
                break
            }
            position += 1
        }
        return position
    }

    /// Appends what the escape at a backslash stands for, and returns the place after it.
    private mutating func readEscape(at backslash: Int) throws(JSONError) -> Int {
        guard backslash + 1 < input.count else { throw error(.unexpectedEnd, at: input.count) }
        switch input[backslash + 1] {
        case UInt8(ascii: "\""): scratch.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): scratch.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): scratch.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): scratch.append(0x08)
        case UInt8(ascii: "f"): scratch.append(0x0C)
        case UInt8(ascii: "n"): scratch.append(0x0A)
        case UInt8(ascii: "r"): scratch.append(0x0D)
        case UInt8(ascii: "t"): scratch.append(0x09)
        case UInt8(ascii: "u"): return try readUnicodeEscape(at: backslash)
        default: throw error(.badEscape, at: backslash)
        }
        return backslash + 2
    }

    private mutating func readUnicodeEscape(at backslash: Int) throws(JSONError) -> Int {
        let first = try hexadecimal(at: backslash)
        switch first {
        case 0xD800...0xDBFF:
            // A high surrogate is half a character: the low one must follow.
            let next = backslash + 6
            guard next + 1 < input.count else { throw error(.unexpectedEnd, at: input.count) }
            guard input[next] == UInt8(ascii: "\\"), input[next + 1] == UInt8(ascii: "u") else {
                throw error(.badEscape, at: backslash)
            }
            let second = try hexadecimal(at: next)
            guard (0xDC00...0xDFFF).contains(second) else {
                throw error(.badEscape, at: backslash)
            }
            append(scalar: 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            return next + 6
        case 0xDC00...0xDFFF:
            throw error(.badEscape, at: backslash)
        default:
            append(scalar: first)
            return backslash + 6
        }
    }

    /// Reads the four digits of the `\u` escape at a backslash.
    private func hexadecimal(at backslash: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for position in backslash + 2..<backslash + 6 {
            guard position < input.count else { throw error(.unexpectedEnd, at: input.count) }
            guard let digit = hexadecimalDigit(input[position]) else {
                throw error(.badEscape, at: backslash)
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private mutating func append(scalar: UInt32) {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift & 0x3F)) }
        switch scalar {
        case 0..<0x80:
            scratch.append(UInt8(scalar))
        case 0x80..<0x800:
            scratch.append(UInt8(0xC0 | scalar >> 6))
            scratch.append(tail(0))
        case 0x800..<0x10000:
            scratch.append(UInt8(0xE0 | scalar >> 12))
            scratch.append(tail(6))
            scratch.append(tail(0))
        default:
            scratch.append(UInt8(0xF0 | scalar >> 18))
            scratch.append(tail(12))
            scratch.append(tail(6))
            scratch.append(tail(0))
        }
    }
}

/// The value of a hexadecimal digit of either case.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
