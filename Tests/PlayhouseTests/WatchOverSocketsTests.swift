import Foundation
import PluginContract
import Testing
import Wire

@testable import Playhouse
@testable import Streaming

/// Live video over the connection that somebody has in a room.
@Suite(
    .serialized, .enabled(if: Encoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(5)))
struct WatchOverSocketsTests {
    private func withPicture(
        _ body: (TestHouse, StreamHouse) async throws -> Void
    ) async throws {
        try await withHouse({ configuration in
            var stream = StreamConfiguration()
            stream.port = 0
            stream.viewersMax = 2
            configuration.stream = stream
        }) { house in
            let streams = try #require(house.server.streams)
            let key = try #require(streams.key(room: "teahouse", user: "mei", hours: 1))
            let publisher = try Encoder(to: "rtmp://127.0.0.1:\(streams.port)/live/\(key)")
            try await eventually("a picture") {
                let entry = streams.board.latest["teahouse"]
                return entry?.isLive == true && entry?.readings.width == 320
            }
            try await body(house, streams)
            publisher.end()
        }
    }

    private func ask(_ connection: RawConnection, _ request: JSON) async throws -> JSON {
        await connection.send(text: String(decoding: request.encoded(), as: UTF8.self))
        let id = try #require(request["id"])
        let answer = try await connection.frame {
            ["reply", "error"].contains($0.json?["type"]?.stringValue) && $0.json?["id"] == id
        }
        return try #require(answer.json)
    }

