import Clockwork
import Foundation
import Lanes
import Testing
import Wire

@testable import Lanes

@Suite(.timeLimit(.minutes(15)))
struct LaneTests {
    @Test func `a newcomer gets the greeting, then every event in order`() async throws {
        let fixture = await LaneFixture()
        let (id, far) = try await fixture.connect()
        fixture.lane.post([.event(audience: 0, fixture.frame("before"))])
        fixture.admit(id, greeting: "welcome")
        fixture.lane.post((0..<100).map { .event(audience: 0, fixture.frame("e\($0)")) })
        try await far.read { $0.texts.count >= 101 }
        #expect(far.texts == ["welcome"] + (0..<100).map { "e\($0)" })
    }

    @Test func `what a newcomer missed comes between the greeting and what follows`() async throws {
        let fixture = await LaneFixture()
        let missed = (0..<500).flatMap {
            fixture.frame("m\($0)" + String(repeating: "x", count: 90))
        }
        var people: [FarEnd] = []
        for _ in 0..<3 {
            let (id, far) = try await fixture.connect()
            fixture.lane.post([
                .admit(
                    id, audience: 0, staff: false, greeting: fixture.frame("hi"), missed: missed),
                .event(audience: 0, fixture.frame("event")),
            ])
            people.append(far)
        }
        for (number, far) in people.enumerated() {
            try await far.read { $0.texts.count == 502 + (2 - number) }
            #expect(far.texts[0] == "hi" && far.texts[501] == "event")
            #expect(far.texts[1].hasPrefix("m0x") && far.texts[500].hasPrefix("m499x"))
        }
    }

    @Test func `large bytes that wait for one connection are not copied`() {
        let waiting = Waiting()
        let shared = [UInt8](repeating: 1, count: 20_000)
        waiting.append([1, 2, 3], after: 0, isCounted: false)
        waiting.append(shared, after: 0, isCounted: false)
        #expect(waiting.parts.count == 2)
        let isSame = waiting.parts[1].bytes.withUnsafeBytes { waiting in
            shared.withUnsafeBytes { $0.baseAddress == waiting.baseAddress }
        }
        #expect(isSame)
    }

    @Test func `a direct message keeps its place among the events`() async throws {
        let fixture = await LaneFixture()
        let (id, far) = try await fixture.connect()
        let (other, otherFar) = try await fixture.connect()
        fixture.admit(id)
        fixture.admit(other)
        fixture.lane.post([
            .event(audience: 0, fixture.frame("1")), .direct(id, fixture.frame("mine")),
            .event(audience: 0, fixture.frame("2")),
        ])
        try await far.read { $0.texts.count >= 4 }
        try await otherFar.read { $0.texts.count >= 3 }
        #expect(far.texts == ["hi", "1", "mine", "2"])
        #expect(otherFar.texts == ["hi", "1", "2"])
    }

    @Test func `of a state only the newest value must arrive, and staff see more`() async throws {
        let fixture = await LaneFixture()
        let (viewer, viewerFar) = try await fixture.connect()
        let (host, hostFar) = try await fixture.connect()
        fixture.admit(viewer)
        fixture.admit(host, staff: true)
        fixture.lane.post([
            .state(audience: 0, key: "a", fixture.frame("a1"), staffOnly: false),
            .state(audience: 0, key: "a", fixture.frame("a2"), staffOnly: false),
            .state(audience: 0, key: "s", fixture.frame("secret"), staffOnly: true),
            .event(audience: 0, fixture.frame("end")),
        ])
        try await viewerFar.read { $0.texts.contains("a2") && $0.texts.contains("end") }
        try await hostFar.read { $0.texts.contains("secret") && $0.texts.contains("a2") }
        #expect(!viewerFar.texts.contains("secret"))
        #expect(viewerFar.texts.filter { $0 == "a1" }.isEmpty)
    }

