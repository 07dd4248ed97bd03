// Threading: the load is one thread that does nothing but this. It sends when a message is due and
// otherwise reads whatever is ready; on two cores a second thread would take the server's. Latency
// is the time from the making of a message to the read that finds it, so it contains the wait until
// this thread reads the socket.

import Clockwork
import Wire

/// Joins rooms as many viewers, publishes, and measures what arrives.
final class Load {
    private static let connectingMax = 128
    private static let bufferBytes = 4 << 20
    /// What a viewer who will stop reading lets the kernel take.
    private static let slowReceiveBufferBytes: Int32 = 16_384

    private let plan: LoadPlan
    private let clock = SystemClock()
    private let origin: UInt64
    private let readiness = Readiness()
    private let connections: UnsafeMutablePointer<LoadConnection>
    private let connectionCount: Int
    private let buffer: UnsafeMutableRawBufferPointer
    private var frame: PublishFrame
    private var tally = LoadTally()

    private var begun = 0
    private var inFlight = 0
    private var slowPorts: Set<UInt16> = []
    private var healthyInRoom: [Int]

    private var isPublishing = false
    private var publishStart: Int64 = 0
    private var publishNext = 0
    private var publishCount = 0
    private var measureStart = Int64.max
    private var residentBytesMax: Int?
    private var nextSample: Int64 = 0

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

    private var now: Int64 { Int64(clock.monotonicNanoseconds - origin) }

    private static func nanoseconds(_ seconds: Double) -> Int64 { Int64(seconds * 1e9) }

    private func sample() -> LoadSample { .now(process: plan.process, nanoseconds: now) }

    private func pass(seconds: Double) {
        let end = now + Self.nanoseconds(seconds)
        while now < end { turn(until: end) }
    }

    /// Waits for sockets until a moment, at most 20 ms, and handles those that are ready.
    private func turn(until end: Int64) {
        var handled = 0
        readiness.wait(nanoseconds: min(max(end - now, 0), 20_000_000)) { event in
            handle(event)
            handled += 1
            // A burst of deliveries must not hold up what is due to be sent.
            if isPublishing, handled & 31 == 0 { _ = publishDue() }
        }
    }

    // MARK: Joining

    private func beginConnecting() {
        while begun < connectionCount, inFlight < Self.connectingMax {
            let number = begun
            let isPublisher = number >= plan.viewers
            let isSlow = number < plan.slowViewers
            let descriptor = LoadSocket.connecting(
                port: plan.port, number: number,
                receiveBufferBytes: isSlow ? Self.slowReceiveBufferBytes : nil)
            (connections + number).initialize(
                to: LoadConnection(
                    descriptor: descriptor ?? -1,
                    room: (isPublisher ? number - plan.viewers : number) % plan.rooms,
                    isPublisher: isPublisher, isSlow: isSlow))
            begun += 1
            inFlight += 1
            if let descriptor {
                readiness.watch(descriptor, number: number, for: .writing)
            } else {
                close(connections + number)
            }
        }
    }

    private func upgrade(_ connection: UnsafeMutablePointer<LoadConnection>, number: Int) {
        let descriptor = connection.pointee.descriptor
        guard LoadSocket.hasConnected(descriptor) else { return close(connection) }
        connection.pointee.phase = .upgrading
        readiness.change(descriptor, number: number, to: .reading)
        let request = WebSocketHandshake.request(
            host: "127.0.0.1:\(plan.port)", path: "/v1/socket", key: "cGxheWhvdXNlIGxvYWQgIQ==")
        if !request.withUnsafeBytes({ LoadSocket.sendAll(descriptor, $0) }) { close(connection) }
    }

    private func sayHello(_ connection: UnsafeMutablePointer<LoadConnection>) {
        connection.pointee.phase = .joining
        var hello: JSONObject = [
            "type": "hello", "id": "1", "version": 1,
            "room": .string("r\(connection.pointee.room)"),
        ]
        if connection.pointee.isPublisher { hello["token"] = .string(plan.token) }
        send(.text, hello.encoded(), connection)
    }

    private func admit(_ connection: UnsafeMutablePointer<LoadConnection>, number: Int) {
        let descriptor = connection.pointee.descriptor
        connection.pointee.phase = .ready
        connection.pointee.localPort = LoadSocket.localPort(descriptor)
        inFlight -= 1
        tally.connected += 1
        if connection.pointee.isSlow {
            slowPorts.insert(connection.pointee.localPort)
            readiness.change(descriptor, number: number, to: .nothing)
        } else if !connection.pointee.isPublisher {
            healthyInRoom[Int(connection.pointee.room)] += 1
        }
    }