    /// The next messages of a picture, without its number.
    private func pieces(
        _ connection: RawConnection, of picture: Int64, count: Int
    ) async throws -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        while pieces.count < count {
            guard case .binary(let bytes) = try await connection.frame() else { continue }
            #expect(number(bytes.prefix(4)) == picture)
            pieces.append(Array(bytes.dropFirst(4)))
        }
        return pieces
    }

    private func number(_ bytes: some Sequence<UInt8>) -> Int64 {
        bytes.reduce(0) { $0 << 8 | Int64($1) }
    }

    /// The boxes with which the next messages of a picture begin.
    private func boxes(
        _ connection: RawConnection, of picture: Int64, count: Int
    ) async throws -> [String] {
        try await pieces(connection, of: picture, count: count).map {
            String(decoding: $0[4..<8], as: UTF8.self)
        }
    }

    /// The number of a fragment, of its `mfhd` (ISO/IEC 14496-12, 8.8.5).
    private func sequence(_ fragment: [UInt8]) -> Int {
        let name = Array("mfhd".utf8)
        let place = fragment.indices.first { fragment[$0...].starts(with: name) } ?? 0
        return Int(number(fragment[place...].dropFirst(8).prefix(4)))
    }

    private func viewers(_ streams: StreamHouse, _ count: Int, listeners: Int = 0) async throws {
        try await eventually("\(count) viewers") {
            let entry = streams.board.latest["teahouse"]
            return entry?.viewers == count && entry?.listeners == listeners
        }
    }

    /// The members of the page's last example of a kind of message.
    private func members(ofExample type: String) throws -> Set<String> {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../SDK-docs/protocol.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let example = try #require(text.components(separatedBy: "```json server \(type)\n").last)
        return try members(JSON(parsing: Array(example.prefix { $0 != "\n" }.utf8)))
    }

    private func members(_ message: JSON?) throws -> Set<String> {
        Set(try #require(message?.objectValue).members.map(\.name))
    }

    @Test func `one connection gives the room, the picture, the sound alone, and neither`()
        async throws
    {
        try await withPicture { house, streams in
            let ana = try await RawConnection.joined(house.port)
            let reply = try await ask(ana, ["type": "watch", "id": "2"])
            let picture = try #require(reply["picture"]?.integerValue)
            #expect(try members(reply) == members(ofExample: "reply"))
            let facts = try await ana.frame { $0.json?["type"] == "picture" }.json
            #expect(try members(facts) == members(ofExample: "picture"))
            #expect(facts?["picture"] == .integer(picture) && facts?["soundOnlyAfter"] == 3)
            #expect(facts?["mediaType"]?.stringValue?.hasPrefix("video/mp4; codecs=") == true)
            #expect((facts?["burst"]?.integerValue ?? -1) >= 0)
            #expect(
                try await boxes(ana, of: picture, count: 4) == ["ftyp", "prft", "prft", "prft"])
            try await viewers(streams, 1)

            // The room goes on over the same connection.
            let pong = try await ask(ana, ["type": "ping", "id": "3"])
            #expect(pong["now"]?.integerValue != nil)

            let sound = try await ask(ana, ["type": "watch", "id": "4", "tracks": "sound"])
            let number = try #require(sound["picture"]?.integerValue)
            #expect(number != picture)
            let told = try await ana.frame { $0.json?["type"] == "picture" }.json
            #expect(told?["mediaType"]?.stringValue?.hasPrefix("audio/mp4; codecs=") == true)
            let first = try await boxes(ana, of: number, count: 3)
            #expect(first == ["ftyp", "moof", "moof"])
            try await viewers(streams, 1, listeners: 1)

            // The picture itself has gone for it; to leave that now changes nothing.
            let earlier = try #require(reply["view"])
            _ = try await ask(ana, ["type": "unwatch", "id": "8", "view": earlier])
            let view = try #require(sound["view"])
            #expect(view != earlier)
            try await viewers(streams, 1, listeners: 1)
            _ = try await ask(ana, ["type": "unwatch", "id": "5", "view": view])
            try await viewers(streams, 0)
            // Whatever was under way has come before this answer.
            _ = try await ask(ana, ["type": "ping", "id": "6"])
            try await Task.sleep(for: .milliseconds(300))
            await ana.send(text: #"{"type":"ping","id":"7"}"#)
            while true {
                let frame = try await ana.frame()
                if case .binary = frame { Issue.record("a picture that was left") }
                if frame.json?["id"] == "7" { break }
            }
        }
    }

    @Test func `as many watch as may, and who goes makes room`() async throws {
        try await withPicture { house, streams in
            let watchers = [
                try await RawConnection.joined(house.port),
                try await RawConnection.joined(house.port),
                try await RawConnection.joined(house.port),
            ]
            for watcher in watchers.prefix(2) {
                #expect(try await ask(watcher, ["type": "watch", "id": "2"])["picture"] != nil)
            }
            let full = try await ask(watchers[2], ["type": "watch", "id": "2"])
            #expect(full["code"] == "SERVER_FULL")
            await watchers[0].close()
            try await viewers(streams, 1)
            #expect(try await ask(watchers[2], ["type": "watch", "id": "3"])["picture"] != nil)
            try await viewers(streams, 2)
        }
    }

    @Test func `to leave an earlier watching does not end a later one of the same picture`()
        async throws
    {
        try await withPicture { house, streams in
            let ana = try await RawConnection.joined(house.port)
            let first = try await ask(ana, ["type": "watch", "id": "2"])
            let second = try await ask(ana, ["type": "watch", "id": "3"])
            #expect(first["picture"] == second["picture"] && first["view"] != second["view"])
            let earlier = try #require(first["view"])
            _ = try await ask(ana, ["type": "unwatch", "id": "4", "view": earlier])
            // A round trip later it still comes.
            _ = try await ask(ana, ["type": "ping", "id": "5"])
            let picture = try #require(second["picture"]?.integerValue)
            #expect(try await boxes(ana, of: picture, count: 3).count == 3)
            try await viewers(streams, 1)
        }
    }

    @Test func `in a full house, who is here may change to the sound`() async throws {
        try await withPicture { house, streams in
            let ana = try await RawConnection.joined(house.port)
            let bo = try await RawConnection.joined(house.port)
            for watcher in [ana, bo] {
                #expect(try await ask(watcher, ["type": "watch", "id": "2"])["picture"] != nil)
            }
            let sound = try await ask(ana, ["type": "watch", "id": "3", "tracks": "sound"])
            #expect(sound["picture"] != nil)
            try await viewers(streams, 2, listeners: 1)
        }
    }

    @Test func `who comes second gets as much at once as who came first`() async throws {
        try await withPicture { house, _ in
            for _ in 0..<3 {
                let viewer = try await RawConnection.joined(house.port)
                let reply = try await ask(viewer, ["type": "watch", "id": "2"])
                let picture = try #require(reply["picture"]?.integerValue)
                let facts = try await viewer.frame { $0.json?["type"] == "picture" }.json
                let burst = Int(try #require(facts?["burst"]?.integerValue))
                // The keyframe is the first of them, and none comes twice.
                let pieces = try await pieces(viewer, of: picture, count: burst + 10)
                let numbers = pieces.dropFirst().map(sequence)
                #expect(numbers == Array((numbers.first ?? 0)..<((numbers.first ?? 0) + burst + 9)))
                try await Task.sleep(for: .milliseconds(700))
            }
        }
    }

    @Test func `pictures are asked for so often and no oftener, and talk goes on`() async throws {
        try await withPicture { house, _ in
            let ana = try await RawConnection.joined(house.port)
            let requests = (2..<132).map { #"{"type":"unwatch","id":"\#($0)","view":1}"# }
            // With one write, so that no allowance comes back in between.
            await ana.send(
                requests.flatMap {
                    WebSocketFrame.masked(.text, Array($0.utf8), mask: 0x5A17_C388)
                })
            var answers: [JSON] = []
            while answers.count < requests.count {
                let answer = try await ana.frame {
                    ["reply", "error"].contains($0.json?["type"]?.stringValue)
                }
                answers.append(try #require(answer.json))
            }
            // A hundred at once are within the limit. Refusals come from nearer, and so sooner.
            #expect(answers.count { $0["type"] == "reply" } >= 100)
            let refused = answers.filter { $0["type"] == "error" }
            #expect(!refused.isEmpty && refused.allSatisfy { $0["code"] == "TOO_MANY_MESSAGES" })
            #expect((refused.first?["retryAfterMilliseconds"]?.integerValue ?? 0) > 0)
            let said = try await ask(ana, ["type": "say", "id": "200", "text": "hello"])
            #expect(said["type"] == "reply")
        }
    }

    @Test func `who is banned loses room and picture at once`() async throws {
        try await withPicture { house, streams in
            let bo = try await RawConnection.upgraded(house.port)
            await bo.send(
                text: String(
                    decoding: JSON.object([
                        "type": "hello", "id": "1", "version": 1, "room": "teahouse",
                        "token": .string(house.token("bo")),
                    ]).encoded(), as: UTF8.self))
            #expect(try await bo.frame { $0.json != nil }.json?["type"] == "welcome")
            #expect(try await ask(bo, ["type": "watch", "id": "2"])["picture"] != nil)
            try await viewers(streams, 1)
            let ban = try await house.post(
                ["type": "ban", "id": "1", "user": "bo"], token: house.token("mei", .host))
            #expect(ban.status == 200)
            #expect(try await bo.farewell().code == 4411)
            try await viewers(streams, 0)
        }
    }

    @Test func `a request for what is not there is answered with why`() async throws {
        try await withPicture { house, _ in
            let ana = try await RawConnection.joined(house.port)
            for (request, code) in [
                (#"{"type":"watch","id":"2","plugin":"co-host","lease":1}"#, "NOT_LIVE"),
                (#"{"type":"watch","id":"3","tracks":"smell"}"#, "BAD_REQUEST"),
                (#"{"type":"unwatch","id":"4","view":0}"#, "BAD_REQUEST"),
            ] {
                let answer = try await ask(ana, try JSON(parsing: Array(request.utf8)))
                #expect(answer["code"] == .string(code), "\(request)")
            }
            // What one does not have can be left all the same.
            let left = try await ask(ana, ["type": "unwatch", "id": "5", "view": 99])
            #expect(left["type"] == "reply")
        }
    }

    @Test func `without an encoder, or without live video, there is nothing to watch`()
        async throws
    {
        for hasStream in [false, true] {
            try await withHouse({ configuration in
                var stream = StreamConfiguration()
                stream.port = 0
                configuration.stream = hasStream ? stream : nil
            }) { house in
                let ana = try await RawConnection.joined(house.port)
                let answer = try await ask(ana, ["type": "watch", "id": "2"])
                #expect(answer["code"] == "NOT_LIVE")
            }
        }
    }

    @Test func `who has not been let in yet watches nothing`() async throws {
        try await withPicture { house, streams in
            let ana = try await RawConnection.upgraded(house.port)
            // Both come with the same bytes: the room has not answered yet.
            let hello = #"{"type":"hello","id":"1","version":1,"room":"teahouse"}"#
            let frames = [hello, #"{"type":"watch","id":"2"}"#].flatMap {
                WebSocketFrame.masked(.text, Array($0.utf8), mask: 0x0102_0304)
            }
            await ana.send(frames)
            let answer = try await ana.frame { $0.json?["id"] == "2" }.json
            #expect(answer?["code"] == "NOT_LIVE")
            #expect(streams.board.latest["teahouse"]?.viewers == 0)
        }
    }
}
