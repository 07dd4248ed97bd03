import Clockwork
import Foundation
import Knowledge
import Visiting
import Wire

/// A real HTTP server on a loopback port that does what a test tells it, well or badly.
final class FakeEndpoint: Sendable {
    /// One request, and what can be done about it.
    struct Request: @unchecked Sendable {
        // Sendable: used on the loop of its channel only.
        let channel: SocketChannel
        /// Of this server, from 1.
        let number: Int
        let head: String
        let body: JSON

        /// Writes a whole answer.
        func answer(_ text: String, status: Int = 200, type: String = "application/json") {
            write(
                "HTTP/1.1 \(status) X\r\nContent-Type: \(type)\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
            )
            write(text)
        }

        func write(_ text: String) { channel.write(Array(text.utf8)) }

        /// Begins a body that ends with the connection.
        func beginStream() {
            write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        }

        func piece(_ content: String) {
            let json: JSON = ["choices": [["delta": ["content": .string(content)]]]]
            write("data: \(String(decoding: json.encoded(), as: UTF8.self))\n\n")
        }

        func endStream() {
            write(
                "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
            )
            channel.finishWriting()
        }

        /// Writes one vector a text: of `dimension`, and turned to where the text points.
        func answerEmbeddings(dimension: Int = 8) {
            let texts = (body["input"]?.arrayValue ?? []).compactMap(\.stringValue)
            let items = texts.enumerated().map { place, text -> JSON in
                let vector = FakeEndpoint.vector(of: text, dimension: dimension)
                return [
                    "index": .integer(Int64(place)), "embedding": .array(vector.map(JSON.double)),
                ]
            }
            let json: JSON = ["data": .array(items)]
            answer(String(decoding: json.encoded(), as: UTF8.self))
        }
    }

    private final class Connection: @unchecked Sendable {
        // Sendable: touched on the loop of its channel only.
        let channel: SocketChannel
        var received: [UInt8] = []
        init(_ channel: SocketChannel) { self.channel = channel }
    }

    private let loop = SocketLoop(label: "fake-endpoint")
    private let listener: SocketListener
    private let connections = Lock<[Connection]>([])
    private let requests = Lock<[String]>([])

    /// The heads of the requests so far.
    var heads: [String] { requests.withLock { $0 } }
    var address: String { "http://127.0.0.1:\(listener.port)" }

    init(_ script: @escaping @Sendable (Request) -> Void) throws {
        let connections = connections
        let requests = requests
        listener = try SocketListener(loop: loop) { channel in
            let connection = Connection(channel)
            connections.withLock { $0.append(connection) }
            channel.start { [weak connection] happening in
                // Whoever asked may be answered late, when the endpoint is gone.
                guard let connection else { return }
                switch happening {
                case .received(let bytes):
                    connection.received += bytes
                    Self.take(connection, requests, script)
                case .ended: channel.close()
                case .connected, .drained: break
                }
            }
        }
    }

    deinit { listener.close() }

    private static func take(
        _ connection: Connection, _ requests: Lock<[String]>, _ script: (Request) -> Void
    ) {
        guard let end = connection.received.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        let head = String(decoding: connection.received[..<end.lowerBound], as: UTF8.self)
        let length =
            head.split(separator: "\r\n")
            .first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.split(separator: ":")[1].filter(\.isNumber)) } ?? 0
        guard connection.received.count >= end.upperBound + length else { return }
        let body = Array(connection.received[end.upperBound..<(end.upperBound + length)])
        connection.received = []
        let number = requests.withLock { heads in
            heads.append(head)
            return heads.count
        }
        script(
            Request(
                channel: connection.channel, number: number, head: head,
                body: (try? JSON(parsing: body)) ?? .null))
    }

    /// A vector that texts with the same characters share.
    static func vector(of text: String, dimension: Int) -> [Double] {
        var vector = [Double](repeating: 0.01, count: dimension)
        for scalar in text.unicodeScalars { vector[Int(scalar.value) % dimension] += 1 }
        return vector
    }
}
