#if os(Linux)
    import CKernel
    import Glibc
#else
    import Darwin
#endif

/// Wakes a thread that waits in ``Readiness``: any thread may ring, and the one that is woken watches
/// ``descriptor`` for reading and quietens the bell.
struct Doorbell: ~Copyable, Sendable {
    let descriptor: Int32
    private let button: Int32

    /// Ends the process when there are no descriptors: nothing can be served without one.
    init() {
        #if os(Linux)
            descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
            button = descriptor
            precondition(descriptor >= 0, "eventfd failed with \(errno)")
        #else
            var ends: [Int32] = [-1, -1]
            precondition(pipe(&ends) == 0, "pipe failed with \(errno)")
            (descriptor, button) = (ends[0], ends[1])
            for end in ends { Socket.makeNonBlocking(end) }
        #endif
    }

    deinit {
        close(descriptor)
        if button != descriptor { close(button) }
    }

    func ring() {
        var one: UInt64 = 1
        // A bell that cannot take another ring is ringing.
        while write(button, &one, 8) < 0, errno == EINTR {}
    }

    func quieten() {
        var count: UInt64 = 0
        while read(descriptor, &count, 8) < 0, errno == EINTR {}
    }
}
