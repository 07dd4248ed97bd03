/// Decides how long a lane collects before it writes: not at all while writing at once is affordable,
/// and just long enough to stay within a share of the lane's time when it is not.
///
/// A write costs about 10 µs whether it carries one frame or ten, so the only way to deliver more
/// with the same time is to visit each reader less often. With n readers and w seconds a write, a
/// tick of t seconds costs n·w/t of the lane's time. It saves something only where a reader gets
/// several frames in that time: two, or the lane would be late for nothing.
package struct TickControl: Sendable {
    /// What a lane did in one observation window.
    package struct Observation: Sendable {
        /// Length of the window.
        package var windowNanoseconds: UInt64 = 0
        /// Processor time spent in passes over readers: the time of the clock would count it as
        /// expensive writing when somebody else takes the processor.
        package var writingNanoseconds: UInt64 = 0
        /// Processor time spent on what waits for single connections, pictures above all: a tick saves
        /// nothing of it.
        package var otherNanoseconds: UInt64 = 0
        /// System calls of those passes that wrote something.
        package var writes = 0
        /// Frames times readers: the writes there would be without a tick.
        package var demand = 0
        /// Readers of audiences that had something to write.
        package var readers = 0

        package init() {}
    }

    /// 0 means: write at once.
    package private(set) var tickMilliseconds = 0
    private let shareAtOnceMax: Double
    private let shareInTicks: Double
    private let tickMillisecondsMax: Int
    /// Seconds a write takes, smoothed.
    private var writeSeconds = 10e-6

    package init(limits: LaneLimits) {
        shareAtOnceMax = max(limits.immediateShare, 0.001)
        shareInTicks = min(max(limits.tickShare, 0.001), shareAtOnceMax)
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
        // Of what is left to the readers of rooms, and some always is.
        let left = max(1 - Double(seen.otherNanoseconds) * 1e-9 / window, 0.2)
        // Leaving the tick takes a clearly lower load than entering it, so that it does not flicker.
        let threshold = left * (tickMilliseconds == 0 ? shareAtOnceMax : shareAtOnceMax * 0.8)
        guard shareAtOnce > threshold, seen.readers > 0 else {
            tickMilliseconds = 0
            return
        }
        let wanted = Double(seen.readers) * writeSeconds / (shareInTicks * left)
        let forTwoFrames = 2 * window * Double(seen.readers) / Double(seen.demand)
        let milliseconds = (max(wanted, forTwoFrames) * 1000).rounded(.up)
        let target = Int(min(max(milliseconds, 20), Double(tickMillisecondsMax)))
        tickMilliseconds += tickMilliseconds == 0 ? target : (target - tickMilliseconds) / 2
    }
}
