import Clockwork
import Foundation
import PluginContract
import Rooms
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// Many people at once, who come, go, are cut off, talk, like and publish.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct StressTests {
    /// One guest over many connections: what was heard in all, and what went wrong.
    private struct Guest: Sendable {
        var heard: Heard
        var firstOffset: Int64
        var last: RoomClient
    }

    @Test func `in the end everybody has heard everything and sees the same`() async throws {
        let seed = fuzzSeed("stress")
        let turns = fuzzRounds(60)
        try await withHouse {
            $0.limits.messageBurst = 100_000
            $0.limits.byteBurst = 1e9
            $0.lanes = 3
        } _: { house in
            let likes = Lock<Int64>(0)
            let published = Lock<Int64>(0)
            let guests = try await withThrowingTaskGroup(of: Guest.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        var random = SeededRandom(seed: seed &+ UInt64(number) &* 977)
                        let role: Role = number < 3 ? .host : number < 6 ? .service : .viewer
                        // Five people have two devices each.
                        let user = number < 45 ? "guest-\(number)" : "guest-\(number - 5)"
                        let heard = Heard()
                        var client = try await house.join(user, role) { heard.hear($0) }
                        let first = client.welcome["offset"]?.integerValue ?? 0
                        for _ in 0..<turns {
                            do throws(RoomClientError) {
                                switch Int.random(in: 0..<12, using: &random) {
                                case 0..<3:
                                    _ = try await client.request(
                                        "say", [("text", .string("text \(random.next())"))])
                                case 3..<5:
                                    let count = Int64.random(in: 1...9, using: &random)
                                    _ = try await client.request(
                                        "like", [("count", .integer(count))])
                                    likes.withLock { $0 += count }
                                case 5..<8 where role != .viewer:
                                    _ = try await client.request("publish", [("name", "e")])
                                    published.withLock { $0 += 1 }
                                case 8 where role == .host:
                                    _ = try await client.request(
                                        "pin", [("text", .string("\(random.next())"))])
                                    published.withLock { $0 += 1 }
                                case 9 where number >= 6:
                                    if Bool.random(using: &random) {
                                        await client.drop()
                                    } else {
                                        await client.leave()
                                    }
                                    let place = (client.epoch, await client.lastOffset)
                                    client = try await RoomClient.join(
                                        .init(
                                            room: "teahouse", token: house.token(user, role),
                                            recover: place), port: house.port
                                    ) { heard.hear($0) }
                                    #expect(client.welcome["recovered"] == true)
                                default: break
                                }
                            } catch {
                                Issue.record("guest \(number): \(error), seed \(seed)")
                            }
                            try await Task.sleep(
                                for: .milliseconds(Int.random(in: 1...40, using: &random)))
                        }
                        return Guest(heard: heard, firstOffset: first, last: client)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let total = published.withLock { $0 }
            #expect(total >= turns)
            for guest in guests {
                try await eventually("all \(total) events; seed \(seed)") {
                    await guest.last.lastOffset == total
                }
            }
            // Who came first has heard the most, and everybody the same from then on.
            let first = try #require(guests.min { $0.firstOffset < $1.firstOffset })
            let truth = first.heard.events
            for guest in guests {
                let events = guest.heard.events
                #expect(events.map(\.offset) == Array((guest.firstOffset + 1)..<(total + 1)))
                #expect(events[...] == truth.suffix(events.count))
            }
            let count = likes.withLock { $0 }
            let states = try await house.get("/v1/rooms/teahouse").body["states"]
            #expect(states?["presence"] == ["users": 45, "connections": 50])
            #expect(states?["likes"]?["count"]?.integerValue == count)
            for guest in guests {
                for (key, value) in try #require(states?.objectValue) {
                    _ = try await guest.last.state(key) { $0 == value ? true : nil }
                }
            }
        }
    }
}
