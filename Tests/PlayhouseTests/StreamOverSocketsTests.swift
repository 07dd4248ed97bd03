import Clockwork
import Foundation
import Journaling
import PluginContract
import Serving
import Streaming
import Testing
import Visiting
import Wire

@testable import Playhouse

/// Live video through a whole server: encoders come in at the stream's port, viewers get it at the
/// rooms' port.
@Suite(
    .serialized, .enabled(if: Encoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(5)))
struct StreamOverSocketsTests {
    private func withStream(
        _ change: (inout Configuration) -> Void = { _ in },
        _ body: (TestHouse, StreamHouse) async throws -> Void
    ) async throws {
        try await withHouse({ configuration in
            var stream = StreamConfiguration()
            stream.port = 0
            configuration.stream = stream
            change(&configuration)
        }) { house in
            try await body(house, try #require(house.server.streams))
        }
    }

    private func address(
        _ streams: StreamHouse, room: String = "teahouse", isFiller: Bool = false
    ) throws -> String {
        let key = try #require(
            streams.key(room: room, user: "mei", hours: 1, isFiller: isFiller))
        return "rtmp://127.0.0.1:\(streams.port)/live/\(key)"
    }

    private func waitForPicture(
        _ streams: StreamHouse, width: Int = 320, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await eventually("a picture", sourceLocation: sourceLocation) {
            let entry = streams.board.latest["teahouse"]
            return entry?.isLive == true && entry?.readings.width == width
        }
    }

    // MARK: - Watching

    @Test func `an encoder publishes, and ffmpeg reads it at the rooms' port without an error`()
        async throws
    {
        try await withStream { house, streams in
            let publisher = try Encoder(to: address(streams))
            try await waitForPicture(streams)
            let reader = try Encoder.reading(
                "http://127.0.0.1:\(house.port)/rooms/teahouse/live.mp4")
            try await eventually("a viewer") { streams.board.latest["teahouse"]?.viewers == 1 }
            #expect(try await house.metric(#"playhouse_stream_viewers{room="teahouse"}"#) == 1)
            let (status, errors) = try await reader.outcome()
            #expect(status == 0 && errors == "", "\(errors)")
            try await eventually("figures") {
                let rate = #"playhouse_stream_bits_per_second{room="teahouse"}"#
                return try await house.metric(rate) ?? 0 > 10_000
            }
            #expect(try await house.metric(#"playhouse_stream_live{room="teahouse"}"#) == 1)
            // It is no connection of the rooms any more.
            try await eventually("the end of the viewer") {
                streams.board.latest["teahouse"]?.viewers == 0
            }
            publisher.end()
        }
    }

    @Test func `a page gets the media type, the header and fragments as messages`() async throws {
        try await withStream { house, streams in
            let publisher = try Encoder(to: address(streams))
            try await waitForPicture(streams)
            let connection = try await RawConnection.upgrade(house.port, to: "/rooms/teahouse/live")
            #expect(try await connection.response(isBodyless: true).status == 101)
            let facts = try await connection.frame().json
            #expect(facts?["type"] == "stream")
            let mediaType = facts?["mediaType"]?.stringValue ?? ""
            #expect(mediaType.hasPrefix("video/mp4; codecs=\"avc1.") && mediaType.contains("mp4a"))
            #expect((facts?["burst"]?.integerValue ?? -1) >= 0)
            var kinds: [String] = []
            for _ in 0..<5 {
                guard case .binary(let bytes) = try await connection.frame() else {
                    Issue.record("not a binary message")
                    return
                }
                kinds.append(String(decoding: bytes[4..<8], as: UTF8.self))
            }
            #expect(kinds == ["ftyp", "prft", "prft", "prft", "prft"])
            publisher.end()
        }
    }

