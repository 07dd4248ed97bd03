import Cryptography
import Wire

/// What a WebSocket client hands to its consumer.
package enum WebSocketDelivery: Sendable {
    case message([UInt8])
    /// The last delivery: why the connection ended (nil after a close frame) and its close code.
    case ended(SocketError?, closeCode: UInt16?)
}

/// Talks WebSocket with a server as a client (RFC 6455), without extensions.
///
/// Pings are answered by themselves. Messages that nobody receives are held up to a limit, then
/// the client stops reading, so that TCP holds the server back.
package actor WebSocketClient {
    /// What a client puts up with and how long it waits.
    package struct Limits: Sendable {
        /// The largest message that is taken; a larger one ends the connection with 1009.
        package var messageBytesMax = 1 << 20
        /// How many messages may wait for ``WebSocketClient/receive()``. What arrives in one read,
        /// at most 64 KiB, may go past it.
        package var messagesPendingMax = 256
        /// How many bytes may wait to be sent before ``WebSocketClient/send(text:)-(String)`` waits.
        package var bytesUnsentMax = 1 << 20
        package var handshakeMillisecondsMax = 60_000
        /// How long a close waits for the peer's answer.
        package var closeMillisecondsMax = 2_000

        package init() {}
    }

    private enum Phase {
        case handshake(HTTPResponseReader, key: String)
        case open
        /// Our close frame has left; what still arrives is read up to the peer's.
        case closing
        case closed
    }

    private nonisolated let loop: SocketLoop
    private let channel: SocketChannel
    private let limits: Limits
    private var phase: Phase
    private var decoder: WebSocketDecoder
    private var random = SystemRandomNumberGenerator()

    private var pending: [[UInt8]] = []
    private var consumer: (@Sendable (WebSocketDelivery) -> Void)?
    private var receiver: CheckedContinuation<Result<[UInt8]?, SocketError>, Never>?
    private var opener: CheckedContinuation<Result<Void, SocketError>, Never>?
    private var senders: [CheckedContinuation<Void, Never>] = []
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var failure: SocketError?

    /// The code of the peer's close frame, 1005 for a frame without one; nil before, and when the
    /// connection ended without a close frame.
    package private(set) var closeCode: UInt16?
    /// The reason in the peer's close frame.
    package private(set) var closeReason = ""

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    /// Opens a WebSocket.
    ///
    /// The host is `localhost` or an IPv4 address, the path is the request target with its query,
    /// the headers are sent besides those of the handshake. Throws
    /// ``SocketError/upgradeRefused(status:body:)`` when the server answers otherwise.
    package static func connect(
        host: String = "127.0.0.1", port: UInt16, path: String,
        headers: [(String, String)] = [], limits: Limits = Limits(), loop: SocketLoop = .shared
    ) async throws(SocketError) -> WebSocketClient {
        let channel = try SocketChannel.connecting(host: host, port: port, loop: loop)
        let key = Base64.encode(SecureRandom.bytes(16))
        let client = WebSocketClient(channel: channel, key: key, limits: limits, loop: loop)
        let request = WebSocketHandshake.request(
            host: "\(host):\(port)", path: path, key: key, headers: headers)
        try await client.open(request)
        return client
    }

    private init(channel: SocketChannel, key: String, limits: Limits, loop: SocketLoop) {
        self.channel = channel
        self.limits = limits
        self.loop = loop
        phase = .handshake(HTTPResponseReader(), key: key)
        decoder = WebSocketDecoder(role: .client, messageBytesMax: limits.messageBytesMax)
    }

    // MARK: Sending

    /// Sends a text message; waits while too much is unsent.
    ///
    /// - Throws: ``SocketError/closed`` when the connection is not open.
    package func send(text: String) async throws(SocketError) {
        try await send(text: Array(text.utf8))
    }

    /// Sends a text message that is UTF-8 already; waits while too much is unsent.
    package func send(text: [UInt8]) async throws(SocketError) {
        try await send(.text, text)
    }

    /// Sends a binary message.
    package func send(binary: [UInt8]) async throws(SocketError) {
        try await send(.binary, binary)
    }

    /// Sends bytes as they are, for what no client should send.
    package func send(raw bytes: [UInt8]) async throws(SocketError) {
        guard case .open = phase else { throw failure ?? .closed }
        channel.write(bytes)
    }

    private func send(_ opcode: WebSocketFrame.Opcode, _ payload: [UInt8]) async throws(SocketError)
    {
        while case .open = phase, channel.bytesUnsent > limits.bytesUnsentMax {
            await withCheckedContinuation { senders.append($0) }
        }
        guard case .open = phase else { throw failure ?? .closed }
        write(opcode, payload)
    }

    private func write(_ opcode: WebSocketFrame.Opcode, _ payload: [UInt8]) {
        channel.write(WebSocketFrame.masked(opcode, payload, mask: random.next()))
    }

    // MARK: Receiving

    /// Returns the next message, text or binary; nil once the connection was closed with a close
    /// frame of the peer. One caller at a time.
    ///
    /// - Throws: The error that ended the connection; ``SocketError/cancelled`` in a cancelled task.
    package func receive() async throws(SocketError) -> [UInt8]? {
        if !pending.isEmpty {
            let message = pending.removeFirst()
            if pending.count <= limits.messagesPendingMax / 2 { channel.resumeReading() }
            return message
        }
        if case .closed = phase {
            if let failure { throw failure }
            return nil
        }
        precondition(receiver == nil, "one caller receives at a time")
        return try await withTaskCancellationHandler {
            await withCheckedContinuation {
                (continuation: CheckedContinuation<Result<[UInt8]?, SocketError>, Never>) in
                // What came while this was being called goes before what comes now.
                if !pending.isEmpty {
                    continuation.resume(returning: .success(pending.removeFirst()))
                } else if case .closed = phase {
                    continuation.resume(
                        returning: failure.map { .failure($0) } ?? .success(nil))
                } else if Task.isCancelled {
                    continuation.resume(returning: .failure(.cancelled))
                } else {
                    receiver = continuation
                }
            }
        } onCancel: {
            loop.async { self.assumeIsolated { $0.finishReceiving(.failure(.cancelled)) } }
        }.get()
    }

    private func finishReceiving(_ result: Result<[UInt8]?, SocketError>) {
        receiver?.resume(returning: result)
        receiver = nil
    }

    /// Hands all messages, and then the end, to a consumer on the loop, instead of to
    /// ``receive()``. The consumer must not block.
    package func consume(_ consumer: @escaping @Sendable (WebSocketDelivery) -> Void) {
        precondition(self.consumer == nil && receiver == nil, "a client has one consumer")
        for message in pending { consumer(.message(message)) }
        pending = []
        if case .closed = phase {
            consumer(.ended(failure, closeCode: closeCode))
        } else {
            self.consumer = consumer
            channel.resumeReading()
        }
    }

    // MARK: Opening and closing

    private func open(_ request: [UInt8]) async throws(SocketError) {
        loop.after(milliseconds: limits.handshakeMillisecondsMax) { [weak self] in
            self?.assumeIsolated { client in
                guard case .handshake = client.phase else { return }
                client.end(.timedOut("the WebSocket handshake"))
            }
        }
        try await withCheckedContinuation { continuation in
            opener = continuation
            channel.start { [weak self] happening in
                self?.assumeIsolated { $0.on(happening) }
            }
            channel.write(request)
        }.get()
    }

    /// Closes with a code and waits for the peer's close frame, for a limited time.
    ///
    /// - Parameter code: A code of RFC 6455 section 7.4 that may be sent.
    package func close(code: UInt16 = 1000) async {
        if case .closed = phase { return }
        beginClosing(code: code)
        await withCheckedContinuation { continuation in
            if case .closed = phase { continuation.resume() } else { closers.append(continuation) }
        }
    }

    /// Cuts the connection without a word, as a lost network does.
    package func drop() {
        channel.close(isAbrupt: true)
        end(.closed)
    }

    private func beginClosing(code: UInt16) {
        guard case .open = phase else { return }
        write(.close, [UInt8(code >> 8), UInt8(code & 0xFF)])
        phase = .closing
        // The peer's close frame may stand behind messages that nobody will take any more.
        channel.resumeReading()
        loop.after(milliseconds: limits.closeMillisecondsMax) { [weak self] in
            self?.assumeIsolated { $0.end(nil) }
        }
    }

    /// Ends the conversation. Lingering gives the server some time to close the TCP connection
    /// first (RFC 6455 section 7.1.1).
    private func end(_ error: SocketError?, isLingering: Bool = false) {
        if case .closed = phase { return }
        phase = .closed
        failure = error
        if isLingering {
            channel.finishWriting()
            channel.resumeReading()
            loop.after(milliseconds: limits.closeMillisecondsMax) { [channel] in channel.close() }
        } else {
            channel.close()
        }
        opener?.resume(returning: .failure(error ?? .closed))
        opener = nil
        if let error { finishReceiving(.failure(error)) } else { finishReceiving(.success(nil)) }
        consumer?(.ended(error, closeCode: closeCode))
        consumer = nil
        for sender in senders { sender.resume() }
        for closer in closers { closer.resume() }
        senders = []
        closers = []
    }

    // MARK: What the socket tells

    private func on(_ happening: SocketChannel.Happening) {
        switch happening {
        case .connected: break
        case .drained:
            let waiting = senders
            senders = []
            for sender in waiting { sender.resume() }
        case .received(let bytes):
            switch phase {
            case .handshake(let reader, let key): continueHandshake(reader, key: key, bytes)
            case .open, .closing: decode(bytes)
            case .closed: break
            }
        case .ended(let error): end(closeCode == nil ? error ?? .closed : nil)
        }
    }

    private func continueHandshake(
        _ reader: HTTPResponseReader, key: String, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        var reader = reader
        do throws(SocketError) {
            try reader.read(bytes)
        } catch {
            return end(error)
        }
        phase = .handshake(reader, key: key)
        guard reader.isComplete else { return }
        let response = reader.response
        guard response.status == 101 else {
            return end(.upgradeRefused(status: response.status, body: response.text))
        }
        guard response.header("upgrade")?.lowercased() == "websocket",
            response.header("sec-websocket-accept")
                == WebSocketHandshake.acceptKey(for: key, sha1: Digest.sha1)
        else { return end(.malformed("a handshake for another key")) }
        phase = .open
        opener?.resume(returning: .success(()))
        opener = nil
        var remainder = reader.remainder
        remainder.withUnsafeMutableBytes { decode($0) }
    }

    private func decode(_ bytes: UnsafeMutableRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        do throws(WebSocketError) {
            try decoder.decode(bytes) { event in on(event) }
        } catch {
            write(.close, WebSocketFrame.closePayload(code: error.closeCode, reason: error.reason))
            return end(.malformed(error.reason), isLingering: true)
        }
        if receiver == nil, pending.count >= limits.messagesPendingMax { channel.pauseReading() }
    }

    private func on(_ event: WebSocketEvent) {
        switch event {
        case .text(let bytes), .binary(let bytes):
            guard case .open = phase else { return }
            deliver(Array(bytes))
        case .ping(let bytes):
            if case .open = phase { write(.pong, Array(bytes)) }
        case .pong, .fragment: break
        case .close(let code, let reason):
            closeCode = code ?? 1005
            closeReason = reason
            if case .open = phase {
                write(.close, code.map { WebSocketFrame.closePayload(code: $0, reason: "") } ?? [])
            }
            end(nil, isLingering: true)
        }
    }

    private func deliver(_ message: [UInt8]) {
        if let consumer {
            consumer(.message(message))
        } else if receiver != nil {
            finishReceiving(.success(message))
        } else {
            pending.append(message)
        }
    }
}
