// Threading: a channel belongs to one loop. Every method must be called on it and every callback
// comes on it; a precondition checks.

import Lanes

/// Reads and writes one TCP connection on a loop.
///
/// Bytes that the kernel does not take at once wait in a queue; who writes must watch
/// ``bytesUnsent``. Reading can be paused, which holds the peer back through TCP's window.
package final class SocketChannel: SocketWatching, @unchecked Sendable {
    // Sendable: all mutable state is confined to `loop`; see the top of this file.

    /// What happens on a channel, in order; `ended` is the last.
    package enum Happening: @unchecked Sendable {
        // Sendable: a value is made, used and forgotten within one callback on the loop.

        case connected
        /// The bytes are the channel's and may be changed, but not kept.
        case received(UnsafeMutableRawBufferPointer)
        /// Everything that was written has been taken by the kernel.
        case drained
        /// The peer has closed (nil) or the connection broke.
        case ended(SocketError?)
    }

    package let loop: SocketLoop
    /// The number of bytes that are written but not yet taken by the kernel.
    package private(set) var bytesUnsent = 0

    private let descriptor: Int32
    /// What the loop knows it by, once it has started.
    private var number: UInt64?
    private var interest = Readiness.Interest()
    private var handler: ((Happening) -> Void)?
    private var unsent: [[UInt8]] = []
    private var unsentOffset = 0
    private var isConnecting: Bool
    private var isReading = false
    private var isAwaitingRoom = false
    private var isEndingAfterDrain = false
    private var isClosed = false

    /// Begins to connect to an IPv4 address; ``Happening/connected`` or `ended` tells the outcome.
    package static func connecting(
        host: String, port: UInt16, loop: SocketLoop
    ) throws(SocketError) -> SocketChannel {
        let address = try SystemCalls.address(host: host, port: port)
        let descriptor = try SystemCalls.openSocket()
        do throws(SocketError) {
            try SystemCalls.beginConnect(descriptor, to: address)
        } catch {
            SystemCalls.close(descriptor)
            throw error
        }
        return SocketChannel(descriptor: descriptor, isConnecting: true, loop: loop)
    }

    /// Takes over a descriptor of a connected, non-blocking socket.
    init(descriptor: Int32, isConnecting: Bool, loop: SocketLoop) {
        self.descriptor = descriptor
        self.isConnecting = isConnecting
        self.loop = loop
    }

    deinit {
        guard !isClosed else { return }
        // Whoever held it last may have been on any thread.
        loop.async { [loop, descriptor, number, interest] in
            Self.release(descriptor, number, interest, loop)
        }
    }

    /// Starts the callbacks. The handler is kept until the channel has ended or is closed.
    package func start(_ handler: @escaping (Happening) -> Void) {
        checkLoop()
        precondition(self.handler == nil && !isClosed, "a channel is started once")
        self.handler = handler
        number = loop.settle(self)
        isAwaitingRoom = isConnecting
        isReading = !isConnecting
        watch()
    }

    /// Sends bytes, or queues them behind what waits already. Does nothing on a closed channel.
    package func write(_ bytes: [UInt8]) {
        checkLoop()
        guard !isClosed, !bytes.isEmpty else { return }
        unsent.append(bytes)
        bytesUnsent += bytes.count
        if !isConnecting, !isAwaitingRoom { flush() }
    }

    /// Stops reading until ``resumeReading()``; the kernel's buffers then hold the peer back.
    package func pauseReading() {
        checkLoop()
        guard isReading, !isClosed else { return }
        isReading = false
        watch()
    }

    package func resumeReading() {
        checkLoop()
        guard !isReading, !isConnecting, !isClosed else { return }
        isReading = true
        watch()
    }

    /// Ends the sending direction once everything written has left.
    package func finishWriting() {
        checkLoop()
        isEndingAfterDrain = true
        if unsent.isEmpty, !isConnecting, !isClosed { SystemCalls.finishSending(descriptor) }
    }

    /// Drops the connection at once. No callback follows.
    ///
    /// - Parameter isAbrupt: Resets the connection instead of ending it in order.
    package func close(isAbrupt: Bool = false) {
        checkLoop()
        guard !isClosed else { return }
        if isAbrupt { SystemCalls.resetOnClose(descriptor) }
        isClosed = true
        handler = nil
        unsent = []
        bytesUnsent = 0
        Self.release(descriptor, number, interest, loop)
    }

    func ready(_ event: Readiness.Event) {
        if event.isWritable || event.isBroken { writable() }
        if event.isReadable || event.isBroken { readable() }
    }

    private func readable() {
        // A few rounds at a time, so that one fast peer does not keep the others of the loop waiting;
        // what is left is told of again.
        for _ in 0..<8 {
            guard isReading, !isClosed else { return }
            switch SystemCalls.receive(descriptor, into: loop.scratch) {
            case .bytes(let count):
                handler?(.received(UnsafeMutableRawBufferPointer(rebasing: loop.scratch[..<count])))
            case .wouldBlock: return
            case .end: return end(nil)
            case .failed(let number): return end(.system(call: "recv", number: number))
            }
        }
    }

    private func writable() {
        guard isAwaitingRoom, !isClosed else { return }
        isAwaitingRoom = false
        if isConnecting {
            let number = SystemCalls.pendingError(descriptor)
            guard number == 0 else { return end(.system(call: "connect", number: number)) }
            isConnecting = false
            isReading = true
            handler?(.connected)
        }
        flush()
        watch()
    }

    private func flush() {
        guard !unsent.isEmpty else { return }
        var sent = 0
        var outcome = Transfer.bytes(0)
        while sent < unsent.count {
            outcome = unsent[sent].withUnsafeBytes { bytes in
                SystemCalls.send(
                    descriptor, UnsafeRawBufferPointer(rebasing: bytes[unsentOffset...]))
            }
            guard case .bytes(let count) = outcome else { break }
            bytesUnsent -= count
            unsentOffset += count
            guard unsentOffset == unsent[sent].count else { continue }
            sent += 1
            unsentOffset = 0
        }
        unsent.removeFirst(sent)
        switch outcome {
        case .bytes:
            if isEndingAfterDrain { SystemCalls.finishSending(descriptor) }
            handler?(.drained)
        case .wouldBlock:
            isAwaitingRoom = true
            watch()
        case .end: end(nil)
        case .failed(let number): end(.system(call: "send", number: number))
        }
    }

    private func end(_ error: SocketError?) {
        let handler = handler
        close()
        handler?(.ended(error))
    }

    private func watch() {
        guard let number, !isClosed else { return }
        var wanted = Readiness.Interest()
        if isReading { wanted.insert(.reading) }
        if isAwaitingRoom { wanted.insert(.writing) }
        loop.watch(descriptor, number: number, from: interest, to: wanted)
        interest = wanted
    }

    private static func release(
        _ descriptor: Int32, _ number: UInt64?, _ interest: Readiness.Interest, _ loop: SocketLoop
    ) {
        if let number {
            loop.watch(descriptor, number: number, from: interest, to: [])
            loop.leave(number)
        }
        SystemCalls.close(descriptor)
    }

    private func checkLoop() { loop.checkIsolated() }
}
