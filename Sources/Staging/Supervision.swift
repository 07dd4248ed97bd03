import PluginHosting
import Scripting

/// Decides what happens to stages and to what they are asked: a value without I/O, to which time and
/// the stages' pages are passed in.
///
/// One stage is *active* and has the plays; one is *spare*, started and warm. A stage that dies or
/// breaks the format is replaced by the spare one: the request that it was running is charged,
/// everything else is lost or asked again, and a play comes back when its room opens it anew. A
/// request that runs longer than the patience of the others keeps its stage for itself: that stage is
/// set *aside* with the one play, and the others go on with the spare one.
struct Supervision {
    typealias StageNumber = Int
    /// Names a request to whoever asked.
    typealias Ticket = UInt64

    enum Reply: Sendable, Equatable {
        case answer(StageAnswer)
        /// Not done, and not the fault of the play.
        case lost
        /// The stage died or hung in this request.
        case charged(String)
    }

    enum Action: Sendable, Equatable {
        case start(StageNumber)
        case send(StageNumber, [UInt8])
        case kill(StageNumber)
        case reply(Ticket, Reply)
        case note(StageNote)
    }

    /// What a request asks, and what may be answered.
    struct Order: Sendable, Equatable {
        var kind: StageOrder.Kind
        var body: [UInt8]
        /// Calls of a run.
        var callCount = 0
        /// Of an open: what one call may put out.
        var outputBytes = 0

        init(_ order: StageOrder) {
            kind = order.kind
            body = order.body
            switch order {
            case .open(let opening): outputBytes = opening.budget.outputBytes
            case .run(let calls): callCount = calls.count
            case .evaluate(let evaluation): outputBytes = evaluation.budget.outputBytes
            case .state, .close: break
            }
        }
    }

    fileprivate struct Waiting {
        var number: UInt64
        /// Nil when nobody waits for the answer any more.
        var ticket: Ticket?
        var play: PlayID?
        var handle: UInt64
        var order: Order
        var answerBytesMax: Int
    }

    private struct Stage {
        enum Phase { case scheduled(at: UInt64), starting(since: UInt64), ready }
        var phase: Phase
        var decoder = StageFrameDecoder()
        /// In the order of their numbers; answered in this order.
        var waiting: [Waiting] = []
        /// The page when it was last looked at, and when it or the head of `waiting` changed.
        var running: UInt64 = 0
        var since: UInt64 = 0

        var isReady: Bool { if case .ready = phase { true } else { false } }
    }

    private struct Seat {
        var stage: StageNumber
        var handle: UInt64
        var outputBytes: Int
    }

    private let limits: StageLimits
    private var stages: [StageNumber: Stage] = [:]
    private(set) var active: StageNumber = 0
    private(set) var spare: StageNumber?
    private(set) var aside: [StageNumber] = []
    private var seats: [PlayID: Seat] = [:]
    private var lastStage = 0
    private var lastNumber: UInt64 = 0
    private var lastHandle: UInt64 = 0
    private var startFailures = 0
    /// Deaths of a stage that was about to run a play and had not noted that it did. Somebody who
    /// has taken a stage over can keep it from noting; so many in a row are no accident.
    private var suspicions: [PlayID: Int] = [:]
    private var actions: [Action] = []
    private(set) var counts = Counts()

    /// What has happened so far; see ``StageFigures``.
    struct Counts {
        var restarts = 0
        var charges = 0
        var batches = 0
        var calls = 0
    }

    private static let suspicionsMax = 3
    private static let asideMax = 4
    private static let startFailuresMax = 3

    init(limits: StageLimits, now: UInt64) {
        self.limits = limits
        active = schedule(at: now)
        startDue(now)
    }

    /// Takes what is to be done, in this order.
    mutating func takeActions() -> [Action] {
        defer { actions = [] }
        return actions
    }

    /// Whether ``tick(now:running:)`` has to be called again and again.
    var isWatching: Bool {
        stages.values.contains { !$0.isReady || !$0.waiting.isEmpty }
    }

    /// How many plays are on a stage.
    var playCount: Int { seats.count }
}

// MARK: - Requests

