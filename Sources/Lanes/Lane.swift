package import Clockwork
import Wire

/// A thread with the connections that live on it.
///
/// Threading: everything happens on the lane's own loop, which is also its actor executor; other
/// threads post deliveries into its mailbox. Memory: connections are trivial values in one raw
/// buffer; what a whole room receives lies once in its audience's logs.
///
/// Every round of the loop (bytes arrived, deliveries posted, a tick) is a *turn*; what a turn
/// leaves to be written is written at its end, one system call a connection.
package actor Lane {
    package nonisolated let number: Int
    nonisolated let executor: Loop
    /// The thread of the lane, for others to live on.
    package nonisolated var loop: Loop { executor }
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    nonisolated let mailbox = Mailbox<Delivery>()
    nonisolated let published = Lock(LaneStatistics())
    nonisolated let clock: any Clock
    let limits: LaneLimits
    /// What a reader who fell behind is told before it is closed.
    let slowFarewell: [UInt8]

    /// What speaks with the connections; nil before the start and after the stop.
    package private(set) var handler: (any ConnectionHandling)?
    var slots: UnsafeMutablePointer<Slot>
    var slotCapacity = 64
    var slotCount = 0
    var freeSlots: [Int32] = []
    var audiences: [Int: Audience] = [:]
    var audienceTable: ContiguousArray<Audience?> = []
    var dirtyAudiences: [Audience] = []
    var dirtySlots: ContiguousArray<Int32> = []
    var lingering: Set<Int32> = []
    var pictures: [UInt32: PictureAudience] = [:]
    /// Empty ones that were in use.
    var spareWaiting: [Waiting] = []
    /// Connections whose kernel buffer is full.
    var blockedCount = 0
    let readBuffer: UnsafeMutableRawBufferPointer
    var stateScratch = StateScratch()

    var statistics = LaneStatistics()
    var observation = TickControl.Observation()
    var control: TickControl
    var observationStart: UInt64
    /// Processor time of the lane's thread at that moment; 0 before the first look.
    var observedProcessor: UInt64 = 0
    let began: UInt64
    var housekeeping: LoopAlarm?
    /// The next step of a tick; set while the lane ticks.
    var stepping: LoopAlarm?
    /// When the next step is due, by the loop's clock.
    var stepDue: UInt64 = 0
    var phase = 0
    /// Groups that the readers of an audience are dealt into while the lane ticks.
    var phases = 1
    /// Whole seconds that the clock has gone since the lane began.
    var seconds: UInt32 = 0
    private(set) var isStopped = false

    /// - Parameters:
    ///   - number: 0…255, part of every ``ConnectionID``.
    ///   - limits: Bounds of every queue, and when to merge writes.
    ///   - clock: Measures how long writing takes, and how long connections do nothing.
    ///   - slowFarewell: Complete frames (`bye`, close 4420) for a reader who fell behind.
    package init(
        number: Int, limits: LaneLimits, clock: any Clock, slowFarewell: [UInt8]
    ) {
        precondition((0...255).contains(number), "a lane number is 0…255, not \(number)")
        self.number = number
        self.limits = limits
        self.clock = clock
        self.slowFarewell = slowFarewell
        executor = Loop(name: "lane \(number)")
        slots = .allocate(capacity: slotCapacity)
        readBuffer = .allocate(byteCount: 64 << 10, alignment: 16)
        control = TickControl(limits: limits)
        began = clock.monotonicNanoseconds
        observationStart = began
        executor.settle(self)
    }

    isolated deinit {
        for index in 0..<slotCount {
            slots[index].waiting?.release()
            if slots[index].descriptor >= 0 { Socket.close(slots[index].descriptor) }
        }
        slots.deallocate()
        readBuffer.deallocate()
    }

    // MARK: - From other threads

    /// Hands deliveries over, to be carried out in order in one of the next turns.
    package nonisolated func post(_ deliveries: [Delivery]) {
        if mailbox.post(contentsOf: deliveries) { executor.wake() }
    }

    /// The figures of a moment ago; the number of connections is that of now.
    package nonisolated var latestStatistics: LaneStatistics { published.withLock { $0 } }

    /// Runs a turn of somebody else's on the lane.
    package nonisolated func run(_ body: @escaping @Sendable (isolated Lane) -> Void) {
        executor.post { self.assumeIsolated { body($0) } }
    }

    /// Gives the lane its protocol and starts its clockwork.
    package func start(_ makeHandler: @Sendable (isolated Lane) -> any ConnectionHandling) {
        handler = makeHandler(self)
        let alarm = executor.alarm { [weak self] in self?.assumeIsolated { $0.houseKeep() } }
        alarm.set(afterNanoseconds: houseKeepingNanoseconds)
        housekeeping = alarm
    }

    /// Takes over a connected, non-blocking socket.
    nonisolated func adopt(_ descriptor: Int32, from address: PeerAddress) {
        executor.post { self.assumeIsolated { _ = $0.open(descriptor, from: address) } }
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
        housekeeping?.clear()
        stopTicking()
        for index in 0..<slotCount where slots[index].descriptor >= 0 { remove(index) }
        handler = nil
    }

    // MARK: - For the handler, on the lane

    /// Sends bytes to one connection, at the end of this turn.
    package func send(_ bytes: [UInt8], to id: ConnectionID) {
        guard let index = index(of: id), !slots[index].flags.contains(.closing) else { return }
        enqueue(bytes, at: index)
    }

    /// Whether somebody is in a room.
    package func isAdmitted(_ id: ConnectionID) -> Bool {
        index(of: id).map { slots[$0].audience >= 0 } ?? false
    }

    /// Bytes that wait for one connection alone, because its kernel buffer is full.
    package func waitingBytes(for id: ConnectionID) -> Int {
        guard let index = index(of: id) else { return 0 }
        return slots[index].waiting?.takeUnretainedValue().byteCount ?? 0
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

    /// Seconds of the clock since the lane began, for time limits.
    package var uptimeSeconds: UInt32 { seconds }
}
