import Testing

@testable import Streaming

/// A publisher that says what it is told.
private struct Publisher {
    var session: PublishSession
    var script = ChunkScript()
    private var sent = 0
    private(set) var answers: [RTMPMessage] = []
    private var reader = ChunkReader(limits: IngestLimits(), messageBytesMax: 65_536)

    init(limits: IngestLimits = IngestLimits()) throws {
        session = PublishSession(limits: limits, random: [UInt8](repeating: 5, count: 3_024))
        try session.append([3] + [UInt8](repeating: 0, count: 3_072))
        #expect(session.takeOutput().count == 3_073)
    }

    mutating func command(_ name: String, _ values: AMFValue..., stream: UInt32 = 0) {
        script.send(
            RTMPMessage(
                type: RTMPMessage.Kind.command0, streamID: stream,
                payload: AMFValue.encode([.string(name)] + values)), on: 3)
    }

    mutating func connect() {
        command("connect", .number(1), .object([.init("app", .string("live"))]))
        command("createStream", .number(2), .null)
    }

    mutating func publish(_ key: String = "key") {
        command("publish", .number(3), .null, .string(key), .string("live"), stream: 1)
    }

    /// The next event, after everything that was said; a request is answered yes.
    mutating func events() throws -> [PublishSession.Event] {
        let bytes = Array(script.bytes[sent...])
        sent = script.bytes.count
        try session.append(bytes)
        var events: [PublishSession.Event] = []
        while let event = try session.next() {
            events.append(event)
            if case .publish = event { session.accept() }
        }
        answers += try reader.messages(in: session.takeOutput())
        return events
    }

    mutating func names() throws -> [String] {
        try answers.filter { $0.type == RTMPMessage.Kind.command0 }
            .compactMap { try AMFValue.decode($0.payload).first?.text }
    }
}

@Suite struct PublishSessionTests {
    private let request = PublishSession.Event.publish(PublishRequest(app: "live", key: "key"))

    private func video(_ time: UInt32, _ size: Int = 4) -> RTMPMessage {
        RTMPMessage(
            type: 9, timestamp: time, streamID: 1, payload: [UInt8](repeating: 7, count: size))
    }

