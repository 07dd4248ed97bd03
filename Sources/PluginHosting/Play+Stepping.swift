import Clockwork
import PluginContract
import Scripting
import Wire

extension Play {
    /// Judges what is queued, up to the next thing that Lua has to decide.
    ///
    /// - Parameters:
    ///   - pools: The balances as they stand; they decide what `prizes.reserve` answers.
    ///   - nowMilliseconds: Unix time.
    /// - Returns: Nothing while calls are out.
    package mutating func step(pools: inout PoolBalances, nowMilliseconds: Int64) -> PlayStep {
        var step = PlayStep()
        guard outstanding == nil else { return step }
        advance(nowMilliseconds: nowMilliseconds)
        let now = showTime(nowMilliseconds)
        var desk = AnswerDesk(nowMilliseconds: now)
        while outstanding == nil, let item = queue.first {
            take(item, now, &pools, &desk)
        }
        desk.flush(&self)
        if outstanding == nil, let call = deliverAnswers(pools, now) {
            begin(Outstanding(call: call), &desk)
        }
        step.outputs = desk.outputs
        if let outstanding { step.calls = [outstanding.call.stageCall] }
        return step
    }

    /// Does away with the head of the queue, or begins a call because of it.
    private mutating func take(
        _ item: PlayQueue.Item, _ now: Int64, _ pools: inout PoolBalances,
        _ desk: inout AnswerDesk
    ) {
        var hook = Hook.timer
        var arguments: [JSON] = []
        var configuration: JSONObject?
        var request: PluginRequest?
        switch item {
        case .timer(let name, let due):
            guard state.status == .running, state.timers[name]?.dueMilliseconds == due else {
                queue.removeFirst()
                return
            }
            arguments = [.string(name)]
        case .request(let asked):
            request = asked
            switch judge(asked, now, &pools, &desk) {
            case .next:
                queue.removeFirst()
                return
            case .call(let judged, let values): (hook, arguments) = (judged, values)
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
        queue.removeFirst()
        var call = call(hook, arguments, pools, now)
        if hook == .start || hook == .stop { call.by = request.map { Viewer($0.by) } }
        if hook == .start {
            call.configuration = configuration
            call.products = .array(show.products.map { $0.json() })
        }
        begin(Outstanding(call: call, request: request, item: item), &desk)
    }

    private func deliverAnswers(_ pools: PoolBalances, _ now: Int64) -> PlayCall? {
        guard state.status == .running, let first = state.undelivered.first else { return nil }
        let batch = state.undelivered.prefix(limits.answersPerCallMax)
            .prefix { $0.collector == first.collector }
        let values = batch.map { answer -> JSON in
            [
                "viewer": answer.viewer.json, "value": answer.value,
                "position": .integer(answer.position),
            ]
        }
        return call(.collected, [.string(first.collector), .array(values)], pools, now)
    }

    private func call(
        _ hook: Hook, _ arguments: [JSON], _ pools: PoolBalances, _ now: Int64
    ) -> PlayCall {
        var random = SeededRandom(
            seed: show.seed &+ state.callCount &* 0xD134_2543_DE82_EF95)
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
        return PlayCall(
            hook: hook, arguments: arguments, nowMilliseconds: now, seed: random.next(),
            pools: standings)
    }

    private mutating func begin(_ next: Outstanding, _ desk: inout AnswerDesk) {
        outstanding = next
        if next.call.hook == .start || !isStageOpen {
            desk.outputs.append(.openStage(playID, opening(for: next.call)))
        }
        isStageOpen = true
    }

    /// What the stage must be given before the call that is out can be made again there; nil when
    /// none is out. For a stage that has lost the play.
    package var reopening: StageOpening? {
        outstanding.map { opening(for: $0.call) }
    }

    private func opening(for call: PlayCall) -> StageOpening {
        guard call.hook == .start else { return opening }
        return StageOpening(
            configuration: (call.configuration ?? [:]).encoded(),
            products: (call.products ?? []).encoded(), state: Array("{}".utf8))
    }

    mutating func closeStage() -> PlayOutput {
        isStageOpen = false
        return .closeStage(playID)
    }
}
