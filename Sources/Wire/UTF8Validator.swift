/// Checks that bytes that arrive in pieces are UTF-8 (RFC 3629), up to the first impossible byte.
///
/// Overlong forms, surrogates and what lies beyond U+10FFFF are refused.
package struct UTF8Validator: Sendable, Equatable {
    /// Bytes that the character in progress still lacks; 0xFF after an impossible byte.
    private var missing: UInt8 = 0
    // What the next byte of that character may be.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Begins at the start of a text.
    package init() {}

    /// Whether no impossible byte came and no character lacks bytes: the text may end here.
    package var isComplete: Bool { missing == 0 }

    /// Checks the next bytes.
    ///
    /// - Returns: false if no text can continue like that; from then on always.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        while position < bytes.count {
            if missing > 0 {
                guard step(bytes[position]) else { return false }
                position += 1
                continue
            }
            position = Self.skipASCII(bytes, from: position)
            // Whole characters at once; the last ones, which may lack bytes, step by step.
            while position + 4 <= bytes.count, bytes[position] >= 0x80 {
                let length = Self.sequenceLength(in: bytes, at: position)
                guard length > 0 else {
                    missing = 0xFF
                    return false
                }
                position += length
            }
            if position < bytes.count {
                guard step(bytes[position]) else { return false }
                position += 1
            }
        }
        return missing != 0xFF
    }

    /// Whether the bytes are one whole text.
    package static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var validator = UTF8Validator()
        return validator.feed(bytes) && validator.isComplete
    }

    private mutating func step(_ byte: UInt8) -> Bool {
        if missing == 0 {
            switch byte {
            case 0x00...0x7F: return true
            case 0xC2...0xDF: missing = 1
            case 0xE0...0xEF:
                missing = 2
                if byte == 0xE0 { lowest = 0xA0 }
                if byte == 0xED { highest = 0x9F }
            case 0xF0...0xF4:
                missing = 3
                if byte == 0xF0 { lowest = 0x90 }
                if byte == 0xF4 { highest = 0x8F }
            default:
                missing = 0xFF
                return false
            }
            return true
        }
        guard missing != 0xFF, lowest <= byte, byte <= highest else {
            missing = 0xFF
            return false
        }
        missing -= 1
        lowest = 0x80
        highest = 0xBF
        return true
    }

    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var position = start
        while position + 8 <= bytes.count {
            let word = UInt64(
                littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let high = word & 0x8080_8080_8080_8080
            if high != 0 { return position + high.trailingZeroBitCount >> 3 }
            position += 8
        }
        while position < bytes.count, bytes[position] < 0x80 { position += 1 }
        return position
    }

    /// Bytes of the character that begins at `position`: 1 to 4, or 0 if it is not valid or not
    /// whole.
    static func sequenceLength(in bytes: UnsafeRawBufferPointer, at position: Int) -> Int {
        func continues(_ index: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            position + index < bytes.count && range.contains(bytes[position + index])
        }
        switch bytes[position] {
        case 0x00...0x7F: return 1
        case 0xC2...0xDF: return continues(1) ? 2 : 0
        case 0xE0: return continues(1, 0xA0...0xBF) && continues(2) ? 3 : 0
        case 0xED: return continues(1, 0x80...0x9F) && continues(2) ? 3 : 0
        case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
        case 0xF0: return continues(1, 0x90...0xBF) && continues(2) && continues(3) ? 4 : 0
        case 0xF4: return continues(1, 0x80...0x8F) && continues(2) && continues(3) ? 4 : 0
        case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
        default: return 0
        }
    }
}