extension Supervision {
    mutating func ask(_ ticket: Ticket, _ play: PlayID?, _ order: Order, now: UInt64) {
        guard let play else {
            submit(ticket, nil, handle: 0, order, to: active, outputBytes: order.outputBytes, now)
            return
        }
        switch order.kind {
        case .open:
            unseat(play, now)
            lastHandle += 1
            seats[play] = Seat(stage: active, handle: lastHandle, outputBytes: order.outputBytes)
            submit(
                ticket, play, handle: lastHandle, order, to: active,
                outputBytes: order.outputBytes, now)
        case .close:
            unseat(play, now)
            actions.append(.reply(ticket, .answer(.done)))
        case .run, .state, .evaluate:
            guard let seat = seats[play] else {
                actions.append(.reply(ticket, .lost))
                return
            }
            submit(
                ticket, play, handle: seat.handle, order, to: seat.stage,
                outputBytes: seat.outputBytes, now)
        }
    }

    private mutating func submit(
        _ ticket: Ticket?, _ play: PlayID?, handle: UInt64, _ order: Order, to stage: StageNumber,
        outputBytes: Int, _ now: UInt64
    ) {
        guard order.body.count <= StageFrame.bodyBytesMax else {
            if let ticket {
                actions.append(.reply(ticket, .charged("the request is too large for a stage")))
            }
            return
        }
        guard stages[stage] != nil else {
            if let ticket { actions.append(.reply(ticket, .lost)) }
            return
        }
        lastNumber += 1
        let answerBytesMax =
            switch order.kind {
            case .open, .close: StageAnswer.faultBytesMax
            // Changes and effects of a call are within the budget together, and the last one may go
            // beyond the bound of the batch by that much; at most one is a fault; the rest counts.
            case .run:
                BatchLimit.outputBytes + outputBytes + StageAnswer.faultBytesMax
                    + 64 * (1 + order.callCount)
            case .state: StageFrame.bodyBytesMax
            case .evaluate: 2 * outputBytes + StageAnswer.faultBytesMax
            }
        let waiting = Waiting(
            number: lastNumber, ticket: ticket, play: play, handle: handle, order: order,
            answerBytesMax: min(answerBytesMax, StageFrame.bodyBytesMax))
        if stages[stage]?.waiting.isEmpty ?? false { stages[stage]?.since = now }
        stages[stage]?.waiting.append(waiting)
        if stages[stage]?.isReady ?? false { send(waiting, to: stage) }
    }

    private mutating func send(_ waiting: Waiting, to stage: StageNumber) {
        var bytes: [UInt8] = []
        StageFrame(
            kind: waiting.order.kind.rawValue, number: waiting.number, play: waiting.handle,
            body: waiting.order.body
        ).encode(into: &bytes)
        actions.append(.send(stage, bytes))
    }

    /// Closes a play where it is, and ends a stage that was set aside for it.
    private mutating func unseat(_ play: PlayID, _ now: UInt64) {
        guard let seat = seats.removeValue(forKey: play) else { return }
        submit(
            nil, nil, handle: seat.handle, Order(.close), to: seat.stage, outputBytes: 0, now)
        retire(seat.stage)
    }

    private mutating func retire(_ stage: StageNumber) {
        guard aside.contains(stage),
            stages[stage]?.waiting.allSatisfy({ $0.ticket == nil }) ?? true,
            !seats.values.contains(where: { $0.stage == stage })
        else { return }
        aside.removeAll { $0 == stage }
        stages[stage] = nil
        actions.append(.kill(stage))
    }
}

// MARK: - Answers

extension Supervision {
    /// Takes bytes that a stage wrote. `running` is its page.
    mutating func received(
        _ bytes: UnsafeRawBufferPointer, from stage: StageNumber, running: UInt64, now: UInt64
    ) {
        guard stages[stage] != nil else { return }
        stages[stage]?.decoder.append(bytes)
        do throws(StageFormatError) {
            while stages[stage] != nil, try takeFrame(stage, now) {}
        } catch {
            // Nothing but a script that broke out makes a stage do this.
            let why = "the stage broke the format: \(error)"
            let culprit =
                self.culprit(of: stage, running: running) ?? stages[stage]?.waiting.first
            end(stage, culprit: culprit?.number, why, now)
        }
    }

