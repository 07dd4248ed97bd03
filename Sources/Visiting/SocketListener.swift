import Dispatch

/// Accepts TCP connections on a loopback port, for proxies and stand-in servers of tests.
package final class SocketListener: @unchecked Sendable {
    // Sendable: the source is thread-safe, everything else is immutable.

    /// The port that connections reach.
    package let port: UInt16
    private let source: any DispatchSourceRead

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
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: loop.queue)
        source.setCancelHandler { SystemCalls.close(descriptor) }
        source.setEventHandler {
            while let accepted = SystemCalls.accept(descriptor) {
                guard (try? SystemCalls.prepare(accepted)) != nil else { continue }
                onAccept(SocketChannel(descriptor: accepted, isConnecting: false, loop: loop))
            }
        }
        source.resume()
    }

    deinit { source.cancel() }

    /// Stops accepting; connections that stand are not touched.
    package func close() { source.cancel() }
}