    @Test func `who asks for the sound gets it without the picture, and is counted`() async throws {
        try await withStream({ $0.stream?.soundOnlyAfter = 7 }) { house, streams in
            let publisher = try Encoder(to: address(streams))
            try await waitForPicture(streams)
            let listener = try await RawConnection.upgrade(
                house.port, to: "/rooms/teahouse/live?tracks=sound")
            #expect(try await listener.response(isBodyless: true).status == 101)
            let facts = try await listener.frame().json
            #expect(facts?["mediaType"] == "audio/mp4; codecs=\"mp4a.40.2\"")
            #expect(facts?["soundOnlyAfter"] == 7)
            var kinds: [String] = []
            for _ in 0..<4 {
                guard case .binary(let bytes) = try await listener.frame() else {
                    Issue.record("not a binary message")
                    return
                }
                kinds.append(String(decoding: bytes[4..<8], as: UTF8.self))
            }
            #expect(kinds == ["ftyp", "moof", "moof", "moof"])
            let metric = #"playhouse_stream_listeners{room="teahouse"}"#
            #expect(try await house.metric(metric) == 1)
            let reader = try Encoder.reading(
                "http://127.0.0.1:\(house.port)/rooms/teahouse/live.mp4?tracks=sound")
            let (status, errors) = try await reader.outcome()
            #expect(status == 0 && errors == "", "\(errors)")
            for (path, status) in [
                ("live.flv?tracks=sound", 400), ("live.mp4?tracks=picture", 400),
                ("live.mp4?tracks=", 400),
            ] {
                #expect(try await house.get("/rooms/teahouse/" + path).0 == status, "\(path)")
            }
            await listener.close()
            try await eventually("the end of the listener") {
                try await house.metric(metric) == 0
            }
            publisher.end()
        }
    }

    @Test func `there is no sound to be had of a stream without any`() async throws {
        try await withStream { house, streams in
            let ana = try await house.join("ana")
            let publisher = try Encoder([
                "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30",
                "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15",
                "-pix_fmt", "yuv420p", "-f", "flv", address(streams),
            ])
            try await waitForPicture(streams)
            let hasSound = try await ana.state("stream") { $0["sound"] }
            #expect(hasSound == false)
            let (status, body, _) = try await house.get(
                "/rooms/teahouse/live.mp4?tracks=sound")
            #expect(status == 404 && body["code"] == "NO_SOUND")
            publisher.end()
        }
    }

    @Test func `who may enter a room may watch, and nobody else`() async throws {
        try await withStream { house, streams in
            for (room, token, status) in [
                ("teahouse", nil, 404), ("closed", nil, 401), ("nowhere", nil, 404),
                ("closed", house.token("ana", room: "closed"), 404),
                ("closed", house.token("ana", room: "teahouse"), 401),
                ("closed", house.token("shop", .service, room: "*"), 404),
                ("closed", house.token("ana", room: "closed", expiresIn: -60), 401),
                ("closed", streams.key(room: "closed", user: "ana", hours: 1) ?? "", 401),
            ] as [(String, String?, Int)] {
                let query = token.map { "?token=\($0)" } ?? ""
                let (found, body, _) = try await house.get("/rooms/\(room)/live.mp4\(query)")
                #expect(found == status, "\(room) \(token ?? "without a token") \(body)")
            }
            // One port answers like the other.
            let direct = try await HTTPClient.get(
                port: streams.port, path: "/rooms/teahouse/live.mp4")
            #expect(direct.status == 404)
            let socket = try await RawConnection.upgrade(house.port, to: "/rooms/closed/live")
            #expect(try await socket.response().status == 401)
        }
        try await withHouse { house in
            let (status, body, _) = try await house.get("/rooms/teahouse/live.mp4")
            #expect(status == 404 && body["code"] == "NOT_FOUND")
        }
    }

    @Test func `as many viewers from one address may watch as may connect`() async throws {
        try await withStream({ $0.limits.connectionsPerAddress = 2 }) { house, streams in
            let publisher = try Encoder(to: address(streams))
            try await waitForPicture(streams)
            var viewers: [RawConnection] = []
            for _ in 0..<2 {
                let viewer = try await RawConnection.upgrade(house.port, to: "/rooms/teahouse/live")
                #expect(try await viewer.response(isBodyless: true).status == 101)
                viewers.append(viewer)
            }
            let third = try await RawConnection.upgrade(house.port, to: "/rooms/teahouse/live")
            #expect(try await third.response().status == 429)
            await viewers[0].close()
            try await eventually("a free place") {
                streams.board.latest["teahouse"]?.viewers == 1
            }
            let next = try await RawConnection.upgrade(house.port, to: "/rooms/teahouse/live")
            #expect(try await next.response(isBodyless: true).status == 101)
            publisher.end()
        }
    }

