package import PluginContract
import Wire

// What hosts do to danmaku and people. It is told in log order with everything else: what was done
// before a timer ran out is known to the handler of the timer.
extension Play {
    /// Queues an act of moderation.
    mutating func moderated(_ act: ModerationAct) {
        guard hearsModeration, queue.actCount < PlayQueue.actsMax else { return }
        queue.append(act)
    }

    /// Behind a start: whoever is muted or banned now, so that nobody has to remember.
    mutating func tellStandings() {
        guard hearsModeration else { return }
        for act in standings.acts(nowMilliseconds: state.nowMilliseconds + show.beganAtMilliseconds)
        {
            queue.append(act)
        }
    }

    var hearsModeration: Bool {
        state.status == .running && program.manifest.capabilities.contains(.chat)
            && !notices.absent.contains(.moderated)
    }

    /// What `on_moderated` is given.
    func arguments(of acts: [ModerationAct]) -> CallArguments {
        .both([
            .array(acts.map { $0.json(beganAtMilliseconds: show.beganAtMilliseconds) })
        ])
    }
}

/// Who is muted and who is banned, as far as the plays of a show were told.
///
/// As large as the room's own list, which has a bound.
struct Standings: Sendable {
    private var banned: Set<String> = []
    private var mutedUntil: [String: Int64] = [:]

    mutating func note(_ act: ModerationAct) {
        switch act {
        case .deleted: break
        case .muted(let user, let until): mutedUntil[user] = until
        case .unmuted(let user): mutedUntil[user] = nil
        case .banned(let user): banned.insert(user)
        case .unbanned(let user): banned.remove(user)
        }
    }

    /// What holds at a Unix time, in the order of the ids.
    func acts(nowMilliseconds: Int64) -> [ModerationAct] {
        let muted = mutedUntil.filter { $0.value > nowMilliseconds }.sorted { $0.key < $1.key }
        return banned.sorted().map { .banned(user: $0) }
            + muted.map { .muted(user: $0.key, untilMilliseconds: $0.value) }
    }
}

extension Playbill {
    /// A host did something to a danmaku or to a person; who is banned loses a seat as well.
    package mutating func moderated(_ act: ModerationAct) {
        for plugin in plugins {
            plays[plugin]?.standings.note(act)
            plays[plugin]?.moderated(act)
            if case .banned(let user) = act { plays[plugin]?.banned(user) }
        }
    }

    /// After a restart of the server: who is muted or banned is told again, for whatever was not told
    /// before it.
    package mutating func recovered(_ acts: [ModerationAct]) {
        for act in acts { moderated(act) }
    }
}