    private mutating func takeFrame(
        _ stage: StageNumber, _ now: UInt64
    ) throws(StageFormatError) -> Bool {
        let isReady = stages[stage]?.isReady ?? false
        let head = isReady ? stages[stage]?.waiting.first : nil
        if isReady && head == nil {
            guard stages[stage]?.decoder.isEmpty ?? true else {
                throw StageFormatError("an answer that nobody asked for")
            }
            return false
        }
        let bytesMax = head?.answerBytesMax ?? StageAnswer.faultBytesMax
        guard let frame = try stages[stage]?.decoder.next(bodyBytesMax: bytesMax) else {
            return false
        }
        let answer = try StageAnswer(frame)
        guard let head else {
            guard case .hello(let cage) = answer, frame.number == 0 else {
                throw StageFormatError("no greeting")
            }
            greeted(by: stage, cage, now)
            return true
        }
        guard frame.number == head.number else { throw StageFormatError("another answer's number") }
        guard head.accepts(answer) else { throw StageFormatError("an answer to something else") }
        stages[stage]?.waiting.removeFirst()
        stages[stage]?.since = now
        if case .outcomes(let outcomes) = answer {
            counts.batches += 1
            counts.calls += outcomes.count
        }
        if let play = head.play {
            if head.order.kind == .run { suspicions[play] = nil }
            if head.order.kind == .open, answer != .done, seats[play]?.handle == head.handle {
                seats[play] = nil
            }
        }
        if let ticket = head.ticket { actions.append(.reply(ticket, .answer(answer))) }
        retire(stage)
        return true
    }

    private mutating func greeted(by stage: StageNumber, _ cage: StageCage, _ now: UInt64) {
        stages[stage]?.phase = .ready
        stages[stage]?.since = now
        startFailures = 0
        actions.append(.note(.started(cage)))
        for waiting in stages[stage]?.waiting ?? [] { send(waiting, to: stage) }
        // Only now, so that the two do not compete for a processor.
        if stage == active { provideSpare(now) }
    }
}

extension Supervision.Waiting {
    /// Whether it is an answer to this request.
    fileprivate func accepts(_ answer: StageAnswer) -> Bool {
        switch (order.kind, answer) {
        case (.open, .done), (.close, .done), (.state, .state), (.evaluate, .evaluated): true
        // A stage may stop early, but not before the first call.
        case (.run, .outcomes(let outcomes)):
            (1...max(1, order.callCount)).contains(outcomes.count)
        case (_, .failed): true
        default: false
        }
    }
}

// MARK: - Life and death

extension Supervision {
    private mutating func schedule(at time: UInt64) -> StageNumber {
        lastStage += 1
        stages[lastStage] = Stage(phase: .scheduled(at: time))
        return lastStage
    }

    private mutating func provideSpare(_ now: UInt64) {
        guard limits.keepsSpare, spare == nil else { return }
        spare = schedule(at: now)
        startDue(now)
    }

    private mutating func startDue(_ now: UInt64) {
        for (number, stage) in stages {
            guard case .scheduled(let time) = stage.phase, time <= now else { continue }
            stages[number]?.phase = .starting(since: now)
            actions.append(.start(number))
        }
    }

    private func culprit(of stage: StageNumber, running: UInt64) -> Waiting? {
        guard running != 0 else { return nil }
        return stages[stage]?.waiting.first { $0.number == running }
    }

    /// Notes that the process of a stage has ended, or could not be started.
    mutating func died(_ stage: StageNumber, running: UInt64, how: String, now: UInt64) {
        guard let dead = stages[stage] else { return }
        var culprit = self.culprit(of: stage, running: running)
        if culprit == nil, dead.isReady, let head = dead.waiting.first, let play = head.play {
            suspicions[play, default: 0] += 1
            if suspicions[play, default: 0] >= Self.suspicionsMax {
                suspicions[play] = nil
                culprit = head
            }
        }
        end(stage, culprit: culprit?.number, how, now)
    }

    /// Looks after every stage. `running` gives the page of one.
    mutating func tick(now: UInt64, running: (StageNumber) -> UInt64) {
        startDue(now)
        for number in stages.keys.sorted() {
            guard let stage = stages[number] else { continue }
            switch stage.phase {
            case .scheduled: break
            case .starting(let since):
                if now - since >= limits.startNanoseconds {
                    end(number, culprit: nil, "the stage process did not begin in time", now)
                }
            case .ready:
                if !stage.waiting.isEmpty { watch(number, running(number), now) }
            }
        }
    }

