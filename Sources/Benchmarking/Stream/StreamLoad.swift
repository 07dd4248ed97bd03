// Threading: one thread, as in `Load`. What is thrown away is not even copied: the kernel discards it
// (MSG_TRUNC, tcp(7)), so that thousands of viewers leave the processor to the server.

import Clockwork
import Lanes
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Watches a stream as many viewers do, and notes when each fragment came.
final class StreamLoad {
    private static let connectingMax = 128
    private static let slowTurnNanoseconds: Int64 = 100_000_000

    private enum Phase { case connecting, upgrading, joining, watching, closed }

    private struct Viewer {
        var descriptor: Int32
        var phase = Phase.connecting
        var walk: StreamWalk
        /// Bytes of a beginning that is not whole, in the viewer's part of `heads`.
        var held = 0
        var lastArrival: Int64 = 0
        var fragments = 0
        /// Whether it reads by the clock, or never, and not when bytes come.
        var isSlow = false
        var isStopped = false
        /// What a slow one may still read before the next turn.
        var allowance = 0
    }

    private let plan: StreamPlan
    private let clock = SystemClock()
    private let readiness = Readiness()
    private var viewers: [Viewer] = []
    private let heads: UnsafeMutableRawBufferPointer
    private let scratch: UnsafeMutableRawBufferPointer
    private var inFlight = 0
    private var connected = 0
    private var failed = 0
    private var closedEarly = 0
    private var firstRefusal: String?
    /// Milliseconds of Unix time from which on fragments count.
    private var measureFrom = Int64.max
    /// From monotonic to Unix time, in nanoseconds.
    private let epoch: Int64
    private var latency = LatencyHistogram()
    private var gaps = LatencyHistogram()
    private var bytes = 0

    init(_ plan: StreamPlan) {
        self.plan = plan
        heads = .allocate(byteCount: plan.viewers * StreamWalk.headBytesMax, alignment: 16)
        scratch = .allocate(byteCount: 256 << 10, alignment: 16)
        // The millisecond's beginning is caught, so that the offset is good to microseconds.
        let clock = clock
        let before = clock.unixMilliseconds
        var after = before
        while after == before { after = clock.unixMilliseconds }
        epoch = after * 1_000_000 - Int64(clock.monotonicNanoseconds)
    }

    deinit {
        for viewer in viewers where viewer.phase != .closed {
            LoadSocket.closeNow(viewer.descriptor)
        }
        heads.deallocate()
        scratch.deallocate()
    }

    /// Runs the plan to its end, which is bounded, and returns the figures.
    func run() -> JSONObject {
        let before = sample()
        let end = now + Int64(StreamPlan.connectSecondsMax * 1e9)
        while connected + failed < plan.viewers, now < end {
            begin()
            turn(until: now + 20_000_000)
        }
        pass(seconds: StreamPlan.settleSeconds)
        let start = sample()
        measureFrom = unixMilliseconds
        bytes = 0
        pass(seconds: plan.seconds)
        let finish = sample()
        return report(before, start, finish)
    }

    // MARK: Time

    private var now: Int64 { Int64(clock.monotonicNanoseconds) }
    private var unixMilliseconds: Int64 { (now + epoch) / 1_000_000 }

    private func sample() -> LoadSample { .now(process: plan.process, nanoseconds: now) }

    private func pass(seconds: Double) {
        let end = now + Int64(seconds * 1e9)
        while now < end { turn(until: end) }
    }

    private var nextSlowTurn: Int64 = 0

    private func turn(until end: Int64) {
        let ready = readiness.wait(nanoseconds: UInt64(min(max(end - now, 0), 20_000_000)))
        for index in 0..<ready {
            let event = readiness.event(index)
            handle(Int(event.number), isBroken: event.isBroken && !event.isReadable)
        }
        guard plan.slow > 0, now >= nextSlowTurn else { return }
        nextSlowTurn = now + Self.slowTurnNanoseconds
        let share = plan.bytesPerSecond / 2 / Int(1_000_000_000 / Self.slowTurnNanoseconds)
        for number in viewers.indices where viewers[number].isSlow {
            guard viewers[number].phase == .watching else { continue }
            viewers[number].allowance = share
            read(number)
        }
    }

    // MARK: Connections

