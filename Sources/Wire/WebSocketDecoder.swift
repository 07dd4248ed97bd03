/// What a WebSocket decoder found. The bytes are valid only while it is handed over.
package enum WebSocketEvent {
    /// A whole message; UTF-8.
    case text(UnsafeRawBufferPointer)
    /// A whole message.
    case binary(UnsafeRawBufferPointer)
    /// A frame of a message that is not whole yet; its payload comes with the message.
    case fragment(payloadBytes: Int)
    /// To be answered by a pong of the same payload, at most 125 bytes.
    case ping(UnsafeRawBufferPointer)
    /// Answer to a ping, or sent unasked.
    case pong(UnsafeRawBufferPointer)
    /// The last event. Without code nothing was said about why.
    case close(code: UInt16?, reason: String)
}

/// How a peer broke the protocol: send a close frame with this code and end the connection.
package struct WebSocketError: Error, Sendable, Equatable {
    /// 1002 (protocol), 1007 (not UTF-8) or 1009 (too large).
    package var closeCode: UInt16
    /// For the close frame, at most 123 bytes.
    package var reason: String

    /// Makes an error; the receiver of events may throw its own with another code.
    package init(closeCode: UInt16, reason: String) {
        self.closeCode = closeCode
        self.reason = reason
    }

    static func broken(_ reason: String) -> WebSocketError {
        WebSocketError(closeCode: 1002, reason: reason)
    }
    static let notUTF8 = WebSocketError(closeCode: 1007, reason: "text is not UTF-8")
    static let tooLarge = WebSocketError(closeCode: 1009, reason: "message is too large")
}

