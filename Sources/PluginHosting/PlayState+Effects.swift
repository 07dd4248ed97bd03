import PluginContract
import Wire

extension PlayState {
    /// Applies one effect, prizes aside.
    mutating func apply(_ effect: Effect, _ consequences: inout PlayConsequences) {
        switch effect {
        case .panelShow(let surface, let panel):
            let mark = mark(for: panel, on: surface, picture: consequences.picture)
            panels[surface] = ShownPanel(panel: panel, value: .null, mark: mark)
            consequences.changedSurfaces.insert(surface)
            if surface == .viewer {
                let ids = Set(panel.elements.compactMap(\.id))
                dropOwn(&consequences) { !ids.contains($0) }
            }
        case .panelHide(let surface):
            panels[surface] = nil
            consequences.changedSurfaces.insert(surface)
            if surface == .viewer { dropOwn(&consequences) { _ in true } }
        case .panelPatch(let user, let patch):
            for (id, attributes) in patch.elements {
                ownIDs.insert(id)
                for (name, value) in attributes.members {
                    own[user, default: [:]][id, default: [:]][name] = value
                }
            }
            consequences.changedUsers.insert(user)
        case .collectOpen(let name, let keep, let admitsStaff, let grace):
            var collector = Collector(keep: keep, admitsStaff: admitsStaff)
            collector.grace = grace
            collector.pictureSinceMilliseconds =
                consequences.picture == nil || grace == nil ? nil : nowMilliseconds
            collectors[name] = collector
            // A new question: what was locked for the one before is open again.
            dropOwn(&consequences) { $0 == name }
        case .collectClose(let name): collectors[name]?.isOpen = false
        case .timerSet(let name, let milliseconds):
            timers[name] = PlayTimer(
                dueMilliseconds: nowMilliseconds + milliseconds, lengthMilliseconds: milliseconds)
            endGrace(ofTimer: name)
            showAgain(timer: name, &consequences)
        case .timerCancel(let name):
            timers[name] = nil
            showAgain(timer: name, &consequences)
        case .chatHide(let message): consequences.hidden.append(message)
        case .chatCollect(let name, let rule, let keep, let admitsStaff):
            var collector = Collector(keep: keep, admitsStaff: admitsStaff)
            collector.rule = rule
            collectors[name] = collector
            dropOwn(&consequences) { $0 == name }
        case .productPin(let product):
            pin = Pin(product: product.json(), atMilliseconds: nowMilliseconds)
        case .productUnpin: pin = nil
        case .leaderboardAdd, .leaderboardReset:
            memory.apply(effect)
            for (surface, shown) in panels where shown.panel.showsLeaderboard {
                consequences.changedSurfaces.insert(surface)
            }
        case .prizeGrant(let pool, let viewer, let count):
            memory.apply(effect)
            note(Win(pool: pool, viewer: viewer, count: count), &consequences)
        case .kvSet, .seatGrant, .seatRevoke, .seatSwap, .productEmbargo, .productLift,
            .fairnessCommit, .fairnessFreeze:
            memory.apply(effect)
        case .request(let request):
            memory.apply(effect)
            requests[request.id] = WaitingRequest(
                request: request, dueMilliseconds: nowMilliseconds + request.milliseconds)
            if !request.service.isOfTheHouse { consequences.requests.append(request) }
        case .linger: ending = .lingering
        case .prizeReserve, .prizeRelease, .chatSay, .refuse, .log, .finish: break
        }
    }

    /// Says which effect of a handler goes beyond a limit of the platform, or nil.
    func problem(with effects: [Effect], plugin: String, _ limits: PlayLimits) -> String? {
        if effects.isEmpty { return nil }
        var timers = Set(timers.keys)
        var collectors = Set(collectors.keys)
        var users = 0
        var requests = requests.count
        var memory = memory
        var account = ReservationAccount(plugin: plugin, reservations: reservations)
        for effect in effects {
            account.apply(effect)
            if HostMemory.isChanged(by: effect) {
                if let problem = memory.problem(with: effect) { return problem }
                memory.apply(effect)
            }
            switch effect {
            case .timerSet(let name, _): timers.insert(name)
            case .timerCancel(let name): timers.remove(name)
            case .collectOpen(let name, _, _, _), .chatCollect(let name, _, _, _):
                collectors.insert(name)
            case .request: requests += 1
            case .panelPatch(let user, _): users += own[user] == nil ? 1 : 0
            default: break
            }
        }
        if let problem = account.problem { return problem }
        if timers.count > limits.timersMax { return "more than \(limits.timersMax) timers" }
        if collectors.count > limits.collectorsMax {
            return "more than \(limits.collectorsMax) collectors"
        }
        if requests > HostRequest.Limit.waiting {
            return "more than \(HostRequest.Limit.waiting) requests without an answer"
        }
        if own.count + users > limits.patchedViewersMax {
            return "more than \(limits.patchedViewersMax) viewers with patches"
        }
        return nil
    }

    /// What effects say in public: speech as it comes, grants gathered by pool and count.
    static func publicEvents(of effects: [Effect], _ setting: Setting) -> [PublicEvent] {
        struct Grant: Hashable {
            var pool: String
            var count: Int64
        }
        var events: [PublicEvent] = []
        var grants: [Grant] = []
        var winners: [Grant: [Viewer]] = [:]
        for effect in effects {
            switch effect {
            case .chatSay(let text, let args):
                events.append(
                    PublicEvent(
                        name: "said", from: "plugin:" + setting.plugin,
                        data: ["text": .string(text), "args": .object(args)]))
            case .chatHide(let message):
                events.append(
                    PublicEvent(
                        name: "deleted", from: "room",
                        data: [
                            "message": .string(message),
                            "by": .string("plugin:" + setting.plugin),
                        ]))
            case .fairnessCommit(let name, _, let number, let commitment):
                events.append(
                    .fairness(
                        "committed", name, number, setting,
                        ["commitment": .string(commitment)]))
            case .fairnessFreeze(let name, let entrants, let hash):
                events.append(
                    .fairness(
                        "frozen", name, nil, setting,
                        [
                            "hash": .string(hash),
                            "count": .integer(Int64(entrants.entrants.count)),
                            "tickets": .integer(entrants.ticketCount),
                        ]))
            case .prizeGrant(let pool, let viewer, let count):
                let grant = Grant(pool: pool, count: count)
                if winners[grant] == nil { grants.append(grant) }
                winners[grant, default: []].append(viewer)
            default: break
            }
        }
        for grant in grants {
            events.append(
                .granted(grant.count, of: grant.pool, to: winners[grant] ?? [], setting))
        }
        return events
    }

    private mutating func showAgain(timer: String, _ consequences: inout PlayConsequences) {
        for (surface, shown) in panels where shown.panel.timers.contains(timer) {
            consequences.changedSurfaces.insert(surface)
        }
    }

    /// Forgets patches of elements that are gone or mean something new.
    private mutating func dropOwn(
        _ consequences: inout PlayConsequences, where isGone: (String) -> Bool
    ) {
        let gone = ownIDs.filter(isGone)
        guard !gone.isEmpty else { return }
        ownIDs.subtract(gone)
        for (user, elements) in own where elements.keys.contains(where: gone.contains) {
            let kept = elements.filter { !gone.contains($0.key) }
            own[user] = kept.isEmpty ? nil : kept
            consequences.changedUsers.insert(user)
        }
    }
}
