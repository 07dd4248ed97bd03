/// Marks a published message with the time of its making, so that the receiver can find it in
/// whatever the server wraps around it.
///
/// `"t0":` and 16 digits: 10^15 plus the nanoseconds since the load began. Always of one length, and
/// exact as a JSON integer.
enum Stamp {
    static let base: Int64 = 1_000_000_000_000_000
    static let digitCount = 16

    /// Finds the first stamp in a message; nil when there is none.
    static func find(in bytes: UnsafeRawBufferPointer) -> Int64? {
        let last = bytes.count - (5 + digitCount)
        var position = 0
        while position <= last {
            // `"t0":`; the digit is looked at first, because it is rare in text.
            guard bytes[position + 2] == UInt8(ascii: "0") else {
                position += 1
                continue
            }
            if bytes[position] == UInt8(ascii: "\""), bytes[position + 1] == UInt8(ascii: "t"),
                bytes[position + 3] == UInt8(ascii: "\""), bytes[position + 4] == UInt8(ascii: ":")
            {
                return number(UnsafeRawBufferPointer(rebasing: bytes[(position + 5)...]))
            }
            position += 1
        }
        return nil
    }

    /// Writes the digits of a stamp.
    static func write(nanoseconds: Int64, to bytes: UnsafeMutableRawBufferPointer) {
        var rest = base + nanoseconds
        for index in stride(from: digitCount - 1, through: 0, by: -1) {
            bytes[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    private static func number(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        var number: Int64 = 0
        for index in 0..<digitCount {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            number = number * 10 + Int64(digit)
        }
        guard bytes.count == digitCount || bytes[digitCount] &- UInt8(ascii: "0") > 9 else {
            return nil
        }
        return number >= base && number < 2 * base ? number - base : nil
    }
}
