import Clockwork
import Testing
import Visiting
import Wire

@Suite struct RoomClientTests {
    private static let welcome = """
        {"type":"welcome","id":"1","version":1,"user":"ana","name":"Ana","role":"viewer",\
        "room":"teahouse","epoch":"5f0c9a1e","offset":43,"recovered":false,\
        "states":{"likes":{"count":5}},"history":[]}
        """

    /// A room that welcomes everybody and lets `answer` reply to each request.
    private static func room(
        _ answer: @escaping @Sendable (StandInServer.Connection, JSONObject) -> Void
    ) throws -> StandInServer {
        try StandInServer { connection, news in
            guard case .text(let text) = news, text != "upgraded",
                let object = try? JSON(parsing: text).objectValue
            else { return }
            if object["type"] == "hello", object["room"] == "teahouse" {
                connection.send(text: welcome)
            } else {
                answer(connection, object)
            }
        }
    }

    private static func reply(_ request: JSONObject, _ fields: String) -> String {
        #"{"type":"reply","id":"\#(request["id"]?.stringValue ?? "")"\#(fields)}"#
    }

    @Test func `Joining keeps what the welcome says`() async throws {
        let server = try Self.room { _, _ in }
        let client = try await RoomClient.join(.init(room: "teahouse"), port: server.port)
        #expect(client.welcome["user"] == "ana")
        #expect(client.epoch == "5f0c9a1e")
        #expect(await client.lastOffset == 43)
        #expect(await client.states["likes"] == ["count": 5])
        await client.leave()
    }

