import Clockwork

extension Lane {
    @discardableResult
    func open(_ number: Int32, from address: PeerAddress) -> ConnectionID? {
        guard !isStopped else {
            Socket.close(number)
            return nil
        }
        let index: Int
        if let free = freeSlots.popLast() {
            index = Int(free)
        } else {
            if slotCount == slotCapacity { growSlots() }
            index = slotCount
            (slots + index).initialize(to: Slot())
            slotCount += 1
        }
        let generation = slots[index].generation &+ 1
        slots[index] = Slot()
        slots[index].generation = generation & 0xFF_FFFF
        slots[index].descriptor = number
        Socket.set(number, sendBufferOption.level, sendBufferOption.name, limits.sendBufferBytes)
        executor.watch(number, number: watchNumber(index), for: .reading)
        statistics.accepted += 1
        countConnections(1)
        let id = id(of: index)
        handler?.opened(id, from: address, on: self)
        return id
    }

    /// What the loop knows a connection by: an event that was found before its slot was given to
    /// somebody else is told apart by the generation.
    private func watchNumber(_ index: Int) -> UInt64 {
        UInt64(slots[index].generation) << 32 | UInt64(index)
    }

    /// Published at once: a drain that saw the figure of a moment ago would cut newcomers.
    func countConnections(_ change: Int) {
        statistics.connections += change
        let count = statistics.connections
        published.withLock { $0.connections = count }
    }

    func growSlots() {
        let new = UnsafeMutablePointer<Slot>.allocate(capacity: slotCapacity * 2)
        new.moveInitialize(from: slots, count: slotCount)
        slots.deallocate()
        slots = new
        slotCapacity *= 2
    }

    /// Takes what the kernel has for one connection, or tells it that there is room again.
    func handle(_ event: Readiness.Event) {
        let index = Int(UInt32(truncatingIfNeeded: event.number))
        func isStillThere() -> Bool {
            index < slotCount && slots[index].descriptor >= 0 && watchNumber(index) == event.number
        }
        guard isStillThere() else { return }
        if event.isWritable { writable(index) }
        if event.isReadable || event.isBroken, isStillThere() {
            readable(index, isBroken: event.isBroken)
        }
    }

    /// Reads once: what is left is told of again in the next round, so that one fast sender does not
    /// keep the others waiting.
    private func readable(_ index: Int, isBroken: Bool) {
        switch Socket.receive(slots[index].descriptor, into: readBuffer) {
        case .bytes(0):
            peerFinished(index, isBroken: isBroken)
        case .bytes(let count):
            if slots[index].flags.isDisjoint(with: [.closing, .finished]) {
                let bytes = UnsafeMutableRawBufferPointer(rebasing: readBuffer[..<count])
                handler?.received(bytes, from: id(of: index), on: self)
            }
        case .wouldBlock:
            // It would be told of for ever.
            if isBroken { remove(index) }
        case .ended:
            remove(index)
        }
    }

    private func peerFinished(_ index: Int, isBroken: Bool) {
        let flags = slots[index].flags
        // It would be told of for ever.
        guard !isBroken, flags.isDisjoint(with: .finished) else { return remove(index) }
        slots[index].flags.insert(.peerFinished)
        executor.change(slots[index].descriptor, number: watchNumber(index), to: interest(index))
        if flags.isDisjoint(with: .closing) {
            handler?.finishedSending(id(of: index), on: self)
        }
    }

    /// What the loop is to tell of a connection. Nothing to read comes any more from a peer that has
    /// finished sending.
    private func interest(_ index: Int) -> Readiness.Interest {
        var interest: Readiness.Interest = []
        if slots[index].flags.isDisjoint(with: .peerFinished) { interest.insert(.reading) }
        if slots[index].flags.contains(.awaitsRoom) { interest.insert(.writing) }
        return interest
    }

    func id(of index: Int) -> ConnectionID {
        ConnectionID(lane: number, generation: slots[index].generation, slot: index)
    }

    func index(of id: ConnectionID) -> Int? {
        let index = id.slot
        guard index < slotCount, slots[index].descriptor >= 0,
            slots[index].generation == id.generation
        else { return nil }
        return index
    }

    func admit(_ index: Int, to audience: Audience, part: Int, staff: Bool) {
        let slot = slots + index
        precondition(slot.pointee.audience < 0, "a connection is admitted to one room only")
        slot.pointee.audience = Int32(audience.number)
        slot.pointee.place = Int32(audience.members.count)
        slot.pointee.eventCursor = audience.events.end
        slot.pointee.part = UInt8(part)
        slot.pointee.chatterCursor = audience.chatter[part].end
        slot.pointee.stateVersion = audience.stateVersion
        if staff { slot.pointee.flags.insert(.staff) }
        if slot.pointee.flags.contains(.blocked) { audience.blockedCount += 1 }
        audience.members.append(Int32(index))
    }

