import PluginContract
import Scripting
import Wire

extension Play {
    /// Takes what came of one call.
    ///
    /// - Returns: false when it has left no trace and must be made again.
    mutating func finish(
        _ done: Outstanding, _ outcome: ScriptOutcome, _ pools: inout PoolBalances,
        _ outputs: inout [PlayOutput]
    ) -> Bool {
        switch outcome {
        case .done(let changes, let effects, let use):
            desk.note(done.call.hook, use, outputBytes: changes.count + effects.count)
            return finish(done, changes, effects, &pools, &outputs)
        case .absent where done.call.hook == .moderated:
            // Told no more, and no record.
            notices.absent.insert(.moderated)
        case .absent where done.call.hook == .ending:
            // Nobody wants to go on: the stop is judged again.
            notices.absent.insert(.ending)
        case .absent where done.call.hook.isNotice:
            // Nothing happened: it is told no more, and leaves no record.
            notices.forget(done.call.hook)
        case .absent:
            guard let request = done.request,
                done.call.hook == .action || done.call.hook == .command
            else {
                return finish(done, [], [], &pools, &outputs)
            }
            let error = RequestError(
                .noSuchAction, "\(plugin) has no \(done.call.hook.functionName)")
            outputs.append(.afterwards(refusal(request, error)))
        case .fault(let fault): outputs += fail(done, fault, &pools)
        }
        return true
    }

    mutating func stageFailed(
        _ done: Outstanding, _ fault: ScriptFault, _ pools: inout PoolBalances
    ) -> [PlayOutput] {
        let close = closeStage()
        return [close] + fail(done, fault, &pools)
    }

    private mutating func finish(
        _ done: Outstanding, _ changes: [UInt8], _ effects: [UInt8], _ pools: inout PoolBalances,
        _ outputs: inout [PlayOutput]
    ) -> Bool {
        // A record that the journal refuses would stop the room. Whatever a stage returns, what is
        // folded fits into one.
        let limits = JSONLimits(
            depthMax: 64, bytesMax: self.limits.outputBytesMax, membersMax: 1_000_000)
        guard
            let changes = Self.isNone(changes)
                ? StateChanges.none : StateChanges(text: changes, limits: limits),
            let list = Self.isNone(effects) ? [] : try? JSON(parsing: effects, limits: limits),
            let effects = Self.effects(list)
        else {
            outputs += stageFailed(
                done, ScriptFault(kind: .host, message: "the stage returned no record"), &pools)
            return true
        }
        desk.note(done.call.hook, effects: effects.count)
        if let problem = state.problem(with: effects, plugin: plugin, self.limits) {
            // Lua has gone on from a state that will never be recorded.
            outputs += stageFailed(done, ScriptFault(kind: .host, message: problem), &pools)
            return true
        }
        let record = PlayRecord.call(done.call, changes: changes, effects: effects)
        guard pools.allows(moves(of: done.call, effects)) else { return false }
        do throws(PlayRecordError) {
            let consequences = try state.fold(record, setting)
            pools.apply(consequences.moves)
            if effects.contains(where: \.changesWhatIsOnAir) { isShelfStale = true }
            outputs.append(
                .draft(draft(record, consequences, replies: acknowledgement(of: done, effects))))
            if state.status != .running { outputs.append(closeStage()) }
            if done.call.hook == .start { tellStandings() }
        } catch {
            outputs += stageFailed(
                done, ScriptFault(kind: .host, message: error.description), &pools)
        }
        return true
    }

    private static let emptyList = Array("[]".utf8)

    private static func isNone(_ list: [UInt8]) -> Bool { list.isEmpty || list == emptyList }

    private static func effects(_ list: JSON) -> [Effect]? {
        guard let values = list.arrayValue else { return nil }
        if values.isEmpty { return [] }
        let effects = values.compactMap(Effect.init(json:))
        return effects.count == values.count ? effects : nil
    }

    /// The moves that folding will make, in its order.
    private func moves(of call: PlayCall, _ effects: [Effect]) -> [LedgerMove] {
        // Most calls move nothing.
        if effects.isEmpty, call.hook != .start { return [] }
        var leftover = ReservationAccount(plugin: plugin, reservations: state.reservations)
        if call.hook == .start { leftover.releaseAll() }
        var account = ReservationAccount(plugin: plugin, reservations: leftover.reservations)
        for effect in effects { account.apply(effect) }
        return leftover.moves + account.moves
    }

