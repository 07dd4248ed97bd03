/// Decides how long a lane collects before it writes: not at all while writing at once is affordable,
/// and just long enough to stay within its share of the lane's time when it is not.
///
/// A write costs about 10 µs whether it carries one frame or ten, so the only way to deliver more
/// with the same time is to visit each reader less often. With n readers and w seconds a write, a
/// tick of t seconds costs n·w/t of the lane's time.
package struct TickControl: Sendable {
    /// What a lane did in one observation window.
    package struct Observation: Sendable {
        /// Length of the window.
        package var windowNanoseconds: UInt64 = 0
        /// Time spent in passes over readers.
        package var writingNanoseconds: UInt64 = 0
        /// System calls that wrote something.
        package var writes = 0
        /// Frames times readers: the writes there would be without a tick.
        package var demand = 0
        /// Readers of audiences that had something to write.
        package var readers = 0

        package init() {}
    }

    /// 0 means: write at once.
    package private(set) var tickMilliseconds = 0
    private let share: Double
    private let tickMillisecondsMax: Int
    /// Seconds a write takes, smoothed.
    private var writeSeconds = 10e-6

    package init(limits: LaneLimits) {
        share = max(limits.immediateShare, 0.001)
        tickMillisecondsMax = limits.tickMillisecondsMax
    }

    /// Starts from a given tick; for tests.
    init(limits: LaneLimits, tickMilliseconds: Int) {
        self.init(limits: limits)
        self.tickMilliseconds = tickMilliseconds
    }

    /// Takes one observation into account.
    package mutating func observe(_ seen: Observation) {
        guard seen.windowNanoseconds > 0 else { return }
        if seen.writes >= 50 {
            let measured = Double(seen.writingNanoseconds) * 1e-9 / Double(seen.writes)
            // Bounded, so that one preempted pass does not set the pace for the next second.
            let bounded = min(max(measured, 1e-6), 100e-6)
            writeSeconds += (bounded - writeSeconds) * 0.3
        }
        let window = Double(seen.windowNanoseconds) * 1e-9
        let shareAtOnce = Double(seen.demand) / window * writeSeconds
        // Leaving the tick takes a clearly lower load than entering it, so that it does not flicker.
        let threshold = tickMilliseconds == 0 ? share : share * 0.8
        guard shareAtOnce > threshold else {
            tickMilliseconds = 0
            return
        }
        // A little less than the share, so that what else the lane does finds room.
        let wanted = Double(seen.readers) * writeSeconds / (share * 0.8) * 1000
        let target = Int(min(max(wanted.rounded(.up), 20), Double(tickMillisecondsMax)))
        let step = tickMilliseconds == 0 ? target : (target - tickMilliseconds) / 2
        tickMilliseconds = tickMilliseconds == 0 ? target : tickMilliseconds + step
    }
}
