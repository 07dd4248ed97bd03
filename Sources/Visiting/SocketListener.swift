import Lanes

/// Accepts TCP connections on a loopback port, for proxies and stand-in servers of tests.
package final class SocketListener: Sendable {
    /// The port that connections reach.
    package let port: UInt16
    private let loop: SocketLoop
    private let entrance: Entrance

    /// Listens at once. `onAccept` is called on the loop with every new connection. Port 0 lets the
    /// system choose a free one.
    package init(
        port: UInt16 = 0, loop: SocketLoop,
        onAccept: @escaping @Sendable (SocketChannel) -> Void
    ) throws(SocketError) {
        let descriptor = try SystemCalls.openSocket()
        do throws(SocketError) {
            let address = try SystemCalls.address(host: "127.0.0.1", port: port)
            self.port = try SystemCalls.listen(on: descriptor, address: address)
        } catch {
            SystemCalls.close(descriptor)
            throw error
        }
        self.loop = loop
        let entrance = Entrance(descriptor: descriptor, loop: loop, onAccept: onAccept)
        self.entrance = entrance
        loop.async { entrance.open() }
    }

    deinit { close() }

    /// Stops accepting; connections that stand are not touched.
    package func close() {
        loop.async { [entrance] in entrance.close() }
    }
}

/// The listening socket, on its loop.
private final class Entrance: SocketWatching, @unchecked Sendable {
    // Sendable: everything but `init` is called on the loop.

    private let descriptor: Int32
    private let loop: SocketLoop
    private let onAccept: @Sendable (SocketChannel) -> Void
    /// While it is open.
    private var number: UInt64?

    init(
        descriptor: Int32, loop: SocketLoop, onAccept: @escaping @Sendable (SocketChannel) -> Void
    ) {
        self.descriptor = descriptor
        self.loop = loop
        self.onAccept = onAccept
    }

    func open() {
        let number = loop.settle(self)
        self.number = number
        loop.watch(descriptor, number: number, from: [], to: .reading)
    }

    func close() {
        guard let number else { return }
        self.number = nil
        loop.watch(descriptor, number: number, from: .reading, to: [])
        loop.leave(number)
        SystemCalls.close(descriptor)
    }

    func ready(_ event: Readiness.Event) {
        while number != nil, let accepted = SystemCalls.accept(descriptor) {
            guard (try? SystemCalls.prepare(accepted)) != nil else { continue }
            onAccept(SocketChannel(descriptor: accepted, isConnecting: false, loop: loop))
        }
    }
}
