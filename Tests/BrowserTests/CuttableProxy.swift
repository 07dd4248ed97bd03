import Visiting

/// Carries TCP connections to a server, until it is told to lose the network.
///
/// Chromium's own offline mode leaves WebSockets that stand alone; this does not.
final class CuttableProxy: @unchecked Sendable {
    // Sendable: the mutable state is touched on the loop only.

    /// How the network is.
    enum Network: Sendable {
        case up
        /// Connections are reset and new ones refused.
        case cut
        /// Nothing moves and nobody is told, as behind a dead radio link. What is sent waits.
        case stalled
    }

    /// Both ends of a carried connection.
    private final class Pair {
        let inner: SocketChannel
        let outer: SocketChannel
        var hasEnded = false

        init(inner: SocketChannel, outer: SocketChannel) {
            self.inner = inner
            self.outer = outer
        }
    }

    /// What a slow end may be behind before the other one is not read any more.
    private static let behindBytesMax = 1 << 20

    private let loop = SocketLoop(label: "proxy")
    private let serverPort: UInt16
    private var listener: SocketListener?
    private var network = Network.up
    private var pairs: [ObjectIdentifier: Pair] = [:]

    /// The port that pages connect to.
    var port: UInt16 { listener?.port ?? 0 }

    init(to serverPort: UInt16) throws {
        self.serverPort = serverPort
        listener = try SocketListener(loop: loop) { [weak self] channel in self?.carry(channel) }
    }

    deinit { listener?.close() }

    /// Changes how the network is; returns when it is so.
    func set(_ network: Network) async {
        await withCheckedContinuation { done in
            loop.async { [self] in
                self.network = network
                for pair in Array(pairs.values) {
                    switch network {
                    case .cut: cut(pair)
                    case .stalled:
                        pair.inner.pauseReading()
                        pair.outer.pauseReading()
                    case .up:
                        pair.inner.resumeReading()
                        pair.outer.resumeReading()
                    }
                }
                done.resume()
            }
        }
    }

    private func carry(_ outer: SocketChannel) {
        guard network != .cut,
            let inner = try? SocketChannel.connecting(
                host: "127.0.0.1", port: serverPort, loop: loop)
        else { return outer.close(isAbrupt: true) }
        let pair = Pair(inner: inner, outer: outer)
        pairs[ObjectIdentifier(pair)] = pair
        connect(pair, from: outer, to: inner)
        connect(pair, from: inner, to: outer)
        if network == .stalled { outer.pauseReading() }
    }

    private func connect(_ pair: Pair, from source: SocketChannel, to target: SocketChannel) {
        source.start { [weak self, unowned pair] happening in
            guard let self else { return }
            switch happening {
            case .connected:
                if network == .stalled { source.pauseReading() }
            case .drained:
                // This end has caught up, so the other may be read again.
                if network == .up { target.resumeReading() }
            case .received(let bytes):
                target.write(Array(bytes))
                if target.bytesUnsent > Self.behindBytesMax { source.pauseReading() }
            case .ended(nil) where !pair.hasEnded:
                // The other end may still have something to say.
                pair.hasEnded = true
                target.finishWriting()
            case .ended: cut(pair)
            }
        }
    }

    private func cut(_ pair: Pair) {
        pairs[ObjectIdentifier(pair)] = nil
        pair.inner.close(isAbrupt: true)
        pair.outer.close(isAbrupt: true)
    }
}
