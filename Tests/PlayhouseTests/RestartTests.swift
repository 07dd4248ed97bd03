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

/// A server that ends in good order and is started again on the same data.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RestartTests {
    @Test func `epoch, offsets and events are those of before`() async throws {
        let folder = try TemporaryFolder()
        let epoch = try await withHouse(in: folder) { house in
            let shop = try await house.join("shop", .service)
            for index in 1...30 {
                _ = try await shop.publish("e\(index)", ["n": .integer(Int64(index))])
            }
            return shop.epoch
        }
        try await withHouse(in: folder) { house in
            let ana = try await house.join("ana", recover: (epoch, 12))
            #expect(ana.epoch == epoch)
            #expect(ana.welcome["recovered"] == true)
            #expect(ana.welcome["offset"] == 12)
            let shop = try await house.join("shop", .service)
            #expect(try await shop.publish("e31") == 31)
            try await eventually("all events") { await ana.lastOffset == 31 }
            let events = await ana.events
            #expect(events.map(\.offset) == Array(13...31))
            #expect(events.map(\.name) == (13...31).map { "e\($0)" })
            #expect(events[0].data == ["n": 13])
            let body = try await house.get("/v1/rooms/teahouse").body
            #expect(body["epoch"]?.stringValue == epoch)
            #expect(body["offset"] == 31)
        }
    }

    @Test func `mutes, bans, the announcement and slow mode are still there`() async throws {
        let folder = try TemporaryFolder()
        try await withHouse(in: folder) { house in
            let host = try await house.join("mei", .host)
            for user in ["bo", "cy", "di", "ed"] {
                await (try await house.join(user)).leave()
            }
            _ = try await host.request("mute", [("user", "bo"), ("seconds", 300)])
            _ = try await host.request("mute", [("user", "di"), ("seconds", 300)])
            _ = try await host.request("ban", [("user", "cy")])
            _ = try await host.request("ban", [("user", "ed")])
            _ = try await host.request("unmute", [("user", "di")])
            _ = try await host.request("unban", [("user", "ed")])
            _ = try await host.request("pin", [("text", "old")])
            _ = try await host.request("pin", [("text", "八点整抽奖")])
            _ = try await host.request("slow", [("seconds", 60)])
        }
        try await withHouse(in: folder) { house in
            let bo = try await house.join("bo")
            #expect(try await refusal { try await bo.say("hello") } == "MUTED")
            #expect(try await refusal { try await house.join("cy") } == "BANNED")
            let di = try await house.join("di")
            _ = try await di.say("one")
            #expect(try await refusal { try await di.say("two") } == "SLOW_MODE")
            let ed = try await house.join("ed")
            let states = ed.welcome["states"]
            #expect(states?["pinned"]?["text"] == "八点整抽奖")
            #expect(states?["pinned"]?["by"] == "mei")
            #expect(states?["settings"]?["slowSeconds"] == 60)
            // And it can all be taken back.
            let host = try await house.join("mei", .host)
            _ = try await host.request("unmute", [("user", "bo")])
            _ = try await host.request("unban", [("user", "cy")])
            _ = try await bo.say("hello")
            _ = try await house.join("cy")
        }
    }

    @Test func `likes are never less than what was recorded`() async throws {
        let folder = try TemporaryFolder()
        try await withHouse(in: folder) { house in
            let ana = try await house.join("ana")
            _ = try await ana.request("like", [("count", 50)])
            try await eventually("the record") {
                try await house.metric("playhouse_room_records_total{room=\"teahouse\"}") == 1
            }
            _ = try await ana.request("like", [("count", 7)])
        }
        try await withHouse(in: folder) { house in
            let likes = try await house.get("/v1/rooms/teahouse").body["states"]?["likes"]
            #expect((50...57).contains(likes?["count"]?.integerValue ?? 0))
        }
    }

    @Test func `danmaku of before cannot be mistaken for new ones`() async throws {
        let folder = try TemporaryFolder()
        let old = try await withHouse(in: folder) { house in
            try #require(try await house.join("ana").say("before")["message"])
        }
        try await withHouse(in: folder) { house in
            let ana = try await house.join("ana")
            #expect(ana.welcome["history"] == .array([]))
            #expect(try await ana.say("after")["message"] != old)
            let host = try await house.join("mei", .host)
            #expect(
                try await refusal { try await host.request("delete", [("message", old)]) }
                    == "UNKNOWN_MESSAGE")
        }
    }

    @Test func `two rooms keep apart what is theirs`() async throws {
        let folder = try TemporaryFolder()
        try await withHouse(in: folder) { house in
            let token = house.token("shop", .service, room: "*")
            for (room, count) in [("teahouse", 3), ("closed", 5)] {
                for _ in 0..<count {
                    let answer = try await house.post(
                        ["type": "publish", "id": "1", "name": .string(room)], room: room,
                        token: token)
                    #expect(answer.status == 200)
                }
            }
        }
        try await withHouse(in: folder) { house in
            for (room, count) in [("teahouse", 3), ("closed", 5)] as [(String, Int64)] {
                let shop = try await house.join("shop", .service, room: room)
                #expect(shop.welcome["offset"]?.integerValue == count)
                let back = try await house.join("ana", room: room, recover: (shop.epoch, 0))
                try await eventually("its events") { await back.lastOffset == count }
                #expect(await back.events.map(\.name) == Array(repeating: room, count: Int(count)))
            }
        }
    }

    @Test func `a second server on the same data is refused`() async throws {
        try await withHouse { house in
            let error = await #expect(throws: (any Error).self) {
                _ = try await TestHouse(in: house.folder)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("journal"))
        }
    }

    @Test func `a drain tells everybody to come back and waits until all have gone`()
        async throws
    {
        let folder = try TemporaryFolder()
        let house = try await TestHouse(in: folder) { $0.drainSeconds = 30 }
        var clients: [RoomClient] = []
        for index in 0..<20 { clients.append(try await house.join("viewer-\(index)")) }
        let kept = try await RawConnection.open(house.port)
        #expect(await house.server.drain())
        for client in clients {
            #expect(try await client.closed() == 1012)
            guard case .bye("DRAINING", true, let wait?) = await client.kept.last else {
                Issue.record("the last message is \(await client.kept.last as Any)")
                continue
            }
            #expect((0...2_000).contains(wait))
        }
        try await kept.end()
        await #expect(throws: SocketError.self) {
            try await HTTPClient.get(port: house.port, path: "/healthz")
        }
    }

    @Test func `who does not go is cut at the deadline`() async throws {
        let house = try await TestHouse(in: TemporaryFolder()) {
            $0.drainSeconds = 1
            $0.laneLimits.lingerSeconds = 60
        }
        let stubborn = try await RawConnection.joined(house.port)
        // Who does not read does not see the end either.
        await stubborn.pauseReading()
        #expect(await !house.server.drain())
        await stubborn.resumeReading()
        try await stubborn.end()
    }
}
