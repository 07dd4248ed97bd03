import Testing

@testable import Serving

@Suite struct RateLimitTests {
    private func take(_ limit: inout RateLimit, _ cost: Float = 1, at now: UInt32) -> Bool {
        limit.take(cost, perSecond: 10, burst: 40, nowMilliseconds: now)
    }

    @Test func `a burst passes, one more does not`() {
        var limit = RateLimit(burst: 40, nowMilliseconds: 0)
        for _ in 0..<40 { #expect(take(&limit, at: 0)) }
        #expect(!take(&limit, at: 0))
    }

    @Test func `tokens come back with time, and never more than a burst`() {
        var limit = RateLimit(burst: 40, nowMilliseconds: 0)
        for _ in 0..<40 { _ = take(&limit, at: 0) }
        #expect(!take(&limit, at: 99))
        // The refusal has cost a tenth of a token.
        #expect(!take(&limit, at: 105))
        #expect(take(&limit, at: 150))
        #expect(!take(&limit, at: 150))
        var rested = RateLimit(burst: 40, nowMilliseconds: 0)
        #expect((0..<100).map { _ in take(&rested, at: 3_600_000) }.count { $0 } == 40)
    }

    @Test func `the wait that is told is long enough and not much longer`() {
        var limit = RateLimit(burst: 40, nowMilliseconds: 0)
        for _ in 0..<41 { _ = take(&limit, at: 0) }
        let wait = UInt32(limit.wait(for: 1, perSecond: 10))
        #expect((100...120).contains(wait))
        var early = limit
        #expect(!take(&early, at: wait - 20))
        #expect(take(&limit, at: wait + 1))
        #expect(limit.wait(for: 0, perSecond: 10) == 0)
    }

    @Test func `who keeps on sending is told apart from who sent a little too much`() {
        var limit = RateLimit(burst: 40, nowMilliseconds: 0)
        for _ in 0..<40 { _ = take(&limit, at: 0) }
        // At a tenth each, 400 refusals are one burst.
        for _ in 0..<398 { #expect(!take(&limit, at: 0)) }
        #expect(!limit.isAbused(burst: 40))
        for _ in 0..<4 { _ = take(&limit, at: 0) }
        #expect(limit.isAbused(burst: 40))
        // However long it went on, who then waits is served again.
        for _ in 0..<10_000 { _ = take(&limit, at: 0) }
        #expect(take(&limit, at: 4_200))
        #expect(!limit.isAbused(burst: 40))
    }

    @Test func `a clock that wraps stops nobody and opens no flood`() {
        var limit = RateLimit(burst: 40, nowMilliseconds: .max - 50)
        for _ in 0..<40 { _ = take(&limit, at: .max - 50) }
        #expect(!take(&limit, at: 10))
        #expect(take(&limit, at: 120))
        #expect(!take(&limit, at: 120))
    }
}