/// Takes WebSocket messages (RFC 6455) out of bytes that arrive in pieces.
///
/// A frame that is a whole message and lies whole in the bytes is unmasked where it is and handed
/// over from there: no copy, no allocation. Pieces of frames and messages are collected; then, and
/// only then, the decoder holds memory.
package struct WebSocketDecoder: Sendable {
    /// Who decodes: a server insists on masked frames, a client on unmasked ones.
    package enum Role: Sendable { case server, client }

    private let messageBytesMax: Int
    private let role: Role
    private var isClosed = false
    /// At most one element. An array, as it is a box with the semantics of a value.
    private var partial: [WebSocketPartial] = []

    /// Decodes messages of up to `messageBytesMax` bytes; a longer one is refused when the header
    /// that announces it arrives.
    package init(role: Role, messageBytesMax: Int) {
        self.role = role
        self.messageBytesMax = messageBytesMax
    }

    /// Whether nothing is pending, so that the decoder holds no memory.
    package var isIdle: Bool { partial.isEmpty }

    /// Decodes the bytes, and calls `body` for each event in order.
    ///
    /// The bytes are unmasked in place. After a close event, and after an error, be it one that
    /// `body` throws, further bytes are ignored.
    package mutating func decode(
        _ bytes: UnsafeMutableRawBufferPointer,
        _ body: (WebSocketEvent) throws(WebSocketError) -> Void
    ) throws(WebSocketError) {
        do {
            var position = 0
            while position < bytes.count, !isClosed {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[position...])
                position += try step(rest, body)
            }
        } catch {
            isClosed = true
            partial = []
            throw error
        }
    }

    /// Decodes one frame, or a piece of one, and returns the number of bytes that it took.
    private mutating func step(
        _ bytes: UnsafeMutableRawBufferPointer,
        _ body: (WebSocketEvent) throws(WebSocketError) -> Void
    ) throws(WebSocketError) -> Int {
        var headCount = 0
        let header: WebSocketHeader
        if !partial.isEmpty {
            if partial[0].frame != nil { return try continueFrame(bytes, body) }
            headCount = partial[0].headBytes.count
        }
        if headCount > 0 {
            let head = partial[0].headBytes + bytes.prefix(WebSocketHeader.sizeMax - headCount)
            let parsed = try head.withRawBytes { (head) throws(WebSocketError) in
                try WebSocketHeader(parsing: head, role: role)
            }
            guard let parsed else {
                partial[0].headBytes = head
                return bytes.count
            }
            partial[0].headBytes = []
            header = parsed
        } else {
            let head = UnsafeRawBufferPointer(bytes)
            guard let parsed = try WebSocketHeader(parsing: head, role: role) else {
                if partial.isEmpty { partial = [WebSocketPartial()] }
                partial[0].headBytes = Array(head)
                return bytes.count
            }
            header = parsed
        }
        try admit(header)
        let start = header.size - headCount
        let end = start + header.payloadBytes
        if header.isWholeMessage, end <= bytes.count {
            if headCount > 0 { releaseIfIdle() }
            let payload = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end])
            header.mask?.apply(to: payload)
            try deliver(header.opcode, UnsafeRawBufferPointer(payload), isChecked: false, body)
            return end
        }
        if partial.isEmpty { partial = [WebSocketPartial()] }
        partial[0].begin(header)
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
        return start + (try continueFrame(rest, body))
    }

    /// Refuses a frame that may not come now, or makes the message too large.
    private func admit(_ header: WebSocketHeader) throws(WebSocketError) {
        guard !header.opcode.isControl else { return }
        let isContinued = partial.first?.messageOpcode != nil
        guard isContinued == (header.opcode == .continuation) else {
            throw .broken(isContinued ? "a message is not complete" : "no message to continue")
        }
        let collectedBytes = partial.first?.message.count ?? 0
        guard header.payloadBytes <= messageBytesMax - collectedBytes else { throw .tooLarge }
    }

    /// Collects payload of the frame in progress, and returns the number of bytes that it took.
    private mutating func continueFrame(
        _ bytes: UnsafeMutableRawBufferPointer,
        _ body: (WebSocketEvent) throws(WebSocketError) -> Void
    ) throws(WebSocketError) -> Int {
        let count = try partial[0].collect(bytes)
        guard let frame = partial[0].frame, partial[0].missingBytes == 0 else { return count }
        partial[0].frame = nil
        if frame.opcode.isControl {
            let payload = partial[0].control
            partial[0].control = []
            releaseIfIdle()
            try payload.withRawBytes { (payload) throws(WebSocketError) in
                try deliver(frame.opcode, payload, isChecked: false, body)
            }
        } else if frame.isFinal {
            let ended = partial.removeLast()
            partial = []
            guard ended.validator.isComplete else { throw .notUTF8 }
            try ended.message.withRawBytes { (message) throws(WebSocketError) in
                try deliver(ended.messageOpcode ?? .binary, message, isChecked: true, body)
            }
        } else {
            try body(.fragment(payloadBytes: frame.payloadBytes))
        }
        return count
    }

    private mutating func releaseIfIdle() {
        if partial[0].messageOpcode == nil { partial = [] }
    }

    private mutating func deliver(
        _ opcode: WebSocketFrame.Opcode, _ payload: UnsafeRawBufferPointer, isChecked: Bool,
        _ body: (WebSocketEvent) throws(WebSocketError) -> Void
    ) throws(WebSocketError) {
        switch opcode {
        case .text:
            guard isChecked || UTF8Validator.isValid(payload) else { throw .notUTF8 }
            try body(.text(payload))
        case .ping: try body(.ping(payload))
        case .pong: try body(.pong(payload))
        case .binary, .continuation: try body(.binary(payload))
        case .close:
            isClosed = true
            partial = []
            let (code, reason) = try Self.closeReason(payload)
            try body(.close(code: code, reason: reason))
        }
    }

    /// Takes the payload of a close frame apart (RFC 6455, sections 5.5.1 and 7.4).
    private static func closeReason(
        _ payload: UnsafeRawBufferPointer
    ) throws(WebSocketError) -> (UInt16?, String) {
        guard !payload.isEmpty else { return (nil, "") }
        guard payload.count >= 2 else { throw .broken("a close code has two bytes") }
        let code = UInt16(payload[0]) << 8 | UInt16(payload[1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: throw .broken("close code \(code) must not be sent")
        }
        let reason = UnsafeRawBufferPointer(rebasing: payload[2...])
        guard UTF8Validator.isValid(reason) else { throw .notUTF8 }
        return (code, String(decoding: reason, as: UTF8.self))
    }
}
