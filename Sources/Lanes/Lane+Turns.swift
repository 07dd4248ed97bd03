import Clockwork
import Wire

extension Lane: LoopResident {
    package nonisolated func begin(ready count: Int) {
        assumeIsolated { $0.beginTurn(ready: count) }
    }

    package nonisolated func end() { assumeIsolated { $0.endTurn() } }
}

extension Lane {
    /// Reads what arrived and carries out what was posted.
    private func beginTurn(ready count: Int) {
        for index in 0..<count { handle(executor.event(index)) }
        takeDeliveries()
    }

    func takeDeliveries() {
        readMailbox()
        endTurn()
    }

    func readMailbox() {
        for delivery in mailbox.takeAll() { carryOut(delivery) }
    }

    private func carryOut(_ delivery: Delivery) {
        switch delivery {
        case .admit(let id, let number, let part, let staff, let greeting, let missed):
            guard let index = index(of: id), !slots[index].flags.contains(.closing) else { return }
            admit(index, to: audience(number), part: part, staff: staff)
            enqueue(greeting, at: index, isCounted: false)
            if !missed.isEmpty { enqueue(missed, at: index, isCounted: false) }
        case .direct(let id, let bytes):
            send(bytes, to: id)
        case .event(let number, let bytes):
            append(bytes, to: audience(number))
        case .chatter(let number, let parts, let bytes):
            append(bytes, to: audience(number), chatter: parts)
        case .state(let number, let key, let bytes, let staffOnly):
            let audience = audience(number)
            audience.setState(key: key, frame: bytes, staffOnly: staffOnly)
            markDirty(audience)
        case .close(let id, let farewell):
            close(id, farewell: farewell)
        case .tune(let id, let tuning):
            tune(id, tuning)
        case .detune(let id, let picture):
            detune(id, from: picture)
        case .picture(let picture, let bytes, let isKey):
            show(bytes, of: picture, isKey: isKey)
        case .pictureBegins(let picture, let opening):
            begin(picture, opening: opening)
        case .pictureOver(let picture, let farewell):
            end(picture, farewell: farewell)
        }
    }

    /// Appends an event, or chatter for the parts of the audience whose bits are set.
    private func append(_ bytes: [UInt8], to audience: Audience, chatter parts: UInt8? = nil) {
        guard !audience.members.isEmpty else { return }
        let oldStart = audience.events.start
        bytes.withUnsafeBytes {
            if let parts {
                audience.appendChatter($0, parts: parts)
            } else {
                audience.events.append($0)
            }
        }
        let parts = parts ?? .max
        let partsReached = min(parts.nonzeroBitCount, Audience.partCount)
        observation.demand += audience.members.count * partsReached / Audience.partCount
        audience.framesSinceObservation += 1
        markDirty(audience)
        if audience.events.start != oldStart { closeWhoFellBehind(in: audience) }
    }

    private func markDirty(_ audience: Audience) {
        guard !audience.members.isEmpty else { return }
        audience.phasesLeft = .max
        guard !audience.isDirty else { return }
        audience.isDirty = true
        dirtyAudiences.append(audience)
    }

    private func audience(_ number: Int) -> Audience {
        if number < audienceTable.count, let audience = audienceTable[number] { return audience }
        while audienceTable.count <= number { audienceTable.append(nil) }
        let audience = Audience(number: number, limits: limits)
        audienceTable[number] = audience
        audiences[number] = audience
        return audience
    }

    func audience(at index: Int32) -> Audience? { index < 0 ? nil : audienceTable[Int(index)] }

    /// Writes what the turn left to be written.
    func endTurn() {
        flushDirtySlots()
        guard !dirtyAudiences.isEmpty else { return }
        if control.tickMilliseconds == 0 {
            writeAtOnce()
            flushDirtySlots()
        } else {
            startTicking()
        }
    }

    /// Writes what waits for single connections: answers, and pictures.
    func flushDirtySlots() {
        guard !dirtySlots.isEmpty else { return }
        let began = Processor.threadNanoseconds
        defer { observation.otherNanoseconds += Processor.threadNanoseconds &- began }
        var position = 0
        while position < dirtySlots.count {
            let index = Int(dirtySlots[position])
            slots[index].flags.remove(.dirty)
            if slots[index].descriptor >= 0 { flush(index) }
            position += 1
        }
        dirtySlots.removeAll(keepingCapacity: true)
    }

    func enqueue(_ bytes: [UInt8], at index: Int, isCounted: Bool = true) {
        let slot = slots + index
        let waiting = waiting(at: index)
        // What waits already decides and not what comes: one large answer, or a greeting with a
        // thousand missed events, is no sign of a slow reader.
        let isSlow = waiting.byteCount > limits.directBytesMax
        let position = audience(at: slot.pointee.audience)?.events.end ?? 0
        waiting.append(bytes, after: position, isCounted: isCounted)
        if isSlow, slot.pointee.flags.isDisjoint(with: .closing) {
            statistics.slowClosed += 1
            // Who is in no room may not be speaking WebSocket at all.
            beginClosing(
                index, farewell: slot.pointee.audience < 0 ? [] : slowFarewell, isSlow: true)
            return
        }
        markDirty(index)
    }

    func markDirty(_ index: Int) {
        guard !slots[index].flags.contains(.dirty) else { return }
        slots[index].flags.insert(.dirty)
        dirtySlots.append(Int32(index))
    }
}
