#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Owns a file descriptor and closes it with its last reference.
final class Descriptor: Sendable {
    let number: Int32
    init(number: Int32) { self.number = number }
    deinit { Socket.close(number) }
}

/// What became of a non-blocking read or write.
enum Transfer {
    /// Of a read, 0 bytes say that the peer will send no more; it may still read.
    case bytes(Int)
    /// Nothing now; the kernel will tell when.
    case wouldBlock
    /// The peer is gone.
    case ended
}

/// The system calls that lanes need, one function each; `EINTR` is handled here.
enum Socket {
    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer
    {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .ended
        }
    }

    @inline(__always)
    static func send(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Transfer {
        while true {
            let sent = systemSend(descriptor, bytes, count, noSignal)
            if sent >= 0 { return .bytes(sent) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .ended
        }
    }

    static func send(_ descriptor: Int32, _ parts: UnsafeMutableBufferPointer<iovec>) -> Transfer {
        while true {
            var message = msghdr()
            message.msg_iov = parts.baseAddress
            message.msg_iovlen = numericCast(parts.count)
            let sent = sendmsg(descriptor, &message, noSignal)
            if sent >= 0 { return .bytes(sent) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .ended
        }
    }

    static func close(_ descriptor: Int32) { _ = systemClose(descriptor) }

    /// Says that nothing more will be written; what the peer still sends can be read.
    static func finishWriting(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes the close that follows drop what is unsent, so that a reader who stopped holds no memory.
    static func abandon(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    static func set(_ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    static func makeNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    #if canImport(Glibc)
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #else
        private static let noSignal: Int32 = 0
    #endif
}

@inline(__always)
private func systemSend(
    _ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int, _ flags: Int32
) -> Int { send(descriptor, bytes, count, flags) }

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
