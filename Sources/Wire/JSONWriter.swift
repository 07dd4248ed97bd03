/// Writes JSON text piece by piece, without building values.
///
/// The writer sets the commas; that pieces come in an order that makes a JSON text is up to the
/// caller. Text goes out as UTF-8, escaped only where RFC 8259 demands it.
package struct JSONWriter: Sendable {
    /// What was written so far.
    package private(set) var bytes: [UInt8]
    /// Whether a value was just completed, so that another one needs a comma.
    private var afterValue = false

    /// - Parameter count: Bytes to make room for.
    package init(reserving count: Int = 256) {
        bytes = []
        bytes.reserveCapacity(count)
    }

    /// Forgets what was written and keeps the room for it.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        afterValue = false
    }

    /// Opens an object; until it is ended each value needs a name first.
    package mutating func beginObject() { begin(UInt8(ascii: "{")) }
    /// Closes the innermost object.
    package mutating func endObject() { end(UInt8(ascii: "}")) }
    /// Opens an array.
    package mutating func beginArray() { begin(UInt8(ascii: "[")) }
    /// Closes the innermost array.
    package mutating func endArray() { end(UInt8(ascii: "]")) }

    /// Writes the name of the member whose value comes next.
    package mutating func name(_ name: StaticString) {
        self.name(
            utf8: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    /// Writes the name of the member whose value comes next.
    // Disfavoured so that a literal is taken as a `StaticString`, which is written from where it
    // is.
    @_disfavoredOverload
    package mutating func name(_ name: String) {
        var name = name
        name.withUTF8 { self.name(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// Writes a name that is known to be UTF-8.
    package mutating func name(utf8 name: UnsafeRawBufferPointer) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Writes a string.
    package mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { string(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// Writes a string that is known to be UTF-8.
    package mutating func string(utf8 value: UnsafeRawBufferPointer) {
        separate()
        appendQuoted(value)
        afterValue = true
    }

    /// Writes an integer in full.
    package mutating func integer(_ value: Int64) {
        separate()
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        // The largest magnitude has 19 digits.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = digits.count
            var rest = value.magnitude
            repeat {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest > 0
            bytes.append(contentsOf: UnsafeMutableBufferPointer(rebasing: digits[first...]))
        }
        afterValue = true
    }

    /// Writes the shortest number that reads back as this value, and as a double: 1 becomes `1.0`.
    ///
    /// What JSON has no number for, infinities and NaN, becomes `null`, as in JavaScript.
    package mutating func double(_ value: Double) {
        guard value.isFinite else { return null() }
        separate()
        bytes.append(contentsOf: value.description.utf8)
        afterValue = true
    }

    /// Writes `true` or `false`.
    package mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }
    /// Writes `null`.
    package mutating func null() { literal("null") }

    /// Writes a value that is already JSON text.
    package mutating func raw(_ value: [UInt8]) {
        separate()
        bytes.append(contentsOf: value)
        afterValue = true
    }

    /// Writes a value that is already JSON text.
    package mutating func raw(_ value: UnsafeRawBufferPointer) {
        separate()
        bytes.append(contentsOf: value)
        afterValue = true
    }

    private mutating func separate() {
        if afterValue { bytes.append(UInt8(ascii: ",")) }
        afterValue = false
    }

    private mutating func begin(_ byte: UInt8) {
        separate()
        bytes.append(byte)
    }

    private mutating func end(_ byte: UInt8) {
        bytes.append(byte)
        afterValue = true
    }

    private mutating func literal(_ word: StaticString) {
        separate()
        bytes.append(
            contentsOf: UnsafeRawBufferPointer(
                start: word.utf8Start, count: word.utf8CodeUnitCount))
        afterValue = true
    }

    private mutating func appendQuoted(_ text: UnsafeRawBufferPointer) {
        bytes.append(UInt8(ascii: "\""))
        var segment = 0
        var position = Self.skipPlain(text, from: 0)
        while position < text.count {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[segment..<position]))
            appendEscape(text[position])
            segment = position + 1
            position = Self.skipPlain(text, from: segment)
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[segment...]))
        bytes.append(UInt8(ascii: "\""))
    }

    /// Finds the next byte that needs an escape: a control character, a quote, a backslash.
    private static func skipPlain(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position + 8 <= text.count {
            let word = UInt64(
                littleEndian: text.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // The highest bit of a byte is set if it needs an escape; `~word` clears those of
            // bytes that are not ASCII. Borrows spoil only bytes after the first that needs one.
            let special =
                ((word &- 0x2020_2020_2020_2020)
                    | ((word ^ 0x2222_2222_2222_2222) &- 0x0101_0101_0101_0101)
                    | ((word ^ 0x5C5C_5C5C_5C5C_5C5C) &- 0x0101_0101_0101_0101))
                & ~word & 0x8080_8080_8080_8080
            if special != 0 { return position + special.trailingZeroBitCount >> 3 }
            position += 8
        }
        while position < text.count {
            switch text[position] {
            case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): return position
            default: position += 1
            }
        }
        return position
    }

    private mutating func appendEscape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(byte < 0x10 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
            let digit = byte & 0x0F
            bytes.append(
                digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
