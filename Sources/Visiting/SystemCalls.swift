// One function per system call; what to do about EINTR and EWOULDBLOCK is decided here.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What became of a read or a write that must not wait.
enum Transfer: Equatable {
    case bytes(Int)
    case wouldBlock
    case end
    case failed(Int32)
}

enum SystemCalls {
    /// Makes an IPv4 address. Names are not looked up, because that would block the loop.
    static func address(host: String, port: UInt16) throws(SocketError) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let literal = host == "localhost" ? "127.0.0.1" : host
        guard inet_pton(AF_INET, literal, &address.sin_addr) == 1 else {
            throw .badHost(host)
        }
        return address
    }

    /// Opens a TCP socket that never blocks and sends small segments at once.
    static func openSocket() throws(SocketError) -> Int32 {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw .system(call: "socket", number: errno) }
        try prepare(descriptor)
        return descriptor
    }

    /// Sets what every stream socket of a client needs.
    static func prepare(_ descriptor: Int32) throws(SocketError) {
        guard fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0,
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else {
            let number = errno
            close(descriptor)
            throw .system(call: "fcntl", number: number)
        }
        setOption(descriptor, level: Int32(IPPROTO_TCP), name: TCP_NODELAY, value: 1)
        #if !canImport(Glibc)
            setOption(descriptor, level: SOL_SOCKET, name: SO_NOSIGPIPE, value: 1)
        #endif
    }

    static func setOption(_ descriptor: Int32, level: Int32, name: Int32, value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Begins to connect; the socket becomes writable when it is done.
    static func beginConnect(_ descriptor: Int32, to address: sockaddr_in) throws(SocketError) {
        let code = withSocketAddress(address) { connect(descriptor, $0, $1) }
        guard code == 0 || errno == EINPROGRESS || errno == EINTR else {
            throw .system(call: "connect", number: errno)
        }
    }

    /// Returns the error that a socket has met since it was asked last; 0 means none.
    static func pendingError(_ descriptor: Int32) -> Int32 {
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size) == 0 else {
            return errno
        }
        return number
    }

    /// Binds and listens on a loopback port; 0 lets the system choose.
    static func listen(on descriptor: Int32, address: sockaddr_in) throws(SocketError) -> UInt16 {
        setOption(descriptor, level: SOL_SOCKET, name: SO_REUSEADDR, value: 1)
        guard withSocketAddress(address, { bind(descriptor, $0, $1) }) == 0 else {
            throw .system(call: "bind", number: errno)
        }
        #if canImport(Glibc)
            let code = Glibc.listen(descriptor, 128)
        #else
            let code = Darwin.listen(descriptor, 128)
        #endif
        guard code == 0 else { throw .system(call: "listen", number: errno) }
        var bound = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &bound) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        return UInt16(bigEndian: bound.sin_port)
    }

    /// Takes one waiting connection; nil when none waits or it went away meanwhile.
    static func accept(_ descriptor: Int32) -> Int32? {
        while true {
            #if canImport(Glibc)
                let accepted = Glibc.accept(descriptor, nil, nil)
            #else
                let accepted = Darwin.accept(descriptor, nil, nil)
            #endif
            if accepted >= 0 { return accepted }
            if errno != EINTR { return nil }
        }
    }

    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Transfer
    {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed(errno)
        }
    }

    static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Transfer {
        #if canImport(Glibc)
            let flags = Int32(MSG_NOSIGNAL)
        #else
            let flags: Int32 = 0
        #endif
        while true {
            #if canImport(Glibc)
                let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
            #else
                let count = Darwin.send(descriptor, bytes.baseAddress, bytes.count, flags)
            #endif
            if count >= 0 { return .bytes(count) }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .failed(errno)
        }
    }

    static func close(_ descriptor: Int32) {
        // EINTR is not retried: Linux has released the number by then.
        #if canImport(Glibc)
            _ = Glibc.close(descriptor)
        #else
            _ = Darwin.close(descriptor)
        #endif
    }

    /// Ends the sending direction.
    static func finishSending(_ descriptor: Int32) {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Makes the close of a socket reset the connection.
    static func resetOnClose(_ descriptor: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        let size = socklen_t(MemoryLayout<linger>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, size)
    }

    private static func withSocketAddress(
        _ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
