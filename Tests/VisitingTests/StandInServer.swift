import Clockwork
import Cryptography
import Visiting
import Wire

/// Plays the server's part on a loopback port, as far as a test scripts it.
final class StandInServer: Sendable {
    /// One connection of a client, on the loop.
    final class Connection: @unchecked Sendable {
        // Sendable: touched on the loop of its channel only.
        let channel: SocketChannel
        var received: [UInt8] = []
        var decoder = WebSocketDecoder(role: .server, messageBytesMax: 1 << 20)
        var isUpgraded = false

        init(_ channel: SocketChannel) { self.channel = channel }

        func send(text: String) { channel.write(WebSocketFrame.text(Array(text.utf8))) }
    }

    /// What a connection tells the script.
    enum News {
        case text(String)
        case pong([UInt8])
        case close(UInt16?)
    }

    typealias Script = @Sendable (Connection, News) -> Void

    let loop = SocketLoop(label: "stand-in")
    private let listener: SocketListener
    private let connections = Lock<[Connection]>([])

    var port: UInt16 { listener.port }

    /// Answers upgrades by itself; everything else is up to the script.
    init(_ script: @escaping Script) throws {
        let connections = connections
        listener = try SocketListener(loop: loop) { channel in
            let connection = Connection(channel)
            connections.withLock { $0.append(connection) }
            channel.start { [weak connection] happening in
                if let connection, case .received(let bytes) = happening {
                    Self.received(bytes, connection, script)
                }
            }
        }
    }

    deinit { listener.close() }

    private static func received(
        _ bytes: UnsafeMutableRawBufferPointer, _ connection: Connection, _ script: Script
    ) {
        guard !connection.isUpgraded else {
            try? connection.decoder.decode(bytes) { event in
                switch event {
                case .text(let text):
                    script(connection, .text(String(decoding: text, as: UTF8.self)))
                case .pong(let payload): script(connection, .pong(Array(payload)))
                case .close(let code, _): script(connection, .close(code))
                case .binary, .ping, .fragment: break
                }
            }
            return
        }
        connection.received.append(contentsOf: bytes)
        let text = String(decoding: connection.received, as: UTF8.self)
        guard let end = text.firstRange(of: "\r\n\r\n") else { return }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let key = lines.first { $0.hasPrefix("Sec-WebSocket-Key: ") }?.dropFirst(19)
        guard let key, !text.contains("/refuse") else {
            return script(connection, .text(text))
        }
        connection.isUpgraded = true
        let accept = WebSocketHandshake.acceptKey(for: String(key), sha1: Digest.sha1)
        connection.channel.write(
            Array(
                """
                HTTP/1.1 101 Switching Protocols\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Accept: \(text.contains("/wrong") ? "nonsense" : accept)\r
                \r

                """.utf8))
        script(connection, .text("upgraded"))
    }
}
