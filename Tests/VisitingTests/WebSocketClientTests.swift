import Clockwork
import Testing
import Visiting
import Wire

@Suite struct WebSocketClientTests {
    private static func echo() throws -> StandInServer {
        try StandInServer { connection, news in
            switch news {
            case .text("upgraded"): break
            case .text(let text): connection.send(text: text)
            case .close(let code):
                connection.channel.write(WebSocketFrame.close(code: code ?? 1000, reason: ""))
                connection.channel.finishWriting()
            case .pong: break
            }
        }
    }

    @Test func `A message comes back as it was sent`() async throws {
        let server = try Self.echo()
        let client = try await WebSocketClient.connect(port: server.port, path: "/echo")
        for text in ["", "你好", String(repeating: "x", count: 70_000)] {
            try await client.send(text: text)
            #expect(try await client.receive() == Array(text.utf8))
        }
        await client.close(code: 4001)
        #expect(await client.closeCode == 4001)
        #expect(try await client.receive() == nil)
    }

    @Test func `A ping is answered with its payload`() async throws {
        let pong = Lock<[UInt8]>([])
        let server = try StandInServer { connection, news in
            switch news {
            case .text("upgraded"):
                var frame: [UInt8] = []
                WebSocketFrame.encode(.ping, Array("alive?".utf8), into: &frame)
                connection.channel.write(frame)
            case .pong(let payload):
                pong.withLock { $0 = payload }
                connection.send(text: "thanks")
            default: break
            }
        }
        let client = try await WebSocketClient.connect(port: server.port, path: "/")
        #expect(try await client.receive() == Array("thanks".utf8))
        #expect(pong.withLock { $0 } == Array("alive?".utf8))
    }

    @Test func `The close code and reason of the server are kept`() async throws {
        let server = try StandInServer { connection, _ in
            connection.send(text: "last words")
            connection.channel.write(WebSocketFrame.close(code: 4420, reason: "slow"))
        }
        let client = try await WebSocketClient.connect(port: server.port, path: "/")
        #expect(try await client.receive() == Array("last words".utf8))
        #expect(try await client.receive() == nil)
        #expect(await client.closeCode == 4420)
        #expect(await client.closeReason == "slow")
        await #expect(throws: SocketError.closed) { try await client.send(text: "too late") }
    }

    @Test func `A connection that ends without a close frame is an error`() async throws {
        let server = try StandInServer { connection, _ in connection.channel.close() }
        let client = try await WebSocketClient.connect(port: server.port, path: "/")
        await #expect(throws: SocketError.self) { _ = try await client.receive() }
        #expect(await client.closeCode == nil)
    }

    @Test func `A refused upgrade tells status and body`() async throws {
        let server = try StandInServer { connection, _ in
            connection.channel.write(
                Array("HTTP/1.1 429 Too Many\r\nContent-Length: 4\r\n\r\nwait".utf8))
        }
        await #expect(throws: SocketError.upgradeRefused(status: 429, body: "wait")) {
            try await WebSocketClient.connect(port: server.port, path: "/refuse")
        }
    }

    @Test func `A handshake for another key is refused`() async throws {
        let server = try Self.echo()
        await #expect(throws: SocketError.malformed("a handshake for another key")) {
            try await WebSocketClient.connect(port: server.port, path: "/wrong")
        }
    }

    @Test func `A port where nobody listens is an error`() async throws {
        let port = try Self.echo().port
        await #expect(throws: SocketError.self) {
            try await WebSocketClient.connect(port: port, path: "/")
        }
    }

    @Test func `A server that never answers the handshake times out`() async throws {
        let server = try StandInServer { _, _ in }
        var limits = WebSocketClient.Limits()
        limits.handshakeMillisecondsMax = 50
        await #expect(throws: SocketError.timedOut("the WebSocket handshake")) {
            try await WebSocketClient.connect(port: server.port, path: "/refuse", limits: limits)
        }
    }

    @Test func `A message over the limit ends the connection and one at the limit does not`()
        async throws
    {
        let server = try Self.echo()
        var limits = WebSocketClient.Limits()
        limits.messageBytesMax = 1000
        let client = try await WebSocketClient.connect(
            port: server.port, path: "/", limits: limits)
        try await client.send(text: String(repeating: "x", count: 1000))
        #expect(try await client.receive()?.count == 1000)
        try await client.send(text: String(repeating: "x", count: 1001))
        await #expect(throws: SocketError.malformed("message is too large")) {
            _ = try await client.receive()
        }
    }

    @Test func `A client that does not receive holds the server back and loses nothing`()
        async throws
    {
        // 32 MiB: more than the kernel buffers of both ends take.
        let count = 8192
        let unsent = Lock<Int?>(nil)
        let padding = String(repeating: "x", count: 4096)
        let server = try StandInServer { connection, news in
            guard case .text(let text) = news else { return }
            if text == "upgraded" {
                for number in 0..<count { connection.send(text: "\(number) \(padding)") }
            } else {
                unsent.withLock { $0 = connection.channel.bytesUnsent }
            }
        }
        var limits = WebSocketClient.Limits()
        limits.messagesPendingMax = 4
        let client = try await WebSocketClient.connect(
            port: server.port, path: "/", limits: limits)
        #expect(try await client.receive() == Array("0 \(padding)".utf8))
        try await client.send(text: "how much is left?")
        while unsent.withLock({ $0 }) == nil { await Task.yield() }
        #expect(try #require(unsent.withLock { $0 }) > 0)
        for number in 1..<count {
            let message = try await client.receive()
            try #require(message == Array("\(number) \(padding)".utf8))
        }
        await client.close()
    }

    @Test func `Receiving ends when the task is cancelled`() async throws {
        let server = try Self.echo()
        let client = try await WebSocketClient.connect(port: server.port, path: "/")
        let task = Task { try await client.receive() }
        task.cancel()
        await #expect(throws: SocketError.cancelled) { try await task.value }
        try await client.send(text: "still there")
        #expect(try await client.receive() == Array("still there".utf8))
    }

    @Test func `Three hundred clients share one loop`() async throws {
        let server = try Self.echo()
        try await withThrowingTaskGroup { group in
            for number in 0..<300 {
                group.addTask {
                    let client = try await WebSocketClient.connect(port: server.port, path: "/")
                    try await client.send(text: "\(number)")
                    #expect(try await client.receive() == Array("\(number)".utf8))
                    await client.close()
                }
            }
            try await group.waitForAll()
        }
    }
}