    private mutating func fail(
        _ done: Outstanding, _ fault: ScriptFault, _ pools: inout PoolBalances
    ) -> [PlayOutput] {
        let since = done.call.nowMilliseconds - limits.faultWindowMilliseconds
        let recent = state.faultTimes.filter { $0 > since }.count + 1
        let pauses =
            state.status == .running && done.call.hook != .stop
            // A state that could not be migrated is of no use to this version.
            && (recent >= limits.faultsMax || done.call.hook == .migrate)
        var replies: [Afterwards] = []
        if let request = done.request {
            if done.call.hook == .stop {
                replies = acknowledgement(of: done)
            } else {
                // The message may quote what viewers must not know.
                let detail = request.by.role == .viewer ? "" : ": \(fault.message)"
                let error = RequestError(
                    .unavailable, "the plugin failed, nothing was taken" + detail)
                replies.append(refusal(request, error))
            }
        }
        var outputs = write(
            .fault(done.call, fault, pauses: pauses), replies: replies, &pools)
        if state.status != .running && isStageOpen { outputs.append(closeStage()) }
        return outputs
    }

    private func acknowledgement(
        of done: Outstanding, _ effects: [Effect] = []
    ) -> [Afterwards] {
        guard let request = done.request else { return [] }
        for case .refuse(let reason) in effects {
            let error = RequestError(
                .refused, "\(plugin) refused: \(reason)", value: .string(reason))
            return [refusal(request, error)]
        }
        let fields: JSONObject = done.call.hook == .action ? ["accepted": true] : [:]
        return [.reply(to: request.session, id: request.requestID, fields: fields)]
    }

    /// Folds a record that changes nothing in `room.state`, and drafts it.
    mutating func write(
        _ record: PlayRecord, replies: [Afterwards], _ pools: inout PoolBalances
    ) -> [PlayOutput] {
        do throws(PlayRecordError) {
            let consequences = try state.fold(record, setting)
            pools.apply(consequences.moves)
            return [.draft(draft(record, consequences, replies: replies))]
        } catch {
            preconditionFailure("a record without changes does not fit: \(error)")
        }
    }

    /// Tells each winner what is theirs, and the staff who won.
    private func newsOfWinners(_ winners: Set<String>) -> [Afterwards] {
        winners.sorted().map { user in
            .state(
                key: "granted:" + plugin, value: state.grantedValue(user), audience: .user(user))
        } + [.state(key: "winners:" + plugin, value: state.winnersValue, audience: .staff)]
    }

    mutating func draft(
        _ record: PlayRecord, _ consequences: PlayConsequences, replies: [Afterwards]
    ) -> Draft {
        var afterwards: [Afterwards] = []
        for surface in PanelSurface.allCases
        where consequences.changedSurfaces.contains(surface) {
            afterwards.append(
                .state(
                    key: key(of: surface), value: state.panels[surface]?.value ?? .null,
                    audience: audience(of: surface)))
        }
        for user in consequences.changedUsers.sorted() {
            afterwards.append(
                .state(key: "own:" + plugin, value: state.ownValue(user), audience: .user(user)))
        }
        if !consequences.winners.isEmpty { afterwards += newsOfWinners(consequences.winners) }
        if consequences.isStatusChanged {
            afterwards.append(
                .state(key: "plugins", value: .object([plugin: entry]), audience: .everyone))
        }
        afterwards += deskNews(record, consequences)
        afterwards += consequences.hidden.map { .hide(message: $0) }
        afterwards += consequences.requests.map { .request(plugin: plugin, $0) }
        return Draft(
            source: source, kind: record.kind, recorded: record.event,
            changes: record.changes, effects: .tree(record.effects), moves: consequences.moves,
            events: consequences.events,
            afterwards: afterwards.isEmpty ? replies : afterwards + replies)
    }
}

extension Effect {
    fileprivate var changesWhatIsOnAir: Bool {
        switch self {
        case .productPin, .productUnpin: true
        default: false
        }
    }
}