    private func begin() {
        while inFlight < Self.connectingMax, viewers.count < plan.viewers {
            let number = viewers.count
            guard let descriptor = LoadSocket.connecting(port: plan.port, number: number) else {
                failed += 1
                viewers.append(
                    Viewer(descriptor: -1, phase: .closed, walk: StreamWalk(isNumbered: false)))
                continue
            }
            var viewer = Viewer(
                descriptor: descriptor, walk: StreamWalk(isNumbered: !plan.isDirect))
            viewer.isStopped = number < plan.stopped
            viewer.isSlow = !viewer.isStopped && number < plan.stopped + plan.slow
            viewers.append(viewer)
            readiness.watch(descriptor, number: UInt64(number), for: .writing)
            inFlight += 1
        }
    }

    private func handle(_ number: Int, isBroken: Bool) {
        switch viewers[number].phase {
        case .closed: break
        case .connecting: ask(number)
        case .upgrading: isBroken ? close(number) : upgrade(number)
        case .joining, .watching: isBroken ? close(number) : read(number)
        }
    }

    private func ask(_ number: Int) {
        let descriptor = viewers[number].descriptor
        guard LoadSocket.hasConnected(descriptor) else { return close(number) }
        let request = WebSocketHandshake.request(
            host: "127.0.0.1:\(plan.port)", path: plan.isDirect ? "/rooms/r0/live" : "/v1/socket",
            key: "cGxheWhvdXNlIGxvYWQgIQ==")
        guard request.withUnsafeBytes({ LoadSocket.sendAll(descriptor, $0) }) else {
            return close(number)
        }
        readiness.change(descriptor, number: UInt64(number), to: .reading)
        viewers[number].phase = .upgrading
    }

    /// Reads the answer to the upgrade and nothing behind it.
    private func upgrade(_ number: Int) {
        let descriptor = viewers[number].descriptor
        let count = recv(descriptor, scratch.baseAddress, 4_096, Int32(MSG_PEEK))
        guard count > 0 else {
            if count == 0 || (errno != EAGAIN && errno != EINTR) { close(number) }
            return
        }
        let text = UnsafeRawBufferPointer(rebasing: scratch[..<count])
        guard let end = text.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
        guard text.starts(with: Array("HTTP/1.1 101".utf8)) else {
            firstRefusal = firstRefusal ?? String(decoding: text.prefix(300), as: UTF8.self)
            return close(number)
        }
        _ = recv(descriptor, scratch.baseAddress, end.upperBound, 0)
        if plan.isDirect { return watches(&viewers[number], number) }
        viewers[number].phase = .joining
        send(.text, ["type": "hello", "id": "1", "version": 1, "room": "r0"], number)
    }

    /// The picture comes from now on.
    private func watches(_ viewer: inout Viewer, _ number: Int) {
        viewer.phase = .watching
        inFlight -= 1
        connected += 1
        if viewer.isStopped || viewer.isSlow {
            // What is not read must not wake the loop.
            readiness.forget(viewer.descriptor)
        }
    }

    private func send(_ opcode: WebSocketFrame.Opcode, _ message: JSON?, _ number: Int) {
        let bytes = WebSocketFrame.masked(opcode, message?.encoded() ?? [], mask: 0x5A17_C388)
        let descriptor = viewers[number].descriptor
        if !bytes.withUnsafeBytes({ LoadSocket.sendAll(descriptor, $0) }) { close(number) }
    }

    private func close(_ number: Int) {
        guard viewers[number].phase != .closed else { return }
        if viewers[number].phase == .watching {
            if !viewers[number].isSlow { closedEarly += 1 }
        } else {
            failed += 1
            inFlight -= 1
        }
        viewers[number].phase = .closed
        readiness.forget(viewers[number].descriptor)
        LoadSocket.closeNow(viewers[number].descriptor)
    }

    // MARK: Reading

