package import Clockwork
import Cryptography
package import Journaling
package import Lanes
package import PluginContract
package import PluginHosting
package import Rooms
package import Serving
import Streaming
package import Wire

/// Performs what a room decides: the shell around ``Room`` and the plays of its show.
///
/// Everything that reaches a room passes its mailbox and is judged in order on a loop, which
/// it shares with other rooms. What is to be kept goes to the journal; while one append is under way
/// the next batch collects, so that a busy room commits in groups. What must not leave before it is
/// durable waits with its draft; chat and counts do not wait for anything.
package actor LiveRoom {
    package nonisolated let id: String
    /// Among the rooms of the server; its audiences' numbers on the lanes follow from it.
    package nonisolated let number: Int
    nonisolated let executor: Loop
    /// For tasks that begin and end here.
    let taskExecutor: LoopTaskExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    private nonisolated let mailbox = Mailbox<RoomInput>()
    private nonisolated let published: Lock<RoomFigures>
    /// Who receives media and is to know of every lease.
    nonisolated let seatWatch = Lock<(@Sendable (JSON) -> Void)?>(nil)
    /// Where the live video is; kept by the lane of the stream.
    nonisolated let picturePosition = Lock<PicturePosition?>(nil)
    nonisolated let banned = Lock<Set<String>>([])
    let clock: any Clock
    let log: Log
    let journal: any Journal
    private let lanes: [Lane]
    private let hears: (@Sendable (_ room: String, _ event: [UInt8]) -> Void)?
    let stage: any Stage
    let services: any HostServices

    var room: Room
    var playbill: Playbill
    /// What is under way on the stage, per plugin; no entry for a plugin whose stage is free.
    var stageWork: [String: [StageWork]] = [:]
    var chain: RecordChain
    var drafts: [Draft] = []
    /// What leaves right after the batch that is being written.
    var afterCommit: [Afterwards] = []
    var isCommitting = false
    var journalStanding = JournalStanding.good
    var snapshots: SnapshotPace
    /// Programs that wait for a moment between two events, by plugin.
    var reloads: [String: PluginProgram] = [:]
    let checker: ReplayChecker?
    let replayOneIn: UInt64
    private var deliveries: [[Delivery]]
    private var missedFrames = MissedFrames()
    private var callers: [SessionID: @Sendable ([UInt8]) -> Void] = [:]
    private var callerCount: UInt64 = 0
    private var timer: LoopAlarm?
    private var timerDue: Int64?

    init(number: Int, show: ShowRecovery.Show, surroundings: Surroundings) {
        id = show.room.settings.id
        self.number = number
        room = show.room
        playbill = show.playbill
        chain = show.chain
        snapshots = SnapshotPace(
            every: surroundings.snapshotRecords, last: show.snapshotSequence)
        clock = surroundings.clock
        log = surroundings.log
        journal = surroundings.journal
        lanes = surroundings.lanes
        hears = surroundings.hears
        stage = surroundings.stage
        services = surroundings.services
        checker = surroundings.checker
        replayOneIn = surroundings.replayOneIn
        deliveries = Array(repeating: [], count: surroundings.lanes.count)
        published = Lock(RoomFigures())
        executor = surroundings.loops[number % surroundings.loops.count]
        taskExecutor = LoopTaskExecutor(executor)
    }

    /// What rooms share.
    package struct Surroundings: Sendable {
        package var clock: any Clock
        package var log: Log
        package var journal: any Journal
        package var lanes: [Lane]
        package var stage: any Stage
        package var services: any HostServices
        /// Records from one snapshot of a show to the next.
        package var snapshotRecords: Int64 = 1_000
        /// Makes calls of plugins again; nil for none.
        package var checker: ReplayChecker?
        /// The share of calls that it gets: one in so many, 0 for none.
        package var replayOneIn: UInt64 = 100
        /// Loops that rooms share: many rooms on few loops cross threads less often. Not the lanes'
        /// own: a room that shares a lane's loop makes the other lanes begin later.
        package var loops: [Loop]
        /// Is told every event for everybody, as it leaves: a complete message of protocol.md.
        package var hears: (@Sendable (_ room: String, _ event: [UInt8]) -> Void)?

        package init(
            clock: any Clock, log: Log, journal: any Journal, lanes: [Lane], stage: any Stage,
            loops: [Loop] = [Loop(name: "rooms")],
            services: any HostServices = NoHostServices()
        ) {
            precondition(!loops.isEmpty, "rooms need a loop")
            self.loops = loops
            self.clock = clock
            self.log = log
            self.journal = journal
            self.lanes = lanes
            self.stage = stage
            self.services = services
        }
    }

    /// The figures of a moment ago, for metrics.
    package struct RoomFigures: Sendable {
        package var users = 0
        package var connections = 0
        package var offset: Int64 = 0
        package var records: Int64 = 0
        package var chatterSampled = 0
        package var counters = RoomCounters()
        package var isJournalFailing = false
        /// Whether the room was closed because a record can never be written.
        package var isClosed = false
        package var programs: [Program] = []

        /// What a play runs.
        package struct Program: Sendable, Equatable {
            package var plugin: String
            package var mark: ProgramMark
        }
    }

    package nonisolated var latestFigures: RoomFigures { published.withLock { $0 } }

    // MARK: - Turns

    /// Hands inputs over, to be judged in order in one of the next turns.
    package nonisolated func post(_ inputs: [RoomInput]) {
        guard mailbox.post(contentsOf: inputs) else { return }
        executor.post { self.assumeIsolated { $0.takeInputs() } }
    }

    private func takeInputs() {
        let now = clock.unixMilliseconds
        lookAtPicture()
        var outputs: [RoomOutput] = []
        room.handle(mailbox.takeAll(), nowMilliseconds: now, into: &outputs)
        perform(outputs, nowMilliseconds: now)
        endTurn(nowMilliseconds: now)
    }

    /// Goes on where the journal ends: shows what was on screen, fires timers that fell due meanwhile.
    package func open() {
        let now = clock.unixMilliseconds
        showRecoveredStates(nowMilliseconds: now)
        room.hearing = playbill.hears
        for (plugin, request) in playbill.waitingRequests { ask(request, for: plugin) }
        playbill.lostMedia()
        playbill.recovered(room.standing)
        room.standing.forEach(noteBan)
        endTurn(nowMilliseconds: now)
    }

    private func timerFired() {
        timerDue = nil
        let now = clock.unixMilliseconds
        var outputs: [RoomOutput] = []
        if let due = room.nextTickMilliseconds, due <= now {
            room.tick(nowMilliseconds: now, into: &outputs)
        }
        perform(outputs, nowMilliseconds: now)
        endTurn(nowMilliseconds: now)
    }

    /// Starts what can run, hands over what is to be sent, and arms the timer.
    func endTurn(nowMilliseconds now: Int64) {
        if !reloads.isEmpty { exchangePrograms(nowMilliseconds: now) }
        // While nothing can be written, plays stand still instead of piling up drafts.
        if journalStanding == .good { runPlays(nowMilliseconds: now) }
        commitIfIdle()
        for lane in lanes.indices where !deliveries[lane].isEmpty {
            lanes[lane].post(deliveries[lane])
            deliveries[lane] = []
        }
        armTimer(nowMilliseconds: now)
        let presence = room.presence
        let figures = RoomFigures(
            users: presence.users, connections: presence.connections, offset: room.offset,
            records: chain.sequence, chatterSampled: room.chatterSampledCount,
            counters: room.counters, isJournalFailing: journalStanding == .failing,
            isClosed: journalStanding == .closed, programs: runningPrograms)
        published.withLock { $0 = figures }
    }

    /// Whether plays and room stand as the journal has them.
    var isIdle: Bool { !isCommitting && drafts.isEmpty && !isAnyPlayBusy }

    /// Returns when everything that was taken is durable and spoken, or the task is cancelled.
    ///
    /// Likes, which are recorded now and then, are recorded at once.
    package func settled() async {
        while !Task.isCancelled {
            let now = clock.unixMilliseconds
            var outputs: [RoomOutput] = []
            room.recordCounts(nowMilliseconds: now, into: &outputs)
            if !outputs.isEmpty {
                perform(outputs, nowMilliseconds: now)
                endTurn(nowMilliseconds: now)
            }
            if isIdle { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private func armTimer(nowMilliseconds now: Int64) {
        // A play whose stage is busy goes on when it is free; its timers need no waking before.
        let plays = playbill.plugins.filter { journalStanding == .good && stageWork[$0] == nil }
            .map { playbill.plays[$0]?.nextDueMilliseconds }
        let due = ([room.nextTickMilliseconds] + plays).compactMap { $0 }.min()
        guard due != timerDue else { return }
        timerDue = due
        guard let due else {
            timer?.clear()
            return
        }
        let timer =
            self.timer
            ?? executor.alarm { [weak self] in self?.assumeIsolated { $0.timerFired() } }
        self.timer = timer
        timer.set(afterNanoseconds: UInt64(min(max(0, due - now), 86_400_000)) * 1_000_000)
    }

    // MARK: - Outputs

    func perform(_ outputs: [RoomOutput], nowMilliseconds now: Int64) {
        for output in outputs {
            switch output {
            case .admit(let session, let staff, let part, let welcome, let missed):
                let missed = missedFrames.frames(of: missed)
                deliver(session) {
                    .admit(
                        $0, audience: number, part: part, staff: staff,
                        greeting: WebSocketFrame.text(welcome), missed: missed)
                }
            case .send(let session, let message):
                if let respond = callers.removeValue(forKey: session) {
                    respond(message)
                } else {
                    deliver(session) { .direct($0, WebSocketFrame.text(message)) }
                }
            case .event(let message):
                hears?(id, message)
                let frame = WebSocketFrame.text(message)
                broadcast(.event(audience: number, frame))
            case .chatter(let message, let parts):
                let frame = WebSocketFrame.text(message)
                broadcast(.chatter(audience: number, parts: parts.bits, frame))
            case .state(let key, let message, let staffOnly):
                if key == "seats" { tellSeats(message) }
                let frame = WebSocketFrame.text(message)
                broadcast(.state(audience: number, key: key, frame, staffOnly: staffOnly))
            case .refuse(let session, let requestID, let code, let message):
                deliver(session) {
                    .close(
                        $0, farewell: ServerMessage.refusal(code, id: requestID, message))
                }
            case .close(let session, let code):
                deliver(session) { .close($0, farewell: ServerMessage.farewell(code)) }
            case .draft(let draft): keep(draft)
            case .plugin(let request):
                take(request, nowMilliseconds: now)
            case .heard(let utterance): playbill.heard(utterance)
            case .presence(let person, let isHere):
                if isHere { playbill.came(person) } else { playbill.went(person) }
            case .media(let signal): playbill.signalled(signal)
            case .moderated(let act):
                noteBan(act)
                playbill.moderated(act)
            case .request(let plugin, let request): ask(request, for: plugin)
            }
        }
    }

    private func deliver(_ session: SessionID, _ make: (ConnectionID) -> Delivery) {
        let id = ConnectionID(raw: session.raw)
        guard id.lane < deliveries.count else { return }
        deliveries[id.lane].append(make(id))
    }

    private func broadcast(_ delivery: Delivery) {
        for lane in deliveries.indices { deliveries[lane].append(delivery) }
    }

    // MARK: - For HTTP

    /// Answers every back end that still waits.
    func refuseCallers() {
        for respond in callers.values {
            let error = RequestError(.unavailable, "the room has been closed")
            respond(ServerMessage.error(id: nil, error))
        }
        callers = [:]
    }

    /// Carries out a request of a back end; `respond` gets the reply or error message.
    package func call(
        by person: Person, _ request: RequestParser.Request,
        respond: @escaping @Sendable ([UInt8]) -> Void
    ) {
        // Lane 255 has no connections, so the number cannot be a session's.
        callerCount += 1
        let session = SessionID(raw: 255 << 56 | callerCount)
        callers[session] = respond
        let now = clock.unixMilliseconds
        lookAtPicture()
        var outputs: [RoomOutput] = []
        room.handle(
            [.call(session, id: request.id, by: person, request.command)], nowMilliseconds: now,
            into: &outputs)
        perform(outputs, nowMilliseconds: now)
        endTurn(nowMilliseconds: now)
    }

    /// The answer of `GET /v1/rooms/ROOM`.
    package func description() -> JSON {
        let titles = room.settings.title.sorted { $0.key < $1.key }
            .map { ($0.key, JSON.string($0.value)) }
        return [
            "room": .string(id), "title": .object(JSONObject(titles)), "show": .string(room.show),
            "epoch": .string(room.epoch), "offset": .integer(room.offset),
            "states": .object(room.publicStates()),
        ]
    }
}
