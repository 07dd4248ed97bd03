/// What a decoder keeps between calls: a piece of a header, of a frame, of a message.
struct WebSocketPartial: Sendable {
    /// A header that is not whole yet.
    var headBytes: [UInt8] = []
    /// The frame whose payload is arriving.
    var frame: WebSocketHeader?
    var missingBytes = 0
    /// Type of the message of which fragments have come.
    var messageOpcode: WebSocketFrame.Opcode?
    var message: [UInt8] = []
    /// Payload of a control frame, which may come between fragments.
    var control: [UInt8] = []
    var validator = UTF8Validator()

    mutating func begin(_ header: WebSocketHeader) {
        frame = header
        missingBytes = header.payloadBytes
        if header.opcode == .text || header.opcode == .binary { messageOpcode = header.opcode }
    }

    /// Takes payload of the frame in progress off the front, and returns its size.
    mutating func collect(_ bytes: UnsafeMutableRawBufferPointer) throws(WebSocketError) -> Int {
        let count = min(missingBytes, bytes.count)
        let payload = UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
        frame?.mask?.applyNext(to: payload)
        missingBytes -= count
        if frame?.opcode.isControl == true {
            control.append(contentsOf: payload)
        } else {
            if messageOpcode == .text {
                guard validator.feed(UnsafeRawBufferPointer(payload)) else { throw .notUTF8 }
            }
            message.append(contentsOf: payload)
        }
        return count
    }
}
