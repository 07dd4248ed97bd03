package import Clockwork
import Dispatch

/// A serial queue with the connections that live on it.
///
/// Threading: everything happens on the lane's own queue, which is also its actor executor; other
/// threads post deliveries into its mailbox. Memory: connections are trivial values in one raw
/// buffer; what a whole room receives lies once in its audience's logs.
///
/// Every entry from Dispatch (bytes arrived, deliveries posted, a tick) is a *turn*; what a turn
/// leaves to be written is written at its end, one system call a connection.
package actor Lane {
    package nonisolated let number: Int
    nonisolated let executor: QueueExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private nonisolated let mailbox = Mailbox<Delivery>()
    /// Whether the lane ticks and will look into its mailbox by itself.
    nonisolated let wakesAtNextStep = Lock(false)
    private nonisolated let published = Lock(LaneStatistics())
    nonisolated let clock: any Clock
    let limits: LaneLimits
    /// What a reader who fell behind is told before it is closed.
    private let slowFarewell: [UInt8]

    /// What speaks with the connections; nil before the start and after the stop.
    package private(set) var handler: (any ConnectionHandling)?
    var slots: UnsafeMutablePointer<Slot>
    private var slotCapacity = 64
    private var slotCount = 0
    private var freeSlots: [Int32] = []
    private var descriptors: ContiguousArray<Descriptor?> = []
    private var readSources: ContiguousArray<(any DispatchSourceRead)?> = []
    private var writeSources: [Int: any DispatchSourceWrite] = [:]
    var audiences: [Int: Audience] = [:]
    private var audienceTable: ContiguousArray<Audience?> = []
    var dirtyAudiences: [Audience] = []
    private var dirtySlots: ContiguousArray<Int32> = []
    private var lingering: Set<Int32> = []
    private let readBuffer: UnsafeMutableRawBufferPointer
    var stateScratch = StateScratch()

    var statistics = LaneStatistics()
    var observation = TickControl.Observation()
    var control: TickControl
    private var observationStart: UInt64
    private var housekeeping: (any DispatchSourceTimer)?
    var ticking: (any DispatchSourceTimer)?
    var phase = 0
    /// Groups that the readers of an audience are dealt into while the lane ticks.
    var phases = 1
    var seconds: UInt32 = 0
    private var isStopped = false

    /// - Parameters:
    ///   - number: 0…255, part of every ``ConnectionID``.
    ///   - limits: Bounds of every queue, and when to merge writes.
    ///   - clock: Measures how long writing takes.
    ///   - slowFarewell: Complete frames (`bye`, close 4420) for a reader who fell behind.
    package init(
        number: Int, limits: LaneLimits, clock: any Clock, slowFarewell: [UInt8]
    ) {
        precondition((0...255).contains(number), "a lane number is 0…255, not \(number)")
        self.number = number
        self.limits = limits
        self.clock = clock
        self.slowFarewell = slowFarewell
        executor = QueueExecutor(label: "playhouse.lane.\(number)")
        slots = .allocate(capacity: slotCapacity)
        readBuffer = .allocate(byteCount: 64 << 10, alignment: 16)
        control = TickControl(limits: limits)
        observationStart = clock.monotonicNanoseconds
    }

    isolated deinit {
        for index in 0..<slotCount { slots[index].waiting?.release() }
        slots.deallocate()
        readBuffer.deallocate()
    }

    // MARK: - From other threads

    /// Hands deliveries over, to be carried out in order in one of the next turns.
    package nonisolated func post(_ deliveries: [Delivery]) {
        guard mailbox.post(contentsOf: deliveries) else { return }
        // A ticking lane looks into its mailbox at every step. The flag is lowered before the last
        // look, so what is posted in between is either seen by it or wakes the lane.
        guard !wakesAtNextStep.withLock({ $0 }) else { return }
        executor.queue.async { self.assumeIsolated { $0.takeDeliveries() } }
    }

    /// The figures of a moment ago; the number of connections is that of now.
    package nonisolated var latestStatistics: LaneStatistics { published.withLock { $0 } }

    /// Runs a turn of somebody else's on the lane.
    package nonisolated func run(_ body: @escaping @Sendable (isolated Lane) -> Void) {
        executor.queue.async {
            self.assumeIsolated { lane in
                body(lane)
                lane.endTurn()
            }
        }
    }

    /// Gives the lane its protocol and starts its clockwork.
    package func start(_ makeHandler: @Sendable (isolated Lane) -> any ConnectionHandling) {
        handler = makeHandler(self)
        let timer = DispatchSource.makeTimerSource(queue: executor.queue)
        timer.schedule(deadline: .now() + 0.25, repeating: 0.25, leeway: .milliseconds(20))
        timer.setEventHandler { [weak self] in self?.assumeIsolated { $0.houseKeep() } }
        timer.resume()
        housekeeping = timer
    }

    /// Takes over a connected, non-blocking socket.
    nonisolated func adopt(_ descriptor: Int32, from address: PeerAddress) {
        executor.queue.async { self.assumeIsolated { $0.open(descriptor, from: address) } }
    }

    /// Says goodbye to every connection; they end when they have read it, or after the linger time.
    /// What becomes of those that come later is the handler's affair.
    package func drain() {
        handler?.drain(on: self)
        endTurn()
    }

    /// Cuts every connection and stops the clockwork.
    package func stop() {
        isStopped = true
        housekeeping?.cancel()
        housekeeping = nil
        ticking?.cancel()
        ticking = nil
        wakesAtNextStep.withLock { $0 = false }
        for index in 0..<slotCount where slots[index].descriptor >= 0 { remove(index) }
        handler = nil
    }

    // MARK: - For the handler, on the lane

    /// Sends bytes to one connection, at the end of this turn.
    package func send(_ bytes: [UInt8], to id: ConnectionID) {
        guard let index = index(of: id), !slots[index].flags.contains(.closing) else { return }
        enqueue(bytes, at: index)
    }

    /// Sends last bytes, then ends the connection. ``ConnectionHandling/ended(_:on:)`` is called at once.
    package func close(_ id: ConnectionID, farewell: [UInt8]) {
        guard let index = index(of: id) else { return }
        beginClosing(index, farewell: farewell)
    }

    /// Cuts a connection without a word.
    package func cut(_ id: ConnectionID) {
        guard let index = index(of: id) else { return }
        remove(index)
    }

    /// Seconds since the lane began, for time limits.
    package var uptimeSeconds: UInt32 { seconds }

    // MARK: - Turns

    func takeDeliveries() {
        readMailbox()
        endTurn()
    }

    func readMailbox() {
        for delivery in mailbox.takeAll() { carryOut(delivery) }
    }

    private func carryOut(_ delivery: Delivery) {
        switch delivery {
        case .admit(let id, let number, let staff, let greeting):
            guard let index = index(of: id), !slots[index].flags.contains(.closing) else { return }
            admit(index, to: audience(number), staff: staff)
            enqueue(greeting, at: index, isCounted: false)
        case .direct(let id, let bytes):
            send(bytes, to: id)
        case .event(let number, let bytes):
            append(bytes, to: audience(number), chatter: false)
        case .chatter(let number, let bytes):
            append(bytes, to: audience(number), chatter: true)
        case .state(let number, let key, let bytes, let staffOnly):
            let audience = audience(number)
            audience.setState(key: key, frame: bytes, staffOnly: staffOnly)
            markDirty(audience)
        case .close(let id, let farewell):
            close(id, farewell: farewell)
        }
    }

    private func append(_ bytes: [UInt8], to audience: Audience, chatter: Bool) {
        guard !audience.members.isEmpty else { return }
        let oldStart = audience.events.start
        bytes.withUnsafeBytes {
            if chatter { audience.chatter.append($0) } else { audience.events.append($0) }
        }
        observation.demand += audience.members.count
        audience.framesSinceObservation += 1
        markDirty(audience)
        if !chatter, audience.events.start != oldStart { closeWhoFellBehind(in: audience) }
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

    func flushDirtySlots() {
        var position = 0
        while position < dirtySlots.count {
            let index = Int(dirtySlots[position])
            slots[index].flags.remove(.dirty)
            if slots[index].descriptor >= 0 { flush(index) }
            position += 1
        }
        dirtySlots.removeAll(keepingCapacity: true)
    }

    private func enqueue(_ bytes: [UInt8], at index: Int, isCounted: Bool = true) {
        let slot = slots + index
        let waiting: Waiting
        if let present = slot.pointee.waiting {
            waiting = present.takeUnretainedValue()
        } else {
            waiting = Waiting()
            slot.pointee.waiting = Unmanaged.passRetained(waiting)
        }
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

    private func markDirty(_ index: Int) {
        guard !slots[index].flags.contains(.dirty) else { return }
        slots[index].flags.insert(.dirty)
        dirtySlots.append(Int32(index))
    }

    private func houseKeep() {
        let now = clock.monotonicNanoseconds
        observation.windowNanoseconds = now &- observationStart
        observationStart = now
        for audience in audiences.values where audience.framesSinceObservation > 0 {
            observation.readers += audience.members.count
            audience.framesSinceObservation = 0
        }
        control.observe(observation)
        observation = TickControl.Observation()
        quarter = (quarter + 1) % 4
        if quarter == 0 {
            seconds += 1
            for index in lingering where slots[Int(index)].deadline <= seconds {
                Socket.abandon(slots[Int(index)].descriptor)
                remove(Int(index))
            }
            handler?.secondPassed(on: self)
        }
        statistics.tickMilliseconds = control.tickMilliseconds
        let current = statistics
        published.withLock { $0 = current }
        endTurn()
    }
    private var quarter = 0

    // MARK: - Connections

    private func open(_ number: Int32, from address: PeerAddress) {
        guard !isStopped else {
            _ = Descriptor(number: number)
            return
        }
        let index: Int
        if let free = freeSlots.popLast() {
            index = Int(free)
        } else {
            if slotCount == slotCapacity { growSlots() }
            index = slotCount
            (slots + index).initialize(to: Slot())
            descriptors.append(nil)
            readSources.append(nil)
            slotCount += 1
        }
        let generation = slots[index].generation &+ 1
        slots[index] = Slot()
        slots[index].generation = generation & 0xFF_FFFF
        slots[index].descriptor = number
        Socket.set(number, sendBufferOption.level, sendBufferOption.name, limits.sendBufferBytes)

        let descriptor = Descriptor(number: number)
        descriptors[index] = descriptor
        let source = DispatchSource.makeReadSource(
            fileDescriptor: number, queue: executor.queue)
        source.setEventHandler { [unowned self] in
            self.assumeIsolated { $0.readable(index, descriptor) }
        }
        source.setCancelHandler { withExtendedLifetime(descriptor) {} }
        readSources[index] = source
        statistics.accepted += 1
        countConnections(1)
        source.resume()
        handler?.opened(id(of: index), from: address, on: self)
        endTurn()
    }

    /// Published at once: a drain that saw the figure of a moment ago would cut newcomers.
    private func countConnections(_ change: Int) {
        statistics.connections += change
        let count = statistics.connections
        published.withLock { $0.connections = count }
    }

    private func growSlots() {
        let new = UnsafeMutablePointer<Slot>.allocate(capacity: slotCapacity * 2)
        new.moveInitialize(from: slots, count: slotCount)
        slots.deallocate()
        slots = new
        slotCapacity *= 2
    }

    /// Reads until nothing is left: when both sides have ended, Dispatch tells of it once and never
    /// again, so that an end left unread behind the last bytes would be missed.
    private func readable(_ index: Int, _ descriptor: Descriptor) {
        // A few rounds at a time, so that one fast sender does not keep the others waiting.
        guard slots[index].flags.isDisjoint(with: .readsAgain) else { return }
        for _ in 0..<4 {
            guard slots[index].descriptor == descriptor.number else { return endTurn() }
            switch Socket.receive(descriptor.number, into: readBuffer) {
            case .bytes(0):
                peerFinished(index)
                return endTurn()
            case .bytes(let count):
                if slots[index].flags.isDisjoint(with: [.closing, .finished]) {
                    let bytes = UnsafeMutableRawBufferPointer(rebasing: readBuffer[..<count])
                    handler?.received(bytes, from: id(of: index), on: self)
                }
            case .wouldBlock:
                return endTurn()
            case .ended:
                remove(index)
                return endTurn()
            }
        }
        endTurn()
        guard slots[index].descriptor == descriptor.number else { return }
        slots[index].flags.insert(.readsAgain)
        executor.queue.async { [weak self] in
            self?.assumeIsolated { lane in
                guard lane.slots[index].descriptor == descriptor.number else { return }
                lane.slots[index].flags.remove(.readsAgain)
                lane.readable(index, descriptor)
            }
        }
    }

    private func peerFinished(_ index: Int) {
        // An end that was read would be told of again and again.
        readSources[index]?.cancel()
        readSources[index] = nil
        slots[index].flags.insert(.peerFinished)
        if slots[index].flags.contains(.finished) {
            remove(index)
        } else if slots[index].flags.isDisjoint(with: .closing) {
            handler?.finishedSending(id(of: index), on: self)
        }
    }

    func id(of index: Int) -> ConnectionID {
        ConnectionID(lane: number, generation: slots[index].generation, slot: index)
    }

    private func index(of id: ConnectionID) -> Int? {
        let index = id.slot
        guard index < slotCount, slots[index].descriptor >= 0,
            slots[index].generation == id.generation
        else { return nil }
        return index
    }

    private func admit(_ index: Int, to audience: Audience, staff: Bool) {
        let slot = slots + index
        precondition(slot.pointee.audience < 0, "a connection is admitted to one room only")
        slot.pointee.audience = Int32(audience.number)
        slot.pointee.place = Int32(audience.members.count)
        slot.pointee.eventCursor = audience.events.end
        slot.pointee.chatterCursor = audience.chatter.end
        slot.pointee.stateVersion = audience.stateVersion
        if staff { slot.pointee.flags.insert(.staff) }
        if slot.pointee.flags.contains(.blocked) { audience.blockedCount += 1 }
        audience.members.append(Int32(index))
    }

    private func leaveAudience(_ index: Int) {
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
    private func beginClosing(_ index: Int, farewell: [UInt8], isSlow: Bool = false) {
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
        }
        enqueue(farewell, at: index)
    }

    private func closeWhoFellBehind(in audience: Audience) {
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
        slots[index].waiting?.release()
        slots[index].waiting = nil
        slots[index].descriptor = -1
        slots[index].flags.remove(.blocked)
        descriptors[index] = nil
        readSources[index]?.cancel()
        readSources[index] = nil
        writeSources.removeValue(forKey: index)?.cancel()
        countConnections(-1)
        freeSlots.append(Int32(index))
        handler?.released(id(of: index), on: self)
    }

    // MARK: - Blocked connections

    /// Waits until the kernel takes more for a connection.
    func block(_ index: Int) {
        guard slots[index].flags.isDisjoint(with: .blocked), let descriptor = descriptors[index]
        else { return }
        slots[index].flags.insert(.blocked)
        audience(at: slots[index].audience)?.blockedCount += 1
        let source = DispatchSource.makeWriteSource(
            fileDescriptor: descriptor.number, queue: executor.queue)
        let generation = slots[index].generation
        source.setEventHandler { [unowned self] in
            self.assumeIsolated { $0.writable(index, generation) }
        }
        source.setCancelHandler { withExtendedLifetime(descriptor) {} }
        writeSources[index] = source
        source.resume()
    }

    private func writable(_ index: Int, _ generation: UInt32) {
        guard slots[index].descriptor >= 0, slots[index].generation == generation,
            slots[index].flags.contains(.blocked)
        else { return }
        slots[index].flags.remove(.blocked)
        writeSources.removeValue(forKey: index)?.cancel()
        let audience = audience(at: slots[index].audience)
        audience?.blockedCount -= 1
        flush(index)
        if let audience, audience.blockedCount == 0, !audience.isDirty {
            audience.forgetWhatAllHaveRead()
        }
        endTurn()
    }
}
