import Clockwork
import Cryptography
import Foundation
import PluginContract
import Rooms
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// A whole server in this process, on a free port and with a folder of its own.
///
/// Its rooms are `teahouse`, open to everybody, and `closed`, which wants a token.
final class TestHouse: Sendable {
    static let key = makeKey("first", byte: 1)

    let folder: TemporaryFolder
    let server: Server
    private let logged: Lock<[String]>

    static func makeKey(_ kid: String, byte: UInt8) -> SigningKey {
        do {
            return try SigningKey(kid: kid, secret: [UInt8](repeating: byte, count: 32))
        } catch {
            fatalError("\(error)")
        }
    }

    /// What servers of tests are set to; only what a test is about differs.
    static func configuration(_ folder: TemporaryFolder) -> Configuration {
        var configuration = Configuration()
        configuration.port = 0
        configuration.data = folder.path
        configuration.lanes = 2
        // The program that runs here is the one of the tests.
        configuration.stage = .inProcess
        configuration.keys = [key]
        configuration.drainSeconds = 5
        configuration.limits.connectionsPerAddress = 2_000
        configuration.limits.joinsPerMinutePerAddress = 10_000
        configuration.limits.requestBurstPerAddress = 100_000
        var teahouse = RoomSettings(id: "teahouse", title: ["zh": "茶馆", "en": "Tea house"])
        teahouse.anonymous = true
        let closed = RoomSettings(id: "closed", title: ["en": "Closed"])
        configuration.rooms = [
            RoomConfiguration(settings: teahouse, show: "spring-tea"),
            RoomConfiguration(settings: closed, show: "closed-show"),
        ]
        return configuration
    }

    init(
        in folder: TemporaryFolder, clock: any Clock = SystemClock(),
        _ change: (inout Configuration) -> Void = { _ in }
    ) async throws {
        self.folder = folder
        let logged = Lock<[String]>([])
        self.logged = logged
        var configuration = Self.configuration(folder)
        change(&configuration)
        server = try await Server(
            configuration: configuration, clock: clock,
            log: Log(format: .json, level: .info, clock: clock) { line in
                logged.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            })
        await server.open()
    }

    var port: UInt16 { server.port }

    /// The lines of the log so far.
    var log: [String] { logged.withLock { $0 } }

    func token(
        _ user: String, _ role: Role = .viewer, room: String = "teahouse", name: String? = nil,
        expiresIn seconds: Int64 = 3_600, key: SigningKey = TestHouse.key
    ) -> String {
        Token.sign(
            Claims(
                subject: user, room: room, role: role.rawValue, name: name ?? user.capitalized,
                expiresAt: SystemClock().unixMilliseconds / 1_000 + seconds), with: key)
    }

    /// Enters a room as somebody with a token.
    func join(
        _ user: String, _ role: Role = .viewer, room: String = "teahouse",
        recover: (epoch: String, offset: Int64)? = nil, loop: SocketLoop = .shared,
        onMessage: (@Sendable (RoomMessage) -> Void)? = nil
    ) async throws -> RoomClient {
        try await RoomClient.join(
            RoomClient.Entry(
                room: room, token: token(user, role, room: room), recover: recover), port: port,
            messagesKeptMax: 20_000, loop: loop, onMessage: onMessage)
    }

    func get(
        _ path: String, token: String? = nil
    ) async throws -> (status: Int, body: JSON, response: HTTPResponse) {
        let response = try await HTTPClient.get(
            port: port, path: path, headers: Self.bearer(token))
        return (response.status, (try? JSON(parsing: response.body)) ?? .null, response)
    }

    /// Sends a request to a room over HTTP.
    func post(
        _ request: JSON, room: String = "teahouse", token: String?
    ) async throws -> (status: Int, body: JSON) {
        let response = try await HTTPClient.post(
            port: port, path: "/v1/rooms/\(room)/requests", headers: Self.bearer(token),
            body: request.encoded())
        return (response.status, (try? JSON(parsing: response.body)) ?? .null)
    }

    private static func bearer(_ token: String?) -> [(String, String)] {
        token.map { [("Authorization", "Bearer \($0)")] } ?? []
    }

    /// One figure of `/metrics`; give the labels too, as they are written.
    func metric(_ name: String) async throws -> Double? {
        let text = try await HTTPClient.get(port: port, path: "/metrics").text
        return text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Double($0.dropFirst(name.count + 1)) }
    }
}

/// Runs a test with a server of its own, and ends the server whatever comes of it.
func withHouse<Result>(
    in folder: TemporaryFolder? = nil, clock: any Clock = SystemClock(),
    _ change: (inout Configuration) -> Void = { _ in },
    _ body: (TestHouse) async throws -> Result
) async throws -> Result {
    let house = try await TestHouse(in: folder ?? TemporaryFolder(), clock: clock, change)
    do {
        let result = try await body(house)
        await house.server.drain()
        return result
    } catch {
        await house.server.drain()
        throw error
    }
}

/// Waits until a condition holds; fails the test after a minute, which costs nothing when all is well:
/// a machine that others use as well may stand for seconds.
func eventually(
    _ what: @autoclosure () -> String, isolation: isolated (any Actor)? = #isolation,
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let clock = SystemClock()
    let end = clock.monotonicNanoseconds + 60_000_000_000
    while try await !condition() {
        guard clock.monotonicNanoseconds < end else {
            Issue.record("waited in vain: \(what())", sourceLocation: sourceLocation)
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

extension RoomClient {
    func say(_ text: String) async throws -> JSONObject {
        try await request("say", [("text", .string(text))])
    }

    func publish(_ name: String, _ data: JSON = .null) async throws -> Int64 {
        let reply = try await request("publish", [("name", .string(name)), ("data", data)])
        return try #require(reply["offset"]?.integerValue)
    }

    /// The events so far, as offset and name.
    var events: [(offset: Int64, name: String, data: JSON)] {
        kept.compactMap {
            if case .event(let offset, let name, _, let data) = $0 {
                (offset, name, data)
            } else {
                nil
            }
        }
    }

    /// The texts of the danmaku so far.
    var danmaku: [String] {
        kept.compactMap {
            if case .danmaku(let fields) = $0 { fields["text"]?.stringValue } else { nil }
        }
    }
}

/// The code with which a request was refused; nil if it was not.
func refusal<Answer>(_ body: () async throws -> Answer) async throws -> String? {
    do {
        _ = try await body()
        return nil
    } catch let error as RoomClientError {
        guard let code = error.code else { throw error }
        return code
    }
}
