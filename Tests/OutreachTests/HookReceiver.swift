import Clockwork
import Foundation
import Visiting

/// A back end of a shop on a port of its own: takes POST requests, answers each as it is told.
final class HookReceiver: Sendable {
    /// One request that came.
    struct Delivery: Sendable, Equatable {
        var target: String
        var headers: [String: String]
        var body: [UInt8]
    }

    /// What the receiver does with a request.
    enum Reaction: Sendable {
        case answer(status: Int, headers: [(String, String)] = [], body: String = "")
        /// Closes without a word.
        case hangUp
        /// Keeps the connection, and says nothing.
        case silence
    }

    private struct State {
        var deliveries: [Delivery] = []
        var channels: [SocketChannel] = []
    }

    private let state = Lock(State())
    private let listener: SocketListener

    var port: UInt16 { listener.port }
    var deliveries: [Delivery] { state.withLock { $0.deliveries } }

    /// Listens at once; `react` is given the number of the request, from 0.
    init(_ react: @escaping @Sendable (Int) -> Reaction) throws {
        let loop = SocketLoop.shared
        let state = self.state
        listener = try SocketListener(loop: loop) { channel in
            state.withLock { $0.channels.append(channel) }
            var received: [UInt8] = []
            channel.start { happening in
                guard case .received(let bytes) = happening else { return }
                received += bytes
                guard let delivery = Delivery(received) else { return }
                received = []
                let number = state.withLock {
                    $0.deliveries.append(delivery)
                    return $0.deliveries.count - 1
                }
                switch react(number) {
                case .silence: break
                case .hangUp: channel.close(isAbrupt: true)
                case .answer(let status, let headers, let body):
                    var text =
                        "HTTP/1.1 \(status) Whatever\r\nContent-Length: \(body.utf8.count)\r\n"
                    for (name, value) in headers { text += "\(name): \(value)\r\n" }
                    channel.write(Array((text + "\r\n" + body).utf8))
                }
            }
        }
    }

    func url(_ path: String = "/hook") -> String { "http://127.0.0.1:\(port)\(path)" }

    func close() {
        listener.close()
        SocketLoop.shared.after(milliseconds: 0) { [state] in
            for channel in state.withLock({ $0.channels }) { channel.close() }
        }
    }
}

extension HookReceiver.Delivery {
    /// Nil while the request is not complete.
    fileprivate init?(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count == 3, words[0] == "POST" else { return nil }
        target = String(words[1])
        headers = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] =
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        body = Array(text[end.upperBound...].utf8)
        guard body.count == Int(headers["content-length"] ?? "0") else { return nil }
    }
}