    // MARK: - The room hears of it

    @Test func `viewers are told that there is a picture, and the staff what it is like`()
        async throws
    {
        try await withStream { house, streams in
            let ana = try await house.join("ana")
            let mei = try await house.join("mei", .host)
            #expect(ana.welcome["states"]?["stream"] == nil)
            let publisher = try Encoder(to: address(streams))
            let size = try await ana.state("stream") { value in
                value["live"] == true ? value["width"]?.integerValue : nil
            }
            #expect(size == 320)
            let figures: JSON = try await mei.state("stream-readings") { value in
                // An encoder on a machine that stands still for a moment has a gap, for a moment.
                let isWhole =
                    (value["bitsPerSecond"]?.integerValue ?? 0) > 0
                    && value["keyframeMilliseconds"]?.integerValue != nil
                    && value["warnings"] == []
                return isWhole ? .some(value) : .none
            }
            #expect(figures["publisher"] == "mei" && figures["filler"] == false)
            #expect(figures["listeners"] == 0)
            #expect(figures["delayMilliseconds"] == 360 && figures["reordering"] == false)
            let delay = #"playhouse_stream_delay_seconds{room="teahouse"}"#
            #expect(try await house.metric(delay) == 0.36)
            let gaps = #"playhouse_stream_warnings{room="teahouse",warning="reordering"}"#
            #expect(try await house.metric(gaps) == 0)
            let later = try await house.join("bo")
            #expect(later.welcome["states"]?["stream"]?["live"] == true)
            #expect(later.welcome["states"]?["stream-readings"] == nil)
            #expect(await ana.states["stream-readings"] == nil)
            publisher.end()
            _ = try await ana.state("stream") { $0["live"] == false ? true : nil }
        }
    }

    @Test func `the host is told of B-frames and of the delay that they make`() async throws {
        try await withStream { house, streams in
            let mei = try await house.join("mei", .host)
            let publisher = try Encoder([
                "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30",
                "-f", "lavfi", "-i", "sine=440:sample_rate=44100", "-c:v", "libx264", "-preset",
                "veryfast", "-bf", "3", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac",
                "-f", "flv", address(streams),
            ])
            let delay = try await mei.state("stream-readings") { value -> Int64? in
                let isTold = value["warnings"]?.arrayValue?.contains("reordering") == true
                return isTold && value["reordering"] == true
                    ? value["delayMilliseconds"]?.integerValue : nil
            }
            #expect(delay > 800)
            let warning = #"playhouse_stream_warnings{room="teahouse",warning="reordering"}"#
            #expect(try await house.metric(warning) == 1)
            #expect(try await house.metric(#"playhouse_stream_reordering{room="teahouse"}"#) == 1)
            publisher.end()
        }
    }

    // MARK: - Publishing

    @Test func `a bad key is refused, and the log says why without the key`() async throws {
        try await withStream { house, streams in
            let token = house.token("mei", .host)
            let stranger = try Encoder(
                to: "rtmp://127.0.0.1:\(streams.port)/live/\(token)")
            #expect(try await stranger.outcome().status != 0)
            let text = house.log.joined()
            #expect(text.contains("not a stream key of this server") && !text.contains(token))
            #expect(streams.board.latest["teahouse"]?.isLive != true)
        }
    }

    @Test func `a filler gives way to an encoder and does not come back over it`() async throws {
        try await withStream { house, streams in
            let filler = try Encoder(to: address(streams, isFiller: true))
            try await waitForPicture(streams)
            let encoder = try Encoder(to: address(streams), size: "640x360")
            try await waitForPicture(streams, width: 640)
            _ = try await filler.outcome()
            let again = try Encoder(to: address(streams, isFiller: true))
            #expect(try await again.outcome().status != 0)
            #expect(streams.board.latest["teahouse"]?.publisher?.isFiller == false)
            #expect(encoder.isRunning)
            encoder.end()
        }
    }

