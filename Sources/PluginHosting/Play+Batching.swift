import PluginContract
package import Scripting
import Wire

// Calls are sent to the stage together, where one round trip serves many, and come to the same as if
// each had waited for the one before:
//
// - Only inputs that take nothing but a call are sent together: buttons, commands, timers, results.
//   An answer to a collector, a danmaku, a start or a stop waits for the calls before it.
// - The stage runs them in order and stops where the next one would have to be told something else
//   (OpenPlay.run): behind a fault, a missing hook, a move of prizes, another product on air, the
//   end of the run.
// - What comes back is folded one by one, and each further outcome counts only if its input is judged
//   again, after what came before it, to take this very call. Points, values and requests need
//   nothing: the stage keeps them itself from call to call.
// - What does not count leaves no trace. Its inputs are judged again in their turn, and if the stage
//   has run them, the play is opened there anew.
extension Play {
    /// Calls that are made one by one after calls made together went wrong: opening a play anew
    /// costs more than round trips, and a stage that dies in a single call leaves no doubt whose
    /// fault it was.
    static let cautionCalls = 1_000

    /// The call that an input takes, where that is all it takes; nil where it is judged otherwise.
    func plainCall(of item: PlayQueue.Item) -> (hook: Hook, arguments: CallArguments)? {
        var known: KnownInput?
        return plainCall(of: item, &known)
    }

    /// An input of a panel that was looked for just now: in a burst all use the same one.
    private struct KnownInput {
        var name: String
        var role: Role
        var element: PanelElement
    }

    private func plainCall(
        of item: PlayQueue.Item, _ known: inout KnownInput?
    ) -> (hook: Hook, arguments: CallArguments)? {
        guard isPlain(item, &known) else { return nil }
        switch item {
        case .timer(let name, _): return (.timer, .both([.string(name)]))
        case .result(let id, let result):
            guard let request = state.requests[id]?.request else { return nil }
            guard request.service.isOfTheHouse else {
                return (.result, .both([result.json(for: request)]))
            }
            return (.revealed, .both([request.parameters["name"] ?? .null, result.revealed]))
        case .request(let request):
            switch request.action {
            case .command(let name, let value):
                return (.command, arguments(of: .command, name, value, by: request.by))
            case .act(let name, let value):
                return (.action, arguments(of: .action, name, value, by: request.by))
            case .start, .stop, .configure: return nil
            }
        case .heard, .media, .moderated: return nil
        }
    }

    private func isPlain(_ item: PlayQueue.Item) -> Bool {
        var known: KnownInput?
        return isPlain(item, &known)
    }

    private func isPlain(_ item: PlayQueue.Item, _ known: inout KnownInput?) -> Bool {
        guard state.status == .running else { return false }
        switch item {
        case .timer(let name, let due): return state.timers[name]?.dueMilliseconds == due
        case .result(let id, _): return state.requests[id] != nil
        case .request(let request):
            switch request.action {
            case .command: return true
            case .act(let name, let value):
                if known?.name != name || known?.role != request.by.role {
                    guard state.collectors[name] == nil,
                        let element = state.element(name, for: request.by.role)
                    else { return false }
                    known = KnownInput(name: name, role: request.by.role, element: element)
                }
                guard let known else { return false }
                return problem(request, known.element, name, value) == nil
            case .start, .stop, .configure: return false
            }
        // Whose media they are depends on the calls before it.
        case .heard, .media, .moderated: return false
        }
    }

    /// Adds what can be run right behind the call that is about to leave.
    mutating func addFollowers(_ pools: PoolBalances, _ now: Int64) {
        guard caution == 0, let first = outstanding.first, let item = first.item, isPlain(item),
            state.undelivered.isEmpty
        else { return }
        var known: KnownInput?
        let most = min(pace, limits.callsPerBatchMax)
        outstanding.reserveCapacity(min(most, queue.count + 1))
        while outstanding.count < most, let item = queue.first,
            let plain = plainCall(of: item, &known)
        {
            queue.removeFirst()
            var call = first.call
            (call.hook, call.arguments) = plain
            call.seed = seed(ofCall: outstanding.count)
            outstanding.append(Outstanding(call: call, item: item))
        }
    }

    /// Whether an outcome of the stage counts: its call is the one that its input takes now.
    private mutating func stands(_ done: Outstanding) -> Bool {
        guard isStageOpen, !isShelfStale, let item = done.item else { return false }
        return done.call.seed == seed(ofCall: 0) && isPlain(item)
    }

