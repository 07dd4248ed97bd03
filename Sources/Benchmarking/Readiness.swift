// One function per system call. On Linux epoll tells which of ten thousand sockets are ready at a
// cost that does not grow with their number; elsewhere poll(2) does, for small runs.

#if os(Linux)
    import CKernel
    import Glibc
#else
    import Darwin
#endif

/// Tells which sockets can be read or written.
struct Readiness: ~Copyable {
    /// A socket that is ready; `number` is what it was watched under.
    struct Event {
        var number: Int
        var isReadable: Bool
        var isWritable: Bool
        /// The connection failed or ended.
        var isBroken: Bool
    }

    /// What to wait for.
    enum Interest { case reading, writing, nothing }

    private static let eventsMax = 512

    #if os(Linux)
        private let descriptor: Int32
        private let ready: UnsafeMutablePointer<epoll_event>

        init() {
            descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
            precondition(descriptor >= 0, "epoll_create1 failed with \(errno)")
            ready = .allocate(capacity: Self.eventsMax)
        }

        deinit {
            close(descriptor)
            ready.deallocate()
        }

        func watch(_ socket: Int32, number: Int, for interest: Interest) {
            control(EPOLL_CTL_ADD, socket, number, interest)
        }

        func change(_ socket: Int32, number: Int, to interest: Interest) {
            control(EPOLL_CTL_MOD, socket, number, interest)
        }

        /// Stops watching; to be called before the socket is closed.
        func forget(_ socket: Int32) {
            var event = epoll_event()
            epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, &event)
        }

        /// Waits up to a time and calls `body` for each socket that is ready, at most 512.
        func wait(nanoseconds: Int64, _ body: (Event) -> Void) {
            var time = timespec(
                tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            let count = epoll_pwait2(descriptor, ready, Int32(Self.eventsMax), &time, nil)
            guard count > 0 else { return }
            for index in 0..<Int(count) {
                let flags = ready[index].events
                body(
                    Event(
                        number: Int(ready[index].data.u64),
                        isReadable: flags & EPOLLIN.rawValue != 0,
                        isWritable: flags & EPOLLOUT.rawValue != 0,
                        isBroken: flags & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0))
            }
        }

        private func control(
            _ operation: Int32, _ socket: Int32, _ number: Int, _ interest: Interest
        ) {
            var event = epoll_event()
            event.data.u64 = UInt64(number)
            switch interest {
            case .reading: event.events = EPOLLIN.rawValue
            case .writing: event.events = EPOLLOUT.rawValue
            case .nothing: event.events = 0
            }
            let code = epoll_ctl(descriptor, operation, socket, &event)
            precondition(code == 0, "epoll_ctl failed with \(errno)")
        }
    #else
        private final class Watched {
            var sockets: [pollfd] = []
            var numbers: [Int] = []
        }

        private let watched = Watched()

        init() {}

        func watch(_ socket: Int32, number: Int, for interest: Interest) {
            watched.sockets.append(pollfd(fd: socket, events: flags(interest), revents: 0))
            watched.numbers.append(number)
        }

        func change(_ socket: Int32, number: Int, to interest: Interest) {
            guard let index = watched.numbers.firstIndex(of: number) else { return }
            watched.sockets[index].events = flags(interest)
        }

        /// Stops watching; to be called before the socket is closed.
        func forget(_ socket: Int32) {
            guard let index = watched.sockets.firstIndex(where: { $0.fd == socket }) else { return }
            watched.sockets.remove(at: index)
            watched.numbers.remove(at: index)
        }

        /// Waits up to a time and calls `body` for each socket that is ready.
        func wait(nanoseconds: Int64, _ body: (Event) -> Void) {
            let milliseconds = Int32((nanoseconds + 999_999) / 1_000_000)
            let count = poll(&watched.sockets, nfds_t(watched.sockets.count), milliseconds)
            guard count > 0 else { return }
            // `body` may forget sockets, so what is ready is noted first.
            let ready = zip(watched.sockets, watched.numbers).filter { $0.0.revents != 0 }
            for (socket, number) in ready {
                let flags = Int32(socket.revents)
                body(
                    Event(
                        number: number, isReadable: flags & POLLIN != 0,
                        isWritable: flags & POLLOUT != 0,
                        isBroken: flags & (POLLERR | POLLHUP) != 0))
            }
        }

        private func flags(_ interest: Interest) -> Int16 {
            switch interest {
            case .reading: Int16(POLLIN)
            case .writing: Int16(POLLOUT)
            case .nothing: 0
            }
        }
    #endif
}
