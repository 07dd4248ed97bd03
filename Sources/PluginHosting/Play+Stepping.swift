import PluginContract
import Scripting
import Wire

extension Play {
    /// Judges what is queued, up to the next thing that Lua has to decide, and what can follow it.
    ///
    /// - Parameters:
    ///   - pools: The balances as they stand; they decide what `prizes.reserve` answers.
    ///   - nowMilliseconds: Unix time.
    /// - Returns: Nothing while calls are out.
    package mutating func step(pools: inout PoolBalances, nowMilliseconds: Int64) -> PlayStep {
        var step = PlayStep()
        guard outstanding.isEmpty else { return step }
        advance(nowMilliseconds: nowMilliseconds)
        revealPending()
        let now = showTime(nowMilliseconds)
        var desk = AnswerDesk(nowMilliseconds: now)
        migrate(now, &pools, &desk)
        while outstanding.isEmpty, let item = queue.first {
            take(item, now, &pools, &desk)
        }
        desk.flush(&self)
        if outstanding.isEmpty, let call = deliverAnswers(pools, now) {
            begin(Outstanding(call: call), &desk)
        }
        if outstanding.isEmpty, state.status == .running,
            let batch = notices.take(nowMilliseconds: now)
        {
            begin(
                Outstanding(
                    call: call(batch.hook, .both([batch.json]), pools, now), notices: batch),
                &desk)
        }
        step.outputs = desk.outputs
        addFollowers(pools, now)
        step.calls = outstanding.map(\.call.stageCall)
        return step
    }

    /// Does away with the head of the queue, or begins a call because of it.
    private mutating func take(
        _ item: PlayQueue.Item, _ now: Int64, _ pools: inout PoolBalances,
        _ desk: inout AnswerDesk
    ) {
        var item = item
        var hook = Hook.timer
        var arguments = CallArguments([])
        var configuration: JSONObject?
        var request: PluginRequest?
        var staysWaiting = false
        switch item {
        case .heard(let utterance):
            queue.removeFirst()
            if state.status == .running { hear(utterance, &desk) }
            return
        case .timer, .result:
            guard let plain = plainCall(of: item) else {
                queue.removeFirst()
                return
            }
            (hook, arguments) = plain
        case .media(let lease, let first):
            let change = queue.newestSignal(ofLease: lease) ?? first
            guard let media = argument(of: change, lease: lease) else {
                queue.removeFirst()
                return
            }
            (hook, arguments) = (.media, .both([media]))
            item = .media(lease: lease, change)
        case .moderated(let acts):
            guard hearsModeration else {
                queue.removeFirst()
                return
            }
            (hook, arguments) = (.moderated, self.arguments(of: acts))
        case .request(let asked):
            request = asked
            switch judge(asked, now, &pools, &desk) {
            case .next:
                queue.removeFirst()
                return
            case .call(let judged, let given): (hook, arguments) = (judged, given)
            case .ask(let judged): (hook, staysWaiting) = (judged, true)
            case .start(let resolved): (hook, configuration) = (.start, resolved)
            }
        }
        desk.flush(&self)
        // What viewers were told counts must be known to the handler: a timer that closes a
        // collector has seen every answer before it. The head stays and is judged again.
        if let call = deliverAnswers(pools, now) {
            begin(Outstanding(call: call), &desk)
            return
        }
        if staysWaiting {
            begin(Outstanding(call: call(hook, arguments, pools, now)), &desk)
            return
        }
        queue.removeFirst()
        var call = call(hook, arguments, pools, now)
        if hook == .start || hook == .stop { call.by = request.map { Viewer($0.by) } }
        if hook == .start {
            call.configuration = configuration
            call.products = .array(show.products.map { $0.json() })
            call.show = show.show
            if program.manifest.capabilities.contains(.kv) {
                call.values = state.hasRun ? state.memory.values : show.values
            }
            call.program = program.mark
        }
        begin(Outstanding(call: call, item: item), &desk)
    }

    private func deliverAnswers(_ pools: PoolBalances, _ now: Int64) -> PlayCall? {
        guard state.status == .running, let first = state.undelivered.first else { return nil }
        let most = state.undeliveredSingly > 0 ? 1 : limits.answersPerCallMax
        let batch = state.undelivered.prefix(most)
            .prefix { $0.collector == first.collector }
        return call(
            .collected, .both([.string(first.collector), .array(batch.map(\.told))]), pools, now)
    }

    /// A call of a hook at this moment; its seed is set when it begins.
    func call(
        _ hook: Hook, _ arguments: CallArguments, _ pools: PoolBalances, _ now: Int64
    ) -> PlayCall {
        var standings: [String: PoolStanding] = [:]
        if program.manifest.capabilities.contains(.prizes) {
            let reserved = hook == .start ? [:] : state.reservations
            // What a run before left reserved is returned when a new one begins.
            let returned = hook == .start ? state.reservations : [:]
            for pool in Set(pools.available.keys).union(reserved.keys) {
                standings[pool] = PoolStanding(
                    available: pools.available[pool, default: 0] + returned[pool, default: 0],
                    reserved: reserved[pool, default: 0])
            }
        }
        var call = PlayCall(
            hook: hook, arguments: arguments, nowMilliseconds: now, seed: 0, pools: standings)
        if program.manifest.capabilities.contains(.presence) { call.present = presentCount }
        if program.manifest.capabilities.contains(.panel) { call.picture = picture }
        if program.manifest.capabilities.contains(.products) { call.shelf = shelf }
        return call
    }

    /// The seed of a call so many calls after the next one.
    mutating func seed(ofCall index: Int) -> UInt64 {
        show.seeds.seed(ofCall: state.callCount &+ UInt64(index))
    }

    mutating func begin(_ next: Outstanding, _ desk: inout AnswerDesk) {
        if next.call.hook != .start, next.call.hook != .migrate, state.program != program.mark {
            // What follows is the work of another program, and the log says so.
            desk.outputs.append(draftOfLoading(next.call.nowMilliseconds))
        }
        var next = next
        next.call.seed = seed(ofCall: 0)
        if program.manifest.capabilities.contains(.fairness) {
            next.call.sealed = show.secrets.sealed(state.memory.commitments.count + 1)
        }
        outstanding = [next]
        if caution > 0 { caution -= 1 }
        if next.call.hook == .start { notices.clear() }
        if next.call.hook == .start || !isStageOpen {
            desk.outputs.append(.openStage(playID, opening(for: next.call)))
        }
        isStageOpen = true
    }

    /// What the stage must be given before the call that is out can be made again there; nil when
    /// none is out. For a stage that has lost the play.
    package var reopening: StageOpening? {
        outstanding.first.map { opening(for: $0.call) }
    }

    private func opening(for call: PlayCall) -> StageOpening {
        state.opening(for: call, surfaces: program.manifest.surfaces)
    }

    mutating func closeStage() -> PlayOutput {
        isStageOpen = false
        return .closeStage(playID)
    }
}
