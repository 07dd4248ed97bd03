import Clockwork
import Dispatch

/// Lets a thread of its own, such as that of a test's script, wait for work on actors.
///
/// A call of a host function has to return its answer; it cannot suspend, because Lua frames lie
/// below it. Must not be called on a thread of the concurrency pool, which it would take away.
enum Crossing {
    static func wait<Value: Sendable>(
        for work: @escaping @Sendable () async -> Value
    ) -> Value {
        let result = Lock<Value?>(nil)
        let done = DispatchSemaphore(value: 0)
        Task {
            let value = await work()
            result.withLock { $0 = value }
            done.signal()
        }
        done.wait()
        guard let value = result.withLock({ $0 }) else {
            preconditionFailure("signalled without a result")
        }
        return value
    }
}