    private func close(_ connection: UnsafeMutablePointer<LoadConnection>) {
        guard connection.pointee.phase != .closed else { return }
        if connection.pointee.phase != .ready {
            inFlight -= 1
            tally.failed += 1
        } else if connection.pointee.isSlow {
            tally.slowCloseCodes[connection.pointee.closeCode, default: 0] += 1
        } else {
            tally.closedEarly += 1
        }
        connection.pointee.phase = .closed
        connection.pointee.release()
        guard connection.pointee.descriptor >= 0 else { return }
        readiness.forget(connection.pointee.descriptor)
        LoadSocket.closeNow(connection.pointee.descriptor)
    }

    private func send(
        _ opcode: WebSocketFrame.Opcode, _ payload: [UInt8],
        _ connection: UnsafeMutablePointer<LoadConnection>
    ) {
        let bytes = WebSocketFrame.masked(opcode, payload, mask: 0x5A17_C388)
        let isSent = bytes.withUnsafeBytes { LoadSocket.sendAll(connection.pointee.descriptor, $0) }
        if !isSent { close(connection) }
    }

    // MARK: Publishing

    /// Publishes through warm-up and measurement and returns the sample of where the latter began.
    private func publish() -> LoadSample {
        let rate = plan.ratePerRoom * Double(plan.rooms)
        publishCount = Int(((LoadPlan.warmUpSeconds + plan.seconds) * rate).rounded())
        publishStart = now + 1_000_000
        measureStart = publishStart + Self.nanoseconds(LoadPlan.warmUpSeconds)
        isPublishing = true
        while now < measureStart { turn(until: min(publishDue(), measureStart)) }
        let measuring = sample()
        let end = measureStart + Self.nanoseconds(plan.seconds)
        while now < end {
            turn(until: min(publishDue(), end))
            if now >= nextSample { sampleMemory() }
        }
        // What fell due just before the end.
        _ = publishDue()
        isPublishing = false
        return measuring
    }

    /// Sends what is due and returns when the next message will be.
    private func publishDue() -> Int64 {
        let gap = 1e9 / (plan.ratePerRoom * Double(plan.rooms))
        while publishNext < publishCount {
            let due = publishStart + Int64(gap * Double(publishNext))
            let moment = now
            guard moment >= due else { return due }
            let room = publishNext % plan.rooms
            let connection = connections + (plan.viewers + room)
            publishNext += 1
            guard plan.viewers + room < begun, connection.pointee.phase == .ready else { continue }
            let isSent = frame.with(number: publishNext, stampNanoseconds: moment) {
                LoadSocket.sendAll(connection.pointee.descriptor, $0)
            }
            guard isSent else {
                close(connection)
                continue
            }
            guard moment >= measureStart else { continue }
            tally.sent += 1
            tally.expected += healthyInRoom[room]
            tally.lag.record(nanoseconds: moment - due)
        }
        return Int64.max
    }

    /// Waits for late deliveries, until all are there, none has come for a second, or time is up.
    private func drain() {
        let end = now + Self.nanoseconds(LoadPlan.drainSecondsMax)
        var seen = tally.received
        var seenAt = now
        while tally.received < tally.expected, now < end, now - seenAt < 1_000_000_000 {
            turn(until: now + 10_000_000)
            if tally.received != seen {
                seen = tally.received
                seenAt = now
            }
        }
    }

    private func sampleMemory() {
        nextSample = now + 500_000_000
        note(sample())
        guard !slowPorts.isEmpty else { return }
        for (port, bytes) in SocketMemory.bytes(serverPort: plan.port)
        where slowPorts.contains(port) {
            tally.slowKernelBytesMax = max(tally.slowKernelBytesMax, bytes)
        }
    }

    private func note(_ sample: LoadSample) {
        guard let bytes = sample.residentBytes else { return }
        residentBytesMax = max(residentBytesMax ?? 0, bytes)
    }

    private func resumeSlowViewers() {
        for number in 0..<plan.slowViewers where connections[number].phase == .ready {
            readiness.change(connections[number].descriptor, number: number, to: .reading)
        }
        pass(seconds: LoadPlan.resumeSeconds)
    }

    // MARK: Receiving

