import Clockwork
import Foundation
import Visiting
import Wire

/// An endpoint of somebody else on a loopback port: embeds and words, well or badly.
final class StandInModel: Sendable {
    enum Mood: String, Sendable, CaseIterable {
        case good
        /// Says something that the entry does not hold.
        case lying
        case refusing
        case failing
        /// Takes the request and says nothing.
        case silent
        case hangingUp
    }

    private let listener: SocketListener
    private let loop = SocketLoop(label: "stand-in-model")
    private let paths = Lock<[String]>([])
    private let channels = Lock<[SocketChannel]>([])

    /// What was asked for so far.
    var asked: [String] { paths.withLock { $0 } }
    var address: String { "http://127.0.0.1:\(listener.port)" }

    /// Listens at once; `words` is what a good model says.
    init(_ mood: Mood, words: String = "") throws {
        let paths = paths
        let channels = channels
        listener = try SocketListener(loop: loop) { channel in
            channels.withLock { $0.append(channel) }
            var received: [UInt8] = []
            channel.start { happening in
                switch happening {
                case .ended: channel.close()
                case .connected, .drained: break
                case .received(let bytes):
                    received += bytes
                    guard let (path, body) = Self.request(received) else { return }
                    received = []
                    paths.withLock { $0.append(path) }
                    if let answer = Self.answer(path, body, mood, words) {
                        channel.write(Array(answer.utf8))
                    } else if mood == .hangingUp {
                        channel.close(isAbrupt: true)
                    }
                }
            }
        }
    }

    deinit { listener.close() }

    /// Path and body; nil while the request is not complete.
    private static func request(_ bytes: [UInt8]) -> (path: String, body: JSON)? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"),
            let body = try? JSON(parsing: Array(text[end.upperBound...].utf8))
        else { return nil }
        return (String(text.split(separator: " ")[1]), body)
    }

    private static func answer(
        _ path: String, _ body: JSON, _ mood: Mood, _ words: String
    ) -> String? {
        var status = 200
        let json: JSON
        switch mood {
        case .silent, .hangingUp: return nil
        case .failing:
            status = 503
            json = ["error": "busy"]
        case .good, .lying, .refusing:
            json =
                path.hasSuffix("/embeddings")
                ? vectors(of: body, isLie: mood == .lying) : chat(mood, words)
        }
        let text = String(decoding: json.encoded(), as: UTF8.self)
        return "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(text.utf8.count)\r\n\r\n\(text)"
    }

    private static func chat(_ mood: Mood, _ words: String) -> JSON {
        let said =
            switch mood {
            case .lying: words + " 99"
            case .refusing: "Sorry, as an AI language model I cannot answer that."
            default: words
            }
        return [
            "choices": [["message": ["content": .string(said)], "finish_reason": "stop"]]
        ]
    }

    /// Texts with the same characters get vectors alike; a lie is of another dimension each time.
    private static func vectors(of body: JSON, isLie: Bool) -> JSON {
        let texts = (body["input"]?.arrayValue ?? []).compactMap(\.stringValue)
        let items = texts.enumerated().map { place, text -> JSON in
            var vector = [Double](repeating: 0.01, count: isLie ? 8 + place : 8)
            for scalar in text.unicodeScalars { vector[Int(scalar.value) % 8] += 1 }
            return [
                "index": .integer(Int64(place)), "embedding": .array(vector.map(JSON.double)),
            ]
        }
        return ["data": .array(items)]
    }
}
