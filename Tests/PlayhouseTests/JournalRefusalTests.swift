import Clockwork
import Foundation
import Journaling
import Lanes
import PluginContract
import Testing
import Visiting
import Wire

@testable import Playhouse

/// Commit, then speak; and what a room does while it cannot commit.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct JournalRefusalTests {
    private func withStubbornHouse(
        _ body: (StubbornHouse) async throws -> Void
    ) async throws {
        let house = try await StubbornHouse()
        do {
            try await body(house)
            await house.end()
        } catch {
            await house.end()
            throw error
        }
    }

    @Test func `nothing is spoken before it is durable, except talk`() async throws {
        try await withStubbornHouse { house in
            let host = try await house.join("mei", .host)
            let ana = try await house.join("ana")
            house.journal.become(.waiting)
            let pin = Task { try await host.request("pin", [("text", "now")]) }
            let publish = Task { try await host.publish("sale") }
            let bo = try await house.join("bo")
            let ban = Task { try await host.request("ban", [("user", "bo")]) }
            // Talk does not wait for a disk.
            _ = try await ana.say("quiet here")
            _ = try await host.say("yes")
            try await eventually("talk") { await ana.danmaku.count == 2 }
            #expect(await ana.events.isEmpty)
            #expect(await ana.states["pinned"] == nil)
            #expect(await !bo.isClosed)
            house.journal.become(.willing)
            _ = try await pin.value
            let offset = try await publish.value
            _ = try await ban.value
            #expect(Set([1, 2]).contains(offset))
            #expect(try await bo.closed() == 4411)
            try await eventually("both events") { await ana.lastOffset == 2 }
            _ = try await ana.state("pinned") { $0["text"] == "now" ? true : nil }
        }
    }

    @Test(arguments: [JournalError.full("no space"), .storage("input/output error")])
    func `while the journal refuses, so does the room; then it goes on`(
        error: JournalError
    ) async throws {
        try await withStubbornHouse { house in
            let host = try await house.join("mei", .host)
            let ana = try await house.join("ana")
            _ = try await host.publish("before")
            house.journal.become(.refusing(error))
            // Taken before anybody knew; it waits, and is not lost.
            let taken = Task { try await host.publish("taken") }
            try await eventually("the refusal") { house.room.latestFigures.isJournalFailing }
            for request in ["unpin", "publish", "pin", "slow", "ban", "act", "start"] {
                let fields: [(String, JSON)] = [
                    ("name", "sale"), ("text", "x"), ("seconds", 1), ("user", "ana"),
                    ("plugin", "price-guess"),
                ]
                do {
                    _ = try await host.request(request, fields)
                    Issue.record("\(request) was taken")
                } catch RoomClientError.refused(let code, _, let wait) {
                    #expect(code == "UNAVAILABLE", "\(request)")
                    #expect((wait ?? 0) > 0)
                }
            }
            let answer = try await HTTPClient.post(
                port: house.port, path: "/v1/rooms/teahouse/requests",
                headers: [("Authorization", "Bearer \(house.token("shop", .service))")],
                body: Array(#"{"type":"publish","id":"1","name":"sale"}"#.utf8))
            #expect(try JSON(parsing: answer.body)["code"] == "UNAVAILABLE")
            // Who comes is let in, and people talk.
            let bo = try await house.join("bo")
            _ = try await bo.say("hello")
            _ = try await ana.request("like", [("count", 3)])
            try await eventually("talk") { await ana.danmaku == ["hello"] }
            #expect(await ana.events.map(\.name) == ["before"])
            #expect(house.journal.refusalCount > 0)

            house.journal.become(.willing)
            #expect(try await taken.value == 2)
            #expect(try await host.publish("after") == 3)
            try await eventually("all events") { await ana.lastOffset == 3 }
            #expect(await ana.events.map(\.name) == ["before", "taken", "after"])
            #expect(house.room.latestFigures.isJournalFailing == false)
            _ = try await ana.state("likes") { $0["count"] == 3 ? true : nil }
        }
    }

    @Test(arguments: [
        JournalError.conflict("another writer"), .tooLarge("9 MiB"), .damaged("a page"), .closed,
    ])
    func `a record that can never be written closes the room, and everybody is told`(
        error: JournalError
    ) async throws {
        try await withStubbornHouse { house in
            let host = try await house.join("mei", .host)
            let ana = try await house.join("ana")
            _ = try await host.publish("before")
            house.journal.become(.refusing(error))
            #expect(try await refusal { try await host.publish("late") } == "UNAVAILABLE")
            #expect(try await host.closed() == 4428)
            #expect(try await ana.closed() == 4428)
            #expect(await ana.events.map(\.name) == ["before"])
            try await eventually("the figures") { house.room.latestFigures.isClosed }
            #expect(!house.room.latestFigures.isJournalFailing)
            #expect(try await refusal { try await house.join("bo") } == "ROOM_CLOSED")
            // Also when the journal has changed its mind: nobody knows what it holds.
            house.journal.become(.willing)
            let answer = try await HTTPClient.post(
                port: house.port, path: "/v1/rooms/teahouse/requests",
                headers: [("Authorization", "Bearer \(house.token("shop", .service))")],
                body: Array(#"{"type":"publish","id":"1","name":"sale"}"#.utf8))
            #expect(try JSON(parsing: answer.body)["code"] == "UNAVAILABLE")
            await house.room.keepSnapshot()
            #expect(try await house.journal.snapshot(show: "spring-tea") == nil)
            #expect(house.journal.refusalCount == 1)
            let records = try await house.journal.records(
                show: "spring-tea", after: 0, limit: 10)
            #expect(records.map(\.sequence) == [1])
        }
    }

    @Test func `whoever waits for a call of a plugin when the room is closed is answered`()
        async throws
    {
        try await withStubbornHouse { house in
            house.journal.become(.waiting)
            let headers = [("Authorization", "Bearer \(house.token("shop", .service))")]
            let port = house.port
            async let answers = withThrowingTaskGroup(of: JSON?.self) { group in
                for index in 0..<5 {
                    group.addTask {
                        let answer = try await HTTPClient.post(
                            port: port, path: "/v1/rooms/teahouse/requests", headers: headers,
                            body: Array(#"{"type":"publish","id":"\#(index)","name":"sale"}"#.utf8))
                        return try JSON(parsing: answer.body)["code"]
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await eventually("a record that waits") { house.journal.waitingCount == 1 }
            house.journal.become(.refusing(.conflict("another writer")))
            #expect(try await answers == Array(repeating: "UNAVAILABLE", count: 5))
        }
    }

    @Test func `a request over HTTP that was taken is answered though the server drains`()
        async throws
    {
        try await withStubbornHouse { house in
            house.journal.become(.waiting)
            let body = #"{"type":"publish","id":"1","name":"sale"}"#
            let connection = try await RawConnection.open(house.port)
            await connection.send(
                """
                POST /v1/rooms/teahouse/requests HTTP/1.1\r\nHost: x\r\n\
                Authorization: Bearer \(house.token("shop", .service))\r\n\
                Content-Length: \(body.utf8.count)\r\n\r\n\(body)
                """)
            let idle = try await RawConnection.open(house.port)
            // Its connection is open by the time that one is served.
            await idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await idle.response().status == 200)
            try await eventually("a record that waits") { house.journal.waitingCount == 1 }
            await house.lane.drain()
            try await idle.end()
            house.journal.become(.willing)
            let response = try await connection.response()
            #expect(response.status == 200)
            #expect(try JSON(parsing: response.body)["offset"] == 1)
            try await connection.end()
        }
    }
}