    private mutating func watch(_ stage: StageNumber, _ running: UInt64, _ now: UInt64) {
        guard let watched = stages[stage] else { return }
        if watched.running != running {
            stages[stage]?.running = running
            stages[stage]?.since = now
            return
        }
        let age = now - watched.since
        guard age >= limits.patienceNanoseconds else { return }
        let isOver = age >= limits.runNanoseconds
        let hasSpare = spare.flatMap { stages[$0]?.isReady } ?? false
        if let culprit = self.culprit(of: stage, running: running) {
            if isOver {
                let limit = limits.runNanoseconds / 1_000_000
                end(stage, culprit: culprit.number, "no answer after \(limit) ms", now)
            } else if stage == active, hasSpare, aside.count < Self.asideMax,
                watched.waiting.contains(where: { $0.play != culprit.play })
            {
                setAside(culprit, now)
            }
        } else if isOver || (hasSpare && stage == active) {
            // It has not even begun: stopped, or starved.
            end(stage, culprit: nil, "the stage process does not respond", now)
        }
    }

    /// Leaves the active stage to the request that keeps it busy.
    private mutating func setAside(_ culprit: Waiting, _ now: UInt64) {
        guard let next = spare else { return }
        let stage = active
        active = next
        spare = nil
        aside.append(stage)
        actions.append(.note(.setAside(play: culprit.play)))
        let waiting = stages[stage]?.waiting ?? []
        for index in waiting.indices
        where waiting[index].play != culprit.play || culprit.play == nil {
            guard waiting[index].number != culprit.number else { continue }
            stages[stage]?.waiting[index].ticket = nil
        }
        for (play, seat) in seats where seat.stage == stage && play != culprit.play {
            seats[play] = nil
            submit(nil, nil, handle: seat.handle, Order(.close), to: stage, outputBytes: 0, now)
        }
        for request in waiting where request.number != culprit.number {
            if request.play == culprit.play && culprit.play != nil { continue }
            askAgain(request, now)
        }
        retire(stage)
        provideSpare(now)
    }

    /// A request that was not run: those that carry everything with them are made again.
    private mutating func askAgain(_ request: Waiting, _ now: UInt64) {
        guard let ticket = request.ticket else { return }
        switch request.order.kind {
        case .open, .evaluate: ask(ticket, request.play, request.order, now: now)
        case .run, .state, .close: actions.append(.reply(ticket, .lost))
        }
    }

    /// Ends a stage: charges the culprit, brings the others to another one.
    private mutating func end(
        _ stage: StageNumber, culprit: UInt64?, _ why: String, _ now: UInt64
    ) {
        guard let ended = stages.removeValue(forKey: stage) else { return }
        actions.append(.kill(stage))
        let charged = ended.waiting.first { $0.number == culprit }
        counts.restarts += 1
        if charged != nil { counts.charges += 1 }
        actions.append(.note(.ended(why: why, play: charged?.play)))
        for (play, seat) in seats where seat.stage == stage { seats[play] = nil }
        aside.removeAll { $0 == stage }
        var isGivenUp = false
        if !ended.isReady {
            startFailures += 1
            isGivenUp = startFailures >= Self.startFailuresMax
        }
        if stage == spare { spare = nil }
        if stage == active {
            if let next = spare {
                active = next
                spare = nil
            } else {
                active = schedule(at: now + backoff)
            }
        }
        if stages[active]?.isReady ?? false {
            if spare == nil && limits.keepsSpare { spare = schedule(at: now + backoff) }
        }
        startDue(now)
        for request in ended.waiting {
            if request.number == culprit || isGivenUp {
                if let ticket = request.ticket { actions.append(.reply(ticket, .charged(why))) }
            } else {
                askAgain(request, now)
            }
        }
    }

    private var backoff: UInt64 {
        startFailures == 0 ? 0 : min(5_000, 100 << UInt64(min(startFailures, 6))) * 1_000_000
    }

    /// Ends everything; whoever waits is told that the play is lost.
    mutating func stop() {
        for (number, stage) in stages {
            actions.append(.kill(number))
            for waiting in stage.waiting {
                if let ticket = waiting.ticket { actions.append(.reply(ticket, .lost)) }
            }
        }
        stages = [:]
        seats = [:]
    }
}
