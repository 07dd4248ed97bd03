import Visiting
import Wire

/// The connection to a browser: commands by id, and what its pages report, by session.
actor DevTools {
    private typealias Answer = CheckedContinuation<Result<JSON, BrowserError>, Never>

    private static let answerMillisecondsMax = 120_000
    /// A screenshot comes as one message.
    private static let messageBytesMax = 64 << 20

    private nonisolated let loop = SocketLoop.shared
    private let socket: WebSocketClient
    private var count: Int64 = 0
    private var answers: [Int64: Answer] = [:]
    private var complaints: [String: [String]] = [:]
    /// Sessions whose page has gone or crashed: nothing answers there any more.
    private var lost: [String: String] = [:]

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(port: UInt16, path: String) async throws {
        var limits = WebSocketClient.Limits()
        limits.messageBytesMax = Self.messageBytesMax
        limits.handshakeMillisecondsMax = 60_000
        socket = try await WebSocketClient.connect(port: port, path: path, limits: limits)
        await socket.consume { [weak self] delivery in
            self?.assumeIsolated { $0.on(delivery) }
        }
    }

    /// Sends a command, to the browser or to a page's session, and returns its result.
    @discardableResult
    func call(
        _ method: String, _ parameters: JSONObject = [:], session: String? = nil
    ) async throws -> JSON {
        count += 1
        let id = count
        var command: JSONObject = [
            "id": .integer(id), "method": .string(method), "params": .object(parameters),
        ]
        if let session { command["sessionId"] = .string(session) }
        let text = command.encoded()
        return try await withCheckedContinuation { (answer: Answer) in
            // Before it is sent, or the answer might come to nobody.
            answers[id] = answer
            Task { await self.send(text, id) }
            loop.after(milliseconds: Self.answerMillisecondsMax) { [weak self] in
                self?.assumeIsolated { tools in
                    let loss = session.flatMap { tools.lost[$0] } ?? "its page is there"
                    tools.answer(id, .failure(BrowserError("no answer to \(method); \(loss)")))
                }
            }
        }.get()
    }

    private func send(_ text: [UInt8], _ id: Int64) async {
        do {
            try await socket.send(text: text)
        } catch {
            answer(id, .failure(BrowserError("\(error)")))
        }
    }

    /// What a page's console complained about: errors, and exceptions that nobody caught.
    func complaints(session: String) -> [String] { complaints[session] ?? [] }

    func close() async { await socket.close() }

    private func on(_ delivery: WebSocketDelivery) {
        switch delivery {
        case .ended:
            for id in Array(answers.keys) {
                answer(id, .failure(BrowserError("the browser has gone")))
            }
        case .message(let bytes):
            let limits = JSONLimits(depthMax: 64, bytesMax: Self.messageBytesMax)
            guard let message = try? JSON(parsing: bytes, limits: limits) else { return }
            if let id = message["id"]?.integerValue {
                if let error = message["error"] {
                    let text = error["message"]?.stringValue ?? "an error without words"
                    answer(id, .failure(BrowserError(text)))
                } else {
                    answer(id, .success(message["result"] ?? .null))
                }
            } else if let loss = Self.loss(message) {
                lost[loss.session] = loss.reason
            } else if let session = message["sessionId"]?.stringValue,
                let complaint = Self.complaint(message)
            {
                complaints[session, default: []].append(complaint)
            }
        }
    }

    private func answer(_ id: Int64, _ result: Result<JSON, BrowserError>) {
        answers.removeValue(forKey: id)?.resume(returning: result)
    }

    private static func loss(_ message: JSON) -> (session: String, reason: String)? {
        switch message["method"]?.stringValue {
        case "Inspector.targetCrashed":
            message["sessionId"]?.stringValue.map { ($0, "the page has crashed") }
        case "Target.detachedFromTarget":
            message["params"]?["sessionId"]?.stringValue.map { ($0, "the page has gone") }
        default: nil
        }
    }

    private static func complaint(_ message: JSON) -> String? {
        let parameters = message["params"] ?? .null
        switch message["method"]?.stringValue {
        case "Runtime.exceptionThrown":
            let details = parameters["exceptionDetails"] ?? .null
            return details["exception"]?["description"]?.stringValue
                ?? details["text"]?.stringValue ?? "an exception"
        case "Runtime.consoleAPICalled" where parameters["type"] == "error":
            return (parameters["args"]?.arrayValue ?? []).map { argument in
                argument["description"]?.stringValue ?? argument["value"]?.stringValue ?? "?"
            }.joined(separator: " ")
        case "Log.entryAdded" where parameters["entry"]?["level"] == "error":
            let entry = parameters["entry"] ?? .null
            return (entry["text"]?.stringValue ?? "?") + " " + (entry["url"]?.stringValue ?? "")
        default: return nil
        }
    }
}
