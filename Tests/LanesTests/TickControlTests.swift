import Testing

@testable import Lanes

@Suite struct TickControlTests {
    /// A quarter of a second in which each write took 10 µs.
    private func observation(
        demand: Int, readers: Int, writes: Int
    ) -> TickControl.Observation {
        var seen = TickControl.Observation()
        seen.windowNanoseconds = 250_000_000
        seen.demand = demand
        seen.readers = readers
        seen.writes = writes
        seen.writingNanoseconds = UInt64(writes) * 10_000
        return seen
    }

    @Test func `a quiet lane writes at once`() {
        var control = TickControl(limits: LaneLimits())
        for _ in 0..<20 { control.observe(observation(demand: 5_000, readers: 500, writes: 5_000)) }
        #expect(control.tickMilliseconds == 0)
    }

    @Test func `an overloaded lane widens its tick until it stays within its share`() {
        let limits = LaneLimits()
        var control = TickControl(limits: limits)
        // 100,000 deliveries a second would take the whole lane.
        for _ in 0..<20 {
            control.observe(observation(demand: 25_000, readers: 3_500, writes: 7_500))
        }
        let share = 3_500 * 10e-6 / (Double(control.tickMilliseconds) / 1000)
        #expect(share <= limits.tickShare * 1.05)
        #expect(control.tickMilliseconds <= limits.tickMillisecondsMax)
    }

    @Test func `a tick always merges two frames of a reader or more`() {
        // Few readers, each with many frames a second, and many readers with few.
        for (demand, readers) in [(25_000, 100), (25_000, 1_000), (25_000, 2_500)] {
            var control = TickControl(limits: LaneLimits())
            for _ in 0..<20 {
                control.observe(observation(demand: demand, readers: readers, writes: 5_000))
            }
            let framesPerSecond = Double(demand) / Double(readers) / 0.25
            let frames = framesPerSecond * Double(control.tickMilliseconds) / 1_000
            #expect(frames >= 2, "\(readers) readers: \(control.tickMilliseconds) ms")
        }
    }

    @Test func `writing at once goes on until it takes most of the lane`() {
        var control = TickControl(limits: LaneLimits())
        for _ in 0..<20 {
            control.observe(observation(demand: 17_000, readers: 500, writes: 17_000))
        }
        #expect(control.tickMilliseconds == 0)
        for _ in 0..<20 {
            control.observe(observation(demand: 18_000, readers: 500, writes: 18_000))
        }
        #expect(control.tickMilliseconds > 0)
    }

    @Test func `the tick narrows again when the load is gone`() {
        var control = TickControl(limits: LaneLimits())
        for _ in 0..<20 {
            control.observe(observation(demand: 25_000, readers: 5_000, writes: 7_500))
        }
        for _ in 0..<3 { control.observe(observation(demand: 100, readers: 100, writes: 100)) }
        #expect(control.tickMilliseconds == 0)
    }

    @Test func `the tick never exceeds its bound`() {
        var limits = LaneLimits()
        limits.tickMillisecondsMax = 100
        var control = TickControl(limits: limits)
        for _ in 0..<50 {
            control.observe(observation(demand: 9_000_000, readers: 19_000, writes: 20_000))
        }
        #expect(control.tickMilliseconds == 100)
    }

    @Test func `a lane that has pictures to write collects the rest sooner`() {
        for (other, isTicking) in [(0.0, false), (0.5, true)] {
            var control = TickControl(limits: LaneLimits())
            for _ in 0..<20 {
                var seen = observation(demand: 12_000, readers: 500, writes: 12_000)
                seen.otherNanoseconds = UInt64(other * Double(seen.windowNanoseconds))
                control.observe(seen)
            }
            #expect((control.tickMilliseconds > 0) == isTicking)
        }
    }

    @Test func `pictures alone make nobody wait for events`() {
        var control = TickControl(limits: LaneLimits())
        for _ in 0..<20 {
            var seen = observation(demand: 500, readers: 500, writes: 500)
            seen.otherNanoseconds = seen.windowNanoseconds
            control.observe(seen)
        }
        #expect(control.tickMilliseconds == 0)
    }
}
