import Clockwork
import Journaling
import Playhouse
import PluginContract
package import PluginHosting
import Rooms
import Scripting
import Wire

/// A show without an audience: the real room, plays, journal and recovery on a virtual clock.
///
/// It does what a server does around a ``Room`` and a ``Playbill``, one step after the other: what is
/// drafted is committed before it is said, and what people see is what they were sent. Nothing in it
/// depends on the machine or on the hour, so that the same deeds give the same show.
package actor Rehearsal {
    /// The process was killed; nothing of it is left but the journal.
    struct Death: Error {}

    /// A connection, and what it was told that others were not.
    struct Device {
        var person: Person
        /// Nil when it is not connected.
        var session: SessionID?
        /// Values of `own:` keys.
        var own: [String: JSON] = [:]
    }

    let plan: RehearsalPlan
    let clock = VirtualClock(unixMilliseconds: RehearsalPlan.beganAtMilliseconds)
    let journal: any Journal = MemoryJournal()
    let stage: any Stage
    private let programs: [String: PluginProgram]

    private(set) var live: ShowRecovery.Show
    private var drafts: [Draft] = []
    private var showNumber = 1
    private var sessionCount: UInt64 = 0
    private var requestCount = 0
    private var recordsBeforeDeath: Int64?
    private var random: SeededRandom
    /// How often the process was killed.
    private(set) var deaths = 0

    var devices: [String: Device] = [:]
    private var deviceOfSession: [SessionID: String] = [:]
    /// Devices whose media are taken, with the leases that allow it.
    var publishing: [String: Int64] = [:]
    /// The time at which the live video began; nil while there is none.
    var pictureZero: Int64?
    /// Answers by the id of the request.
    var answers: [String: JSON] = [:]
    private(set) var shared: [String: JSON] = [:]
    private(set) var staffOnly: [String: JSON] = [:]
    /// Panels as they were sent whole, to which updates refer.
    private var wholePanels: [String: JSON] = [:]
    private(set) var events: [JSON] = []
    private(set) var danmaku: [JSON] = []
    /// Records of this show, as far as they are durable.
    private(set) var records: [Draft] = []
    private(set) var faults: [JSON] = []
    /// Requests of the plugin that wait for their answer.
    private(set) var waiting: [HostRequest] = []

    /// Opens the house for the first show.
    ///
    /// - Throws: ``RehearsalProblem``.
    package init(_ plan: RehearsalPlan, on stage: any Stage) async throws(RehearsalProblem) {
        self.plan = plan
        self.stage = stage
        programs = [plan.program.manifest.id: plan.program]
        random = SeededRandom(seed: plan.seed)
        live = try await Self.recover(
            plan, show: "rehearsal-1", programs, journal, clock.unixMilliseconds)
        open()
    }

    var now: Int64 { clock.unixMilliseconds }
    var plugin: String { plan.program.manifest.id }
    var show: String { live.chain.show }
    var play: Play? { live.playbill.plays[plugin] }
    var playID: PlayID { PlayID(show: show, plugin: plugin) }

    // MARK: - Processes

    private static func recover(
        _ plan: RehearsalPlan, show: String, _ programs: [String: PluginProgram],
        _ journal: any Journal, _ now: Int64
    ) async throws(RehearsalProblem) -> ShowRecovery.Show {
        do {
            _ = try await journal.open(
                ShowHeader(
                    show: show, room: RehearsalPlan.room, epoch: plan.epoch,
                    beganAtMilliseconds: now, seed: SecretSeed(fixed: plan.seed)))
            return try await ShowRecovery(
                configuration: plan.configuration(show: show), programs: programs,
                journal: journal, log: .silent
            ).recover(nowMilliseconds: now)
        } catch {
            throw RehearsalProblem("the show cannot be opened: \(error)")
        }
    }

    /// What a room does when it opens: everybody sees what was on screen, and what waits is asked
    /// again.
    private func open() {
        shared = [:]
        staffOnly = [:]
        wholePanels = [:]
        danmaku = []
        var outputs: [RoomOutput] = []
        for state in live.playbill.states {
            live.room.setState(
                key: state.key, value: state.value, audience: state.audience, into: &outputs)
        }
        live.room.hearing = live.playbill.hears
        waiting = live.playbill.waitingRequests.map(\.request)
        publishing = [:]
        live.playbill.lostMedia()
        live.playbill.recovered(live.room.standing)
        perform(outputs)
    }

    /// Kills the process and lets another one take over. Who was there comes back.
    func restart(downMilliseconds: Int64) async throws(RehearsalProblem) {
        await stage.close(playID)
        deaths += 1
        // From a snapshot or from every record: it must make no difference.
        if live.chain.sequence > 0, Bool.random(using: &random), drafts.isEmpty {
            do throws(JournalError) {
                try await journal.save(live.snapshot())
            } catch {
                throw RehearsalProblem("the snapshot cannot be kept: \(error)")
            }
        }
        drafts = []
        recordsBeforeDeath = nil
        clock.advance(milliseconds: downMilliseconds)
        let offset = live.room.offset
        live = try await Self.recover(plan, show: show, programs, journal, now)
        open()
        comeBack(offset: offset)
        try await settle()
    }

    /// Ends the show and begins the next one of the room.
    func beginNextShow() async throws(RehearsalProblem) {
        await stage.close(playID)
        showNumber += 1
        drafts = []
        events = []
        records = []
        live = try await Self.recover(
            plan, show: "rehearsal-\(showNumber)", programs, journal, now)
        open()
        comeBack(offset: 0)
        try await settle()
    }

    private func comeBack(offset: Int64) {
        deviceOfSession = [:]
        for name in devices.keys.sorted() where devices[name]?.session != nil {
            devices[name]?.session = nil
            devices[name]?.own = [:]
            connect(name, offset: offset)
        }
    }

    // MARK: - People

    /// Connects a device; who was there before asks for what was missed.
    func connect(_ device: String, offset: Int64? = nil) {
        guard let person = devices[device]?.person else { return }
        sessionCount += 1
        let session = SessionID(raw: sessionCount)
        devices[device]?.session = session
        deviceOfSession[session] = device
        let recover = offset.map { (epoch: live.room.epoch, offset: $0) }
        handle(.join(session, Guest(person: person, requestID: "hello", recover: recover)))
    }

    func disconnect(_ device: String) {
        guard let session = devices[device]?.session else { return }
        breakOff(device)
        handle(.leave(session))
        forget(session)
    }

    private func forget(_ session: SessionID) {
        guard let device = deviceOfSession.removeValue(forKey: session) else { return }
        breakOff(device)
        devices[device]?.session = nil
        devices[device]?.own = [:]
    }

    /// Hands a request in.
    ///
    /// - Returns: The id under which its answer will be found.
    func ask(_ session: SessionID, _ command: Command) -> String {
        let id = newRequestID()
        handle(.request(session, id: id, command))
        return id
    }

    func handle(_ input: RoomInput) {
        var outputs: [RoomOutput] = []
        live.room.picture = pictureZero.map { now - $0 }
        live.room.handle([input], nowMilliseconds: now, into: &outputs)
        perform(outputs)
    }

    func newRequestID() -> String {
        requestCount += 1
        return "\(requestCount)"
    }

    /// A service answers a request of the plugin.
    func answer(_ request: Int64, _ result: HostResult) -> Bool {
        guard waiting.contains(where: { $0.id == request }) else { return false }
        waiting.removeAll { $0.id == request }
        live.playbill.answered(plugin, request, result)
        return true
    }

    func arm(recordsBeforeDeath count: Int64) { recordsBeforeDeath = count }

    var isDeathPlanned: Bool { recordsBeforeDeath != nil }

    // MARK: - Time

    /// Lets time pass, stopping at each moment at which something is due.
    func advance(milliseconds: Int64) async throws(RehearsalProblem) {
        let end = now + milliseconds
        while let due = nextDue, due <= end {
            clock.advance(milliseconds: max(0, due - now))
            tick()
            try await settle()
        }
        clock.advance(milliseconds: max(0, end - now))
        tick()
        try await settle()
    }

    private var nextDue: Int64? {
        [live.room.nextTickMilliseconds, live.playbill.nextDueMilliseconds].compactMap(\.self)
            .min()
    }

    private func tick() {
        guard let due = live.room.nextTickMilliseconds, due <= now else { return }
        var outputs: [RoomOutput] = []
        live.room.tick(nowMilliseconds: now, into: &outputs)
        perform(outputs)
    }

    /// Runs until nothing is left to do at this moment.
    func settle() async throws(RehearsalProblem) {
        do {
            var turns = 0
            while true {
                let hasRun = try await runPlays()
                if drafts.isEmpty && !hasRun { return }
                try await commit()
                turns += 1
                guard turns < 100_000 else {
                    throw RehearsalProblem("the show does not come to rest")
                }
            }
        } catch let problem as RehearsalProblem {
            throw problem
        } catch {
            try await restart(downMilliseconds: 0)
        }
    }

    // MARK: - Plays

    private func runPlays() async throws -> Bool {
        live.playbill.presentCount = Int64(live.room.presence.users)
        live.playbill.picture = pictureZero.map { now - $0 }
        let step = live.playbill.step(plugin, nowMilliseconds: now)
        var fault = await perform(step.outputs)
        guard !step.calls.isEmpty else { return false }
        if fault == nil {
            do throws(StageLoss) {
                let outcomes = try await stage.run(playID, step.calls)
                _ = await perform(
                    live.playbill.finished(plugin, outcomes, nowMilliseconds: now))
            } catch {
                fault = ScriptFault(kind: .host, message: "the stage was lost")
            }
        }
        if let fault {
            _ = await perform(
                live.playbill.stageFailed(
                    plugin, fault, whileOpening: true, nowMilliseconds: now))
        }
        return true
    }

    private func perform(_ outputs: [PlayOutput]) async -> ScriptFault? {
        var fault: ScriptFault?
        for output in outputs {
            switch output {
            case .openStage(let id, let opening):
                do throws(ScriptFault) {
                    try await stage.open(id, program: plan.program, opening)
                } catch {
                    fault = error
                }
            case .closeStage(let id): await stage.close(id)
            case .draft(let draft): drafts.append(draft)
            case .afterwards(let afterwards): sayWhenDurable(afterwards)
            case .check: break
            }
        }
        return fault
    }

    private func sayWhenDurable(_ afterwards: Afterwards) {
        if drafts.isEmpty {
            var outputs: [RoomOutput] = []
            live.room.committed(
                Draft(source: "", kind: "", event: .null, afterwards: [afterwards]),
                nowMilliseconds: now, into: &outputs)
            perform(outputs)
        } else {
            drafts[drafts.count - 1].afterwards.append(afterwards)
        }
    }

    // MARK: - The journal

    private func commit() async throws {
        while !drafts.isEmpty {
            let batch = recordsBeforeDeath == nil ? drafts : Array(drafts.prefix(1))
            var chain = live.chain
            let (written, entries) = chain.records(of: batch, atMilliseconds: now)
            do throws(JournalError) {
                try await journal.append(written, entries)
            } catch {
                throw RehearsalProblem("the journal refused a record: \(error)")
            }
            records += batch
            for draft in batch where draft.kind == "fault" { faults.append(draft.event) }
            if let count = recordsBeforeDeath {
                recordsBeforeDeath = count - 1
                if count <= 1 { throw Death() }
            }
            live.chain = chain
            drafts.removeFirst(batch.count)
            var outputs: [RoomOutput] = []
            for draft in batch {
                live.room.committed(draft, nowMilliseconds: now, into: &outputs)
            }
            perform(outputs)
        }
    }

    // MARK: - What people are told

    private func perform(_ outputs: [RoomOutput]) {
        for output in outputs {
            switch output {
            case .admit(let session, _, _, let welcome, let missed):
                take(welcome, for: session)
                for event in missed { take(event, for: session) }
            case .send(let session, let message): take(message, for: session)
            case .event(let message): events.append(Self.read(message))
            case .chatter(let message, _):
                let message = Self.read(message)
                if message["type"] == "danmaku" { danmaku.append(message) }
            case .state(let key, let message, let isStaffOnly):
                learn(key, Self.read(message)["value"] ?? .null, isStaffOnly: isStaffOnly)
            case .close(let session, _), .refuse(let session, _, _, _): forget(session)
            case .draft(let draft): drafts.append(draft)
            case .plugin(let request):
                for output in live.playbill.request(request, nowMilliseconds: now) {
                    switch output {
                    case .draft(let draft): drafts.append(draft)
                    case .afterwards(let afterwards): sayWhenDurable(afterwards)
                    case .openStage, .closeStage, .check: break
                    }
                }
            case .heard(let utterance): live.playbill.heard(utterance)
            case .presence(let person, let isHere):
                if isHere { live.playbill.came(person) } else { live.playbill.went(person) }
            case .media(let signal): live.playbill.signalled(signal)
            case .moderated(let act): live.playbill.moderated(act)
            case .request(_, let request): waiting.append(request)
            }
        }
    }

    /// Keeps what everybody or the staff was told; of a panel what follows from it and its updates.
    private func learn(_ key: String, _ value: JSON, isStaffOnly: Bool) {
        var (key, value) = (key, value)
        if let panel = PanelUpdate.panelKey(ofUpdate: key) {
            guard let whole = wholePanels[panel] else { return }
            (key, value) = (panel, PanelUpdate.apply(value, to: whole))
        } else if PanelUpdate.key(ofPanel: key) != nil {
            wholePanels[key] = value.isNull ? nil : value
        }
        let kept = value.isNull ? JSON?.none : value
        if isStaffOnly { staffOnly[key] = kept } else { shared[key] = kept }
        if key == "seats" { cutMedia() }
    }

    private func take(_ bytes: [UInt8], for session: SessionID) {
        let message = Self.read(bytes)
        switch message["type"]?.stringValue {
        case "welcome":
            for (key, value) in message["states"]?.objectValue ?? [:] {
                keep(key, value, for: session)
            }
        case "state":
            keep(message["key"]?.stringValue ?? "", message["value"] ?? .null, for: session)
        case "event": break
        default: if let id = message["id"]?.stringValue { answers[id] = message }
        }
    }

    private func keep(_ key: String, _ value: JSON, for session: SessionID) {
        guard key.hasPrefix("own:") || key.hasPrefix("granted:"),
            let device = deviceOfSession[session]
        else { return }
        devices[device]?.own[key] = value.isNull ? nil : value
    }

    private static func read(_ bytes: [UInt8]) -> JSON {
        let limits = JSONLimits(depthMax: 64, bytesMax: 8 << 20, membersMax: 1_000_000)
        return (try? JSON(parsing: bytes, limits: limits)) ?? .null
    }
}

/// Why a rehearsal cannot go on: a fault of the platform, not of the plugin.
package struct RehearsalProblem: Error, Equatable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}

extension Log {
    /// Says nothing.
    static var silent: Log {
        Log(format: .json, level: .error, clock: VirtualClock()) { _ in }
    }
}
