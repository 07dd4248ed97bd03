/// Cuts messages into chunks: one of type 0, the rest of type 3 (RTMP 1.0, section 5.3).
struct ChunkWriter {
    /// Bytes of payload in a chunk; the other side must have been told.
    var chunkSize = 128

    /// Appends a message on a chunk stream, 2…65,599; 2 is for control messages.
    func write(_ message: RTMPMessage, on chunkStream: Int, into bytes: inout [UInt8]) {
        let isExtended = message.timestamp >= 0xFF_FFFF
        header(0, chunkStream, into: &bytes)
        bytes.append24(isExtended ? 0xFF_FFFF : Int(message.timestamp))
        bytes.append24(message.payload.count)
        bytes.append(message.type)
        bytes.append32(Int(message.streamID.byteSwapped))
        if isExtended { bytes.append32(Int(message.timestamp)) }
        var sent = 0
        repeat {
            if sent > 0 {
                header(3, chunkStream, into: &bytes)
                if isExtended { bytes.append32(Int(message.timestamp)) }
            }
            let count = min(chunkSize, message.payload.count - sent)
            bytes += message.payload[sent..<sent + count]
            sent += count
        } while sent < message.payload.count
    }

    private func header(_ format: UInt8, _ id: Int, into bytes: inout [UInt8]) {
        switch id {
        case ..<64: bytes.append(format << 6 | UInt8(id))
        case ..<320: bytes += [format << 6, UInt8(id - 64)]
        default:
            bytes += [format << 6 | 1, UInt8((id - 64) & 0xFF), UInt8((id - 64) >> 8)]
        }
    }
}
