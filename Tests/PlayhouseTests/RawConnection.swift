import Clockwork
import Foundation
import Testing
import Wire

@testable import Visiting

/// A TCP connection of which every byte is the test's own.
actor RawConnection {
    /// A frame as the server sent it.
    enum Frame: Equatable {
        case text(String)
        case binary([UInt8])
        case ping
        case pong(String)
        case close(UInt16?, String)

        var json: JSON? {
            if case .text(let text) = self { try? JSON(parsing: Array(text.utf8)) } else { nil }
        }
    }

    private nonisolated let loop = SocketLoop.shared
    private let channel: SocketChannel
    /// What was received and not yet taken.
    private(set) var bytes: [UInt8] = []
    /// Whether the server has closed, in order or not.
    private(set) var isEnded = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Connects. Without reading it does not even notice that the server closes.
    static func open(_ port: UInt16, isReading: Bool = true) async throws -> RawConnection {
        let connection = RawConnection(
            try SocketChannel.connecting(host: "127.0.0.1", port: port, loop: .shared))
        await connection.start(isReading: isReading)
        return connection
    }

    private init(_ channel: SocketChannel) { self.channel = channel }

    private func start(isReading: Bool) {
        channel.start { [weak self] happening in
            self?.assumeIsolated { connection in
                switch happening {
                case .received(let bytes): connection.bytes += bytes
                case .ended: connection.isEnded = true
                case .connected: if !isReading { connection.channel.pauseReading() }
                case .drained: break
                }
            }
        }
    }

    func send(_ text: String) { channel.write(Array(text.utf8)) }
    func send(_ bytes: [UInt8]) { channel.write(bytes) }
    func close() { channel.close(isAbrupt: true) }
    /// Sends last bytes and ends this side.
    func finish(_ bytes: [UInt8]) {
        channel.write(bytes)
        channel.finishWriting()
    }
    func pauseReading() { channel.pauseReading() }
    func resumeReading() { channel.resumeReading() }
    var unsentCount: Int { channel.bytesUnsent }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The beginning of what was received, for messages.
    private var beginning: String { String(decoding: bytes.prefix(300), as: UTF8.self) }

    // MARK: HTTP

    /// Takes the next answer; interim answers are skipped.
    func response(isBodyless: Bool = false) async throws -> HTTPResponse {
        var response: HTTPResponse?
        try await eventually("an answer; there is: \(beginning)") {
            var reader = HTTPResponseReader(isBodyless: isBodyless)
            try reader.read(bytes)
            if isEnded { try reader.end() }
            guard reader.isComplete else { return false }
            bytes = reader.remainder
            response = reader.response
            return true
        }
        return try #require(response)
    }

    /// Waits until the server has closed.
    func end() async throws {
        try await eventually("the end of the connection") { isEnded }
    }

    // MARK: WebSocket

    static let handshake = handshake(to: "/v1/socket")

    static func handshake(to target: String) -> String {
        """
        GET \(target) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n
        """
    }

    /// Asks for a WebSocket, whatever the answer will be.
    static func upgrade(_ port: UInt16, to target: String) async throws -> RawConnection {
        let connection = try await open(port)
        await connection.send(handshake(to: target))
        return connection
    }

    static func upgraded(_ port: UInt16) async throws -> RawConnection {
        let connection = try await upgrade(port, to: "/v1/socket")
        let response = try await connection.response()
        try #require(response.status == 101)
        return connection
    }

    /// Enters a room.
    static func joined(_ port: UInt16, room: String = "teahouse") async throws -> RawConnection {
        let connection = try await upgraded(port)
        await connection.send(text: #"{"type":"hello","id":"1","version":1,"room":"\#(room)"}"#)
        let welcome = try await connection.frame()
        try #require(welcome.json?["type"] == "welcome", "it is \(welcome)")
        return connection
    }

    /// Sends a whole message in one masked frame.
    func send(text: String) {
        send(WebSocketFrame.masked(.text, Array(text.utf8), mask: 0x0102_0304))
    }

    /// Sends one frame, put together by hand.
    func send(
        opcode: UInt8, isFinal: Bool = true, reserved: UInt8 = 0, _ payload: [UInt8],
        isMasked: Bool = true
    ) {
        send(
            Self.frame(
                opcode, isFinal: isFinal, reserved: reserved, payload, isMasked: isMasked))
    }

    static func frame(
        _ opcode: UInt8, isFinal: Bool = true, reserved: UInt8 = 0, _ payload: [UInt8],
        isMasked: Bool = true
    ) -> [UInt8] {
        var bytes = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch payload.count {
        case ..<126: bytes.append(mask | UInt8(payload.count))
        case ..<65_536:
            bytes += [mask | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(mask | 127)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        guard isMasked else { return bytes + payload }
        let key: [UInt8] = [0xA1, 0x5E, 0x07, 0xFF]
        return bytes + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
    }

    /// Takes the next frame; a server's frames are whole messages without mask.
    ///
    /// Pings are left out unless they are asked for: one may come at any time, between hello and welcome
    /// too.
    func frame(orPing: Bool = false) async throws -> Frame {
        var frame: Frame?
        try await eventually("a frame; there is: \(beginning), ended: \(isEnded)") {
            repeat { frame = takeFrame() } while frame == .ping && !orPing
            return frame != nil
        }
        return try #require(frame)
    }

    /// Takes frames up to and including one that is wanted.
    @discardableResult
    func frame(where isWanted: (Frame) -> Bool) async throws -> Frame {
        while true {
            let next = try await frame()
            if isWanted(next) { return next }
        }
    }

    private func takeFrame() -> Frame? {
        guard bytes.count >= 2 else { return nil }
        var start = 2
        var count = Int(bytes[1] & 0x7F)
        if count >= 126 {
            let size = count == 126 ? 2 : 8
            guard bytes.count >= 2 + size else { return nil }
            count = bytes[2..<(2 + size)].reduce(0) { $0 << 8 | Int($1) }
            start += size
        }
        guard bytes.count >= start + count else { return nil }
        let payload = Array(bytes[start..<(start + count)])
        let first = bytes[0]
        bytes.removeFirst(start + count)
        switch first {
        case 0x81: return .text(String(decoding: payload, as: UTF8.self))
        // Video: who took this for a text would be a slow viewer.
        case 0x82: return .binary(payload)
        case 0x89: return .ping
        case 0x8A: return .pong(String(decoding: payload, as: UTF8.self))
        case 0x88:
            guard payload.count >= 2 else { return .close(nil, "") }
            return .close(
                UInt16(payload[0]) << 8 | UInt16(payload[1]),
                String(decoding: payload[2...], as: UTF8.self))
        default: return nil
        }
    }

    /// Takes frames up to the close frame and waits for the end; what came is returned.
    func farewell() async throws -> (code: UInt16?, reason: String, before: [JSON]) {
        var before: [JSON] = []
        while true {
            switch try await frame() {
            case .close(let code, let reason):
                try await end()
                return (code, reason, before)
            case let other: if let json = other.json { before.append(json) }
            }
        }
    }
}
