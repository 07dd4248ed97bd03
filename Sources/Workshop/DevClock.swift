import Clockwork

/// The system's clock, moved back so that a show that is played from an earlier record goes on at the
/// hour of that record: what was 20 seconds away then is 20 seconds away again.
final class DevClock: Clock {
    private let system = SystemClock()
    private let backMilliseconds = Lock<Int64>(0)

    var unixMilliseconds: Int64 {
        system.unixMilliseconds - backMilliseconds.withLock { $0 }
    }

    var monotonicNanoseconds: UInt64 { system.monotonicNanoseconds }

    /// Lets this moment be another one.
    func set(unixMilliseconds: Int64) {
        let back = system.unixMilliseconds - unixMilliseconds
        backMilliseconds.withLock { $0 = back }
    }
}
