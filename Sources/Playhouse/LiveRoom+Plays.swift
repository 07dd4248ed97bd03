import Clockwork
import PluginContract
import PluginHosting
import Rooms
import Scripting
import Wire

/// What a room has to do on a stage, in order, for one plugin.
enum StageWork: Sendable {
    case open(PlayID, StageOpening)
    case run(PlayID, [StageCall])
    case close(PlayID)
}

// The plays of the show. Lua runs on the stage, never on a lane or on the room's queue: a handler
// that burns its whole budget delays no danmaku.
extension LiveRoom {
    func take(_ request: PluginRequest, nowMilliseconds now: Int64) {
        perform(
            playbill.request(request, nowMilliseconds: now), of: request.plugin,
            nowMilliseconds: now)
    }

    /// Shows newcomers what plays had on screen before a restart.
    func showRecoveredStates(nowMilliseconds now: Int64) {
        var outputs: [RoomOutput] = []
        for state in playbill.states {
            room.setState(
                key: state.key, value: state.value, audience: state.audience, into: &outputs)
        }
        perform(outputs, nowMilliseconds: now)
    }

    /// Goes on with every play whose stage is free.
    func runPlays(nowMilliseconds now: Int64) {
        playbill.presentCount = Int64(room.presence.users)
        lookAtPicture()
        for plugin in playbill.plugins where stageWork[plugin] == nil {
            let step = playbill.step(plugin, nowMilliseconds: now)
            perform(step.outputs, of: plugin, nowMilliseconds: now)
            if !step.calls.isEmpty {
                let id = PlayID(show: room.show, plugin: plugin)
                stageWork[plugin, default: []].append(.run(id, step.calls))
            }
            workOnStage(for: plugin)
        }
    }

    /// Begins with what there is to do on the stage for a plugin whose stage was free.
    func workOnStage(for plugin: String) {
        if stageWork[plugin] != nil {
            Task(executorPreference: taskExecutor) { await self.work(for: plugin) }
        }
    }

    var isAnyPlayBusy: Bool { !stageWork.isEmpty }

    func perform(
        _ outputs: [PlayOutput], of plugin: String, nowMilliseconds now: Int64
    ) {
        for output in outputs {
            switch output {
            case .draft(let draft):
                if draft.kind == "fault" { report(draft) }
                writeDown(draft)
                keep(draft)
            case .afterwards(let afterwards): sayWhenDurable(afterwards, nowMilliseconds: now)
            case .openStage(let id, let opening):
                stageWork[plugin, default: []].append(.open(id, opening))
            case .closeStage(let id): stageWork[plugin, default: []].append(.close(id))
            case .check(let check, let outcome):
                checker?.post(
                    ReplayChecker.Job(
                        check: check, outcome: outcome, show: room.show, plugin: plugin,
                        sequence: sequenceDrafted))
            }
        }
    }

    private func report(_ draft: Draft) {
        log.warning(
            "a plugin failed; its handler was undone",
            [
                "room": .string(id), "source": .string(draft.source), "fault": draft.event,
            ])
    }

    /// Writes what a plugin said with `room.log` into the server's log.
    private func writeDown(_ draft: Draft) {
        for effect in draft.effects.arrayValue ?? [] where effect["do"] == "log" {
            guard case .log(let level, let text)? = Effect(json: effect) else { continue }
            // As a field, where it is quoted: a line of the log is never a plugin's own.
            log.record(
                Log.Level(rawValue: level.rawValue) ?? .info, "a plugin says",
                [
                    "text": .string(text), "room": .string(id), "source": .string(draft.source),
                    "hook": .string(draft.kind),
                ])
        }
    }

    /// Asks the world outside on behalf of a plugin; the answer becomes an event of its play, which
    /// watches the time itself.
    func ask(_ request: HostRequest, for plugin: String) {
        let play = PlayID(show: room.show, plugin: plugin)
        Task {
            let result = await services.perform(request, of: play)
            playbill.answered(plugin, request.id, result)
            endTurn(nowMilliseconds: clock.unixMilliseconds)
        }
    }

    /// Does what there is to do for one plugin until nothing is left; one task a plugin at a time.
    private func work(for plugin: String) async {
        while let next = stageWork[plugin]?.first {
            stageWork[plugin]?.removeFirst()
            var outputs: [PlayOutput] = []
            switch next {
            case .close(let id):
                await stage.close(id)
            case .open(let id, let opening):
                guard let program = playbill.plays[plugin]?.program else { continue }
                do throws(ScriptFault) {
                    try await stage.open(id, program: program, opening)
                } catch {
                    // The calls that were to run there must not.
                    stageWork[plugin]?.removeAll()
                    outputs = playbill.stageFailed(
                        plugin, error, whileOpening: true, nowMilliseconds: clock.unixMilliseconds)
                }
            case .run(let id, let calls):
                do throws(StageLoss) {
                    let outcomes = try await stage.run(id, calls)
                    outputs = playbill.finished(
                        plugin, outcomes, nowMilliseconds: clock.unixMilliseconds,
                        checkingOneIn: checker == nil ? 0 : replayOneIn)
                } catch {
                    outputs = lost(id, calls, error)
                }
            }
            perform(outputs, of: plugin, nowMilliseconds: clock.unixMilliseconds)
        }
        stageWork[plugin] = nil
        endTurn(nowMilliseconds: clock.unixMilliseconds)
    }

    /// The stage has lost a play: charges it, or brings it back with the state of the journal and
    /// makes the calls again.
    private func lost(_ id: PlayID, _ calls: [StageCall], _ loss: StageLoss) -> [PlayOutput] {
        switch loss {
        case .charged(let fault):
            return playbill.stageFailed(
                id.plugin, fault, nowMilliseconds: clock.unixMilliseconds)
        case .innocent:
            guard let opening = playbill.plays[id.plugin]?.reopening else { return [] }
            stageWork[id.plugin, default: []].insert(
                contentsOf: [.open(id, opening), .run(id, calls)], at: 0)
            return []
        }
    }
}
