// One function per system call. On Linux epoll tells which of ten thousand sockets are ready at a
// cost that does not grow with their number; elsewhere poll(2) does, for small runs.
//
// Both report a state and not a change: what is left unread, or becomes writable while nobody looks,
// is told of again in the next wait. So no end of a connection can be missed, and one descriptor has
// one registration, whatever is wanted of it.

#if os(Linux)
    import CKernel
    import Glibc
#else
    import Darwin
#endif

/// Tells which sockets can be read or written. Belongs to one thread.
package struct Readiness: ~Copyable {
    /// A socket that is ready; `number` is what it was watched under.
    package struct Event {
        package var number: UInt64
        package var isReadable: Bool
        package var isWritable: Bool
        /// The connection failed, or has ended in both directions.
        package var isBroken: Bool
    }

    /// What to wait for. That a connection is broken is told of whatever is waited for.
    package struct Interest: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let reading = Interest(rawValue: 1)
        package static let writing = Interest(rawValue: 2)
    }

    private static let eventsMax = 512

    #if os(Linux)
        private let descriptor: Int32
        private let ready: UnsafeMutablePointer<epoll_event>

        /// Ends the process when there are no descriptors: nothing can be served without one.
        package init() {
            descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
            precondition(descriptor >= 0, "epoll_create1 failed with \(errno)")
            ready = .allocate(capacity: Self.eventsMax)
        }

        deinit {
            close(descriptor)
            ready.deallocate()
        }

        /// Begins to watch a socket; it has one number at a time.
        package func watch(_ socket: Int32, number: UInt64, for interest: Interest) {
            control(EPOLL_CTL_ADD, socket, number, interest)
        }

        /// Watches a socket for something else from now on.
        package func change(_ socket: Int32, number: UInt64, to interest: Interest) {
            control(EPOLL_CTL_MOD, socket, number, interest)
        }

        /// Stops watching; to be called before the socket is closed.
        package func forget(_ socket: Int32) {
            var event = epoll_event()
            epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, &event)
        }

        /// Waits up to a time, `UInt64.max` for ever, until a socket is ready.
        ///
        /// - Returns: How many are, at most 512; see ``event(_:)``. 0 also after a signal.
        package func wait(nanoseconds: UInt64) -> Int {
            var count: Int32
            if nanoseconds == .max {
                count = epoll_wait(descriptor, ready, Int32(Self.eventsMax), -1)
            } else {
                var time = timespec(
                    tv_sec: Int(nanoseconds / 1_000_000_000),
                    tv_nsec: Int(nanoseconds % 1_000_000_000))
                count = epoll_pwait2(descriptor, ready, Int32(Self.eventsMax), &time, nil)
            }
            return Int(max(count, 0))
        }

        /// One of what the last ``wait(nanoseconds:)`` found.
        package func event(_ index: Int) -> Event {
            let flags = ready[index].events
            return Event(
                number: ready[index].data.u64,
                isReadable: flags & EPOLLIN.rawValue != 0,
                isWritable: flags & EPOLLOUT.rawValue != 0,
                isBroken: flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0)
        }

        private func control(
            _ operation: Int32, _ socket: Int32, _ number: UInt64, _ interest: Interest
        ) {
            var event = epoll_event()
            event.data.u64 = number
            if interest.contains(.reading) { event.events |= EPOLLIN.rawValue }
            if interest.contains(.writing) { event.events |= EPOLLOUT.rawValue }
            let code = epoll_ctl(descriptor, operation, socket, &event)
            precondition(code == 0, "epoll_ctl failed with \(errno)")
        }
    #else
        private final class Watched {
            var sockets: [pollfd] = []
            var numbers: [UInt64] = []
            var ready: [Event] = []
        }

        private let watched = Watched()

        package init() {}

        /// Begins to watch a socket; it has one number at a time.
        package func watch(_ socket: Int32, number: UInt64, for interest: Interest) {
            watched.sockets.append(pollfd(fd: socket, events: flags(interest), revents: 0))
            watched.numbers.append(number)
        }

        /// Watches a socket for something else from now on.
        package func change(_ socket: Int32, number: UInt64, to interest: Interest) {
            guard let index = watched.sockets.firstIndex(where: { $0.fd == socket }) else { return }
            watched.sockets[index].events = flags(interest)
            watched.numbers[index] = number
        }

        /// Stops watching; to be called before the socket is closed.
        package func forget(_ socket: Int32) {
            guard let index = watched.sockets.firstIndex(where: { $0.fd == socket }) else { return }
            watched.sockets.remove(at: index)
            watched.numbers.remove(at: index)
        }

        /// Waits up to a time, `UInt64.max` for ever, until a socket is ready.
        ///
        /// - Returns: How many are; see ``event(_:)``. 0 also after a signal.
        package func wait(nanoseconds: UInt64) -> Int {
            let milliseconds =
                nanoseconds == .max
                ? -1
                : Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0))
            watched.ready.removeAll(keepingCapacity: true)
            let count = poll(&watched.sockets, nfds_t(watched.sockets.count), milliseconds)
            guard count > 0 else { return 0 }
            for (socket, number) in zip(watched.sockets, watched.numbers)
            where socket.revents != 0 {
                let flags = Int32(socket.revents)
                watched.ready.append(
                    Event(
                        number: number, isReadable: flags & POLLIN != 0,
                        isWritable: flags & POLLOUT != 0,
                        isBroken: flags & (POLLERR | POLLHUP | POLLNVAL) != 0))
            }
            return watched.ready.count
        }

        /// One of what the last ``wait(nanoseconds:)`` found.
        package func event(_ index: Int) -> Event { watched.ready[index] }

        private func flags(_ interest: Interest) -> Int16 {
            Int16((interest.contains(.reading) ? POLLIN : 0))
                | Int16(interest.contains(.writing) ? POLLOUT : 0)
        }
    #endif
}
