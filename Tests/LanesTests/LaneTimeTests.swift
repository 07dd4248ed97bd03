import Clockwork
import Testing
import Wire

@testable import Lanes

/// What a lane does as time goes, on a clock that a test moves.
@Suite(.timeLimit(.minutes(15)))
struct LaneTimeTests {
    private let clock = VirtualClock()

    private func pass(seconds: Int64, on fixture: LaneFixture) async {
        clock.advance(milliseconds: seconds * 1_000)
        fixture.lane.run { $0.houseKeep() }
        await fixture.turn()
    }

    /// Two readers in a room, of whom the first takes nothing and has its buffer full.
    private func stalledRoom(
        _ fixture: LaneFixture
    ) async throws -> (stalled: ConnectionID, far: FarEnd, wellFar: FarEnd) {
        let (stalled, far) = try await fixture.connect()
        let (well, wellFar) = try await fixture.connect()
        fixture.admit(stalled)
        fixture.admit(well)
        let text = String(repeating: "x", count: 2_000)
        var sent = 0
        while await fixture.lane.blockedCount == 0 {
            fixture.lane.post([.event(audience: 0, fixture.frame(text))])
            sent += 1
            try await wellFar.read { $0.texts.count == 1 + sent }
        }
        return (stalled, far, wellFar)
    }

    private func smallBuffers() -> LaneLimits {
        var limits = LaneLimits()
        limits.sendBufferBytes = 8 << 10
        limits.stallSecondsMax = 20
        return limits
    }

    @Test func `a reader who takes nothing for too long is closed with 4420, others stay`()
        async throws
    {
        let fixture = await LaneFixture(limits: smallBuffers(), clock: clock)
        let (stalled, far, wellFar) = try await stalledRoom(fixture)
        await pass(seconds: 19, on: fixture)
        #expect(fixture.endings.withLock { $0.isEmpty })
        await pass(seconds: 1, on: fixture)
        #expect(fixture.endings.withLock { $0 } == [stalled])
        try await far.read { $0.closeCode != nil }
        #expect(far.closeCode == 4420)
        #expect(!far.isBroken)
        await pass(seconds: 25, on: fixture)
        #expect(fixture.endings.withLock { $0 } == [stalled])
        #expect(wellFar.closeCode == nil)
    }

    @Test func `a reader who goes on within the time is not closed`() async throws {
        let fixture = await LaneFixture(limits: smallBuffers(), clock: clock)
        let (_, far, wellFar) = try await stalledRoom(fixture)
        await pass(seconds: 19, on: fixture)
        far.readOnce()
        for _ in 0..<60_000 {
            guard await fixture.lane.blockedCount > 0 else { break }
            try await Task.sleep(for: .milliseconds(1))
            far.readOnce()
        }
        #expect(await fixture.lane.blockedCount == 0)
        await pass(seconds: 25, on: fixture)
        #expect(fixture.endings.withLock { $0.isEmpty })
        withExtendedLifetime(wellFar) {}
    }

    @Test func `seconds are those of the clock, however late the lane counts them`() async {
        let fixture = await LaneFixture(clock: clock)
        for (step, sum) in [(0, 0), (1, 1), (7, 8), (3_600, 3_608)] as [(Int64, UInt32)] {
            await pass(seconds: step, on: fixture)
            #expect(await fixture.lane.uptimeSeconds == sum)
        }
        clock.advance(milliseconds: 999)
        await pass(seconds: 0, on: fixture)
        #expect(await fixture.lane.uptimeSeconds == 3_608)
    }
}