    @Test func `the synthetic picture is there, gives way, and comes back`() async throws {
        try await withStream { house, streams in
            let log = Log(format: .json, level: .error, clock: SystemClock()) { _ in }
            let picture = try #require(
                SyntheticStream(of: house.server, room: "teahouse", log: log))
            #expect(
                picture.invitation(user: "mei").contains("rtmp://127.0.0.1:\(streams.port)/live"))
            let showing = Task { await picture.run() }
            try await waitForPicture(streams, width: 640)
            let encoder = try Encoder(to: address(streams))
            try await waitForPicture(streams)
            #expect(streams.board.latest["teahouse"]?.publisher?.user == "mei")
            encoder.end()
            try await waitForPicture(streams, width: 640)
            #expect(streams.board.latest["teahouse"]?.publisher?.isFiller == true)
            showing.cancel()
            await showing.value
            try await eventually("its end") {
                streams.board.latest["teahouse"]?.isLive != true
            }
            let without = try #require(
                SyntheticStream(of: house.server, room: "teahouse", log: log, path: "/nowhere"))
            #expect(without.invitation(user: "mei").contains("ffmpeg is not installed"))
            await without.run()
        }
    }

    @Test func `draining sends encoder and viewers away`() async throws {
        let house = try await TestHouse(in: TemporaryFolder()) {
            var stream = StreamConfiguration()
            stream.port = 0
            $0.stream = stream
            $0.drainSeconds = 60
        }
        let streams = try #require(house.server.streams)
        let publisher = try Encoder(to: address(streams))
        try await waitForPicture(streams)
        let viewer = try await RawConnection.upgrade(house.port, to: "/rooms/teahouse/live")
        #expect(try await viewer.response(isBodyless: true).status == 101)
        #expect(await house.server.drain())
        try await eventually("the farewell") { await viewer.isEnded }
        // Closed with 1012, "restart".
        #expect(Array(await viewer.bytes.suffix(11).prefix(4)) == [0x88, 9, 0x03, 0xF4])
        #expect(try await publisher.outcome().status != 0)
    }

    // MARK: - Setting an encoder up

    @Test func `the staff is given address and key, and an encoder can use them`() async throws {
        try await withStream { house, streams in
            func ask(_ token: String?) async throws -> HTTPResponse {
                try await HTTPClient.post(
                    port: house.port, path: "/v1/rooms/teahouse/stream-keys",
                    headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [], body: [])
            }
            #expect(try await ask(nil).status == 401)
            #expect(try await ask(house.token("ana")).status == 403)
            #expect(try await ask(house.token("mei", .host, room: "closed")).status == 401)
            let answer = try await ask(house.token("mei", .host))
            #expect(answer.status == 200 && answer.header("cache-control") == "no-store")
            let setup = try JSON(parsing: answer.body)
            let key = try #require(setup["key"]?.stringValue)
            #expect(setup["address"] == .string("rtmp://127.0.0.1:\(streams.port)/live"))
            let publisher = try Encoder(to: "rtmp://127.0.0.1:\(streams.port)/live/\(key)")
            try await waitForPicture(streams)
            publisher.end()
            let get = try await house.get("/v1/rooms/teahouse/stream-keys")
            #expect(get.status == 405)
        }
        try await withHouse { house in
            let answer = try await HTTPClient.post(
                port: house.port, path: "/v1/rooms/teahouse/stream-keys",
                headers: [("Authorization", "Bearer \(house.token("mei", .host))")], body: [])
            #expect(answer.status == 404)
            #expect(String(decoding: answer.body, as: UTF8.self).contains("NO_STREAM"))
        }
    }

    // MARK: - Bans and moments

    @Test func `who is banned from the room loses the picture and gets it no more`() async throws {
        try await withStream { house, streams in
            let publisher = try Encoder(to: address(streams))
            try await waitForPicture(streams)
            let (bo, ana) = (house.token("bo"), house.token("ana"))
            _ = try await house.join("bo")
            let watching = try await RawConnection.upgrade(
                house.port, to: "/rooms/teahouse/live?token=\(bo)")
            #expect(try await watching.response(isBodyless: true).status == 101)
            let other = try await RawConnection.upgrade(
                house.port, to: "/rooms/teahouse/live?token=\(ana)")
            #expect(try await other.response(isBodyless: true).status == 101)
            let mei = house.token("mei", .host)
            #expect(
                try await house.post(["type": "ban", "id": "1", "user": "bo"], token: mei).status
                    == 200)
            var code: Int?
            while code == nil {
                if case .close(let found, _) = try await watching.frame() { code = Int(found ?? 0) }
            }
            #expect(code == 4411)
            let again = try await RawConnection.upgrade(
                house.port, to: "/rooms/teahouse/live?token=\(bo)")
            #expect(try await again.response().status == 403)
            #expect(streams.board.latest["teahouse"]?.viewers == 1)
            #expect(
                try await house.post(["type": "unban", "id": "2", "user": "bo"], token: mei).status
                    == 200)
            let back = try await RawConnection.upgrade(
                house.port, to: "/rooms/teahouse/live?token=\(bo)")
            #expect(try await back.response(isBodyless: true).status == 101)
            publisher.end()
        }
    }

    @Test(arguments: [false, true])
    func `whoever was banned comes back without a name unless addresses count`(
        byAddress: Bool
    ) async throws {
        try await withStream({ $0.stream?.bansAddresses = byAddress }) { house, streams in
            let publisher = try Encoder(to: address(streams))
            try await waitForPicture(streams)
            let live = "/rooms/teahouse/live"
            func status(_ query: String) async throws -> Int {
                let connection = try await RawConnection.upgrade(house.port, to: live + query)
                let found = try await connection.response(isBodyless: true).status
                await connection.close()
                return found
            }
            let anonymous = try #require(
                AnonymousUser.id(room: "teahouse", visitor: "0123456789abcdef"))
            _ = try await RoomClient.join(
                .init(room: "teahouse", visitor: "0123456789abcdef"), port: house.port)
            let visitor = "?user=" + anonymous
            #expect(try await status(visitor) == 101)
            let watching = try await RawConnection.upgrade(house.port, to: live + visitor)
            #expect(try await watching.response(isBodyless: true).status == 101)
            let mei = house.token("mei", .host)
            try #require(
                try await house.post(
                    ["type": "ban", "id": "1", "user": .string(anonymous)], token: mei
                ).status == 200)
            #expect(try await watching.farewell().code == 4411)
            #expect(try await status(visitor) == 403)
            // Who names nobody, or somebody else; and who shows that they are somebody else.
            #expect(try await status("") == (byAddress ? 403 : 101))
            #expect(try await status("?user=~other") == (byAddress ? 403 : 101))
            #expect(try await status("?token=\(house.token("ana"))") == 101)
            #expect(try await status("?token=\(mei)") == 101)
            #expect(
                try await house.post(
                    ["type": "unban", "id": "2", "user": .string(anonymous)], token: mei
                ).status == 200)
            #expect(try await status(visitor) == 101)
            #expect(try await status("") == 101)
            publisher.end()
        }
    }

    @Test func `an event carries the moment of the picture where there is one`() async throws {
        try await withStream { house, streams in
            let shop = house.token("shop", .service, room: "*")
            func publish(_ picture: JSON) async throws -> Int {
                try await house.post(
                    ["type": "publish", "id": "1", "name": "mark", "data": 1, "picture": picture],
                    token: shop
                ).status
            }
            #expect(try await publish(true) == 200)
            let publisher = try Encoder(to: address(streams))
            try await waitForPicture(streams)
            #expect(try await publish(true) == 200)
            #expect(try await publish(false) == 200)
            #expect(try await publish("x") == 400)
            publisher.end()
            let journal = house.server.journal
            let show = try #require(try await journal.shows(room: "teahouse", limit: 1).first)
            let records = try await journal.records(show: show.show, after: 0, limit: 100)
            let moments = records.flatMap(\.publicEvents).map(\.event.pictureMilliseconds)
            try #require(moments.count == 3)
            #expect(moments[0] == nil && moments[2] == nil)
            #expect((moments[1] ?? -1) >= 0)
        }
    }

    @Test(arguments: [
        ("live.example.com:8080", "rtmp://live.example.com:"), ("[::1]:80", "rtmp://[::1]:"),
        ("", "rtmp://127.0.0.1:"), ("a b", "rtmp://127.0.0.1:"), ("10.0.0.1", "rtmp://10.0.0.1:"),
    ])
    func `the address has the name by which the page was reached`(header: String, start: String)
        async throws
    {
        try await withStream { _, streams in
            #expect(streams.address(forHost: header) == start + "\(streams.port)/live")
        }
    }
}