    func leaveAudience(_ index: Int) {
        let slot = slots + index
        guard let audience = audience(at: slot.pointee.audience) else { return }
        if slot.pointee.flags.contains(.blocked) { audience.blockedCount -= 1 }
        let place = Int(slot.pointee.place)
        let last = audience.members.removeLast()
        if place < audience.members.count {
            audience.members[place] = last
            slots[Int(last)].place = Int32(place)
            // The member may have moved into a group that this round has visited already.
            if audience.isDirty { audience.phasesLeft = .max }
        }
        slot.pointee.audience = -1
        if audience.blockedCount == 0, !audience.isDirty { audience.forgetWhatAllHaveRead() }
    }

    /// Drops what the room still had for this connection, sends last words, and ends it.
    func beginClosing(_ index: Int, farewell: [UInt8], isSlow: Bool = false) {
        guard slots[index].flags.isDisjoint(with: .closing) else { return }
        handler?.ended(id(of: index), on: self)
        leaveAudience(index)
        slots[index].flags.insert(.closing)
        slots[index].deadline =
            seconds + (isSlow ? limits.slowLingerSeconds : limits.lingerSeconds)
        lingering.insert(Int32(index))
        if let waiting = slots[index].waiting?.takeUnretainedValue() {
            // A half-sent part must be finished, or the frame after it could not be read; what is
            // wholly unsent gives way when there is too much of it.
            if isSlow { waiting.dropUnsent() }
            waiting.dropPictures()
        }
        enqueue(farewell, at: index)
    }

    func closeWhoFellBehind(in audience: Audience) {
        let start = audience.events.start
        var behind: [Int32] = []
        for index in audience.members where slots[Int(index)].eventCursor < start {
            behind.append(index)
        }
        for index in behind { closeSlow(Int(index)) }
    }

    /// Ends a reader who fell behind, with the code that says so.
    func closeSlow(_ index: Int) {
        statistics.slowClosed += 1
        beginClosing(index, farewell: slowFarewell, isSlow: true)
    }

    /// Everything that was to be said has been said.
    func finish(_ index: Int) {
        guard !slots[index].flags.contains(.finished) else { return }
        slots[index].flags.insert(.finished)
        Socket.finishWriting(slots[index].descriptor)
        if slots[index].flags.contains(.peerFinished) { remove(index) }
    }

    func remove(_ index: Int) {
        guard slots[index].descriptor >= 0 else { return }
        if slots[index].flags.isDisjoint(with: .closing) {
            handler?.ended(id(of: index), on: self)
            leaveAudience(index)
        }
        lingering.remove(Int32(index))
        Socket.close(surrender(index))
        handler?.released(id(of: index), on: self)
    }

    /// Gives up the slot of a connection that has left its audience, and returns its socket.
    func surrender(_ index: Int) -> Int32 {
        let descriptor = slots[index].descriptor
        slots[index].waiting?.release()
        slots[index].waiting = nil
        slots[index].descriptor = -1
        if slots[index].flags.contains(.blocked) { blockedCount -= 1 }
        slots[index].flags.remove(.blocked)
        executor.forget(descriptor)
        countConnections(-1)
        freeSlots.append(Int32(index))
        return descriptor
    }

    // MARK: - Blocked connections

    /// Waits until the kernel takes more for a connection.
    func block(_ index: Int) {
        let slot = slots + index
        guard slot.pointee.flags.isDisjoint(with: .blocked) else { return }
        slot.pointee.flags.insert(.blocked)
        slot.pointee.blockedSince = seconds
        blockedCount += 1
        audience(at: slot.pointee.audience)?.blockedCount += 1
        guard slot.pointee.flags.isDisjoint(with: .awaitsRoom) else { return }
        slot.pointee.flags.insert(.awaitsRoom)
        executor.change(
            slot.pointee.descriptor, number: watchNumber(index), to: interest(index))
    }

    private func writable(_ index: Int) {
        let slot = slots + index
        if slot.pointee.flags.contains(.blocked) {
            slot.pointee.flags.remove(.blocked)
            blockedCount -= 1
            let audience = audience(at: slot.pointee.audience)
            audience?.blockedCount -= 1
            flush(index)
            if let audience, audience.blockedCount == 0, !audience.isDirty {
                audience.forgetWhatAllHaveRead()
            }
        }
        guard slot.pointee.descriptor >= 0, slot.pointee.flags.isDisjoint(with: .blocked) else {
            return
        }
        slot.pointee.flags.remove(.awaitsRoom)
        executor.change(
            slot.pointee.descriptor, number: watchNumber(index), to: interest(index))
    }

    /// Ends every reader who has taken nothing for too long, whether or not it fell behind: in a
    /// quiet room the log does not grow past it.
    func closeWhoStalled() {
        guard blockedCount > 0 else { return }
        for index in 0..<slotCount
        where slots[index].descriptor >= 0 && slots[index].flags.contains(.blocked)
            && slots[index].flags.isDisjoint(with: .closing)
            && seconds - slots[index].blockedSince >= limits.stallSecondsMax
        {
            closeSlow(index)
        }
    }
}
