/// The masking key of a frame (RFC 6455, section 5.3), turned to where the payload goes on.
struct WebSocketMask: Sendable, Equatable {
    /// The key as it lies in memory from the next byte on, first byte lowest.
    private var word: UInt32

    /// - Parameter key: The first byte of the key is its highest.
    init(key: UInt32) { word = key.byteSwapped }

    /// Masks or unmasks the next bytes of the payload, and turns the key by their number.
    mutating func applyNext(to bytes: UnsafeMutableRawBufferPointer) {
        apply(to: bytes)
        let turn = UInt32(bytes.count & 3) * 8
        word = word >> turn | word << ((32 - turn) & 31)
    }

    /// Masks or unmasks bytes at which the key begins.
    func apply(to bytes: UnsafeMutableRawBufferPointer) {
        let wide = UInt64(word) << 32 | UInt64(word)
        var position = 0
        while position + 8 <= bytes.count {
            let value = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            bytes.storeBytes(
                of: value ^ wide.littleEndian, toByteOffset: position, as: UInt64.self)
            position += 8
        }
        var rest = wide
        while position < bytes.count {
            bytes[position] ^= UInt8(truncatingIfNeeded: rest)
            rest >>= 8
            position += 1
        }
    }
}
