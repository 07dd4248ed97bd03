import Clockwork

/// Counts what the doors of a server refuse and let through, for metrics.
package final class ServingCounters: Sendable {
    package struct Values: Sendable {
        package var httpRequests: UInt64 = 0
        package var upgrades: UInt64 = 0
        package var messages: UInt64 = 0
        /// By close or error code.
        package var refusals: [String: UInt64] = [:]
        /// Connections that came before the server began to drain and whose sockets are open.
        package var awaited = 0
    }
    private let values = Lock(Values())

    package init() {}

    package var latest: Values { values.withLock { $0 } }

    func count(_ path: WritableKeyPath<Values, UInt64>) {
        values.withLock { $0[keyPath: path] += 1 }
    }

    func came() { values.withLock { $0.awaited += 1 } }

    func went() { values.withLock { $0.awaited -= 1 } }

    func refused(_ code: String) { values.withLock { $0.refusals[code, default: 0] += 1 } }
}
