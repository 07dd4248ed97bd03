// Threading: a channel belongs to one loop. Every method must be called on it and every callback
// comes on it; a precondition checks. The descriptor is closed only after both of its Dispatch
// sources have been cancelled, so a number that the system hands out again is never watched.

import Dispatch

/// Reads and writes one TCP connection on a loop.
///
/// Bytes that the kernel does not take at once wait in a queue; who writes must watch
/// ``bytesUnsent``. Reading can be paused, which holds the peer back through TCP's window.
package final class SocketChannel: @unchecked Sendable {
    // Sendable: all mutable state is confined to the queue of `loop`; see the top of this file.

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
    private let readSource: any DispatchSourceRead
    private let writeSource: any DispatchSourceWrite
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
        readSource = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: loop.queue)
        writeSource = DispatchSource.makeWriteSource(fileDescriptor: descriptor, queue: loop.queue)
        let remaining = SourceCount(2)
        let closeLast: @Sendable () -> Void = { [descriptor] in
            if remaining.cancelledOne() { SystemCalls.close(descriptor) }
        }
        readSource.setCancelHandler(handler: closeLast)
        writeSource.setCancelHandler(handler: closeLast)
    }

    deinit {
        // A suspended Dispatch source must be resumed before it may be released.
        if !isClosed { cancelSources() }
    }

    /// Starts the callbacks. The handler is kept until the channel has ended or is closed.
    package func start(_ handler: @escaping (Happening) -> Void) {
        checkLoop()
        precondition(self.handler == nil && !isClosed, "a channel is started once")
        self.handler = handler
        readSource.setEventHandler { [weak self] in self?.readable() }
        writeSource.setEventHandler { [weak self] in self?.writable() }
        if isConnecting {
            isAwaitingRoom = true
            writeSource.resume()
        } else {
            resumeReading()
        }
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
        readSource.suspend()
    }

    package func resumeReading() {
        checkLoop()
        guard !isReading, !isConnecting, !isClosed else { return }
        isReading = true
        readSource.resume()
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
        cancelSources()
    }

    /// Reads until nothing is left: an end that lies behind the last bytes when both sides have
    /// ended is told of once by Dispatch on Linux, and would be missed.
    private func readable() {
        // A few rounds at a time, so that one fast peer does not keep the others of the loop waiting.
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
        loop.async { [weak self] in self?.readable() }
    }

    private func writable() {
        guard isAwaitingRoom, !isClosed else { return }
        isAwaitingRoom = false
        writeSource.suspend()
        if isConnecting {
            let number = SystemCalls.pendingError(descriptor)
            guard number == 0 else { return end(.system(call: "connect", number: number)) }
            isConnecting = false
            resumeReading()
            handler?(.connected)
        }
        flush()
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
            writeSource.resume()
        case .end: end(nil)
        case .failed(let number): end(.system(call: "send", number: number))
        }
    }

    private func end(_ error: SocketError?) {
        let handler = handler
        close()
        handler?(.ended(error))
    }

    private func cancelSources() {
        if !isReading { readSource.resume() }
        if !isAwaitingRoom { writeSource.resume() }
        readSource.cancel()
        writeSource.cancel()
    }

    private func checkLoop() { loop.checkIsolated() }
}

/// Counts down the sources of a descriptor; only their loop's queue touches it.
private final class SourceCount: @unchecked Sendable {
    // Sendable: both cancel handlers run on the one serial queue that the sources were made with.
    private var remaining: Int

    init(_ remaining: Int) { self.remaining = remaining }

    func cancelledOne() -> Bool {
        remaining -= 1
        return remaining == 0
    }
}