    @Test func `What ffmpeg says makes a publisher`() throws {
        var publisher = try Publisher()
        publisher.command("connect", .number(1), .object([.init("app", .string("live"))]))
        publisher.command("releaseStream", .number(2), .null, .string("key"))
        publisher.command("FCPublish", .number(3), .null, .string("key"))
        publisher.command("createStream", .number(4), .null)
        publisher.command("_checkbw", .number(5), .null)
        publisher.publish()
        publisher.script.send(video(0), on: 6)
        #expect(try publisher.events() == [request, .media(video(0))])
        #expect(
            try publisher.names() == [
                "_result", "_result", "_result", "onFCPublish", "_result", "_result", "onStatus",
            ])
    }

    /// What `connect` is answered with when it says this.
    private func answer(
        codings: Set<VideoCoding>, _ member: AMFValue.Member
    ) throws -> AMFValue? {
        var limits = IngestLimits()
        limits.codings = codings
        var publisher = try Publisher(limits: limits)
        publisher.command(
            "connect", .number(1), .object([.init("app", .string("live")), member]))
        #expect(try publisher.events() == [])
        let result = try #require(
            publisher.answers.first { $0.type == RTMPMessage.Kind.command0 })
        return try AMFValue.decode(result.payload)[2]
    }

    @Test func `A client that tells its codecs is told those of the server`() throws {
        let list = AMFValue.Member("fourCcList", .array([.string("av01"), .string("hvc1")]))
        let map = AMFValue.Member("videoFourCcInfoMap", .object([.init("*", .number(2))]))
        for member in [list, map] {
            let told = try answer(codings: [.av1, .hevc], member)
            #expect(
                told?["fourCcList"]
                    == .array([.string("avc1"), .string("hvc1"), .string("av01")]))
            #expect(told?["videoFourCcInfoMap"]?["av01"] == .number(4))
            #expect(told?["fmsVer"] != nil)
        }
        let one = try answer(codings: [.av1], list)
        #expect(one?["fourCcList"] == .array([.string("avc1"), .string("av01")]))
        #expect(try answer(codings: [], list)?["fourCcList"] == nil)
        let other = AMFValue.Member("flashVer", .string("a"))
        #expect(try answer(codings: [.av1], other)?["fourCcList"] == nil)
    }

    @Test func `What rtmp2sink says makes a publisher, and deleteStream by name ends it`() throws {
        var publisher = try Publisher()
        publisher.command("connect", .number(1), .object([.init("app", .string("live"))]))
        // Control messages of chunk type 1 on their first use.
        publisher.script.send(RTMPMessage(type: 5, payload: [0, 0, 4, 0]), on: 2, type: 1)
        publisher.command("releaseStream", .number(0), .null, .string("key"))
        publisher.command("FCPublish", .number(0), .null, .string("key"))
        publisher.command("createStream", .number(2), .null)
        publisher.command("publish", .number(0), .null, .string("key"), .string("live"), stream: 1)
        publisher.script.setChunkSize(128)
        #expect(try publisher.events() == [request])
        publisher.command("deleteStream", .number(0), .null, .string("key"))
        #expect(try publisher.events() == [.unpublished])
        #expect(
            publisher.answers.contains {
                String(decoding: $0.payload, as: UTF8.self).contains("NetStream.Unpublish.Success")
            })
    }

    @Test func `AMF3 commands are read by their AMF0 body`() throws {
        var publisher = try Publisher()
        let body = AMFValue.encode([
            .string("connect"), .number(1), .object([.init("app", .string("live"))]),
        ])
        publisher.script.send(RTMPMessage(type: 17, payload: [0] + body), on: 3)
        publisher.publish()
        #expect(try publisher.events() == [request])
    }

    @Test func `Media before the key is accepted is thrown away`() throws {
        var publisher = try Publisher()
        publisher.connect()
        publisher.script.send(video(0), on: 6)
        publisher.publish()
        publisher.script.send(video(1), on: 6)
        #expect(try publisher.events() == [request, .media(video(1))])
    }

    @Test func `A refused publisher reads why`() throws {
        var publisher = try Publisher()
        publisher.connect()
        publisher.publish()
        try publisher.session.append(publisher.script.bytes)
        #expect(try publisher.session.next() == request)
        publisher.session.explain(StreamRefusal(.key, "the stream key has expired"))
        let text = String(decoding: publisher.session.takeOutput(), as: UTF8.self)
        #expect(text.contains("NetStream.Publish.Denied") && text.contains("has expired"))
        #expect(!publisher.session.isTrusted)
    }

    @Test func `An aggregate is cut into its messages`() throws {
        var publisher = try Publisher()
        publisher.connect()
        publisher.publish()
        var body: [UInt8] = []
        for (type, time) in [(UInt8(8), 1_000), (9, 1_020), (18, 1_021), (9, 1_040)] {
            body.append(type)
            body.append24(2)
            body.append24(time)
            body += [0, 0, 0, 0, 0xA, 0xB]
            body.append32(13)
        }
        publisher.script.send(
            RTMPMessage(type: 22, timestamp: 50, streamID: 1, payload: body), on: 6)
        let media = try publisher.events().compactMap { event -> RTMPMessage? in
            if case .media(let message) = event { message } else { nil }
        }
        #expect(media.map(\.timestamp) == [50, 70, 90])
        #expect(media.map(\.type) == [8, 9, 9])
    }

    @Test func `Metadata is handed on, wherever its name stands`() throws {
        var publisher = try Publisher()
        publisher.connect()
        publisher.publish()
        let data = AMFValue.object([.init("width", .number(640))])
        for names in [["onMetaData"], ["@setDataFrame", "onMetaData"]] {
            publisher.script.send(
                RTMPMessage(
                    type: 18, streamID: 1,
                    payload: AMFValue.encode(names.map { .string($0) } + [data])),
                on: 4)
        }
        #expect(try publisher.events() == [request, .metadata(data), .metadata(data)])
    }

    @Test func `A ping is answered`() throws {
        var publisher = try Publisher()
        publisher.connect()
        publisher.script.send(RTMPMessage(type: 4, payload: [0, 6, 1, 2, 3, 4]), on: 2)
        _ = try publisher.events()
        #expect(publisher.answers.contains { $0.type == 4 && $0.payload == [0, 7, 1, 2, 3, 4] })
    }

    @Test func `Bytes are confirmed when the window is full, and not before`() throws {
        var publisher = try Publisher()
        publisher.connect()
        publisher.script.send(RTMPMessage(type: 5, payload: [0, 0, 0x40, 0]), on: 2)
        publisher.publish()
        _ = try publisher.events()
        #expect(!publisher.answers.contains { $0.type == 3 })
        publisher.script.send(video(0, 17_000), on: 6)
        _ = try publisher.events()
        #expect(publisher.answers.contains { $0.type == 3 })
    }

    @Test func `Commands out of order are refused`() throws {
        var early = try Publisher()
        early.publish()
        #expect(throws: StreamRefusal.self) { try early.events() }
        var twice = try Publisher()
        twice.connect()
        twice.connect()
        #expect(throws: StreamRefusal.self) { try twice.events() }
        var player = try Publisher()
        player.connect()
        player.command("play", .number(0), .null, .string("key"), stream: 1)
        let error = #expect(throws: StreamRefusal.self) { try player.events() }
        #expect(error?.code == .unsupported)
    }

    @Test func `A stranger may say as many commands as allowed and no more`() throws {
        var limits = IngestLimits()
        limits.strangerCommandsMax = 5
        for (count, isTaken) in [(5, true), (6, false)] {
            var publisher = try Publisher(limits: limits)
            publisher.connect()
            for _ in 2..<count { publisher.command("hello", .number(0), .null) }
            #expect(((try? publisher.events()) != nil) == isTaken)
        }
    }

    @Test func `A stranger may send as many bytes as allowed and no more`() throws {
        var limits = IngestLimits()
        limits.strangerBytesMax = 4_000
        for (count, isTaken) in [(4_000 - 3_073, true), (4_001 - 3_073, false)] {
            var publisher = try Publisher(limits: limits)
            let isAppended: Void? = try? publisher.session.append(
                [UInt8](repeating: 3, count: count))
            #expect((isAppended != nil) == isTaken)
        }
    }

    @Test func `A stranger's message is bounded, and a publisher's is wider`() throws {
        var limits = IngestLimits()
        limits.strangerMessageBytesMax = 500
        limits.messageBytesMax = 1_000
        for (size, isTaken) in [(1_000, true), (1_001, false)] {
            var publisher = try Publisher(limits: limits)
            publisher.connect()
            publisher.publish()
            publisher.script.send(video(0, size), on: 6)
            #expect(((try? publisher.events()) != nil) == isTaken)
        }
        for (size, isTaken) in [(500, true), (501, false)] {
            var stranger = try Publisher(limits: limits)
            stranger.connect()
            stranger.script.send(video(0, size), on: 6)
            #expect(((try? stranger.events()) != nil) == isTaken)
        }
    }

    @Test func `Fuzzed conversations end in events or a refusal`() throws {
        var publisher = try Publisher()
        publisher.connect()
        publisher.publish()
        for time: UInt32 in [0, 33, 66] { publisher.script.send(video(time, 200), on: 6) }
        let whole = publisher.script.bytes
        try Fuzzing.run("conversation", rounds: 300) { fuzzing in
            var session = PublishSession(
                limits: IngestLimits(), random: [UInt8](repeating: 5, count: 3_024))
            try session.append([3] + [UInt8](repeating: 0, count: 3_072))
            for piece in fuzzing.pieces(fuzzing.spoil(whole)) {
                guard (try? session.append(piece)) != nil else { return }
                while true {
                    guard let event = try? session.next() else { break }
                    if case .publish = event { session.accept() }
                }
                #expect(session.takeOutput().count < 100_000)
            }
        }
    }
}