    private func handle(_ event: Readiness.Event) {
        let connection = connections + event.number
        switch connection.pointee.phase {
        case .closed: break
        case .connecting: upgrade(connection, number: event.number)
        case .upgrading, .joining, .ready:
            if event.isReadable {
                receive(connection, number: event.number)
            } else if event.isBroken {
                // A slow viewer is not reading: what waits for it, its close frame at the end, is
                // read when it resumes. Until then the broken socket must not wake the loop.
                if connection.pointee.isSlow, connection.pointee.phase == .ready {
                    receive(connection, number: event.number)
                } else {
                    close(connection)
                }
            }
        }
    }

    private func receive(_ connection: UnsafeMutablePointer<LoadConnection>, number: Int) {
        let kept = connection.pointee.restore(to: buffer)
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[kept...])
        let count: Int
        switch LoadSocket.receive(connection.pointee.descriptor, into: room) {
        case .bytes(let received): count = received
        case .wouldBlock: return
        case .ended: return close(connection)
        }
        let moment = now
        var bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + count)])
        if connection.pointee.phase == .upgrading {
            guard let head = upgradeEnd(bytes, connection) else { return }
            bytes = UnsafeRawBufferPointer(rebasing: bytes[head...])
        }
        do throws(FrameWalk.Malformed) {
            let used = try FrameWalk.walk(bytes, payloadBytesMax: Self.bufferBytes - 16) { frame in
                on(frame, connection, number: number, moment)
            }
            if connection.pointee.phase == .closed { return }
            connection.pointee.keep(UnsafeRawBufferPointer(rebasing: bytes[used...]))
        } catch {
            refuse("a frame that no server sends")
            close(connection)
        }
    }

    /// Reads the answer to the upgrade; nil when it is not whole or refused.
    private func upgradeEnd(
        _ bytes: UnsafeRawBufferPointer, _ connection: UnsafeMutablePointer<LoadConnection>
    ) -> Int? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            connection.pointee.keep(bytes)
            return nil
        }
        guard bytes.starts(with: Array("HTTP/1.1 101".utf8)) else {
            refuse(String(decoding: bytes.prefix(300), as: UTF8.self))
            close(connection)
            return nil
        }
        connection.pointee.keep(UnsafeRawBufferPointer(start: nil, count: 0))
        sayHello(connection)
        return connection.pointee.phase == .closed ? nil : end.upperBound
    }

    private func on(
        _ frame: FrameWalk.Frame, _ connection: UnsafeMutablePointer<LoadConnection>, number: Int,
        _ moment: Int64
    ) {
        guard connection.pointee.phase != .closed else { return }
        switch frame.opcode {
        case 1:
            if connection.pointee.phase == .joining {
                onAnswer(frame.payload, connection, number: number)
            } else if connection.pointee.isPublisher {
                onReply(frame.payload)
            } else if !connection.pointee.isSlow, let stamp = Stamp.find(in: frame.payload) {
                count(stamp, frame, connection, moment)
            }
        case 8:
            if frame.payload.count >= 2 {
                connection.pointee.closeCode =
                    UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1])
            }
            close(connection)
        case 9: send(.pong, Array(frame.payload), connection)
        default: break
        }
    }

    @inline(__always)
    private func count(
        _ stamp: Int64, _ frame: FrameWalk.Frame,
        _ connection: UnsafeMutablePointer<LoadConnection>, _ moment: Int64
    ) {
        if stamp == connection.pointee.stampMax {
            tally.duplicates += 1
        } else if stamp < connection.pointee.stampMax {
            tally.reordered += 1
        }
        connection.pointee.stampMax = max(connection.pointee.stampMax, stamp)
        guard stamp >= measureStart else { return }
        tally.received += 1
        tally.eventWireBytes += frame.wireBytes
        tally.latency.record(nanoseconds: moment - stamp)
        tally.lastDeliveryNanoseconds = moment
    }

    private func onAnswer(
        _ text: UnsafeRawBufferPointer, _ connection: UnsafeMutablePointer<LoadConnection>,
        number: Int
    ) {
        if text.starts(with: Self.welcomeStart) {
            admit(connection, number: number)
        } else if text.starts(with: Self.errorStart) {
            refuse(String(decoding: text.prefix(300), as: UTF8.self))
            close(connection)
        }
    }

    private func onReply(_ text: UnsafeRawBufferPointer) {
        guard text.starts(with: Self.errorStart) else { return }
        tally.refused += 1
        refuse(String(decoding: text.prefix(300), as: UTF8.self))
    }

    private func refuse(_ text: String) {
        if tally.firstRefusal == nil { tally.firstRefusal = text }
    }

    private static let welcomeStart = Array(#"{"type":"welcome""#.utf8)
    private static let errorStart = Array(#"{"type":"error""#.utf8)
}
