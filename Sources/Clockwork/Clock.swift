#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells the time to whoever is given it; nothing in the project reads a clock of its own.
package protocol Clock: Sendable {
    /// Milliseconds of Unix time. May jump; for showing and recording, never for measuring.
    var unixMilliseconds: Int64 { get }
    /// Nanoseconds since an arbitrary moment. Never goes back; for measuring and for deadlines.
    var monotonicNanoseconds: UInt64 { get }
}

/// Reads the clocks of the operating system.
package struct SystemClock: Clock {
    package init() {}

    package var unixMilliseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    package var monotonicNanoseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Stands still until a test moves it.
package final class VirtualClock: Clock {
    private let now: Lock<Int64>

    /// - Parameter unixMilliseconds: Where the clock stands first.
    package init(unixMilliseconds: Int64 = 1_795_363_200_000) {
        now = Lock(unixMilliseconds)
    }

    package var unixMilliseconds: Int64 { now.withLock { $0 } }
    package var monotonicNanoseconds: UInt64 { UInt64(now.withLock { $0 }) * 1_000_000 }

    /// Moves the clock on.
    package func advance(milliseconds: Int64) { now.withLock { $0 += milliseconds } }
}
