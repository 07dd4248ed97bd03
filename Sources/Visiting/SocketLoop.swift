import Dispatch

/// Runs sockets and the actors that own them on one serial queue.
///
/// An actor that names a loop as its executor is called back by its socket without changing
/// threads, so hundreds of clients in one process cost one queue.
package final class SocketLoop: SerialExecutor {
    /// The loop that clients use unless they are given another.
    package static let shared = SocketLoop(label: "visiting")

    let queue: DispatchQueue
    // Proof for `unsafe`: read and written on `queue` alone, by one channel at a time; a channel's
    // reader does not keep what it is lent.
    nonisolated(unsafe) let scratch: UnsafeMutableRawBufferPointer

    package init(label: String) {
        queue = DispatchQueue(label: "playhouse.\(label)")
        scratch = .allocate(byteCount: 65_536, alignment: 16)
    }

    deinit { scratch.deallocate() }

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

    /// Runs `body` on the loop after a while, at the earliest.
    package func after(milliseconds: Int, _ body: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds), execute: body)
    }

    /// Runs `body` on the loop, after what is queued there already.
    package func async(_ body: @escaping @Sendable () -> Void) {
        queue.async(execute: body)
    }
}
