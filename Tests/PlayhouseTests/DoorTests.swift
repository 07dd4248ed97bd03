import Clockwork
import Foundation
import Lanes
import PluginContract
import Testing
import Visiting
import Wire

@testable import Playhouse
@testable import Serving

/// What an address and a connection may use up before a room hears of anything.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DoorTests {
    private func get(_ path: String, _ headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n"
    }

    private func code(_ response: HTTPResponse) throws -> String? {
        #expect(response.header("content-type") == "application/problem+json")
        return try JSON(parsing: response.body)["code"]?.stringValue
    }

    // MARK: - Connections

    @Test func `a connection counts until its socket is closed, not until it is told so`()
        async throws
    {
        try await withHouse {
            $0.limits.connectionsPerAddress = 2
            $0.laneLimits.lingerSeconds = 60
        } _: { house in
            let watcher = try await RawConnection.open(house.port)
            // It is answered and done with, and does not look.
            let lingering = try await RawConnection.open(house.port, isReading: false)
            await lingering.send(get("/healthz", "Connection: close\r\n"))
            try await eventually("the answer") {
                await watcher.send(get("/metrics"))
                let text = try await watcher.response().text
                return try #require(text.firstMatch(of: /playhouse_http_requests_total (\d+)/))
                    .output.1 != "1"
            }
            for _ in 0..<3 {
                let next = try await RawConnection.open(house.port)
                #expect(try code(try await next.response()) == "TOO_MANY_CONNECTIONS")
            }
            await lingering.resumeReading()
            try await lingering.end()
            try await eventually("room for one more") {
                let next = try await RawConnection.open(house.port)
                await next.send(get("/healthz"))
                return try await next.response().status == 200
            }
        }
    }

    @Test func `who is told to go and stays keeps others neither out nor waiting`() async throws {
        try await withHouse {
            $0.limits.connectionsPerAddress = 1
            $0.laneLimits.lingerSeconds = 60
        } _: { house in
            let member = try await RawConnection.joined(house.port)
            var stubborn: [RawConnection] = []
            for _ in 0..<8 {
                stubborn.append(try await RawConnection.open(house.port, isReading: false))
            }
            // Enough are being told: the next is cut without a word. Whoever had read before it was
            // told not to is no stubborn one; another takes the place.
            try await eventually("a cut") {
                let cut = try await RawConnection.open(house.port)
                try await cut.end()
                if await cut.bytes.isEmpty { return true }
                stubborn.append(try await RawConnection.open(house.port, isReading: false))
                return false
            }
            await member.close()
            try await eventually("the member's place") {
                let next = try await RawConnection.open(house.port)
                await next.send(get("/healthz"))
                try await eventually("a word or the end") {
                    let (isEnded, text) = await (next.isEnded, next.text)
                    return isEnded || text.contains("\r\n\r\n")
                }
                return await next.text.hasPrefix("HTTP/1.1 200")
            }
            for refused in stubborn { await refused.close() }
        }
    }

    @Test func `the server has a limit of connections in all`() async throws {
        try await withHouse {
            $0.limits.connectionsMax = 3
        } _: { house in
            let members = [
                try await RawConnection.joined(house.port),
                try await RawConnection.joined(house.port),
            ]
            let third = try await RawConnection.open(house.port)
            await third.send(get("/metrics"))
            let metrics = try await third.response().text
            #expect(metrics.contains("\nplayhouse_connections_max 3\n"))
            #expect(metrics.contains("\nplayhouse_connections_admitted 3\n"))
            #expect(metrics.contains("\nplayhouse_addresses 1\n"))
            let fourth = try await RawConnection.open(house.port)
            let response = try await fourth.response()
            #expect(response.status == 503)
            #expect(response.header("retry-after") == "10")
            #expect(try code(response) == "SERVER_FULL")
            try await fourth.end()
            await third.send(get("/metrics"))
            let after = try await third.response().text
            #expect(after.contains("\nplayhouse_refusals_total{code=\"SERVER_FULL\"} 1\n"))
            await members[0].close()
            try await eventually("room for one more") {
                let next = try await RawConnection.open(house.port)
                await next.send(get("/healthz"))
                return try await next.response().status == 200
            }
            withExtendedLifetime(members) {}
        }
    }

    // MARK: - Proxies

    private func upgrade(
        _ house: TestHouse, for client: String
    ) async throws -> (connection: RawConnection, response: HTTPResponse) {
        let connection = try await RawConnection.open(house.port)
        await connection.send(
            RawConnection.handshake.replacing(
                "Host: localhost\r\n", with: "Host: localhost\r\nX-Forwarded-For: \(client)\r\n"))
        return (connection, try await connection.response())
    }

    @Test func `behind a trusted proxy every client has limits of its own`() async throws {
        let proxies = [try #require(TrustedProxies.Range("127.0.0.0/8"))]
        try await withHouse {
            $0.trustedProxies = TrustedProxies(proxies)
            $0.limits.connectionsPerAddress = 1
            $0.limits.joinsPerMinutePerAddress = 1
            $0.limits.requestBurstPerAddress = 2
            $0.limits.requestsPerSecondPerAddress = 0.001
        } _: { house in
            let first = try await upgrade(house, for: "203.0.113.1")
            #expect(first.response.status == 101)
            let second = try await upgrade(house, for: "203.0.113.1")
            #expect(second.response.status == 429)
            #expect(try code(second.response) == "TOO_MANY_CONNECTIONS")
            let other = try await upgrade(house, for: "1.1.1.1, 203.0.113.2")
            #expect(other.response.status == 101)
            // One connection of the proxy carries the requests of many.
            let shared = try await RawConnection.open(house.port)
            for (client, status) in [
                ("203.0.113.1", 200), ("203.0.113.1", 200), ("203.0.113.1", 429),
                ("203.0.113.2", 200), ("203.0.113.1", 429), ("203.0.113.2", 200),
                ("203.0.113.2", 429),
            ] {
                await shared.send(get("/healthz", "X-Forwarded-For: \(client)\r\n"))
                #expect(try await shared.response().status == status)
            }
            let hello = #"{"type":"hello","id":"1","version":1,"room":"teahouse"}"#
            for viewer in [first, other] {
                await viewer.connection.send(text: hello)
                #expect(try await viewer.connection.frame().json?["type"] == "welcome")
            }
            await first.connection.close()
            try await eventually("the client's place") {
                try await upgrade(house, for: "203.0.113.1").response.status == 101
            }
        }
    }

    @Test func `from anybody else the header says nothing`() async throws {
        let proxies = [try #require(TrustedProxies.Range("192.0.2.0/24"))]
        try await withHouse {
            $0.trustedProxies = TrustedProxies(proxies)
            $0.limits.connectionsPerAddress = 1
        } _: { house in
            let first = try await upgrade(house, for: "203.0.113.1")
            #expect(first.response.status == 101)
            #expect(try await upgrade(house, for: "203.0.113.2").response.status == 429)
            withExtendedLifetime(first) {}
        }
    }

    // MARK: - Requests

    @Test func `requests of one address have a rate, and upgrades are not among them`()
        async throws
    {
        try await withHouse {
            $0.limits.requestBurstPerAddress = 5
            $0.limits.requestsPerSecondPerAddress = 0.001
        } _: { house in
            let first = try await RawConnection.open(house.port)
            let second = try await RawConnection.open(house.port)
            for turn in 0..<5 {
                let connection = turn.isMultiple(of: 2) ? first : second
                await connection.send(get("/healthz"))
                #expect(try await connection.response().status == 200)
            }
            // The connection goes on, and the order of answers is kept.
            await first.send(get("/healthz") + get("/metrics"))
            for _ in 0..<2 {
                let refused = try await first.response()
                #expect(refused.status == 429)
                #expect(try code(refused) == "TOO_MANY_REQUESTS")
                // 1,000 s for a request and 100 for each refusal, less what has passed.
                let wait = try #require(Int(refused.header("retry-after") ?? ""))
                #expect((950...1_200).contains(wait))
                #expect(refused.header("connection") == "keep-alive")
            }
            await second.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(try await second.response(isBodyless: true).status == 429)
            try await second.end()
            #expect(await second.bytes.isEmpty)
            for _ in 0..<3 { _ = try await RawConnection.joined(house.port) }
        }
    }

    @Test func `answers say what day it is`() async throws {
        try await withHouse { house in
            for (path, status) in [
                ("/healthz", 200), ("/nothing", 404), ("/v1/rooms/teahouse", 200), ("b d", 400),
            ] {
                let response = try await HTTPClient.exchange(
                    port: house.port, bytes: Array(get(path).utf8))
                #expect(response.status == status)
                let date = try #require(response.header("date"))
                #expect(date.wholeMatch(of: /\w{3}, \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT/) != nil)
            }
        }
    }

    @Test func `who has finished sending still gets the answers`() async throws {
        try await withHouse { house in
            let client = try await RawConnection.open(house.port)
            // Some answers come at once, some from a room, later.
            await client.finish(
                Array((get("/v1/rooms/teahouse") + get("/healthz") + get("/nothing")).utf8))
            #expect(try await client.response().text.hasPrefix(#"{"room":"teahouse""#))
            #expect(try await client.response().text == #"{"status":"ok"}"#)
            #expect(try await client.response().status == 404)
            try await client.end()
            // What is missing will not come; nobody waits for it.
            let partial = try await RawConnection.open(house.port)
            await partial.finish(Array((get("/healthz") + "GET /healthz HT").utf8))
            #expect(try await partial.response().status == 200)
            try await partial.end()
            #expect(await partial.bytes.isEmpty)
            try await eventually("all sockets closed") {
                try await house.metric("playhouse_connections_admitted") == 1
            }
        }
    }

    // MARK: - Frames that are no requests

    @Test(arguments: [
        ("ping", RawConnection.frame(9, Array("x".utf8))),
        ("pong", RawConnection.frame(10, Array("x".utf8))),
    ])
    func `pings and pongs are paid for like requests`(name: String, frame: [UInt8]) async throws {
        try await withHouse {
            $0.limits.messageBurst = 20
            $0.limits.messagesPerSecond = 0.001
        } _: { house in
            let within = try await RawConnection.joined(house.port)
            for _ in 0..<19 { await within.send(frame) }
            await within.send(text: #"{"type":"ping","id":"a"}"#)
            #expect(try await within.frame { $0.json?["id"] != nil }.json?["type"] == "reply")
            // At a tenth each, 200 refusals use up another burst.
            for _ in 0..<220 { await within.send(frame) }
            let farewell = try await within.farewell()
            #expect(farewell.code == 4422)
            #expect(farewell.before.last?["type"] == "bye")
        }
    }

    @Test func `the bytes of pongs are paid for`() async throws {
        try await withHouse {
            $0.limits.byteBurst = 125 * 10
            $0.limits.bytesPerSecond = 0.001
        } _: { house in
            let connection = try await RawConnection.joined(house.port)
            let large = RawConnection.frame(10, [UInt8](repeating: 0, count: 125))
            for _ in 0..<10 { await connection.send(large) }
            await connection.send(text: #"{"type":"ping","id":"a"}"#)
            let answer = try await connection.frame { $0.json?["id"] != nil }.json
            #expect(answer?["code"] == "TOO_MANY_BYTES")
        }
    }

    @Test func `fragments are paid for like requests, also when the message never ends`()
        async throws
    {
        try await withHouse {
            $0.limits.messageBurst = 20
            $0.limits.messagesPerSecond = 0.001
        } _: { house in
            let connection = try await RawConnection.joined(house.port)
            let text = Array(#"{"type":"ping","id":"a"}"#.utf8)
            // 19 fragments and the message that they make.
            await connection.send(opcode: 1, isFinal: false, Array(text.prefix(5)))
            for _ in 0..<18 { await connection.send(opcode: 0, isFinal: false, []) }
            await connection.send(opcode: 0, Array(text.dropFirst(5)))
            #expect(try await connection.frame { $0.json?["id"] != nil }.json?["type"] == "reply")
            await connection.send(opcode: 1, isFinal: false, Array(text.prefix(5)))
            for _ in 0..<220 { await connection.send(opcode: 0, isFinal: false, []) }
            let farewell = try await connection.farewell()
            #expect(farewell.code == 4422)
        }
    }

    // MARK: - Time

    @Test(arguments: ["head", "body", "idle", "kept", "hello"])
    func `nobody is closed before the time has passed`(what: String) async throws {
        try await withHouse { configuration in
            configuration.limits.headSeconds = what == "head" ? 3 : 1
            configuration.limits.bodySeconds = what == "body" ? 3 : 1
            configuration.limits.idleSeconds = ["idle", "kept"].contains(what) ? 3 : 1
            configuration.limits.helloSeconds = what == "hello" ? 3 : 1
        } _: { house in
            let body = #"{"type":"ping","id":"1"}"#
            let token = house.token("shop", .service)
            let (start, rest): (String, String) =
                switch what {
                case "head": ("GET /healthz HTTP/1.1\r\n", "Host: x\r\n\r\n")
                case "body":
                    (
                        """
                        POST /v1/rooms/teahouse/requests HTTP/1.1\r\nHost: x\r\n\
                        Authorization: Bearer \(token)\r\nContent-Length: \(body.utf8.count)\r\n\r\n
                        """, body
                    )
                case "kept": (get("/healthz"), get("/healthz"))
                case "hello": (RawConnection.handshake, "")
                default: ("", get("/healthz"))
                }
            // Spread over a second, so that some begin just before the server's own tick.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for turn in 0..<8 {
                    group.addTask {
                        try await Task.sleep(for: .milliseconds(125 * turn))
                        let clock = SystemClock()
                        let opened = clock.monotonicNanoseconds
                        let connection = try await RawConnection.open(house.port)
                        await connection.send(start)
                        if ["kept", "hello"].contains(what) { _ = try await connection.response() }
                        let asked = clock.monotonicNanoseconds
                        try await Task.sleep(for: .milliseconds(2_200))
                        if what == "hello" {
                            await connection.send(
                                text: #"{"type":"hello","id":"1","version":1,"room":"teahouse"}"#)
                        } else {
                            await connection.send(rest)
                        }
                        try await eventually("a word or the end") {
                            let (isEnded, bytes) = await (connection.isEnded, connection.bytes)
                            return isEnded || !bytes.isEmpty
                        }
                        let isServed =
                            if what == "hello" {
                                await connection.text.contains(#""type":"welcome""#)
                            } else {
                                await connection.text.hasPrefix("HTTP/1.1 200")
                            }
                        // A machine that stands still lets the time pass, and then it has passed.
                        let answered = clock.monotonicNanoseconds
                        let hasPassed =
                            answered - opened > 3_000_000_000 || asked - opened > 1_000_000_000
                        #expect(isServed || hasPassed, "after \(answered - opened) ns")
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