    /// Reads all that is there, or as much as a slow viewer may.
    private func read(_ number: Int) {
        var viewer = viewers[number]
        defer { if viewers[number].phase != .closed { viewers[number] = viewer } }
        let head = UnsafeMutableRawBufferPointer(
            rebasing: heads[(number * StreamWalk.headBytesMax)...].prefix(StreamWalk.headBytesMax))
        while true {
            if viewer.isSlow, viewer.phase == .watching, viewer.allowance <= 0 { return }
            if viewer.walk.rest > 0 {
                let want =
                    viewer.isSlow && viewer.phase == .watching
                    ? min(viewer.walk.rest, viewer.allowance) : viewer.walk.rest
                guard let count = discard(viewer.descriptor, want, number) else { return }
                viewer.allowance -= count
                bytes += count
                if let message = viewer.walk.skip(count) { note(message, &viewer, number) }
                if count < want { return }
                continue
            }
            let count = recv(
                viewer.descriptor, head.baseAddress.map { $0 + viewer.held },
                head.count - viewer.held, 0)
            guard count > 0 else {
                if count == 0 || (errno != EAGAIN && errno != EINTR) { close(number) }
                return
            }
            bytes += count
            viewer.allowance -= count
            viewer.held += count
            do throws(StreamWalk.Malformed) {
                while viewer.walk.rest == 0,
                    let begun = try viewer.walk.begin(
                        UnsafeRawBufferPointer(rebasing: head[..<viewer.held]))
                {
                    if let message = begun.message { note(message, &viewer, number) }
                    viewer.held -= begun.used
                    if viewer.held > 0, let base = head.baseAddress {
                        memmove(base, base + begun.used, viewer.held)
                    }
                }
            } catch {
                firstRefusal = firstRefusal ?? "a frame that no server sends"
                return close(number)
            }
            if viewers[number].phase == .closed { return }
        }
    }

    /// Throws bytes away; nil when none are there or the connection has ended.
    private func discard(_ descriptor: Int32, _ count: Int, _ number: Int) -> Int? {
        #if os(Linux)
            let taken = recv(descriptor, nil, count, Int32(MSG_TRUNC))
        #else
            let taken = recv(descriptor, scratch.baseAddress, min(count, scratch.count), 0)
        #endif
        if taken > 0 { return taken }
        if taken == 0 || (errno != EAGAIN && errno != EINTR) { close(number) }
        return nil
    }

    private func note(_ message: StreamWalk.Message, _ viewer: inout Viewer, _ number: Int) {
        switch message {
        case .close: close(number)
        case .ping: send(.pong, nil, number)
        case .other:
            // The first is the welcome.
            guard viewer.phase == .joining else { return }
            send(.text, ["type": "watch", "id": "2"], number)
            watches(&viewer, number)
        case .fragment(let stamp):
            guard !viewer.isSlow else { return }
            let moment = now
            if stamp >= measureFrom {
                latency.record(nanoseconds: moment + epoch - stamp * 1_000_000)
                if viewer.lastArrival > 0 {
                    gaps.record(nanoseconds: moment - viewer.lastArrival)
                }
                viewer.fragments += 1
            }
            viewer.lastArrival = moment
        }
    }

    private func report(
        _ before: LoadSample, _ start: LoadSample, _ finish: LoadSample
    ) -> JSONObject {
        let healthy = viewers.filter { !$0.isSlow && !$0.isStopped }
        let most = healthy.map(\.fragments).max() ?? 0
        let seconds = Double(finish.nanoseconds - start.nanoseconds) / 1e9
        var json: JSONObject = [
            "connected": .integer(Int64(connected)), "closedEarly": .integer(Int64(closedEarly)),
            "fragments": .integer(Int64(healthy.reduce(0) { $0 + $1.fragments })),
            "fragmentsMax": .integer(Int64(most)), "healthy": .integer(Int64(healthy.count)),
            "fragmentsMin": .integer(Int64(healthy.map(\.fragments).min() ?? 0)),
            "bytes": .integer(Int64(bytes)), "seconds": .rounded(seconds),
            "latencyMilliseconds": .object(latency.summary),
            "gapMilliseconds": .object(gaps.summary),
            "loadCores": .rounded((finish.ownSeconds - start.ownSeconds) / seconds),
        ]
        if let from = start.serverSeconds, let to = finish.serverSeconds {
            json["serverSeconds"] = .rounded(to - from)
        }
        if let from = before.residentBytes, let to = finish.residentBytes {
            json["bytesPerViewer"] = .integer(Int64((to - from) / max(1, plan.viewers)))
        }
        if let firstRefusal { json["firstRefusal"] = .string(firstRefusal) }
        return json
    }
}