    /// Takes what came of the calls of the last step; the rest of them waits again.
    ///
    /// Effects are checked against the state and the pools as they stand now. If a pool has been
    /// emptied by somebody else meanwhile, the call leaves no trace and is made again.
    ///
    /// - Parameters:
    ///   - outcomes: Of the first calls, at least one.
    ///   - pools: The balances as they stand.
    ///   - nowMilliseconds: Unix time.
    ///   - share: One in so many calls is to be made again elsewhere; 0 for none.
    /// - Returns: What follows from the calls that count.
    package mutating func finished(
        _ outcomes: [ScriptOutcome], pools: inout PoolBalances, nowMilliseconds: Int64,
        checkingOneIn share: UInt64 = 0
    ) -> [PlayOutput] {
        let batch = outstanding
        outstanding = []
        guard let first = batch.first else { return [] }
        guard !outcomes.isEmpty else {
            putBack(batch.dropFirst())
            let fault = ScriptFault(kind: .host, message: "the stage returned no outcome")
            return stageFailed(first, fault, &pools)
        }
        var outputs: [PlayOutput] = []
        outputs.reserveCapacity(outcomes.count)
        var count = 0
        // Whether every call so far did nothing that decides how an input is judged; then the next one
        // takes the call that it took when they were sent.
        var isJudgedAlike = true
        for (done, outcome) in zip(batch, outcomes) {
            if count > 0, !(isJudgedAlike && isStageOpen), !stands(done) { break }
            let check = check(done.call, oneIn: share)
            let callCount = state.callCount
            let first = outputs.count
            guard finish(done, outcome, &pools, &outputs) else { break }
            count += 1
            isJudgedAlike =
                isJudgedAlike && state.callCount == callCount &+ 1
                && done.call.decidesNothing(outcome)
            if isJudgedAlike, check == nil { continue }
            let finished = outputs[first...]
            let hasMoved = finished.contains { $0.draft?.moves.isEmpty == false }
            if let check, finished.contains(where: { $0.draft != nil }) {
                outputs.append(.check(check, outcome))
            }
            // The next call was told of pools that are not so any more.
            if hasMoved { break }
        }
        putBack(batch[count...])
        // What is sent in vain was judged and written in vain.
        pace = count < batch.count ? max(1, count) : min(2 * pace, limits.callsPerBatchMax)
        if count < outcomes.count {
            caution = Self.cautionCalls
            if isStageOpen { outputs.append(closeStage()) }
        }
        return outputs
    }

    /// Lets calls that were not made wait again, in their order, before everything else.
    mutating func putBack(_ calls: ArraySlice<Outstanding>) {
        for call in calls.reversed() {
            if let item = call.item { queue.putBack(item) }
            if let batch = call.notices { notices.putBack(batch) }
        }
    }

    /// Notes that the stage died or hangs, or that the play could not be opened there: it no longer
    /// has this play.
    ///
    /// If one call was out, or the play could not be opened for the first one, that call is charged
    /// with a fault. If several were out, nobody knows which it was: they are made again one by one.
    /// The next call opens the play again, with the state of the journal.
    package mutating func stageFailed(
        _ fault: ScriptFault, whileOpening: Bool = false, pools: inout PoolBalances,
        nowMilliseconds: Int64
    ) -> [PlayOutput] {
        let batch = outstanding
        outstanding = []
        guard let first = batch.first else {
            isStageOpen = false
            return []
        }
        if batch.count > 1, !whileOpening {
            putBack(batch[...])
            caution = Self.cautionCalls
            return [closeStage()]
        }
        putBack(batch.dropFirst())
        return stageFailed(first, fault, &pools)
    }
}

extension PlayCall {
    /// Whether a call that had this outcome changed `room.state` at most: no panel, no collector, no
    /// timer, no request, and not whether the play runs.
    fileprivate func decidesNothing(_ outcome: ScriptOutcome) -> Bool {
        guard hook == .action || hook == .command,
            case .done(_, let effects, _) = outcome
        else { return false }
        return effects.count <= 2
    }
}

extension PlayQueue.Item {
    var request: PluginRequest? {
        if case .request(let request) = self { request } else { nil }
    }
}

extension PlayOutput {
    fileprivate var draft: Draft? {
        if case .draft(let draft) = self { draft } else { nil }
    }
}
