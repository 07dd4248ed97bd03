import Clockwork
import Foundation
import PluginContract
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// What people in one room see of each other, over real sockets.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RoomOverSocketsTests {
    private func presence(
        _ client: RoomClient, users: Int64, connections: Int64
    ) async throws {
        _ = try await client.state("presence") { value in
            value == ["users": .integer(users), "connections": .integer(connections)] ? true : nil
        }
    }

    @Test func `two devices of one user count as one person`() async throws {
        try await withHouse { house in
            let host = try await house.join("mei", .host)
            let phone = try await house.join("ana")
            try await presence(host, users: 2, connections: 2)
            let tablet = try await house.join("ana")
            try await presence(host, users: 2, connections: 3)
            await phone.leave()
            try await presence(host, users: 2, connections: 2)
            await tablet.drop()
            try await presence(host, users: 1, connections: 1)
        }
    }

    @Test func `a danmaku reaches everybody, and newcomers as history`() async throws {
        try await withHouse { house in
            var viewers: [RoomClient] = []
            for index in 0..<10 { viewers.append(try await house.join("viewer-\(index)")) }
            let reply = try await viewers[3].say("这个多少钱？")
            let id = try #require(reply["message"]?.stringValue)
            for viewer in viewers {
                let danmaku = try await viewer.first { message in
                    if case .danmaku(let fields) = message { fields } else { nil }
                }
                #expect(danmaku["message"]?.stringValue == id)
                #expect(danmaku["user"] == "viewer-3")
                #expect(danmaku["text"] == "这个多少钱？")
                #expect(danmaku["at"] == reply["at"])
            }
            let late = try await house.join("late")
            let history = late.welcome["history"]?.arrayValue
            #expect(history?.compactMap { $0["message"]?.stringValue } == [id])
        }
    }

    @Test func `what is deleted vanishes on every screen`() async throws {
        try await withHouse { house in
            let host = try await house.join("mei", .host)
            let ana = try await house.join("ana")
            let bo = try await house.join("bo")
            let id = try #require(try await bo.say("加微信")["message"])
            let kept = try #require(try await bo.say("好香")["message"])
            #expect(
                try await refusal { try await ana.request("delete", [("message", id)]) }
                    == "FORBIDDEN")
            _ = try await host.request("delete", [("message", id)])
            for client in [host, ana, bo] {
                let data = try await client.first { message in
                    if case .event(_, "deleted", "room", let data) = message { data } else { nil }
                }
                #expect(data == ["message": id, "by": "mei"])
            }
            let late = try await house.join("late")
            #expect(late.welcome["history"]?.arrayValue?.map { $0["message"] } == [kept])
            #expect(
                try await refusal { try await host.request("delete", [("message", id)]) }
                    == "UNKNOWN_MESSAGE")
        }
    }

    @Test func `a muted viewer is not heard until the mute is taken back`() async throws {
        try await withHouse { house in
            let host = try await house.join("mei", .host)
            let bo = try await house.join("bo")
            let mute: [(String, JSON)] = [("user", "bo"), ("seconds", 300)]
            #expect(try await refusal { try await bo.request("mute", mute) } == "FORBIDDEN")
            _ = try await host.request("mute", mute)
            #expect(try await refusal { try await bo.say("hello") } == "MUTED")
            // On another device too.
            let other = try await house.join("bo")
            #expect(try await refusal { try await other.say("hello") } == "MUTED")
            _ = try await other.request("like", [("count", 1)])
            _ = try await host.request("unmute", [("user", "bo")])
            _ = try await bo.say("hello")
            #expect(
                try await refusal {
                    try await host.request("mute", [("user", "mei"), ("seconds", 1)])
                } == "FORBIDDEN")
            #expect(
                try await refusal {
                    try await host.request("mute", [("user", "nobody"), ("seconds", 1)])
                } == "UNKNOWN_USER")
        }
    }

    @Test func `a banned viewer is put out on every device and refused at the door`()
        async throws
    {
        try await withHouse { house in
            let host = try await house.join("mei", .host)
            let devices = [try await house.join("bo"), try await house.join("bo")]
            let ana = try await house.join("ana")
            _ = try await host.request("ban", [("user", "bo")])
            for device in devices {
                #expect(try await device.closed() == 4411)
                let bye = await device.kept.last
                #expect(
                    bye == .bye(code: "BANNED", isReconnectWanted: false, afterMilliseconds: nil))
            }
            #expect(try await refusal { try await house.join("bo") } == "BANNED")
            let joins = #"playhouse_joins_total{room="teahouse"}"#
            #expect(try await house.metric(joins) == 4)
            let refusals = #"playhouse_room_refusals_total{room="teahouse",code="BANNED"}"#
            #expect(try await house.metric(refusals) == 1)
            try await presence(host, users: 2, connections: 2)
            #expect(await !ana.isClosed)
            #expect(
                try await refusal { try await host.request("ban", [("user", "mei")]) }
                    == "FORBIDDEN")
            _ = try await host.request("unban", [("user", "bo")])
            _ = try await house.join("bo").say("back")
        }
    }

    @Test func `slow mode holds viewers back but not the host`() async throws {
        try await withHouse { house in
            let host = try await house.join("mei", .host)
            let ana = try await house.join("ana")
            _ = try await host.request("slow", [("seconds", 600)])
            _ = try await ana.state("settings") { $0["slowSeconds"] == 600 ? true : nil }
            _ = try await ana.say("one")
            do {
                _ = try await ana.say("two")
                Issue.record("taken")
            } catch RoomClientError.refused(let code, _, let wait) {
                #expect(code == "SLOW_MODE")
                #expect((1...600_000).contains(wait ?? 0))
            }
            _ = try await host.say("one")
            _ = try await host.say("two")
            _ = try await host.request("slow", [("seconds", 0)])
            _ = try await ana.say("three")
        }
    }

    @Test func `an announcement is an event, and a state for newcomers`() async throws {
        try await withHouse { house in
            let host = try await house.join("mei", .host)
            let ana = try await house.join("ana")
            _ = try await host.request("pin", [("text", "八点整抽奖")])
            _ = try await ana.state("pinned") { $0["text"] == "八点整抽奖" ? true : nil }
            #expect(await ana.events.map(\.name) == ["pinned"])
            #expect(await ana.events.first?.data == ["text": "八点整抽奖", "by": "mei"])
            let late = try await house.join("late")
            let pinned = late.welcome["states"]?["pinned"]
            #expect(pinned?["text"] == "八点整抽奖")
            #expect(pinned?["by"] == "mei")
            #expect(pinned?["at"]?.integerValue != nil)
            _ = try await host.request("unpin")
            _ = try await ana.state("pinned") { $0.isNull ? true : nil }
            let later = try await house.join("later")
            #expect(later.welcome["states"]?["pinned"] == nil)
        }
    }

    @Test func `likes are merged and none is lost`() async throws {
        try await withHouse {
            $0.limits.messageBurst = 1_000
        } _: { house in
            var viewers: [RoomClient] = []
            for index in 0..<5 { viewers.append(try await house.join("viewer-\(index)")) }
            let begin = SystemClock().monotonicNanoseconds
            try await withThrowingTaskGroup(of: Void.self) { group in
                for viewer in viewers {
                    group.addTask {
                        for _ in 0..<100 { _ = try await viewer.request("like", [("count", 3)]) }
                    }
                }
                try await group.waitForAll()
            }
            for viewer in viewers {
                _ = try await viewer.state("likes") { $0["count"] == 1_500 ? true : nil }
                let told = await viewer.kept.count {
                    if case .state("likes", _) = $0 { true } else { false }
                }
                // Every 200 ms at most, however long it takes.
                let passed = (SystemClock().monotonicNanoseconds - begin) / 1_000_000
                #expect(told <= passed / 200 + 2, "in \(told) messages, \(passed) ms")
            }
        }
    }

    @Test func `events published on two ways have one order for everybody`() async throws {
        try await withHouse {
            $0.limits.messageBurst = 1_000
        } _: { house in
            let viewers = [try await house.join("ana"), try await house.join("bo")]
            let shop = try await house.join("shop", .service)
            let offsets = Lock<[String: Int64]>([:])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for index in 0..<40 {
                        let offset = try await shop.publish("ws-\(index)")
                        offsets.withLock { $0["ws-\(index)"] = offset }
                    }
                }
                group.addTask {
                    for index in 0..<40 {
                        let answer = try await house.post(
                            ["type": "publish", "id": "1", "name": .string("http-\(index)")],
                            token: house.token("backend", .service))
                        let offset = try #require(answer.body["offset"]?.integerValue)
                        offsets.withLock { $0["http-\(index)"] = offset }
                    }
                }
                try await group.waitForAll()
            }
            let expected = offsets.withLock { $0 }
            #expect(Set(expected.values) == Set(1...80))
            for client in viewers + [shop] {
                try await eventually("80 events") { await client.lastOffset == 80 }
                let events = await client.events
                #expect(events.map(\.offset) == Array(1...80))
                for event in events { #expect(expected[event.name] == event.offset) }
            }
        }
    }

    @Test func `an event goes out before the reply to who published it`() async throws {
        try await withHouse { house in
            let shop = try await house.join("shop", .service)
            for index in 1...20 {
                let offset = try await shop.publish("sale-\(index)")
                #expect(await shop.lastOffset == offset)
            }
        }
    }

    @Test func `states converge for everybody, however they were changed`() async throws {
        try await withHouse {
            $0.limits.messageBurst = 1_000
        } _: { house in
            let hosts = [try await house.join("mei", .host), try await house.join("lan", .host)]
            var clients = hosts
            for index in 0..<6 { clients.append(try await house.join("viewer-\(index)")) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (number, host) in hosts.enumerated() {
                    group.addTask {
                        for turn in 0..<60 {
                            let seconds = JSON.integer(Int64(turn % 7 + number))
                            _ = try await host.request("slow", [("seconds", seconds)])
                            _ = try await host.request(
                                "pin", [("text", .string("\(number)-\(turn)"))])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let truth = try await house.get("/v1/rooms/teahouse").body["states"]
            let last = try await house.join("late")
            for key in ["pinned", "settings"] {
                let value = try #require(truth?[key])
                #expect(last.welcome["states"]?[key] == value)
                for client in clients {
                    _ = try await client.state(key) { $0 == value ? true : nil }
                }
            }
        }
    }
}
