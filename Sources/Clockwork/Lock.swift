#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Protects one value with a mutex.
///
/// The only lock type of the project. It stands on `pthread_mutex_t`, which the thread sanitizer
/// understands; a lock is held for a few loads and stores, never across I/O or an `await`.
package final class Lock<Value: ~Copyable>: @unchecked Sendable {
    // Sendable: `value` is only touched between lock and unlock of `mutex`, whose address is
    // stable because both live in one heap allocation made by `init`.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    package init(_ value: consuming sending Value) {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "pthread_mutex_init failed with \(code)")
        self.value = value
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` with exclusive access to the value.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
