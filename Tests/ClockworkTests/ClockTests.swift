import Clockwork
import Testing

@Suite struct ClockTests {
    @Test func `A virtual clock stands still until it is moved`() {
        let clock = VirtualClock(unixMilliseconds: 1_000)
        #expect(clock.unixMilliseconds == 1_000)
        #expect(clock.monotonicNanoseconds == 1_000_000_000)
        #expect(clock.unixMilliseconds == 1_000)
        clock.advance(milliseconds: 250)
        #expect(clock.unixMilliseconds == 1_250)
        #expect(clock.monotonicNanoseconds == 1_250_000_000)
    }

    @Test func `The system clock does not run backwards`() {
        let clock = SystemClock()
        var last = clock.monotonicNanoseconds
        for _ in 0..<1_000 {
            let now = clock.monotonicNanoseconds
            #expect(now >= last)
            last = now
        }
    }

    @Test func `The system clock counts milliseconds since 1970`() {
        // 2025-01-01 and 2100-01-01: a wrong unit would be off by a factor of a thousand.
        #expect((1_735_689_600_000..<4_102_444_800_000).contains(SystemClock().unixMilliseconds))
    }
}
