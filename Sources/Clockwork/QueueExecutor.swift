package import Dispatch

/// Runs an actor on one serial Dispatch queue, so that sources, timers and the actor's own jobs
/// take turns on it and may enter the actor with `assumeIsolated`.
package final class QueueExecutor: SerialExecutor {
    package let queue: DispatchQueue

    /// - Parameter label: Shown by debuggers.
    package init(label: String) {
        queue = DispatchQueue(label: label, qos: .userInitiated)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    package func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
