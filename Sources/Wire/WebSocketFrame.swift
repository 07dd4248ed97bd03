/// Encodes WebSocket frames (RFC 6455, section 5.2). Every frame is a whole message.
package enum WebSocketFrame {
    /// What a frame carries; 8 and above are control frames.
    package enum Opcode: UInt8, Sendable, CaseIterable {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    /// Payload of a control frame (RFC 6455, section 5.5).
    static let controlBytesMax = 125

    /// Appends a frame as a server sends it, without mask.
    package static func encode(
        _ opcode: Opcode, _ payload: UnsafeRawBufferPointer, into bytes: inout [UInt8]
    ) {
        appendHeader(opcode, payloadBytes: payload.count, maskBit: 0, into: &bytes)
        bytes.append(contentsOf: payload)
    }

    /// Appends a frame as a server sends it, without mask.
    package static func encode(_ opcode: Opcode, _ payload: [UInt8], into bytes: inout [UInt8]) {
        payload.withUnsafeBytes { encode(opcode, $0, into: &bytes) }
    }

    /// Makes a text frame of UTF-8 as a server sends it.
    package static func text(_ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize(payloadBytes: payload.count) + payload.count)
        encode(.text, payload, into: &bytes)
        return bytes
    }

    /// Makes a close frame as a server sends it. A reason over 123 bytes is cut between characters.
    package static func close(code: UInt16, reason: String) -> [UInt8] {
        var bytes: [UInt8] = []
        encode(.close, closePayload(code: code, reason: reason), into: &bytes)
        return bytes
    }

    /// The payload of a close frame: code and reason.
    package static func closePayload(code: UInt16, reason: String) -> [UInt8] {
        var payload = [UInt8(code >> 8), UInt8(truncatingIfNeeded: code)]
        for scalar in reason.unicodeScalars {
            let character = UTF8.encode(scalar).map(Array.init) ?? []
            guard payload.count + character.count <= controlBytesMax else { break }
            payload += character
        }
        return payload
    }

    /// Makes a frame as a client sends it. The mask is random; its highest byte is the first of the
    /// key.
    package static func masked(_ opcode: Opcode, _ payload: [UInt8], mask: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerSize(payloadBytes: payload.count) + 4 + payload.count)
        appendHeader(opcode, payloadBytes: payload.count, maskBit: 0x80, into: &bytes)
        withUnsafeBytes(of: mask.bigEndian) { bytes.append(contentsOf: $0) }
        let start = bytes.count
        bytes.append(contentsOf: payload)
        bytes.withUnsafeMutableBytes {
            WebSocketMask(key: mask).apply(
                to: UnsafeMutableRawBufferPointer(rebasing: $0[start...]))
        }
        return bytes
    }

    /// Size of the header of an unmasked frame: 2, 4 or 10 bytes.
    package static func headerSize(payloadBytes: Int) -> Int {
        payloadBytes < 126 ? 2 : payloadBytes < 1 << 16 ? 4 : 10
    }

    /// Size of the unmasked frame that starts at a place, header included; nil if the header is not
    /// whole in the bytes that are available there.
    package static func length(ofFrameAt pointer: UnsafeRawPointer, available: Int) -> Int? {
        guard available >= 2 else { return nil }
        let bytes = UnsafeRawBufferPointer(start: pointer, count: available)
        switch bytes[1] & 0x7F {
        case 126:
            guard available >= 4 else { return nil }
            return 4 + Int(bytes[2]) << 8 + Int(bytes[3])
        case 127:
            guard available >= 10 else { return nil }
            return 10 + bytes[2..<10].reduce(0) { $0 << 8 | Int($1) }
        case let count:
            return 2 + Int(count)
        }
    }

    private static func appendHeader(
        _ opcode: Opcode, payloadBytes: Int, maskBit: UInt8, into bytes: inout [UInt8]
    ) {
        precondition(
            !opcode.isControl || payloadBytes <= controlBytesMax,
            "a control frame carries at most 125 bytes")
        bytes.append(0x80 | opcode.rawValue)
        if payloadBytes < 126 {
            bytes.append(maskBit | UInt8(payloadBytes))
        } else if payloadBytes < 1 << 16 {
            bytes.append(maskBit | 126)
            withUnsafeBytes(of: UInt16(payloadBytes).bigEndian) { bytes.append(contentsOf: $0) }
        } else {
            bytes.append(maskBit | 127)
            withUnsafeBytes(of: UInt64(payloadBytes).bigEndian) { bytes.append(contentsOf: $0) }
        }
    }
}
