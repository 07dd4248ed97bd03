// One function per system call; what to do about EINTR and EWOULDBLOCK is decided here.

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The system calls of the load generator and the floor probe; loopback only.
enum LoadSocket {
    /// Connections from one source address, so that ports never run out.
    static let connectionsPerAddress = 10_000

    /// What became of a read that must not wait.
    enum Received {
        case bytes(Int)
        case wouldBlock
        case ended
    }

    /// Opens a socket and begins to connect to a loopback port; nil when that fails.
    ///
    /// `number` picks the source address, 127.0.1.1 and up; `receiveBufferBytes` shrinks the
    /// window of a viewer who will stop reading.
    static func connecting(
        port: UInt16, number: Int, receiveBufferBytes: Int32? = nil
    ) -> Int32? {
        let descriptor = open()
        guard descriptor >= 0 else { return nil }
        setOption(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if let receiveBufferBytes {
            setOption(descriptor, SOL_SOCKET, SO_RCVBUF, receiveBufferBytes)
        }
        #if os(Linux)
            // Only Linux answers on all of 127.0.0.0/8 without being told to.
            let source = 0x7F00_0101 + UInt32(number / connectionsPerAddress)
            // The port is chosen when connecting, so that it may be shared between addresses.
            setOption(descriptor, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1)
            guard withAddress(source, port: 0, { bind(descriptor, $0, $1) }) == 0 else {
                close(descriptor)
                return nil
            }
        #endif
        let code = withAddress(0x7F00_0001, port: port) { connect(descriptor, $0, $1) }
        guard code == 0 || errno == EINPROGRESS else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Listens on a loopback port that the system chooses; returns the descriptor and the port.
    static func listening() -> (descriptor: Int32, port: UInt16)? {
        let descriptor = open()
        guard descriptor >= 0,
            withAddress(0x7F00_0001, port: 0, { bind(descriptor, $0, $1) }) == 0,
            listen(descriptor, 4096) == 0
        else { return nil }
        return (descriptor, localPort(descriptor))
    }

    /// Takes one waiting connection; nil when none waits.
    static func accepted(_ descriptor: Int32) -> Int32? {
        let accepted = accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        _ = fcntl(accepted, F_SETFL, fcntl(accepted, F_GETFL) | O_NONBLOCK)
        setOption(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        return accepted
    }

    /// The port at this end of a connection.
    static func localPort(_ descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Whether a connection that was begun has come about.
    static func hasConnected(_ descriptor: Int32) -> Bool {
        var number: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size) == 0 && number == 0
    }

    static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Received
    {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .wouldBlock : .ended
        }
    }

    /// Closes a socket.
    static func closeNow(_ descriptor: Int32) {
        // EINTR is not retried: Linux has released the number by then.
        _ = close(descriptor)
    }

    /// Sends once without waiting and tells whether all bytes were taken.
    static func sendOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        send(descriptor, bytes.baseAddress, bytes.count, noSignal) == bytes.count
    }

    /// Sends everything; a peer that takes nothing for two seconds is a failure.
    static func sendAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = send(descriptor, rest.baseAddress, rest.count, noSignal)
            if count > 0 {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&waited, 1, 2000) > 0 else { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Lets this process, and those it starts, open as many files as the machine allows.
    static func raiseFileLimit() -> Int {
        #if canImport(Glibc)
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
            let resource = RLIMIT_NOFILE
        #endif
        var limit = rlimit()
        getrlimit(resource, &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(resource, &limit)
        getrlimit(resource, &limit)
        return Int(clamping: limit.rlim_cur)
    }

    #if canImport(Glibc)
        private static let noSignal = Int32(MSG_NOSIGNAL)
    #else
        private static let noSignal: Int32 = 0
    #endif

    private static func open() -> Int32 {
        #if canImport(Glibc)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { return -1 }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        #if !canImport(Glibc)
            setOption(descriptor, SOL_SOCKET, SO_NOSIGPIPE, 1)
        #endif
        return descriptor
    }

    private static func setOption(
        _ descriptor: Int32, _ level: Int32, _ name: Int32, _ value: Int32
    ) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func withAddress(
        _ host: UInt32, port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
