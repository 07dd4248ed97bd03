import PluginContract
package import Wire

/// Takes part in a room through the wire protocol (`SDK-docs/protocol.md`).
///
/// One client is one connection: to come back after a loss, make another one and let it recover
/// from ``epoch`` and ``lastOffset``.
package actor RoomClient {
    /// How to enter a room; the fields of `hello`.
    package struct Entry: Sendable {
        package var room: String
        package var token: String?
        package var name: String?
        package var visitor: String?
        package var locale: String?
        package var recover: (epoch: String, offset: Int64)?

        package init(
            room: String, token: String? = nil, name: String? = nil, visitor: String? = nil,
            locale: String? = nil, recover: (epoch: String, offset: Int64)? = nil
        ) {
            self.room = room
            self.token = token
            self.name = name
            self.visitor = visitor
            self.locale = locale
            self.recover = recover
        }
    }

    private typealias Answer = Result<JSONObject, RoomClientError>
    private typealias News = Result<RoomMessage, RoomClientError>

    /// What the server answered to `hello`.
    package nonisolated let welcome: JSONObject
    /// The epoch of the event stream, for recovery.
    package nonisolated let epoch: String
    /// The offset of the last event that was handled.
    package private(set) var lastOffset: Int64
    /// The latest value of every state key that was told.
    package private(set) var states: [String: JSON] = [:]
    /// The messages that arrived, oldest first, at most as many as the client was told to keep.
    package private(set) var kept: [RoomMessage] = []
    /// Whether the connection has ended.
    package private(set) var isClosed = false
    /// The code that the server closed with; nil while open and when it closed without a frame.
    package private(set) var closeCode: UInt16?

    /// Panels as they were sent whole, and the newest update of each, by the panel's key.
    private var panels: [String: (whole: JSON, update: JSON)] = [:]

    private nonisolated let loop: SocketLoop
    private let socket: WebSocketClient
    private let messagesKeptMax: Int
    private let onMessage: (@Sendable (RoomMessage) -> Void)?
    private var requestCount = 1
    private var requests: [String: CheckedContinuation<Answer, Never>] = [:]
    /// Requests that are being sent, with the answers that came before anybody waited for them.
    private var sending: [String: Answer?] = [:]
    private var watchers: [Int: (News) -> Bool] = [:]
    private var watcherCount = 0
    private var hasOverflowed = false

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    /// Connects, says hello and waits for the welcome.
    ///
    /// `messagesKeptMax` is how many messages ``kept`` holds; 0 keeps none. The headers are sent with
    /// the handshake. `onMessage` is called on the loop with every message and must not block.
    /// Throws ``RoomClientError/refused(code:message:retryAfterMilliseconds:)`` when the room does
    /// not let the client in.
    package static func join(
        _ entry: Entry, host: String = "127.0.0.1", port: UInt16, messagesKeptMax: Int = 0,
        headers: [(String, String)] = [], loop: SocketLoop = .shared,
        onMessage: (@Sendable (RoomMessage) -> Void)? = nil
    ) async throws(RoomClientError) -> RoomClient {
        let socket: WebSocketClient
        let first: [UInt8]?
        do throws(SocketError) {
            socket = try await WebSocketClient.connect(
                host: host, port: port, path: "/v1/socket", headers: headers, loop: loop)
            try await socket.send(text: JSON.object(entry.hello).encoded())
            first = try await socket.receive()
        } catch {
            throw .socket(error)
        }
        guard let first, let answer = try? JSON(parsing: first).objectValue else {
            throw .closed(await socket.closeCode)
        }
        guard answer["type"]?.stringValue == "welcome" else {
            await socket.close()
            throw refusal(answer)
        }
        let client = RoomClient(
            welcome: answer, socket: socket, messagesKeptMax: messagesKeptMax,
            onMessage: onMessage, loop: loop)
        await client.start()
        return client
    }

    private init(
        welcome: JSONObject, socket: WebSocketClient, messagesKeptMax: Int,
        onMessage: (@Sendable (RoomMessage) -> Void)?, loop: SocketLoop
    ) {
        self.welcome = welcome
        self.socket = socket
        self.messagesKeptMax = messagesKeptMax
        self.onMessage = onMessage
        self.loop = loop
        epoch = welcome["epoch"]?.stringValue ?? ""
        lastOffset = welcome["offset"]?.integerValue ?? 0
        for (key, value) in welcome["states"]?.objectValue?.members ?? [] {
            Self.take(key, value, &states, &panels)
        }
    }

    /// Keeps a state, a panel as its update makes it, and returns what the message comes to.
    @discardableResult
    private static func take(
        _ key: String, _ value: JSON, _ states: inout [String: JSON],
        _ panels: inout [String: (whole: JSON, update: JSON)]
    ) -> RoomMessage {
        let panelOfUpdate = PanelUpdate.panelKey(ofUpdate: key)
        guard panelOfUpdate != nil || PanelUpdate.key(ofPanel: key) != nil else {
            states[key] = value
            return .state(key: key, value: value)
        }
        let panelKey = panelOfUpdate ?? key
        var known = panels[panelKey] ?? (.null, .null)
        if panelOfUpdate == nil { known.whole = value } else { known.update = value }
        panels[panelKey] = known
        let shown = PanelUpdate.apply(known.update, to: known.whole)
        states[panelKey] = shown
        return .state(key: panelKey, value: shown)
    }

    // MARK: Asking

    /// Sends a request and returns all fields of its reply.
    ///
    /// The fields are what the request needs besides `type` and `id`. Throws
    /// ``RoomClientError/refused(code:message:retryAfterMilliseconds:)`` when the answer is an error.
    package func request(
        _ type: String, _ fields: [(String, JSON)] = [], withinMilliseconds: Int = 60_000
    ) async throws(RoomClientError) -> JSONObject {
        guard !isClosed else { throw .closed(closeCode) }
        requestCount += 1
        let id = String(requestCount)
        let object = JSONObject([("type", .string(type)), ("id", .string(id))] + fields)
        // The answer may be here before the sending has been returned from.
        sending[id] = .some(nil)
        do throws(SocketError) {
            try await socket.send(text: JSON.object(object).encoded())
        } catch {
            sending[id] = nil
            throw isClosed ? .closed(closeCode) : .socket(error)
        }
        return try await withCheckedContinuation {
            (continuation: CheckedContinuation<Answer, Never>) in
            if let answer = sending.removeValue(forKey: id) ?? nil {
                return continuation.resume(returning: answer)
            }
            guard !isClosed else {
                return continuation.resume(returning: .failure(.closed(closeCode)))
            }
            requests[id] = continuation
            loop.after(milliseconds: withinMilliseconds) { [weak self] in
                self?.assumeIsolated {
                    $0.answer(id, .failure(.timedOut("the reply to \(type)")))
                }
            }
        }.get()
    }

    /// Sends a message as it is, for what no client should send. Its answer is among ``kept``.
    package func send(raw text: String) async throws(RoomClientError) {
        do throws(SocketError) {
            try await socket.send(text: text)
        } catch {
            throw .socket(error)
        }
    }

    /// Leaves the room and closes the connection.
    package func leave() async { await socket.close() }

    /// Cuts the connection without a word, as a lost network does.
    package func drop() async { await socket.drop() }

    // MARK: Waiting

    /// Returns what `match` finds in the first message, kept or still to come, that has it.
    ///
    /// Throws ``RoomClientError/timedOut(_:)``, or ``RoomClientError/overflow`` when a message that
    /// was not kept might have matched.
    package func first<Found: Sendable>(
        withinMilliseconds: Int = 60_000, _ match: @escaping @Sendable (RoomMessage) -> Found?
    ) async throws(RoomClientError) -> Found {
        for message in kept {
            if let found = match(message) { return found }
        }
        guard !hasOverflowed else { throw .overflow }
        return try await watch(withinMilliseconds: withinMilliseconds, match)
    }

    /// Returns what `match` finds in the value of a state key, now or as soon as it has it.
    package func state<Found: Sendable>(
        _ key: String, withinMilliseconds: Int = 60_000,
        _ match: @escaping @Sendable (JSON) -> Found?
    ) async throws(RoomClientError) -> Found {
        if let found = match(states[key] ?? .null) { return found }
        return try await watch(withinMilliseconds: withinMilliseconds) { message in
            guard case .state(key, let value) = message else { return nil }
            return match(value)
        }
    }

    /// Waits until the server has closed and returns its close code.
    package func closed(withinMilliseconds: Int = 60_000) async throws(RoomClientError) -> UInt16? {
        guard !isClosed else { return closeCode }
        do throws(RoomClientError) {
            let _: Bool = try await watch(withinMilliseconds: withinMilliseconds) { _ in nil }
            return closeCode
        } catch .closed(let code) {
            return code
        }
    }

    private func watch<Found: Sendable>(
        withinMilliseconds: Int, _ match: @escaping @Sendable (RoomMessage) -> Found?
    ) async throws(RoomClientError) -> Found {
        guard !isClosed else { throw .closed(closeCode) }
        let number = watcherCount
        watcherCount += 1
        return try await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Found, RoomClientError>, Never>) in
            watchers[number] = { news in
                switch news {
                case .failure(let error): continuation.resume(returning: .failure(error))
                case .success(let message):
                    guard let found = match(message) else { return false }
                    continuation.resume(returning: .success(found))
                }
                return true
            }
            loop.after(milliseconds: withinMilliseconds) { [weak self] in
                self?.assumeIsolated { $0.expire(number) }
            }
        }.get()
    }

    private func expire(_ number: Int) {
        guard let watcher = watchers.removeValue(forKey: number) else { return }
        let last = kept.suffix(5).map { "\($0)" }.joined(separator: "\n")
        _ = watcher(.failure(.timedOut("no such message; the last that came:\n\(last)")))
    }

    // MARK: What the server tells

    private func start() async {
        await socket.consume { [weak self] delivery in
            self?.assumeIsolated { $0.on(delivery) }
        }
    }

    private func on(_ delivery: WebSocketDelivery) {
        switch delivery {
        case .message(let bytes):
            guard let object = try? JSON(parsing: bytes).objectValue else { return }
            on(object)
        case .ended(_, let closeCode):
            isClosed = true
            self.closeCode = closeCode
            for id in Array(requests.keys) { answer(id, .failure(.closed(closeCode))) }
            for watcher in watchers.values { _ = watcher(.failure(.closed(closeCode))) }
            watchers = [:]
        }
    }

    private func on(_ object: JSONObject) {
        if let id = object["id"]?.stringValue, requests[id] != nil || sending[id] != nil {
            let isReply = object["type"]?.stringValue == "reply"
            return answer(id, isReply ? .success(object) : .failure(Self.refusal(object)))
        }
        var message = RoomMessage(object)
        switch message {
        case .event(let offset, _, _, _): lastOffset = offset
        case .state(let key, let value): message = Self.take(key, value, &states, &panels)
        default: break
        }
        if kept.count < messagesKeptMax { kept.append(message) } else { hasOverflowed = true }
        onMessage?(message)
        for (number, watcher) in watchers where watcher(.success(message)) {
            watchers[number] = nil
        }
    }

    private func answer(_ id: String, _ answer: Answer) {
        if sending[id] != nil {
            sending[id] = .some(answer)
        } else {
            requests.removeValue(forKey: id)?.resume(returning: answer)
        }
    }

    private static func refusal(_ object: JSONObject) -> RoomClientError {
        .refused(
            code: object["code"]?.stringValue ?? "",
            // What is no error of the protocol is shown as it came.
            message: object["message"]?.stringValue
                ?? String(decoding: JSON.object(object).encoded().prefix(500), as: UTF8.self),
            retryAfterMilliseconds: object["retryAfterMilliseconds"]?.integerValue)
    }
}

extension RoomClient.Entry {
    /// The first message of a client.
    var hello: JSONObject {
        var hello = JSONObject([
            ("type", .string("hello")), ("id", .string("1")), ("version", .integer(1)),
            ("room", .string(room)),
        ])
        let texts = [("token", token), ("name", name), ("visitor", visitor), ("locale", locale)]
        for (field, text) in texts {
            if let text { hello[field] = .string(text) }
        }
        if let recover {
            hello["recover"] = .object(
                JSONObject([
                    ("epoch", .string(recover.epoch)), ("offset", .integer(recover.offset)),
                ]))
        }
        return hello
    }
}
