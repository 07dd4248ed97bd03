import Testing
import Wire

/// An event with a copy of its bytes.
struct Event: Equatable {
    var opcode: WebSocketFrame.Opcode
    var payload: [UInt8]
    var code: UInt16?

    init(_ opcode: WebSocketFrame.Opcode, _ payload: [UInt8], code: UInt16? = nil) {
        self.opcode = opcode
        self.payload = payload
        self.code = code
    }

    /// Nil for a fragment, whose payload comes with its message.
    init?(_ event: WebSocketEvent) {
        switch event {
        case .text(let payload): self.init(.text, Array(payload))
        case .binary(let payload): self.init(.binary, Array(payload))
        case .ping(let payload): self.init(.ping, Array(payload))
        case .pong(let payload): self.init(.pong, Array(payload))
        case .fragment: return nil
        case .close(let code, let reason): self.init(.close, Array(reason.utf8), code: code)
        }
    }
}

struct Outcome: Equatable {
    var events: [Event]
    var error: WebSocketError?

    init(_ events: [Event], _ error: WebSocketError? = nil) {
        self.events = events
        self.error = error
    }
}

/// What a decoder makes of bytes that arrive in pieces.
func decodeFrames(
    _ pieces: [[UInt8]], role: WebSocketDecoder.Role = .server, messageBytesMax: Int = 70000
) -> Outcome {
    var decoder = WebSocketDecoder(role: role, messageBytesMax: messageBytesMax)
    var outcome = Outcome([])
    for piece in pieces {
        do throws(WebSocketError) {
            try feed(piece, &decoder) { if let event = Event($0) { outcome.events.append(event) } }
        } catch {
            #expect(outcome.error == nil)
            outcome.error = error
        }
    }
    return outcome
}

func feed(
    _ bytes: [UInt8], _ decoder: inout WebSocketDecoder, _ body: (WebSocketEvent) -> Void = { _ in }
) throws(WebSocketError) {
    var bytes = bytes
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(WebSocketError) in
        try decoder.decode(UnsafeMutableRawBufferPointer(buffer)) { body($0) }
    }
}

func masked(_ opcode: WebSocketFrame.Opcode, _ payload: [UInt8], isFinal: Bool = true) -> [UInt8] {
    var frame = WebSocketFrame.masked(opcode, payload, mask: 0x1234_ABCD)
    if !isFinal { frame[0] &= 0x7F }
    return frame
}

func fragment(_ opcode: WebSocketFrame.Opcode, _ text: String, isFinal: Bool = true) -> [UInt8] {
    masked(opcode, Array(text.utf8), isFinal: isFinal)
}
