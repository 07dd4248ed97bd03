import Lanes
extension Load {
    /// Publishes through warm-up and measurement and returns the sample of where the latter began.
    func publish() -> LoadSample {
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
    func publishDue() -> Int64 {
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
    func drain() {
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

    func sampleMemory() {
        nextSample = now + 500_000_000
        note(sample())
        guard !slowPorts.isEmpty else { return }
        for (port, bytes) in SocketMemory.bytes(serverPort: plan.port)
        where slowPorts.contains(port) {
            tally.slowKernelBytesMax = max(tally.slowKernelBytesMax, bytes)
        }
    }

    func note(_ sample: LoadSample) {
        guard let bytes = sample.residentBytes else { return }
        residentBytesMax = max(residentBytesMax ?? 0, bytes)
    }

    func resumeSlowViewers() {
        for number in 0..<plan.slowViewers where connections[number].phase == .ready {
            readiness.change(connections[number].descriptor, number: UInt64(number), to: .reading)
        }
        pass(seconds: LoadPlan.resumeSeconds)
    }
}
