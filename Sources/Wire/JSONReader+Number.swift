extension JSONReader {
    /// Reads the number at `offset`, which is a minus sign or a digit.
    mutating func readNumber() throws(JSONError) -> Token {
        let start = offset
        let isNegative = input[offset] == UInt8(ascii: "-")
        if isNegative { offset += 1 }

        // All digits without the point, as long as they fit, and the power of ten that is owed.
        var digits = Digits()
        let zero = offset < input.count && input[offset] == UInt8(ascii: "0")
        let wholeCount = try readDigits(&digits)
        if zero && wholeCount > 1 { throw error(.badNumber, at: offset - wholeCount + 1) }

        var isInteger = true
        if offset < input.count, input[offset] == UInt8(ascii: ".") {
            isInteger = false
            offset += 1
            digits.exponent -= try readDigits(&digits)
        }
        if offset < input.count, input[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            digits.exponent += try readExponent()
        }
        if isInteger, !digits.overflowed {
            if isNegative, digits.magnitude <= UInt64(Int64.max) + 1 {
                return .integer(Int64(truncatingIfNeeded: 0 &- digits.magnitude))
            }
            if !isNegative, let value = Int64(exactly: digits.magnitude) { return .integer(value) }
        }
        if let magnitude = digits.exactDouble {
            return .double(isNegative ? -magnitude : magnitude)
        }
        let text = String(decoding: input[start..<offset], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw error(.badNumber, at: start) }
        return .double(value)
    }

    private mutating func readDigits(_ digits: inout Digits) throws(JSONError) -> Int {
        let start = offset
        while offset < input.count {
            let digit = input[offset] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            digits.append(digit)
            offset += 1
        }
        guard offset > start else {
            throw error(offset < input.count ? .badNumber : .unexpectedEnd, at: offset)
        }
        return offset - start
    }

    /// Reads an exponent from its letter on. It stops growing where no text in memory has digits
    /// enough to bring the number back into range.
    private mutating func readExponent() throws(JSONError) -> Int {
        offset += 1
        var isNegative = false
        if offset < input.count,
            input[offset] == UInt8(ascii: "-") || input[offset] == UInt8(ascii: "+")
        {
            isNegative = input[offset] == UInt8(ascii: "-")
            offset += 1
        }
        var digits = Digits()
        _ = try readDigits(&digits)
        let magnitude = digits.overflowed ? 1 << 60 : Int(min(digits.magnitude, 1 << 60))
        return isNegative ? -magnitude : magnitude
    }

    private struct Digits {
        var magnitude: UInt64 = 0
        var overflowed = false
        var exponent = 0

        mutating func append(_ digit: UInt8) {
            let (product, high) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            if high || carry { overflowed = true }
            magnitude = sum
        }

        /// The nearest double, if one multiplication or division of exact doubles yields it
        /// (Clinger, "How to read floating point numbers accurately", 1990).
        var exactDouble: Double? {
            guard !overflowed, magnitude <= 1 << 53, abs(exponent) <= 22 else { return nil }
            let power = Self.powersOfTen[abs(exponent)]
            return exponent < 0 ? Double(magnitude) / power : Double(magnitude) * power
        }

        private static let powersOfTen: [Double] = [
            1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
            1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
        ]
    }
}
