/// Spaces commits out while many calls come: none waits in a quiet journal, and in a busy one no
/// call waits longer than ``spacingNanoseconds``.
struct CommitPace {
    /// Between the beginnings of two commits of a busy journal.
    static let spacingNanoseconds: UInt64 = 5_000_000
    /// Calls per second from which a journal is busy.
    static let busyCallsPerSecond = 500.0

    private var lastBegan: UInt64 = 0
    /// Smoothed calls per second.
    private var rate = 0.0

    /// Tells how long to let calls gather before the next commit; 0 to commit now.
    mutating func pause(nowNanoseconds now: UInt64, waitingCount: Int) -> UInt64 {
        guard waitingCount > 0 else { return 0 }
        let passed = now &- lastBegan
        if rate > Self.busyCallsPerSecond, passed < Self.spacingNanoseconds {
            return Self.spacingNanoseconds - passed
        }
        // Half of what is known comes from the last tenth of a second or so.
        let seconds = max(Double(passed) * 1e-9, 1e-6)
        let weight = min(1, seconds * 10)
        rate += (Double(waitingCount) / seconds - rate) * weight
        lastBegan = now
        return 0
    }
}
