import Clockwork
import Cryptography
import Foundation
import Journaling
import PluginContract
import Testing
import Visiting
import Wire

@testable import Playhouse

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A server in a process of its own, which is killed, and told to end.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ChildServerTests {
    private let key: SigningKey

    init() throws {
        key = try SigningKey(kid: "first", secret: Array(ChildServer.secret.utf8))
    }

    private func join(
        _ server: ChildServer, _ user: String, _ role: Role = .viewer,
        recover: (epoch: String, offset: Int64)? = nil,
        onMessage: (@Sendable (RoomMessage) -> Void)? = nil
    ) async throws -> RoomClient {
        let token = Token.sign(
            Claims(
                subject: user, room: "teahouse", role: role.rawValue, name: user.capitalized,
                expiresAt: SystemClock().unixMilliseconds / 1_000 + 3_600), with: key)
        return try await RoomClient.join(
            .init(room: "teahouse", token: token, recover: recover), port: server.port,
            messagesKeptMax: 10_000, onMessage: onMessage)
    }

    /// Publishes until the server is gone; what was acknowledged is noted by its name.
    private func publish(
        _ client: RoomClient, _ prefix: String, into acknowledged: Lock<[String: Int64]>
    ) async {
        for index in 0... {
            let name = "\(prefix)-\(index)"
            guard let offset = try? await client.publish(name) else { return }
            acknowledged.withLock { $0[name] = offset }
        }
    }

    @Test func `what a killed server had acknowledged is there when it starts again`()
        async throws
    {
        let seed = fuzzSeed("the killed server")
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder()
        var server = try await ChildServer.start(in: folder)
        let host = try await join(server, "mei", .host)
        let epoch = host.epoch
        for user in ["bo", "cy"] { await (try await join(server, user)).leave() }
        _ = try await host.request("mute", [("user", "bo"), ("seconds", 300)])
        _ = try await host.request("ban", [("user", "cy")])
        _ = try await host.request("pin", [("text", "八点整抽奖")])

        let acknowledged = Lock<[String: Int64]>([:])
        let heard = Heard()
        var place: Int64 = 0
        for round in 0..<3 {
            let ana = try await join(server, "ana", recover: (epoch, place)) { heard.hear($0) }
            #expect(ana.epoch == epoch)
            #expect(ana.welcome["recovered"] == true)
            _ = try await ana.request("like", [("count", 10)])
            var shops: [RoomClient] = []
            for number in 0..<3 { shops.append(try await join(server, "shop-\(number)", .service)) }
            let tasks = shops.enumerated().map { number, shop in
                Task { await publish(shop, "r\(round)-s\(number)", into: acknowledged) }
            }
            let enough =
                acknowledged.withLock { $0.count } + Int.random(in: 10...60, using: &random)
            try await eventually("\(enough) events") {
                acknowledged.withLock { $0.count } >= enough
            }
            server.process.send(signal: SIGKILL)
            #expect(try await server.process.outcome().exitCode == nil)
            for task in tasks { await task.value }
            _ = try await ana.closed()
            place = await ana.lastOffset
            server = try await ChildServer.start(in: folder)
        }
        let ana = try await join(server, "ana", recover: (epoch, place)) { heard.hear($0) }
        #expect(ana.welcome["recovered"] == true)
        let shop = try await join(server, "shop", .service)
        let last = try await shop.publish("last")
        try await eventually("the last event") { await ana.lastOffset == last }
        // Nothing twice, nothing missing, and all that was acknowledged at its place.
        #expect(heard.events.map(\.offset) == Array(1...last))
        let noted = acknowledged.withLock { $0 }
        for (name, offset) in noted { #expect(heard.events[Int(offset) - 1].name == name) }
        // What a viewer heard was durable; who moderated is obeyed.
        let bo = try await join(server, "bo")
        #expect(try await refusal { try await bo.say("hello") } == "MUTED")
        #expect(try await refusal { try await join(server, "cy") } == "BANNED")
        #expect(bo.welcome["states"]?["pinned"]?["text"] == "八点整抽奖")
        #expect((bo.welcome["states"]?["likes"]?["count"]?.integerValue ?? 0) <= 30)
    }

    @Test func `a round that was killed in the middle goes on, and no guess is lost`()
        async throws
    {
        let folder = try TemporaryFolder()
        var server = try await ChildServer.start(in: folder)
        let host = try await join(server, "mei", .host)
        _ = try await host.request("start", [("plugin", "price-guess")])
        func guess(_ client: RoomClient, _ value: Int64) async throws -> JSONObject {
            try await client.request(
                "act",
                [("plugin", "price-guess"), ("name", "guess"), ("value", .integer(value))])
        }
        // The closest comes right before the end of the process.
        for (user, value) in [("ana", 9_000), ("bo", 12_900), ("cy", 12_700)] as [(String, Int64)] {
            let client = try await join(server, user)
            _ = try await client.state("panel:price-guess:viewer") { $0.isNull ? nil : true }
            let reply = try await guess(client, value)
            #expect(reply["accepted"] == true)
        }
        server.process.send(signal: SIGKILL)
        _ = try await server.process.outcome()

        server = try await ChildServer.start(in: folder)
        let cy = try await join(server, "cy")
        #expect(
            cy.welcome["states"]?["plugins"]?["price-guess"]?["status"] == "running")
        let panel = try #require(cy.welcome["states"]?["panel:price-guess:viewer"])
        let elements = panel["elements"]?.arrayValue ?? []
        #expect(elements.contains { $0["id"] == "guess" })
        #expect(!String(decoding: panel.encoded(), as: UTF8.self).contains("12800"))
        #expect(cy.welcome["states"]?["own:price-guess"]?["guess"]?["locked"] == 12_700)
        #expect(try await refusal { try await guess(cy, 12_800) } == "ALREADY_ANSWERED")
        let di = try await join(server, "di")
        #expect(try await guess(di, 1)["accepted"] == true)
        let mei = try await join(server, "mei", .host)
        _ = try await mei.request("act", [("plugin", "price-guess"), ("name", "lock_now")])
        let granted = try await di.first { message in
            if case .event(_, "granted", "plugin:price-guess", let data) = message {
                data
            } else {
                nil
            }
        }
        #expect(granted["winners"] == 1)
        #expect(granted["names"] == ["C***"])
        #expect(try await cy.state("granted:price-guess") { $0["coupon"] } == 1)
        let won = try await mei.state("winners:price-guess") { $0["latest"]?.arrayValue }
        #expect(won.map { $0["user"] } == ["cy"])
        let result = try await di.state("panel:price-guess:viewer") { panel in
            panel["elements"]?.arrayValue?.first { $0["text"] == "won" }
        }
        #expect(result["args"]?["name"] == "Cy")
        // All four guesses of before and after count.
        _ = try await di.state("panel:price-guess:viewer") { panel in
            panel["elements"]?.arrayValue?.first { $0["kind"] == "stat" && $0["value"] == 4 }
        }
    }

    @Test func `SIGTERM tells everybody to come back, keeps what was accepted, and ends with 0`()
        async throws
    {
        let folder = try TemporaryFolder()
        let server = try await ChildServer.start(in: folder)
        let acknowledged = Lock<[String: Int64]>([:])
        var clients: [RoomClient] = []
        for number in 0..<10 { clients.append(try await join(server, "viewer-\(number)")) }
        let shop = try await join(server, "shop", .service)
        let publishing = Task { await publish(shop, "e", into: acknowledged) }
        try await eventually("twenty events") { acknowledged.withLock { $0.count } >= 20 }
        server.process.send(signal: SIGTERM)
        for client in clients + [shop] {
            #expect(try await client.closed() == 1012)
            guard case .bye("DRAINING", true, _?) = await client.kept.last else {
                Issue.record("the last message is \(await client.kept.last as Any)")
                continue
            }
        }
        await publishing.value
        let outcome = try await server.process.outcome()
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("drained"))
        let noted = acknowledged.withLock { $0 }
        let journal = try SQLiteJournal(path: folder.file("data/journal.sqlite"))
        let events = try await journal.records(show: "spring-tea", after: 0, limit: .max)
            .flatMap(\.publicEvents)
        await journal.close()
        #expect(events.map(\.offset) == Array(1...Int64(events.count)))
        for (name, offset) in noted { #expect(events[Int(offset) - 1].event.name == name) }
        // Lanes drain one after the other: what somebody missed by that is recovered next time.
        for client in clients {
            let heard = await client.events.map(\.offset)
            #expect(heard == Array(1..<(Int64(heard.count) + 1)))
        }
    }

    @Test func `while it drains, health checks are told so and nobody else is let in`()
        async throws
    {
        let server = try await ChildServer.start(in: TemporaryFolder())
        #expect(try await HTTPClient.get(port: server.port, path: "/healthz").status == 200)
        let kept = try await RawConnection.open(server.port)
        let stubborn = try await RawConnection.joined(server.port)
        await stubborn.pauseReading()
        server.process.send(signal: SIGTERM)
        try await eventually("the drain") {
            // One that was connected before and asks as the drain begins may be closed.
            let answer = try? await HTTPClient.get(port: server.port, path: "/healthz")
            return answer?.status == 503
        }
        for (request, code) in [
            ("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "DRAINING"),
            ("GET /v1/rooms HTTP/1.1\r\nHost: x\r\n\r\n", "DRAINING"),
            (RawConnection.handshake, "DRAINING"),
        ] {
            let connection = try await RawConnection.open(server.port)
            await connection.send(request)
            let response = try await connection.response()
            #expect(response.status == 503)
            #expect(response.header("connection") == "close")
            #expect(try JSON(parsing: response.body)["code"]?.stringValue == code)
            try await connection.end()
        }
        try await kept.end()
        // Who came after the drain began and stays does not hold it up.
        let late = try await RawConnection.open(server.port)
        #expect(server.process.isRunning)
        await stubborn.close()
        let outcome = try await server.process.outcome()
        #expect(outcome.exitCode == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("\"drained\""))
        try await late.end()
        await #expect(throws: SocketError.self) {
            try await HTTPClient.get(port: server.port, path: "/healthz")
        }
    }

    @Test func `stages and what they do are counted`() async throws {
        let server = try await ChildServer.start(in: TemporaryFolder())
        func figures() async throws -> [String: Double] {
            let text = try await HTTPClient.get(port: server.port, path: "/metrics").text
            return Dictionary(
                uniqueKeysWithValues: text.split(separator: "\n").filter { !$0.hasPrefix("#") }
                    .compactMap { line in
                        let parts = line.split(separator: " ")
                        return Double(parts[1]).map { (String(parts[0]), $0) }
                    })
        }
        let host = try await join(server, "mei", .host)
        _ = try await host.request("start", [("plugin", "price-guess")])
        let ana = try await join(server, "ana")
        _ = try await ana.state("panel:price-guess:viewer") { $0.isNull ? nil : true }
        _ = try await ana.request(
            "act", [("plugin", "price-guess"), ("name", "guess"), ("value", 9_000)])
        try await eventually("two batches") {
            (try await figures()["playhouse_stage_batches_total"] ?? 0) >= 2
        }
        let before = try await figures()
        #expect((before["playhouse_stage_starts_total"] ?? 0) >= 1)
        #expect(before["playhouse_stage_restarts_total"] == 0)
        #expect(before["playhouse_stage_charges_total"] == 0)
        #expect(before["playhouse_stage_plays"] == 1)
        #expect(before[#"playhouse_stage_processes{kind="active"}"#] == 1)
        let (batches, calls) = (
            before["playhouse_stage_batches_total"] ?? 0, before["playhouse_stage_calls_total"] ?? 0
        )
        #expect(calls >= batches)
        #expect((before["playhouse_stage_busy_seconds_total"] ?? 0) > 0)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func `a second signal ends it at once`(signal: Int32) async throws {
        let server = try await ChildServer.start(in: TemporaryFolder())
        let stubborn = try await RawConnection.joined(server.port)
        await stubborn.pauseReading()
        server.process.send(signal: SIGTERM)
        try await eventually("the drain") { server.process.output.contains("draining") }
        #expect(server.process.isRunning)
        server.process.send(signal: signal)
        let outcome = try await server.process.outcome()
        #expect(outcome.exitCode == 1)
        #expect(!outcome.output.contains("\"drained\""))
        await stubborn.close()
    }
}