    /// On a busy loop a client may be suspended between sending and waiting, or looking and waiting.
    @Test func `In a crowd nothing overtakes the welcome, and no answer comes too early`()
        async throws
    {
        let server = try Self.room { connection, request in
            connection.send(text: Self.reply(request, ""))
        }
        let busy = try StandInServer { connection, news in
            guard case .text(let text) = news, text != "upgraded",
                let object = try? JSON(parsing: text).objectValue
            else { return }
            guard object["type"] == "hello" else {
                return connection.send(text: Self.reply(object, ""))
            }
            connection.send(text: Self.welcome)
            // In a packet of its own, right behind it.
            connection.channel.loop.async {
                connection.send(
                    text: #"{"type":"event","offset":44,"name":"a","at":1,"from":"room","data":1}"#)
            }
        }
        let loop = SocketLoop(label: "crowd")
        let offsets = try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let port = number.isMultiple(of: 2) ? busy.port : server.port
                    let client = try await RoomClient.join(
                        .init(room: "teahouse"), port: port, loop: loop)
                    for _ in 0..<5 { _ = try await client.request("ping") }
                    return await client.lastOffset
                }
            }
            return try await group.reduce(into: [:] as [Int64: Int]) { $0[$1, default: 0] += 1 }
        }
        #expect(offsets == [43: 100, 44: 100])
    }

    @Test func `The hello carries what the entry holds and nothing else`() async throws {
        let hello = Lock<JSONObject?>(nil)
        let server = try StandInServer { connection, news in
            guard case .text(let text) = news, text != "upgraded" else { return }
            hello.withLock { $0 = try? JSON(parsing: text).objectValue }
            connection.send(text: Self.welcome)
        }
        let entry = RoomClient.Entry(
            room: "teahouse", token: "t", locale: "zh", recover: ("5f0c9a1e", 41))
        _ = try await RoomClient.join(entry, port: server.port)
        #expect(
            hello.withLock { $0 } == [
                "type": "hello", "id": "1", "version": 1, "room": "teahouse", "token": "t",
                "locale": "zh", "recover": ["epoch": "5f0c9a1e", "offset": 41],
            ])
    }

    @Test func `A room that refuses says why`() async throws {
        let server = try Self.room { connection, _ in
            connection.send(text: #"{"type":"error","id":"1","code":"ROOM_UNKNOWN","message":"x"}"#)
            connection.channel.write(WebSocketFrame.close(code: 4410, reason: ""))
        }
        await #expect(
            throws: RoomClientError.refused(
                code: "ROOM_UNKNOWN", message: "x", retryAfterMilliseconds: nil)
        ) {
            try await RoomClient.join(.init(room: "nowhere"), port: server.port)
        }
    }

    @Test func `Replies find their requests in any order`() async throws {
        let waiting = Lock<[JSONObject]>([])
        let server = try Self.room { connection, request in
            let all = waiting.withLock {
                $0.append(request)
                return $0
            }
            guard all.count == 3 else { return }
            for request in all.reversed() {
                let text = request["text"]?.stringValue ?? ""
                connection.send(text: Self.reply(request, #","message":"\#(text)""#))
            }
        }
        let client = try await RoomClient.join(.init(room: "teahouse"), port: server.port)
        try await withThrowingTaskGroup { group in
            for text in ["one", "two", "three"] {
                group.addTask {
                    let reply = try await client.request("say", [("text", .string(text))])
                    #expect(reply["message"] == .string(text))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `A refused request throws its code`() async throws {
        let server = try Self.room { connection, request in
            let id = request["id"]?.stringValue ?? ""
            connection.send(
                text: """
                    {"type":"error","id":"\(id)","code":"SLOW_MODE","message":"wait",\
                    "retryAfterMilliseconds":4000}
                    """)
        }
        let client = try await RoomClient.join(.init(room: "teahouse"), port: server.port)
        await #expect(
            throws: RoomClientError.refused(
                code: "SLOW_MODE", message: "wait", retryAfterMilliseconds: 4000)
        ) {
            try await client.request("say", [("text", "hi")])
        }
    }

    @Test func `Events move the offset and states keep their latest value`() async throws {
        let server = try Self.room { connection, request in
            for offset in 44...46 {
                connection.send(
                    text: """
                        {"type":"event","offset":\(offset),"name":"pinned","at":1,"from":"room",\
                        "data":{"text":"\(offset)"}}
                        """)
            }
            connection.send(text: #"{"type":"state","key":"likes","value":{"count":6}}"#)
            connection.send(text: Self.reply(request, ""))
        }
        let heard = Lock(0)
        let client = try await RoomClient.join(
            .init(room: "teahouse"), port: server.port, messagesKeptMax: 10
        ) { _ in heard.withLock { $0 += 1 } }
        _ = try await client.request("like", [("count", 1)])
        #expect(await client.lastOffset == 46)
        #expect(await client.states["likes"] == ["count": 6])
        #expect(await client.kept.count == 4)
        #expect(heard.withLock { $0 } == 4)
        let text = try await client.first { message in
            if case .event(46, _, _, let data) = message { data["text"] } else { nil }
        }
        #expect(text == "46")
        #expect(try await client.state("likes") { $0["count"]?.integerValue } == 6)
    }

    @Test func `Waiting for what never comes tells what came`() async throws {
        let server = try Self.room { connection, request in
            connection.send(text: #"{"type":"danmaku","message":"m1","text":"hello"}"#)
            connection.send(text: Self.reply(request, ""))
        }
        let client = try await RoomClient.join(
            .init(room: "teahouse"), port: server.port, messagesKeptMax: 10)
        _ = try await client.request("like", [("count", 1)])
        let error = await #expect(throws: RoomClientError.self) {
            let _: Bool = try await client.first(withinMilliseconds: 20) { _ in nil }
        }
        #expect(error?.description.contains("hello") == true)
    }

    @Test func `A message past those that are kept makes the search fail, not lie`() async throws {
        let server = try Self.room { connection, request in
            for _ in 0..<3 { connection.send(text: #"{"type":"danmaku","message":"m1"}"#) }
            connection.send(text: Self.reply(request, ""))
        }
        for (kept, error) in [(3, "timed out"), (2, RoomClientError.overflow.description)] {
            let client = try await RoomClient.join(
                .init(room: "teahouse"), port: server.port, messagesKeptMax: kept)
            _ = try await client.request("like", [("count", 1)])
            let thrown = await #expect(throws: RoomClientError.self) {
                let _: Bool = try await client.first(withinMilliseconds: 20) { _ in nil }
            }
            #expect(thrown?.description.hasPrefix(error) == true)
        }
    }

    @Test func `A closed connection fails what waits and tells its code`() async throws {
        let server = try Self.room { connection, _ in
            connection.channel.write(WebSocketFrame.close(code: 1012, reason: "DRAINING"))
        }
        let client = try await RoomClient.join(.init(room: "teahouse"), port: server.port)
        await #expect(throws: RoomClientError.closed(1012)) {
            try await client.request("say", [("text", "hi")])
        }
        #expect(try await client.closed() == 1012)
    }
}
