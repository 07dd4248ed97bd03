import Clockwork

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Why a port could not be opened.
package struct ListenError: Error, CustomStringConvertible {
    package var description: String
}

/// Accepts connections on one address and deals them out to lanes in turn.
package final class Listener: Sendable, LoopResident {
    /// The port that was opened; of interest when 0 was asked for.
    package let port: UInt16
    private let lanes: [Lane]
    private let loop = Loop(name: "listener")
    private let descriptor: Descriptor
    private let isStopped = Lock(false)
    private let next = Lock(0)

    /// Opens the port; nothing is accepted before ``start()``.
    ///
    /// - Parameters:
    ///   - host: A numeric IPv4 or IPv6 address.
    ///   - port: 0 for any free port.
    ///   - lanes: At least one; connections are dealt out in turn.
    /// - Throws: When the address is not numeric, or the port is taken.
    package init(host: String, port: UInt16, lanes: [Lane]) throws(ListenError) {
        precondition(!lanes.isEmpty, "a listener needs a lane")
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST
        hints.ai_socktype = streamType
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let found else {
            throw Self.notNumeric(host)
        }
        defer { freeaddrinfo(found) }
        let number = socket(found.pointee.ai_family, streamType, 0)
        guard number >= 0 else {
            throw ListenError(description: "no socket: \(String(cString: strerror(errno)))")
        }
        descriptor = Descriptor(number: number)
        Socket.makeNonBlocking(number)
        Socket.set(number, SOL_SOCKET, SO_REUSEADDR, 1)
        guard bind(number, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
            listen(number, 4096) == 0
        else {
            let reason = String(cString: strerror(errno))
            throw ListenError(
                description: "cannot listen on \(host):\(port): \(reason)")
        }
        self.port = Listener.boundPort(number) ?? port
        self.lanes = lanes
        loop.settle(self)
    }

    /// Looks whether an address is one to listen on.
    ///
    /// - Throws: When it is not numeric.
    package static func check(host: String) throws(ListenError) {
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST
        hints.ai_socktype = streamType
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &found) == 0 else { throw notNumeric(host) }
        freeaddrinfo(found)
    }

    private static func notNumeric(_ host: String) -> ListenError {
        ListenError(
            description: "\(host) is not a numeric address to listen on; try 127.0.0.1 or ::")
    }

    /// Begins to accept.
    package func start() {
        loop.post { [loop, descriptor] in loop.watch(descriptor.number, number: 0, for: .reading) }
    }

    /// Accepts nobody from now on; connections stay.
    package func stop() {
        isStopped.withLock { $0 = true }
        _ = shutdown(descriptor.number, Int32(SHUT_RDWR))
        // Shut, it would be told of for ever.
        loop.post { [loop, descriptor] in loop.forget(descriptor.number) }
    }

    package func begin(ready count: Int) {
        for index in 0..<count where loop.event(index).number == 0 { acceptAll() }
    }

    package func end() {}

    private func acceptAll() {
        for _ in 0..<256 {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let number = withUnsafeMutablePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    accept(descriptor.number, $0, &length)
                }
            }
            if number < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                // Out of descriptors: without a pause the source would fire again at once, for ever.
                if errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM {
                    pause()
                }
                return
            }
            Socket.makeNonBlocking(number)
            Socket.set(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
            let turn = next.withLock { value in
                value &+= 1
                return value
            }
            lanes[turn % lanes.count].adopt(number, from: PeerAddress(storage))
        }
    }

    private func pause() {
        loop.change(descriptor.number, number: 0, to: [])
        loop.alarm { [weak self] in self?.resume() }.set(afterNanoseconds: 100_000_000)
    }

    private func resume() {
        guard !isStopped.withLock({ $0 }) else { return }
        loop.change(descriptor.number, number: 0, to: .reading)
    }

    private static func boundPort(_ descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &length)
            }
        }
        guard code == 0 else { return nil }
        // The port has the same place in IPv4 and IPv6 addresses.
        return withUnsafeBytes(of: &storage) {
            UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
        }
    }
}

#if canImport(Glibc)
    private let streamType = Int32(SOCK_STREAM.rawValue)
#else
    private let streamType = SOCK_STREAM
#endif
