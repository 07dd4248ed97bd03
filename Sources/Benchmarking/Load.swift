// Threading: the load is one thread that does nothing but this. It sends when a message is due and
// otherwise reads whatever is ready; on two cores a second thread would take the server's. Latency
// is the time from the making of a message to the read that finds it, so it contains the wait until
// this thread reads the socket.

import Clockwork
import Lanes
import Wire

/// Joins rooms as many viewers, publishes, and measures what arrives.
final class Load {
    static let connectingMax = 128
    static let bufferBytes = 4 << 20
    /// What a viewer who will stop reading lets the kernel take.
    static let slowReceiveBufferBytes: Int32 = 16_384

    let plan: LoadPlan
    let clock = SystemClock()
    let origin: UInt64
    let readiness = Readiness()
    let connections: UnsafeMutablePointer<LoadConnection>
    let connectionCount: Int
    let buffer: UnsafeMutableRawBufferPointer
    var frame: PublishFrame
    var tally = LoadTally()

    var begun = 0
    var inFlight = 0
    var slowPorts: Set<UInt16> = []
    var healthyInRoom: [Int]

    var isPublishing = false
    var publishStart: Int64 = 0
    var publishNext = 0
    var publishCount = 0
    var measureStart = Int64.max
    var residentBytesMax: Int?
    var nextSample: Int64 = 0

    init(_ plan: LoadPlan) {
        self.plan = plan
        origin = clock.monotonicNanoseconds
        connectionCount = plan.viewers + plan.publishers
        connections = .allocate(capacity: connectionCount)
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 16)
        frame = PublishFrame(dataBytes: max(plan.dataBytes, LoadPlan.dataBytesMin))
        healthyInRoom = Array(repeating: 0, count: plan.rooms)
    }

    deinit {
        for number in 0..<begun { connections[number].release() }
        connections.deallocate()
        buffer.deallocate()
    }

    /// Runs the plan to its end, which is bounded, and returns the figures.
    func run() -> JSONObject {
        let before = sample()
        let connectEnd = now + Self.nanoseconds(LoadPlan.connectSecondsMax)
        while tally.connected + tally.failed < connectionCount, now < connectEnd {
            beginConnecting()
            turn(until: now + 20_000_000)
        }
        let connected = sample()
        pass(seconds: LoadPlan.settleSeconds)
        let settled = sample()
        residentBytesMax = settled.residentBytes
        var measuring = settled
        if plan.isIdle {
            pass(seconds: plan.seconds)
        } else {
            measuring = publish()
            drain()
        }
        let end = sample()
        note(end)
        if plan.slowViewers > 0 { resumeSlowViewers() }
        return loadReport(
            plan, tally,
            LoadSamples(
                before: before, connected: connected, settled: settled, measuring: measuring,
                end: end, residentBytesMax: residentBytesMax))
    }

    // MARK: Time

    var now: Int64 { Int64(clock.monotonicNanoseconds - origin) }

    static func nanoseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }

    func sample() -> LoadSample { .now(process: plan.process, nanoseconds: now) }

    func pass(seconds: Double) {
        let end = now + Self.nanoseconds(seconds)
        while now < end { turn(until: end) }
    }

    /// Waits for sockets until a moment, at most 20 ms, and handles those that are ready.
    func turn(until end: Int64) {
        var handled = 0
        let ready = readiness.wait(nanoseconds: UInt64(min(max(end - now, 0), 20_000_000)))
        for index in 0..<ready {
            handle(readiness.event(index))
            handled += 1
            // A burst of deliveries must not hold up what is due to be sent.
            if isPublishing, handled & 31 == 0 { _ = publishDue() }
        }
    }
}
