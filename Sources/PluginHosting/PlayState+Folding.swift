import PluginContract
import Wire

extension PlayState {
    /// What folding needs to know beside the record.
    struct Setting {
        var plugin: String
        var beganAtMilliseconds: Int64
    }

    /// Changes the state by one record, and says what follows from it.
    ///
    /// - Throws: When the record's changes do not fit the state; then nothing has changed.
    mutating func fold(
        _ record: PlayRecord, _ setting: Setting
    ) throws(PlayRecordError) -> PlayConsequences {
        var consequences = PlayConsequences()
        let statusBefore = status
        switch record {
        case .call(let call, let changes, let effects):
            let tree = try changedTree(call, changes)
            pass(call)
            reveal(call, setting, &consequences)
            fold(call, tree, effects, setting, &consequences)
            forgetMedia()
        case .answered(let now, let answers):
            pass(now)
            for answer in answers { accept(answer, &consequences) }
        case .fault(let call, _, let pauses):
            pass(call, hasFailed: true)
            reveal(call, setting, &consequences)
            foldFault(call, pauses: pauses, setting, &consequences)
            forgetMedia()
        case .stopped(let now, let by):
            pass(now)
            clear(setting, &consequences)
            announce("stopped", setting, by: by, &consequences)
        case .configured(let now, _, let configuration):
            pass(now)
            self.configuration = configuration
        case .loaded(let now, let program):
            pass(now)
            self.program = program
        }
        consequences.isStatusChanged = status != statusBefore
        show(consequences.changedSurfaces, setting)
        return consequences
    }

    /// `room.state` after a call; a start begins with an empty one.
    private mutating func changedTree(
        _ call: PlayCall, _ changes: StateChanges
    ) throws(PlayRecordError) -> StateTree {
        // Moved out, so that it is changed in place and not copied.
        var changed = StateTree()
        if call.hook != .start { swap(&changed, &tree) }
        if changed.apply(changes) { return changed }
        if call.hook != .start { swap(&changed, &tree) }
        throw PlayRecordError("the changes do not fit the state")
    }

    /// Moves show time on; it never goes back.
    mutating func pass(_ nowMilliseconds: Int64) {
        self.nowMilliseconds = max(self.nowMilliseconds, nowMilliseconds)
    }

    private mutating func pass(_ call: PlayCall, hasFailed: Bool = false) {
        pass(call.nowMilliseconds)
        callCount += 1
        consume(call, hasFailed: hasFailed)
    }

    private mutating func fold(
        _ call: PlayCall, _ changed: StateTree, _ effects: [Effect], _ setting: Setting,
        _ consequences: inout PlayConsequences
    ) {
        if call.hook == .start {
            clear(setting, &consequences)
            status = .running
            configuration = call.configuration ?? [:]
            products = call.products ?? []
            memory = memory.begun(values: call.values, show: call.show)
            hasRun = true
            program = call.program
            announce("started", setting, by: call.by, &consequences)
        }
        if call.hook == .migrate { program = call.program }
        tree = changed
        consequences.picture = call.picture
        var isFinished = false
        var account = ReservationAccount(plugin: setting.plugin, reservations: reservations)
        for effect in effects {
            account.apply(effect)
            if case .finish = effect { isFinished = true }
            apply(effect, &consequences)
        }
        if call.hook == .stop || isFinished { account.releaseAll() }
        reservations = account.reservations
        consequences.moves += account.moves
        consequences.events += Self.publicEvents(of: effects, setting)
        if call.hook == .stop {
            clear(setting, &consequences)
            announce("stopped", setting, by: call.by, &consequences)
        } else if isFinished {
            // The panels stay: they show how it went.
            status = .idle
            timers = [:]
            collectors = [:]
            undelivered = []
            undeliveredSingly = 0
            requests = [:]
            memory.seating.revokeAll()
            memory.embargoes = []
            abandonCommitments(setting, &consequences)
            announce("stopped", setting, by: nil, &consequences)
        }
    }

    private mutating func foldFault(
        _ call: PlayCall, pauses: Bool, _ setting: Setting, _ consequences: inout PlayConsequences
    ) {
        faultTimes.append(call.nowMilliseconds)
        if faultTimes.count > 100 { faultTimes.removeFirst() }
        if call.hook == .stop {
            // Stopping cannot be refused by a program that fails.
            clear(setting, &consequences)
            announce("stopped", setting, by: call.by, &consequences)
        } else if pauses {
            status = .paused
            faultTimes = []
            // Nobody is there to mute or to cut whoever has a seat.
            memory.seating.revokeAll()
            consequences.events.append(
                PublicEvent(
                    name: "paused", from: "room", data: ["plugin": .string(setting.plugin)]))
        }
    }

