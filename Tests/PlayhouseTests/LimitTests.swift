import Clockwork
import Foundation
import Lanes
import PluginContract
import Rooms
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// The bounds that hold before and in a room, on both sides of each.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct LimitTests {
    @Test func `connections of one address are bounded, over all lanes`() async throws {
        try await withHouse {
            $0.limits.connectionsPerAddress = 3
        } _: { house in
            let first = try await RawConnection.upgraded(house.port)
            let others = [
                try await RawConnection.upgraded(house.port),
                try await RawConnection.upgraded(house.port),
            ]
            let fourth = try await RawConnection.open(house.port)
            let response = try await fourth.response()
            #expect(response.status == 429)
            #expect(response.header("retry-after") != nil)
            let body = try JSON(parsing: response.body)
            #expect(body["code"] == "TOO_MANY_CONNECTIONS")
            #expect(body["detail"] == "3 connections from one address are open")
            try await fourth.end()
            // A browser's upgrade is refused in the same way.
            await #expect(throws: SocketError.self) {
                try await WebSocketClient.connect(port: house.port, path: "/v1/socket")
            }
            await first.close()
            try await eventually("room for one more") {
                let connection = try await RawConnection.open(house.port)
                await connection.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                return try await connection.response().status == 200
            }
            withExtendedLifetime(others) {}
        }
    }

    @Test func `joins of one address are bounded, over all lanes`() async throws {
        try await withHouse {
            $0.limits.joinsPerMinutePerAddress = 6
            $0.lanes = 3
        } _: { house in
            var members: [RawConnection] = []
            for _ in 0..<6 { members.append(try await RawConnection.joined(house.port)) }
            for _ in 0..<4 {
                let connection = try await RawConnection.upgraded(house.port)
                await connection.send(
                    text: #"{"type":"hello","id":"1","version":1,"room":"teahouse"}"#)
                let farewell = try await connection.farewell()
                #expect(farewell.code == 4424)
                #expect(farewell.before.first?["code"] == "TOO_MANY_JOINS")
                #expect(farewell.before.first?["id"] == "1")
                #expect(
                    farewell.before.last == [
                        "type": "bye", "code": "TOO_MANY_JOINS", "reconnect": true,
                    ])
            }
            // Who is in may stay.
            for member in members {
                await member.send(text: #"{"type":"ping","id":"2"}"#)
                try await member.frame { $0.json?["type"] == "reply" }
            }
        }
    }

    @Test func `messages are bounded: first an error each, then the connection is closed`()
        async throws
    {
        try await withHouse {
            $0.limits.messageBurst = 5
            $0.limits.messagesPerSecond = 0.001
        } _: { house in
            let other = try await house.join("bo")
            let flood = try await RawConnection.joined(house.port)
            for turn in 0..<5 {
                await flood.send(text: #"{"type":"ping","id":"\#(turn)"}"#)
                let reply = try await flood.frame { $0.json?["id"] != nil }
                #expect(reply.json?["type"] == "reply")
            }
            await flood.send(text: #"{"type":"ping","id":"more"}"#)
            let error = try await flood.frame { $0.json?["type"] == "error" }.json
            #expect(error?["id"] == "more")
            #expect(error?["code"] == "TOO_MANY_MESSAGES")
            #expect((error?["retryAfterMilliseconds"]?.integerValue ?? 0) > 0)
            // At a tenth each, it takes 50 refusals to use up another burst.
            for turn in 0..<60 { await flood.send(text: #"{"type":"ping","id":"f\#(turn)"}"#) }
            let farewell = try await flood.farewell()
            #expect(farewell.code == 4422)
            #expect((30...60).contains(farewell.before.count { $0["type"] == "error" }))
            let bye = farewell.before.last
            #expect(bye?["code"] == "TOO_MANY_MESSAGES")
            #expect(bye?["reconnect"] == true)
            #expect((bye?["afterMilliseconds"]?.integerValue ?? 0) > 0)
            _ = try await other.request("ping")
        }
    }

    @Test func `bytes are bounded in the same way`() async throws {
        try await withHouse {
            $0.limits.byteBurst = 10_000
            $0.limits.bytesPerSecond = 0.001
        } _: { house in
            let large = String(repeating: "x", count: 4_960)
            let flood = try await RawConnection.joined(house.port)
            for turn in 0..<2 {
                await flood.send(text: #"{"type":"ping","id":"\#(turn)","x":"\#(large)"}"#)
                let reply = try await flood.frame { $0.json?["id"] != nil }
                #expect(reply.json?["type"] == "reply")
            }
            await flood.send(text: #"{"type":"ping","id":"more","x":"\#(large)"}"#)
            let error = try await flood.frame { $0.json?["type"] == "error" }.json
            #expect(error?["id"] == "more")
            #expect(error?["code"] == "TOO_MANY_BYTES")
            for _ in 0..<25 {
                await flood.send(text: #"{"type":"ping","id":"f","x":"\#(large)"}"#)
            }
            let farewell = try await flood.farewell()
            #expect(farewell.code == 4423)
            #expect(farewell.before.last?["code"] == "TOO_MANY_BYTES")
        }
    }

    @Test func `a full room admits nobody but its staff until somebody leaves`() async throws {
        try await withHouse {
            $0.rooms[0].settings.sessionsMax = 2
        } _: { house in
            let ana = try await house.join("ana")
            let bo = try await house.join("bo")
            let third = try await RawConnection.upgraded(house.port)
            let hello = #"{"type":"hello","id":"1","version":1,"room":"teahouse"}"#
            await third.send(text: hello)
            let farewell = try await third.farewell()
            #expect(farewell.code == 4427)
            #expect(
                farewell.before.first == [
                    "type": "error", "id": "1", "code": "ROOM_FULL",
                    "message": "2 connections are in the room",
                ])
            #expect(
                farewell.before.last == ["type": "bye", "code": "ROOM_FULL", "reconnect": true])
            let host = try await house.join("mei", .host)
            #expect(host.welcome["states"]?["presence"] == ["users": 3, "connections": 3])
            await ana.leave()
            _ = try await host.state("presence") { $0["connections"] == 2 ? true : nil }
            await host.leave()
            try await eventually("room for one more") {
                let next = try await RawConnection.upgraded(house.port)
                await next.send(text: hello)
                return try await next.frame().json?["type"] == "welcome"
            }
            withExtendedLifetime(bo) {}
        }
    }

    @Test func `who stops reading is closed with 4420 and nobody else notices`() async throws {
        try await withHouse {
            $0.laneLimits.eventBacklogBytesMax = 256 << 10
            $0.laneLimits.sendBufferBytes = 8 << 10
            $0.limits.messagesPerSecond = 10_000
            $0.limits.messageBurst = 10_000
            $0.limits.byteBurst = 1e9
        } _: { house in
            let slow = try await RawConnection.joined(house.port)
            await slow.pauseReading()
            let well = try await house.join("ana")
            let shop = try await house.join("shop", .service)
            let filler = JSON.string(String(repeating: "x", count: 30_000))
            var offset: Int64 = 0
            // Both kernels' buffers take megabytes before the server's own limit is reached.
            while try await house.metric("playhouse_slow_viewers_closed_total{lane=\"0\"}") == 0,
                try await house.metric("playhouse_slow_viewers_closed_total{lane=\"1\"}") == 0,
                offset < 1_000
            {
                for _ in 0..<4 { offset = try await shop.publish("sale", filler) }
                // Within the bound, however slow this machine is.
                let published = offset
                try await eventually("all events") { await well.lastOffset == published }
            }
            try #require(offset < 1_000)
            #expect(await well.events.map(\.offset) == Array(1...offset))
            await slow.resumeReading()
            let farewell = try await slow.farewell()
            #expect(farewell.code == 4420)
            let events = farewell.before.compactMap { $0["offset"]?.integerValue }
            #expect(events == Array(1...Int64(events.count)))
            #expect(farewell.before.last?["code"] == "SLOW_VIEWER")
        }
    }
}
