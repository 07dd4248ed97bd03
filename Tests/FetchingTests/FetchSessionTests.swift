import Clockwork
import Foundation
import Testing
import Visiting

@testable import Fetching

/// Answers every connection with the same bytes, and may hang up.
private final class Answerer: Sendable {
    private let listener: SocketListener
    private let loop = SocketLoop(label: "answerer")
    let requests = Lock<[String]>([])

    init(_ text: String, closes: Bool = false) throws {
        let requests = requests
        listener = try SocketListener(loop: loop) { channel in
            let arrived = Lock<[UInt8]>([])
            channel.start { happening in
                switch happening {
                case .received(let bytes):
                    // Head and body may come one after the other.
                    let request = arrived.withLock { arrived in
                        arrived += bytes
                        return String(decoding: arrived, as: UTF8.self)
                    }
                    guard Self.isWhole(request) else { return }
                    arrived.withLock { $0 = [] }
                    requests.withLock { $0.append(request) }
                    channel.write(Array(text.utf8))
                    if closes { channel.finishWriting() }
                case .ended: channel.close()
                case .connected, .drained: break
                }
            }
        }
    }

    private static func isWhole(_ request: String) -> Bool {
        guard let end = request.range(of: "\r\n\r\n") else { return false }
        let head = request[..<end.lowerBound].lowercased()
        guard let length = head.range(of: "content-length: ") else { return true }
        let bytes = Int(head[length.upperBound...].prefix { $0.isNumber }) ?? 0
        return request[end.upperBound...].utf8.count >= bytes
    }

    func url() throws -> URL { try #require(URL(string: "http://127.0.0.1:\(listener.port)/here")) }

    deinit { listener.close() }
}

@Suite(.timeLimit(.minutes(15)))
struct FetchSessionTests {
    private func post(
        _ text: String, milliseconds: Int = 120_000, bytesMax: Int = 100, closes: Bool = false,
        onBytes: (@Sendable ([UInt8]) -> Bool)? = nil
    ) async throws -> FetchAnswer {
        let answerer = try Answerer(text, closes: closes)
        return try await FetchSession().post(
            Array("{}".utf8), to: answerer.url(), headers: [("X-One", "1")],
            millisecondsMax: milliseconds, bytesMax: bytesMax, onBytes: onBytes)
    }

    private func good(_ body: String) -> String {
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func `An answer has status and body, and the request its headers`() async throws {
        let answerer = try Answerer(good("yes"))
        let answer = try await FetchSession().post(
            Array("{}".utf8), to: answerer.url(), headers: [("X-One", "1")],
            millisecondsMax: 120_000, bytesMax: 3)
        #expect(answer == FetchAnswer(status: 200, body: Array("yes".utf8)))
        let request = try #require(answerer.requests.withLock { $0.first })
        #expect(request.hasPrefix("POST /here HTTP/1.1\r\n"))
        #expect(request.contains("\r\nX-One: 1\r\n"))
    }

    @Test(arguments: [301, 302, 307, 308, 400, 404, 500])
    func `Of any other status nothing is read, and no redirect followed`(status: Int) async throws {
        let answerer = try Answerer(
            "HTTP/1.1 \(status) X\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nno")
        let answer = try await FetchSession().post(
            [], to: answerer.url(), headers: [], millisecondsMax: 120_000, bytesMax: 100)
        #expect(answer == FetchAnswer(status: status, body: []))
        #expect(answerer.requests.withLock { $0.count } == 1)
    }

    @Test func `A body at the limit is taken, one byte more is not`() async throws {
        let body = String(repeating: "x", count: 100)
        #expect(try await post(good(body)).body.count == 100)
        await #expect(throws: FetchError.tooLarge) { _ = try await post(good(body + "x")) }
    }

    @Test func `Silence ends when the time is over`() async throws {
        await #expect(throws: FetchError.slow) { _ = try await post("", milliseconds: 100) }
    }

    @Test func `A connection that breaks is told`() async throws {
        await #expect {
            _ = try await post("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nno", closes: true)
        } throws: {
            if case .unreachable? = $0 as? FetchError { true } else { false }
        }
    }

    @Test func `Whoever reads along can end the exchange`() async throws {
        let answer = try await post("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nenough") { _ in
            false
        }
        #expect(answer.body == Array("enough".utf8))
    }

    /// FoundationNetworking traps when a request is cancelled and then told what to do about a
    /// response or a redirect that was pending.
    @Test(arguments: [200, 302])
    func `Requests can be cancelled at any moment`(status: Int) async throws {
        let answerer = try Answerer(
            "HTTP/1.1 \(status) X\r\nLocation: /elsewhere\r\nContent-Length: 2\r\n\r\nok")
        let url = try answerer.url()
        let session = FetchSession(connectionsMax: 8)
        for round in 0..<40 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        _ = try? await session.post(
                            [], to: url, headers: [], millisecondsMax: 5_000, bytesMax: 10)
                    }
                }
                try? await Task.sleep(for: .microseconds(round * 50))
                group.cancelAll()
            }
        }
        let answer = try await session.post(
            [], to: url, headers: [], millisecondsMax: 120_000, bytesMax: 10)
        #expect(answer.status == status)
    }
}
