// Threading: `residents` and `scratch` are touched on the loop's thread only.

import Lanes

/// Runs sockets and the actors that own them on one thread.
///
/// An actor that names a loop as its executor is called back by its socket without changing
/// threads, so hundreds of clients in one process cost one thread.
package final class SocketLoop: LoopResident, @unchecked Sendable {
    // Sendable: see the top of this file; the rest does not change.

    /// The loop that clients use unless they are given another.
    package static let shared = SocketLoop(label: "visiting")

    private struct Resident {
        weak var socket: (any SocketWatching)?
    }

    private let loop: Loop
    private var residents: [UInt64: Resident] = [:]
    private var nextNumber: UInt64 = 0
    /// For one reader at a time, who does not keep what it is lent.
    let scratch: UnsafeMutableRawBufferPointer

    package init(label: String) {
        loop = Loop(name: label)
        scratch = .allocate(byteCount: 65_536, alignment: 16)
        loop.settle(self)
    }

    deinit { scratch.deallocate() }

    // MARK: - From any thread

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        loop.asUnownedSerialExecutor()
    }

    /// Stops the process unless it is called on the loop.
    package func checkIsolated() { loop.checkIsolated() }

    /// Runs `body` on the loop after a while, at the earliest.
    package func after(milliseconds: Int, _ body: @escaping @Sendable () -> Void) {
        loop.post { [loop] in
            loop.alarm(body).set(afterNanoseconds: UInt64(max(milliseconds, 0)) * 1_000_000)
        }
    }

    /// Runs `body` on the loop, after what is queued there already.
    package func async(_ body: @escaping @Sendable () -> Void) { loop.post(body) }

    // MARK: - On the loop

    /// Gives a socket a number, which nobody else gets.
    func settle(_ socket: any SocketWatching) -> UInt64 {
        nextNumber += 1
        residents[nextNumber] = Resident(socket: socket)
        return nextNumber
    }

    /// Forgets a socket that is no longer watched.
    func leave(_ number: UInt64) { residents[number] = nil }

    /// Watches a descriptor for other things from now on. Without any it is not watched at all: that
    /// a connection is broken would be told of for ever.
    func watch(
        _ descriptor: Int32, number: UInt64, from old: Readiness.Interest,
        to new: Readiness.Interest
    ) {
        if old == new { return }
        if old.isEmpty {
            loop.watch(descriptor, number: number, for: new)
        } else if new.isEmpty {
            loop.forget(descriptor)
        } else {
            loop.change(descriptor, number: number, to: new)
        }
    }

    func begin(ready count: Int) {
        for index in 0..<count {
            let event = loop.event(index)
            // What one event leads to may end another's socket.
            residents[event.number]?.socket?.ready(event)
        }
    }

    func end() {}
}

/// Has a descriptor on a ``SocketLoop``; called on it.
protocol SocketWatching: AnyObject {
    func ready(_ event: Readiness.Event)
}
