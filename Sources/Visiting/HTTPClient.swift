package import Wire

/// Makes HTTP/1.1 requests, each over a connection of its own.
package enum HTTPClient {
    /// Sends a GET request. The path is the request target, escaped as it shall go out.
    package static func get(
        host: String = "127.0.0.1", port: UInt16, path: String,
        headers: [(String, String)] = [], loop: SocketLoop = .shared
    ) async throws(SocketError) -> HTTPResponse {
        try await send(
            "GET", body: nil, host: host, port: port, path: path, headers: headers, loop: loop)
    }

    /// Sends a POST request with a body of known length.
    package static func post(
        host: String = "127.0.0.1", port: UInt16, path: String,
        headers: [(String, String)] = [], body: [UInt8], loop: SocketLoop = .shared
    ) async throws(SocketError) -> HTTPResponse {
        try await send(
            "POST", body: body, host: host, port: port, path: path, headers: headers, loop: loop)
    }

    /// Sends bytes as they are and reads one answer: for requests that no client should make.
    /// The whole exchange may take `millisecondsMax`.
    package static func exchange(
        host: String = "127.0.0.1", port: UInt16, bytes: [UInt8], isBodyless: Bool = false,
        millisecondsMax: Int = 60_000, loop: SocketLoop = .shared
    ) async throws(SocketError) -> HTTPResponse {
        let exchange = HTTPExchange(
            bytes: bytes, reader: HTTPResponseReader(isBodyless: isBodyless), loop: loop)
        return try await exchange.run(host: host, port: port, millisecondsMax: millisecondsMax)
    }

    private static func send(
        _ method: String, body: [UInt8]?, host: String, port: UInt16, path: String,
        headers: [(String, String)], loop: SocketLoop
    ) async throws(SocketError) -> HTTPResponse {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let bytes = Array((head + "\r\n").utf8) + (body ?? [])
        return try await exchange(host: host, port: port, bytes: bytes, loop: loop)
    }
}

/// One request and its answer.
private actor HTTPExchange {
    private nonisolated let loop: SocketLoop
    private let bytes: [UInt8]
    private var reader: HTTPResponseReader
    private var channel: SocketChannel?
    private var waiter: CheckedContinuation<Result<HTTPResponse, SocketError>, Never>?

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(bytes: [UInt8], reader: HTTPResponseReader, loop: SocketLoop) {
        self.bytes = bytes
        self.reader = reader
        self.loop = loop
    }

    func run(
        host: String, port: UInt16, millisecondsMax: Int
    ) async throws(SocketError) -> HTTPResponse {
        let channel = try SocketChannel.connecting(host: host, port: port, loop: loop)
        self.channel = channel
        loop.after(milliseconds: millisecondsMax) { [weak self] in
            self?.assumeIsolated { $0.finish(.failure(.timedOut("the answer"))) }
        }
        return try await withCheckedContinuation { waiter in
            self.waiter = waiter
            channel.start { [weak self] happening in
                self?.assumeIsolated { $0.on(happening) }
            }
            channel.write(bytes)
        }.get()
    }

    private func on(_ happening: SocketChannel.Happening) {
        do throws(SocketError) {
            switch happening {
            case .connected, .drained: break
            case .received(let bytes): try reader.read(bytes)
            case .ended(let error):
                // A server that refuses a request may reset the connection after its answer.
                if let error, !reader.isComplete { throw error }
                try reader.end()
            }
            if reader.isComplete { finish(.success(reader.response)) }
        } catch {
            finish(.failure(error))
        }
    }

    private func finish(_ result: Result<HTTPResponse, SocketError>) {
        channel?.close()
        waiter?.resume(returning: result)
        waiter = nil
    }
}
