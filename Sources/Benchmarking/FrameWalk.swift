/// Takes the frames of a server out of received bytes without copying them.
///
/// Only as much of RFC 6455 as the load needs: a server of this project never fragments a message.
enum FrameWalk {
    struct Frame {
        /// The opcode of RFC 6455 section 5.2.
        var opcode: UInt8
        var payload: UnsafeRawBufferPointer
        /// With the header.
        var wireBytes: Int
    }

    /// A frame that a server may not send here: masked, fragmented or longer than can be kept.
    struct Malformed: Error {}

    /// Hands every whole frame to `body` and returns the number of bytes that they took.
    ///
    /// Throws ``Malformed`` when the bytes cannot be frames of a server.
    @inline(__always)
    static func walk(
        _ bytes: UnsafeRawBufferPointer, payloadBytesMax: Int, _ body: (Frame) -> Void
    ) throws(Malformed) -> Int {
        var position = 0
        while bytes.count - position >= 2 {
            let first = bytes[position]
            let second = bytes[position + 1]
            guard first & 0xF0 == 0x80, second & 0x80 == 0 else { throw Malformed() }
            var payloadBytes = Int(second)
            var headerBytes = 2
            if payloadBytes == 126 {
                guard bytes.count - position >= 4 else { break }
                payloadBytes = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
                headerBytes = 4
            } else if payloadBytes == 127 {
                guard bytes.count - position >= 10 else { break }
                guard bytes[position + 2] == 0 else { throw Malformed() }
                payloadBytes = (2..<10).reduce(0) { $0 << 8 | Int(bytes[position + $1]) }
                headerBytes = 10
            }
            guard payloadBytes <= payloadBytesMax else { throw Malformed() }
            let end = position + headerBytes + payloadBytes
            guard end <= bytes.count else { break }
            body(
                Frame(
                    opcode: first & 0x0F,
                    payload: UnsafeRawBufferPointer(
                        rebasing: bytes[(position + headerBytes)..<end]),
                    wireBytes: end - position))
            position = end
        }
        return position
    }
}
