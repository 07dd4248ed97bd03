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
        for plugin in playbill.plugins where stageWork[plugin] == nil {
            let step = playbill.step(plugin, nowMilliseconds: now)
            perform(step.outputs, of: plugin, nowMilliseconds: now)
            if !step.calls.isEmpty {
                let id = PlayID(show: room.show, plugin: plugin)
                stageWork[plugin, default: []].append(.run(id, step.calls))
            }
            if stageWork[plugin] != nil { Task { await work(for: plugin) } }
        }
    }

    var isAnyPlayBusy: Bool { !stageWork.isEmpty }

    private func perform(
        _ outputs: [PlayOutput], of plugin: String, nowMilliseconds now: Int64
    ) {
        for output in outputs {
            switch output {
            case .draft(let draft):
                if draft.kind == "fault" { report(draft) }
                keep(draft)
            case .afterwards(let afterwards): sayWhenDurable(afterwards, nowMilliseconds: now)
            case .openStage(let id, let opening):
                stageWork[plugin, default: []].append(.open(id, opening))
            case .closeStage(let id): stageWork[plugin, default: []].append(.close(id))
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
                        plugin, error, nowMilliseconds: clock.unixMilliseconds)
                }
            case .run(let id, let calls):
                do throws(StageLoss) {
                    let outcomes = try await stage.run(id, calls)
                    outputs = playbill.finished(
                        plugin, outcomes, nowMilliseconds: clock.unixMilliseconds)
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
