/// The header of a frame, checked as far as it goes by itself (RFC 6455, section 5.2).
struct WebSocketHeader: Sendable {
    static let sizeMax = 14

    var isFinal: Bool
    var opcode: WebSocketFrame.Opcode
    var payloadBytes: Int
    var mask: WebSocketMask?
    /// Bytes of the header itself.
    var size: Int

    /// Whether nothing more belongs to the message: true for every control frame.
    var isWholeMessage: Bool { isFinal && opcode != .continuation }

    /// - Returns: nil if the header is not whole; what has arrived of it is checked nevertheless.
    init?(
        parsing bytes: UnsafeRawBufferPointer, role: WebSocketDecoder.Role
    ) throws(WebSocketError) {
        guard let first = bytes.first else { return nil }
        guard first & 0x70 == 0 else { throw .broken("a reserved bit is set") }
        guard let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F) else {
            throw .broken("opcode \(first & 0x0F) is reserved")
        }
        isFinal = first & 0x80 != 0
        self.opcode = opcode
        guard isFinal || !opcode.isControl else { throw .broken("a control frame is fragmented") }

        guard bytes.count >= 2 else { return nil }
        let isMasked = bytes[1] & 0x80 != 0
        guard isMasked == (role == .server) else {
            throw .broken(
                isMasked ? "a server's frame is masked" : "a client's frame is not masked")
        }
        let short = Int(bytes[1] & 0x7F)
        guard !opcode.isControl || short <= WebSocketFrame.controlBytesMax else {
            throw .broken("a control frame has more than 125 bytes")
        }
        let lengthSize = short < 126 ? 0 : short == 126 ? 2 : 8
        size = 2 + lengthSize
        guard bytes.count >= size else { return nil }
        let length = bytes[2..<size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch lengthSize {
        case 2 where length < 126, 8 where length < 1 << 16:
            throw .broken("a length is not encoded in the fewest bytes")
        case 8 where length > UInt64(Int64.max):
            throw .broken("a length has its highest bit set")
        default:
            payloadBytes = lengthSize == 0 ? short : Int(length)
        }

        guard isMasked else { return }
        guard bytes.count >= size + 4 else { return nil }
        let key = bytes.loadUnaligned(fromByteOffset: size, as: UInt32.self)
        mask = WebSocketMask(key: UInt32(bigEndian: key))
        size += 4
    }
}
