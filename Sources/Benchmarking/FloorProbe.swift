import Clockwork
import Foundation
import Lanes
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Measures what the kernel alone costs for a delivery: one `send` to a plain TCP connection on
/// loopback, of the size that an event has on the wire. No WebSocket, no rooms, one thread; another
/// process reads.
enum FloorProbe {
    private static let connectSecondsMax = 30.0

    /// Measures in a process of its own and returns microseconds of processor time per send.
    ///
    /// Sends to all `connections` `rate` times a second, or as fast as it goes when that is less.
    static func run(
        connections: Int, bytes: Int, rate: Double, seconds: Double, folder: URL
    ) throws(BenchmarkFailure) -> Double {
        let child = try ChildProcess(
            [
                "bench", "floor", "\(connections)", "\(bytes)", "\(rate)", "\(seconds)",
                folder.path,
            ], folder: folder, name: "floor")
        let text = try child.result(withinSeconds: seconds + 2 * connectSecondsMax)
        guard let json = try? JSON(parsing: text),
            let microseconds = json["microsecondsPerSend"]?.doubleValue
        else { throw BenchmarkFailure("the floor probe said \(text.prefix(200))") }
        return microseconds
    }

    /// Does the measuring; for the process that ``run(connections:bytes:rate:seconds:folder:)``
    /// starts.
    static func measure(
        connections: Int, bytes: Int, rate: Double, seconds: Double, folder: URL
    ) throws(BenchmarkFailure) -> JSON {
        guard let (listener, port) = LoadSocket.listening() else {
            throw BenchmarkFailure("cannot listen")
        }
        let reader = try ChildProcess(
            ["bench", "floor-reader", "\(connections)", "\(port)"], folder: folder,
            name: "floor-reader")
        defer { reader.stop() }
        let clock = SystemClock()
        var sockets: [Int32] = []
        let connectEnd = Date().addingTimeInterval(connectSecondsMax)
        while sockets.count < connections {
            if let socket = LoadSocket.accepted(listener) {
                sockets.append(socket)
            } else {
                guard Date() < connectEnd, reader.isRunning else {
                    throw BenchmarkFailure("\(sockets.count) of \(connections) connections came")
                }
                usleep(1000)
            }
        }
        usleep(300_000)
        let payload = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
        var sent = 0
        var round = 0
        let start = clock.monotonicNanoseconds
        let busy = ProcessUsage.ownSeconds()
        func elapsed() -> Double { Double(clock.monotonicNanoseconds - start) / 1e9 }
        payload.withUnsafeBytes { payload in
            while elapsed() < seconds {
                let wait = Double(round) / rate - elapsed()
                if wait > 0 { usleep(UInt32(min(wait, seconds) * 1e6)) }
                for socket in sockets where LoadSocket.sendOnce(socket, payload) { sent += 1 }
                round += 1
            }
        }
        let spent = ProcessUsage.ownSeconds() - busy
        return [
            "sends": .integer(Int64(sent)), "sendsPerSecond": .rounded(Double(sent) / elapsed()),
            "microsecondsPerSend": .rounded(spent * 1e6 / Double(max(sent, 1))),
        ]
    }

    /// Reads from connections until the measuring process has gone.
    static func read(connections: Int, port: UInt16) {
        let readiness = Readiness()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var sockets: [Int32] = []
        while sockets.count < connections {
            guard let socket = LoadSocket.connecting(port: port, number: sockets.count) else {
                return
            }
            readiness.watch(socket, number: UInt64(sockets.count), for: .reading)
            sockets.append(socket)
            // The listener's queue is finite; give it time.
            if sockets.count.isMultiple(of: 500) { usleep(10_000) }
        }
        var hasEnded = false
        while !hasEnded {
            for index in 0..<readiness.wait(nanoseconds: 1_000_000_000) {
                let socket = sockets[Int(readiness.event(index).number)]
                if case .ended = LoadSocket.receive(socket, into: buffer) { hasEnded = true }
            }
        }
    }
}
