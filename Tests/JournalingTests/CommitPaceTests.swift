import Testing

@testable import Journaling

@Suite struct CommitPaceTests {
    @Test func `a quiet journal commits at once`() {
        var pace = CommitPace()
        for turn in 1...200 {
            let now = UInt64(turn) * 10_000_000
            #expect(pace.pause(nowNanoseconds: now, waitingCount: 1) == 0)
        }
    }

    @Test func `a busy journal lets calls gather, never longer than the spacing`() {
        var pace = CommitPace()
        var now: UInt64 = 1_000_000_000
        var paused = 0
        for _ in 0..<2_000 {
            now += 500_000
            let pause = pace.pause(nowNanoseconds: now, waitingCount: 1)
            #expect(pause <= CommitPace.spacingNanoseconds)
            if pause > 0 { paused += 1 }
            now += pause
            if pause > 0 { #expect(pace.pause(nowNanoseconds: now, waitingCount: 10) == 0) }
        }
        #expect(paused > 1_000)
    }

    @Test func `it is quiet again as soon as the calls are few`() {
        var pace = CommitPace()
        var now: UInt64 = 1_000_000_000
        for _ in 0..<200 {
            now += 5_000_000
            _ = pace.pause(nowNanoseconds: now, waitingCount: 50)
        }
        now += 200_000_000
        #expect(pace.pause(nowNanoseconds: now, waitingCount: 1) == 0)
        now += 1_000_000
        #expect(pace.pause(nowNanoseconds: now, waitingCount: 1) == 0)
    }
}
