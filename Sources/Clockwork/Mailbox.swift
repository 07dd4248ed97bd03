/// Collects values from any thread for one serial executor, which takes them in batches.
///
/// Whoever posts into an empty mailbox wakes the owner; the others find it awake. Crossing threads
/// once per batch costs 0.05 µs a value instead of 10 µs (SDK-docs/performance.md).
package final class Mailbox<Value: Sendable>: Sendable {
    private let waiting = Lock<[Value]>([])

    package init() {}

    /// Adds values at the end.
    ///
    /// - Returns: Whether the mailbox was empty: the caller must wake its owner.
    package func post(contentsOf values: [Value]) -> Bool {
        guard !values.isEmpty else { return false }
        return waiting.withLock { waiting in
            let wasEmpty = waiting.isEmpty
            waiting.append(contentsOf: values)
            return wasEmpty
        }
    }

    /// Adds one value at the end, as ``post(contentsOf:)``.
    package func post(_ value: Value) -> Bool {
        waiting.withLock { waiting in
            waiting.append(value)
            return waiting.count == 1
        }
    }

    /// Takes everything that was posted, in order.
    package func takeAll() -> [Value] {
        waiting.withLock { waiting in
            let all = waiting
            waiting = []
            return all
        }
    }
}
