internal import Clockwork
internal import Dispatch

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A thread on which scripts live: its stack is large enough for Lua's nested calls, which the
/// threads of the concurrency pool are not.
///
/// What is given to it runs in order, one after the other.
package final class ScriptThread: Sendable {
    /// Two hundred nested C calls of the pattern matcher or of a callback take up to half a mebibyte,
    /// and Swift frames come on top.
    private static let stackBytes = 16 << 20

    private struct Queue: Sendable {
        var work: [@Sendable () -> Void] = []
        var isStopping = false
        var whenStopped: [CheckedContinuation<Void, Never>] = []
        var hasStopped = false
    }

    private let queue = Lock(Queue())
    private let signal = DispatchSemaphore(value: 0)

    /// Starts the thread. It runs until ``stop()``, whoever still holds this object.
    package init() {
        let context = Unmanaged.passRetained(self).toOpaque()
        #if canImport(Glibc)
            var thread: pthread_t = 0
        #else
            var thread: pthread_t?
        #endif
        let code = withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { buffer in
            guard let attributes = buffer.baseAddress else { return ENOMEM }
            pthread_attr_init(attributes)
            pthread_attr_setstacksize(attributes, Self.stackBytes)
            pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
            defer { pthread_attr_destroy(attributes) }
            return pthread_create(&thread, attributes, runThread, context)
        }
        precondition(code == 0, "pthread_create failed with \(code)")
    }

    /// Runs `body` on the thread, after everything that was given before.
    ///
    /// Must not be called after ``stop()`` or ``end()``.
    package func run<T: Sendable>(_ body: @Sendable @escaping () -> T) async -> T {
        await withCheckedContinuation { continuation in
            add { continuation.resume(returning: body()) }
        }
    }

    /// Ends the thread after what was given before, without waiting for that.
    package func end() {
        queue.withLock { $0.isStopping = true }
        signal.signal()
    }

    /// Ends the thread after what was given before, and waits for that.
    package func stop() async {
        await withCheckedContinuation { continuation in
            let hasStopped = queue.withLock { queue in
                if queue.hasStopped { return true }
                queue.isStopping = true
                queue.whenStopped.append(continuation)
                return false
            }
            if hasStopped { continuation.resume() } else { signal.signal() }
        }
    }

    private func add(_ work: @Sendable @escaping () -> Void) {
        queue.withLock { queue in
            precondition(!queue.isStopping, "a script thread was used after its stop")
            queue.work.append(work)
        }
        signal.signal()
    }

    fileprivate func loop() {
        while true {
            signal.wait()
            let (work, isStopping) = queue.withLock { queue in
                let work = queue.work
                queue.work.removeAll(keepingCapacity: true)
                return (work, queue.isStopping)
            }
            for body in work { body() }
            if isStopping { break }
        }
        let waiting = queue.withLock { queue in
            queue.hasStopped = true
            return queue.whenStopped
        }
        for continuation in waiting { continuation.resume() }
    }
}

#if canImport(Glibc)
    private typealias Context = UnsafeMutableRawPointer?
#else
    private typealias Context = UnsafeMutableRawPointer
#endif

private func runThread(_ context: Context) -> UnsafeMutableRawPointer? {
    let optional: UnsafeMutableRawPointer? = context
    guard let optional else { return nil }
    Unmanaged<ScriptThread>.fromOpaque(optional).takeRetainedValue().loop()
    return nil
}