    /// Spends the event of a call, whether it succeeds or not; only batches of answers are told again.
    private mutating func consume(_ call: PlayCall, hasFailed: Bool) {
        switch call.hook {
        case .ending: ending = .asked
        case .timer:
            guard let name = call.arguments.values.first?.stringValue else { return }
            beginGrace(ofTimer: name, call)
            timers[name] = nil
        case .collected:
            consume(batch: call.arguments.values.last?.arrayValue ?? [], hasFailed: hasFailed)
        case .result:
            guard let id = call.arguments.values.first?["id"]?.integerValue else { return }
            requests[id] = nil
        case .media:
            guard let media = call.arguments.values.first, let seat = media["seat"]?.integerValue,
                let lease = memory.seating.leases.first(where: { $0.seat == seat })
            else { return }
            if media["up"] == true {
                liveLeases.insert(lease.number)
            } else {
                liveLeases.remove(lease.number)
            }
        default: break
        }
    }

    /// Answers that were told are done with. Viewers were told that they count, so those of a batch
    /// that failed are told again one by one: an answer is spent only when it fails by itself.
    private mutating func consume(batch: [JSON], hasFailed: Bool) {
        if hasFailed, batch.count > 1 {
            undeliveredSingly = batch.count
            return
        }
        guard let last = batch.last?["position"]?.integerValue else { return }
        let told = undelivered.prefix { $0.position <= last }.count
        undelivered.removeFirst(told)
        undeliveredSingly = max(0, undeliveredSingly - told)
    }

    /// Forgets the media of leases that are gone.
    private mutating func forgetMedia() {
        if liveLeases.isEmpty { return }
        liveLeases.formIntersection(memory.seating.leases.map(\.number))
    }

    /// Takes one answer that was judged to count.
    mutating func accept(_ answer: CollectedAnswer, _ consequences: inout PlayConsequences) {
        let user = answer.viewer.user
        positionLast = max(positionLast, answer.position)
        guard let collector = collectors[answer.collector] else { return }
        // Of a phrase there is something to show only where the panel has an element for it.
        let isShown =
            collector.rule == nil || panels[.viewer]?.panel.element(answer.collector) != nil
        collectors[answer.collector]?.answers[user] = answer
        undelivered.append(answer)
        if isShown {
            // The viewer sees on every device what was recorded, without a call of Lua: `value` may
            // still be changed.
            let attribute = collector.keep == .first ? "locked" : "value"
            own[user, default: [:]][answer.collector, default: [:]][attribute] = answer.value
            ownIDs.insert(answer.collector)
            consequences.changedUsers.insert(user)
        }
    }

    private mutating func clear(_ setting: Setting, _ consequences: inout PlayConsequences) {
        consequences.changedSurfaces.formUnion(panels.keys)
        consequences.changedUsers.formUnion(own.keys)
        var account = ReservationAccount(plugin: setting.plugin, reservations: reservations)
        account.releaseAll()
        consequences.moves += account.moves
        status = .idle
        configuration = [:]
        products = []
        tree = StateTree()
        timers = [:]
        collectors = [:]
        undelivered = []
        undeliveredSingly = 0
        ending = .none
        panels = [:]
        own = [:]
        ownIDs = []
        reservations = [:]
        abandonCommitments(setting, &consequences)
        memory = memory.begun(values: nil)
        requests = [:]
        pin = nil
        faultTimes = []
    }

    private func announce(
        _ name: String, _ setting: Setting, by: Viewer?, _ consequences: inout PlayConsequences
    ) {
        consequences.events.append(
            PublicEvent(
                name: name, from: "room",
                data: [
                    "plugin": .string(setting.plugin),
                    "by": by.map { .string($0.user) } ?? .null,
                ]))
    }

    /// Fixes the values of changed panels as they are sent.
    private mutating func show(_ surfaces: Set<PanelSurface>, _ setting: Setting) {
        for surface in surfaces {
            guard let panel = panels[surface]?.panel else { continue }
            let value = panel.shown(
                nowMilliseconds: setting.beganAtMilliseconds + nowMilliseconds,
                leaderboard: memory.leaderboard
            ) { name in
                timers[name].map { timer in
                    Panel.Countdown(
                        endsAtMilliseconds: setting.beganAtMilliseconds + timer.dueMilliseconds,
                        seconds: Self.seconds(timer.lengthMilliseconds))
                }
            }
            let told = marked(value, on: surface, setting)
            panels[surface]?.value = told
        }
    }

    private static func seconds(_ milliseconds: Int64) -> JSON {
        milliseconds % 1_000 == 0
            ? .integer(milliseconds / 1_000) : .double(Double(milliseconds) / 1_000)
    }
}