    @Test func `who stops reading is closed with 4420 and others miss nothing`() async throws {
        var limits = LaneLimits()
        limits.eventBacklogBytesMax = 64 << 10
        limits.sendBufferBytes = 16 << 10
        let fixture = await LaneFixture(limits: limits)
        let (slow, slowFar) = try await fixture.connect()
        let (well, wellFar) = try await fixture.connect()
        fixture.admit(slow)
        fixture.admit(well)
        let body = String(repeating: "x", count: 1_000)
        for round in 0..<400 {
            fixture.lane.post([.event(audience: 0, fixture.frame("\(round):\(body)"))])
            try await wellFar.read { $0.texts.count >= round + 2 }
        }
        #expect(wellFar.texts.last == "399:\(body)")
        #expect(fixture.endings.withLock { $0 } == [slow])
        // What it had got so far is whole, and the close code follows it.
        try await slowFar.read { $0.closeCode != nil }
        #expect(slowFar.closeCode == 4420)
        #expect(!slowFar.isBroken)
        let numbers = slowFar.texts.dropFirst().map { $0.split(separator: ":")[0] }
        #expect(numbers.map(String.init) == (0..<numbers.count).map(String.init))
    }

    @Test func `a reader within the bound is not closed`() async throws {
        var limits = LaneLimits()
        limits.eventBacklogBytesMax = 64 << 10
        limits.sendBufferBytes = 16 << 10
        let fixture = await LaneFixture(limits: limits)
        let (id, far) = try await fixture.connect()
        fixture.admit(id)
        let body = String(repeating: "x", count: 1_000)
        for round in 0..<60 {
            fixture.lane.post([.event(audience: 0, fixture.frame("\(round):\(body)"))])
        }
        await fixture.turn()
        try await far.read { $0.texts.count >= 61 }
        #expect(far.texts.count == 61)
        #expect(fixture.endings.withLock { $0.isEmpty })
    }

    @Test func `chatter skips to the newest for a slow reader and never closes it`() async throws {
        var limits = LaneLimits()
        limits.chatterBacklogBytesMax = 16 << 10
        limits.sendBufferBytes = 8 << 10
        let fixture = await LaneFixture(limits: limits)
        let (id, far) = try await fixture.connect()
        let (well, wellFar) = try await fixture.connect()
        fixture.admit(id)
        fixture.admit(well)
        let body = String(repeating: "x", count: 500)
        for round in 0..<500 {
            fixture.lane.post([.chatter(audience: 0, fixture.frame("\(round):\(body)"))])
            try await wellFar.read { $0.texts.count >= round + 2 }
        }
        fixture.lane.post([.event(audience: 0, fixture.frame("event"))])
        try await far.read { $0.texts.contains("event") }
        try await far.read { $0.texts.contains { $0.hasPrefix("499:") } }
        #expect(!far.isBroken)
        #expect(far.texts.count < 500)
        #expect(fixture.endings.withLock { $0.isEmpty })
    }

    @Test func `a danmaku comes to the parts of the audience that it is for, an event to all`()
        async throws
    {
        let fixture = await LaneFixture()
        var fars: [FarEnd] = []
        for part in 0..<4 {
            let (id, far) = try await fixture.connect()
            fixture.lane.post([
                .admit(
                    id, audience: 0, part: part, staff: false,
                    greeting: fixture.frame("welcome"))
            ])
            fars.append(far)
        }
        fixture.lane.post([.chatter(audience: 0, parts: 0b0101, fixture.frame("first"))])
        fixture.lane.post([.chatter(audience: 0, parts: 0b1101, fixture.frame("second"))])
        fixture.lane.post([.chatter(audience: 0, parts: 0, fixture.frame("for nobody"))])
        fixture.lane.post([.chatter(audience: 0, fixture.frame("for all"))])
        for far in fars { try await far.read { $0.texts.contains("for all") } }
        fixture.lane.post([.event(audience: 0, fixture.frame("event"))])
        for far in fars { try await far.read { $0.texts.contains("event") } }
        let rest = ["for all", "event"]
        #expect(fars[0].texts == ["welcome", "first", "second"] + rest)
        #expect(fars[1].texts == ["welcome"] + rest)
        #expect(fars[2].texts == ["welcome", "first", "second"] + rest)
        #expect(fars[3].texts == ["welcome", "second"] + rest)
    }

    @Test func `a peer that goes away ends its connection once`() async throws {
        let fixture = await LaneFixture()
        var (id, far): (ConnectionID, FarEnd?) = try await fixture.connect()
        fixture.admit(id)
        try await far?.read { $0.texts == ["hi"] }
        far = nil
        while fixture.endings.withLock({ $0.isEmpty }) {
            fixture.lane.post([.event(audience: 0, fixture.frame("x"))])
            try await Task.sleep(for: .milliseconds(1))
        }
        // The slot is used again, with another name.
        let (next, nextFar) = try await fixture.connect()
        #expect(next != id)
        fixture.lane.post([.direct(id, fixture.frame("for the dead"))])
        fixture.admit(next)
        try await nextFar.read { !$0.texts.isEmpty }
        #expect(nextFar.texts == ["hi"])
        #expect(fixture.endings.withLock { $0 } == [id])
    }

