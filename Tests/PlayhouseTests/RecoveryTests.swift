import Clockwork
import Foundation
import PluginContract
import Rooms
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// What somebody heard, over however many connections.
final class Heard: Sendable {
    struct Event: Equatable, Sendable {
        var offset: Int64
        var name: String
        var data: JSON
    }
    private let state = Lock<[Event]>([])

    var events: [Event] { state.withLock { $0 } }
    var last: Int64 { state.withLock { $0.last?.offset ?? 0 } }

    func hear(_ message: RoomMessage) {
        guard case .event(let offset, let name, _, let data) = message else { return }
        state.withLock { $0.append(Event(offset: offset, name: name, data: data)) }
    }
}

/// Recovery by epoch and offset, over real sockets.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct RecoveryTests {
    @Test func `a viewer whose connection is cut again and again misses nothing`() async throws {
        let seed = fuzzSeed("recovery")
        try await withHouse {
            $0.limits.messageBurst = 10_000
        } _: { house in
            let shop = try await house.join("shop", .service)
            let well = Heard()
            let stayed = try await house.join("ana") { well.hear($0) }
            let isOver = Lock(false)
            let restless = (0..<4).map { number in
                Task {
                    var random = SeededRandom(seed: seed &+ UInt64(number))
                    let heard = Heard()
                    var place: (epoch: String, offset: Int64) = (stayed.epoch, 0)
                    var connections = 0
                    while true {
                        let isLast = isOver.withLock { $0 }
                        let client = try await house.join("bo-\(number)", recover: place) {
                            heard.hear($0)
                        }
                        #expect(client.welcome["recovered"] == true)
                        #expect(client.welcome["offset"]?.integerValue == place.offset)
                        connections += 1
                        if isLast {
                            try await eventually("the rest") { await client.lastOffset == 600 }
                            return (heard, connections)
                        }
                        try await Task.sleep(
                            for: .microseconds(Int.random(in: 0...20_000, using: &random)))
                        if Bool.random(using: &random) {
                            await client.drop()
                        } else {
                            await client.leave()
                        }
                        place = (client.epoch, await client.lastOffset)
                    }
                }
            }
            for index in 1...600 {
                #expect(
                    try await shop.publish("e\(index)", ["n": .integer(Int64(index))])
                        == Int64(index))
                if index.isMultiple(of: 50) { try await Task.sleep(for: .milliseconds(10)) }
            }
            isOver.withLock { $0 = true }
            try await eventually("all events") { await stayed.lastOffset == 600 }
            #expect(well.events.map(\.offset) == Array(1...600))
            for task in restless {
                let (heard, connections) = try await task.value
                #expect(heard.events == well.events, "seed \(seed)")
                #expect(connections > 3)
            }
        }
    }

    @Test func `as much is recovered as the room keeps, not more`() async throws {
        try await withHouse {
            $0.rooms[0].settings.eventsKept = 10
        } _: { house in
            let host = try await house.join("mei", .host)
            for index in 1...20 { _ = try await host.publish("e\(index)") }
            _ = try await host.request("pin", [("text", "now")])

            func come(_ offset: Int64, epoch: String = host.epoch) async throws -> RoomClient {
                try await house.join("ana", recover: (epoch, offset))
            }
            for (offset, isRecovered) in [
                (10, false), (11, true), (20, true), (21, true), (22, false), (0, false),
            ] as [(Int64, Bool)] {
                let client = try await come(offset)
                #expect(client.welcome["recovered"] == .bool(isRecovered), "from \(offset)")
                let expected = isRecovered ? Array((offset + 1)..<22) : []
                try await eventually("the missed") { await client.events.count == expected.count }
                _ = try await client.request("ping")
                #expect(await client.events.map(\.offset) == expected)
                #expect(client.welcome["offset"]?.integerValue == (isRecovered ? offset : 21))
                // In either case the states are those of now.
                #expect(client.welcome["states"]?["pinned"]?["text"] == "now")
                await client.leave()
            }
            let stranger = try await come(20, epoch: "another")
            #expect(stranger.welcome["recovered"] == false)
            #expect(stranger.welcome["offset"] == 21)
        }
    }

    @Test func `as many bytes are recovered as the room keeps, not more`() async throws {
        try await withHouse {
            $0.rooms[0].settings.eventBytesKept = 100_000
        } _: { house in
            let shop = try await house.join("shop", .service)
            let filler = JSON.string(String(repeating: "x", count: 5_000))
            for _ in 0..<15 { _ = try await shop.publish("e", filler) }
            func isRecovered(from offset: Int64) async throws -> JSON? {
                let client = try await house.join("ana", recover: (shop.epoch, offset))
                defer { withExtendedLifetime(client) {} }
                return client.welcome["recovered"]
            }
            #expect(try await isRecovered(from: 0) == true)
            for _ in 0..<15 { _ = try await shop.publish("e", filler) }
            #expect(try await isRecovered(from: 0) == false)
            #expect(try await isRecovered(from: 20) == true)
        }
    }

    @Test func `a thousand missed events of two kilobytes each arrive`() async throws {
        try await withHouse {
            $0.rooms[0].settings.eventBytesKept = 4 << 20
            $0.limits.messageBurst = 10_000
            $0.limits.byteBurst = 1e9
        } _: { house in
            let shop = try await house.join("shop", .service)
            let filler = JSON.string(String(repeating: "x", count: 2_000))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<10 {
                    group.addTask { for _ in 0..<100 { _ = try await shop.publish("e", filler) } }
                }
                try await group.waitForAll()
            }
            let late = try await house.join("late", recover: (shop.epoch, 0))
            #expect(late.welcome["recovered"] == true)
            try await eventually("1,000 events") { await late.lastOffset == 1_000 }
            #expect(await late.events.map(\.offset) == Array(1...1_000))
        }
    }
}
