/// Reads bits, the highest of each byte first; every read says nil at the end instead of reading past
/// it.
struct BitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    /// Reads a NAL unit, emulation prevention bytes left out (ITU-T H.264, 7.3.1; H.265, 7.3.1.1).
    init(nal: some Collection<UInt8>) {
        var bytes: [UInt8] = []
        var zeros = 0
        for byte in nal {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            bytes.append(byte)
        }
        self.bytes = bytes
    }

    /// A number of up to 32 bits.
    mutating func bits(_ count: Int) -> Int? {
        guard position + count <= bytes.count * 8 else { return nil }
        var value = 0
        for _ in 0..<count {
            value = value << 1 | Int(bytes[position >> 3] >> UInt8(7 - position & 7)) & 1
            position += 1
        }
        return value
    }

    /// Whether there were so many bits to be left out.
    mutating func skip(_ count: Int) -> Bool {
        guard position + count <= bytes.count * 8 else { return false }
        position += count
        return true
    }

    /// An unsigned Exp-Golomb number of up to 31 bits; AV1 calls it `uvlc`.
    mutating func unsigned() -> Int? {
        var zeros = 0
        while let bit = bits(1) {
            if bit == 1 { return bits(zeros).map { (1 << zeros) - 1 + $0 } }
            zeros += 1
            guard zeros < 32 else { return nil }
        }
        return nil
    }
}