    @Test func `a farewell is the last thing sent, then the connection ends`() async throws {
        let fixture = await LaneFixture()
        let (id, far) = try await fixture.connect()
        fixture.admit(id)
        fixture.lane.post([
            .close(id, farewell: WebSocketFrame.close(code: 4411, reason: "BANNED")),
            .event(audience: 0, fixture.frame("late")),
        ])
        try await far.read { $0.isAtEnd }
        #expect(far.closeCode == 4411)
        #expect(!far.texts.contains("late"))
    }

    @Test func `bytes are answered on the connection they came from`() async throws {
        let fixture = await LaneFixture()
        let (_, one) = try await fixture.connect()
        let (_, two) = try await fixture.connect()
        one.send("a")
        two.send("b")
        try await one.read { $0.texts == ["a"] }
        try await two.read { $0.texts == ["b"] }
    }

    @Test func `a busy lane merges writes in ticks and still delivers everything`() async throws {
        var limits = LaneLimits()
        limits.immediateShare = 0  // any load is too much: always in ticks
        let fixture = await LaneFixture(limits: limits)
        var ends: [FarEnd] = []
        for _ in 0..<40 {
            let (id, far) = try await fixture.connect()
            fixture.admit(id)
            ends.append(far)
        }
        for round in stride(from: 0, to: 300, by: 2) {
            // Two at a time, for on a slow machine the sleep may be longer than a tick.
            fixture.lane.post([.event(audience: 0, fixture.frame("e\(round)"))])
            fixture.lane.post([.event(audience: 0, fixture.frame("e\(round + 1)"))])
            try await Task.sleep(for: .milliseconds(3))
        }
        for far in ends {
            try await far.read { $0.texts.count >= 301 }
            #expect(far.texts == ["hi"] + (0..<300).map { "e\($0)" })
        }
        let statistics = await fixture.lane.statistics
        #expect(statistics.writes < 40 * 300, "no two frames shared a write")
    }

    @Test func `nobody is forgotten when the tick changes in the middle of a round`() async throws {
        var limits = LaneLimits()
        limits.immediateShare = 0
        let fixture = await LaneFixture(limits: limits)
        var ends: [FarEnd] = []
        for _ in 0..<60 {
            let (id, far) = try await fixture.connect()
            fixture.admit(id)
            ends.append(far)
        }
        var random = SeededRandom(seed: 11)
        for round in 0..<12 {
            let changed = TickControl(
                limits: limits, tickMilliseconds: Int.random(in: 2...24, using: &random) * 10)
            fixture.lane.run { $0.control = changed }
            fixture.lane.post([.event(audience: 0, fixture.frame("e\(round)"))])
            try await Task.sleep(
                for: .milliseconds(Int.random(in: 10...60, using: &random)))
        }
        for far in ends {
            try await far.read { $0.texts.count >= 13 }
            #expect(far.texts.count == 13)
        }
    }

    @Test func `who leaves while the lane ticks takes nobody's events along`() async throws {
        var limits = LaneLimits()
        limits.immediateShare = 0
        let fixture = await LaneFixture(limits: limits)
        var people: [(id: ConnectionID, far: FarEnd)] = []
        for _ in 0..<48 {
            let (id, far) = try await fixture.connect()
            fixture.admit(id)
            people.append((id, far))
        }
        let steady = TickControl(limits: limits, tickMilliseconds: 160)
        var random = SeededRandom(seed: 5)
        for round in 0..<8 {
            fixture.lane.run { $0.control = steady }
            fixture.lane.post([.event(audience: 0, fixture.frame("e\(round)"))])
            // Each leaves at another moment of the round, and the last moves into the gap.
            for _ in 0..<4 {
                try await Task.sleep(for: .milliseconds(25))
                let gone = people.remove(at: Int.random(in: 0..<people.count / 2, using: &random))
                fixture.lane.post([.close(gone.id, farewell: [])])
            }
            try await Task.sleep(for: .milliseconds(260))
        }
        for (_, far) in people {
            try await far.read { $0.texts.count >= 9 }
            #expect(far.texts == ["hi"] + (0..<8).map { "e\($0)" })
        }
        #expect(people.count == 16)
    }
}
