package import Clockwork
package import PluginContract
package import Scripting
package import Wire

/// All plays of one show, and the prize pools they share.
///
/// It routes requests, keeps the balances, and completes the state `plugins`, which speaks of all of
/// them. Like ``Play`` it is a value without I/O.
package struct Playbill: Sendable {
    package internal(set) var plays: [String: Play] = [:]
    package private(set) var pools: PoolBalances
    /// Ids in the order in which they were given.
    package let plugins: [String]
    /// People in the room, as the next calls are told.
    package var presentCount: Int64 = 0
    /// Where the picture is, in milliseconds of stream time, as the next calls are told.
    package var picture: Int64?
    /// What records say of plugins that the show no longer has: their moves of value still count.
    private(set) var absent: [String: PlayState] = [:]
    /// The pools before the first record.
    let initialPools: PoolBalances
    private let beganAtMilliseconds: Int64

    /// One plugin of a show.
    package struct Entry: Sendable {
        package var program: PluginProgram
        /// What the show says about its configuration.
        package var configuration: JSONObject
        /// What `kv` kept when the show began.
        package var values: JSONObject

        package init(
            program: PluginProgram, configuration: JSONObject = [:], values: JSONObject = [:]
        ) {
            self.program = program
            self.configuration = configuration
            self.values = values
        }
    }

    /// Begins a show in which nothing has been played.
    ///
    /// `beganAtMilliseconds` is Unix time. `pools` has the units of each pool before the first
    /// record. `isForbidden` tells of a text whether the room does not let viewers say it. `seed` decides what is random in the calls. Every recovery of a show gives the same
    /// values.
    package init(
        show: String, beganAtMilliseconds: Int64, entries: [Entry], products: [Product],
        pools: PoolBalances, seed: SecretSeed, limits: PlayLimits = PlayLimits(),
        isForbidden: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.pools = pools
        initialPools = pools
        self.beganAtMilliseconds = beganAtMilliseconds
        plugins = entries.map { $0.program.manifest.id }
        for entry in entries {
            let plugin = entry.program.manifest.id
            plays[plugin] = Play(
                program: entry.program,
                show: PlayShow(
                    show: show, beganAtMilliseconds: beganAtMilliseconds, products: products,
                    configuration: entry.configuration,
                    seed: seed, plugin: plugin, values: entry.values),
                limits: limits)
            plays[plugin]?.isForbidden = isForbidden
        }
    }
}

extension Playbill {
    /// Queues a request; see ``Play/request(_:nowMilliseconds:)``. An unknown plugin is refused.
    package mutating func request(
        _ request: PluginRequest, nowMilliseconds: Int64
    ) -> [PlayOutput] {
        // By its place: changed there, a play is not moved out of the table and back.
        guard let place = plays.index(forKey: request.plugin) else {
            let error = RequestError(
                .unknownPlugin, "this show has no plugin \"\(request.plugin)\"")
            return [
                .afterwards(.refuse(to: request.session, id: request.requestID, error: error))
            ]
        }
        // Nothing is judged yet, so there is nothing to complete.
        return plays.values[place].request(request, nowMilliseconds: nowMilliseconds)
    }

    /// The Unix time at which ``step(_:nowMilliseconds:)`` has something to do for some play.
    package var nextDueMilliseconds: Int64? {
        plays.values.compactMap(\.nextDueMilliseconds).min()
    }

    /// Goes on with one play; see ``Play/step(pools:nowMilliseconds:)``.
    package mutating func step(_ plugin: String, nowMilliseconds: Int64) -> PlayStep {
        var calls: [StageCall] = []
        var step = PlayStep()
        let (present, picture) = (presentCount, picture)
        let shelf = shelf(for: plugin)
        step.outputs = change(plugin) { play, pools in
            play.presentCount = present
            play.picture = picture
            play.shelf = shelf
            let step = play.step(pools: &pools, nowMilliseconds: nowMilliseconds)
            calls = step.calls
            return step.outputs
        }
        step.calls = calls
        return step
    }

    /// Takes outcomes; see ``Play/finished(_:pools:nowMilliseconds:checkingOneIn:)``.
    package mutating func finished(
        _ plugin: String, _ outcomes: [ScriptOutcome], nowMilliseconds: Int64,
        checkingOneIn share: UInt64 = 0
    ) -> [PlayOutput] {
        change(plugin) { play, pools in
            play.finished(
                outcomes, pools: &pools, nowMilliseconds: nowMilliseconds, checkingOneIn: share)
        }
    }

    /// Notes a failed stage; see ``Play/stageFailed(_:whileOpening:pools:nowMilliseconds:)``.
    package mutating func stageFailed(
        _ plugin: String, _ fault: ScriptFault, whileOpening: Bool = false,
        nowMilliseconds: Int64
    ) -> [PlayOutput] {
        change(plugin) { play, pools in
            play.stageFailed(
                fault, whileOpening: whileOpening, pools: &pools, nowMilliseconds: nowMilliseconds)
        }
    }

    /// Goes on with another program; see ``Play/reload(_:)``.
    package mutating func reload(_ program: PluginProgram) -> [PlayOutput] {
        change(program.manifest.id) { play, _ in play.reload(program) }
    }

    /// Folds one journal record in; records of other sources are left alone.
    ///
    /// Those of plugins that the show no longer has are folded as well: what they granted stays
    /// granted, and when they come back they go on.
    ///
    /// - Returns: The moves of value that the record made.
    /// - Throws: When the record is damaged.
    @discardableResult
    package mutating func recover(
        source: String, kind: String, event: JSON, changes: JSON, effects: JSON
    ) throws(PlayRecordError) -> [LedgerMove] {
        guard source.hasPrefix("plugin:") else { return [] }
        let plugin = String(source.dropFirst(7))
        let moves: [LedgerMove]
        // Taken out, so that it is changed in place and not copied.
        if var play = plays.removeValue(forKey: plugin) {
            defer { plays[plugin] = play }
            moves = try play.recover(kind: kind, event: event, changes: changes, effects: effects)
        } else {
            var state = absent.removeValue(forKey: plugin) ?? PlayState()
            defer { absent[plugin] = state }
            let record = try PlayRecord(
                reading: kind, event: event, changes: changes, effects: effects)
            let setting = PlayState.Setting(
                plugin: plugin, beganAtMilliseconds: beganAtMilliseconds)
            moves = try state.fold(record, setting).moves
        }
        pools.apply(moves)
        return moves
    }

    /// Puts the states of a snapshot in the place of all records before it.
    mutating func restore(_ states: [String: PlayState], taken: [String: Int64]) {
        for (plugin, state) in states {
            if plays[plugin] == nil { absent[plugin] = state } else { plays[plugin]?.state = state }
        }
        pools = initialPools
        pools.take(taken)
    }

    /// The current values of all `state` keys of plugins, for a room that has just been recovered.
    package var states: [StateValue] {
        [StateValue(key: "plugins", value: .object(entries), audience: .everyone)]
            + plugins.flatMap { plays[$0]?.states ?? [] }
            + (pinnedProduct.map {
                [StateValue(key: "product", value: $0, audience: .everyone)]
            } ?? [])
            + (seats.map { [StateValue(key: "seats", value: $0, audience: .everyone)] } ?? [])
    }

    /// Who has which seat, in the order of the plugins that gave them; nil when nobody has one.
    private var seats: JSON? {
        let seats = plugins.flatMap { plugin in
            (plays[plugin]?.state.memory.seating.leases ?? []).map { lease in
                var members = lease.json.objectValue ?? [:]
                members["plugin"] = .string(plugin)
                return JSON.object(members)
            }
        }
        return seats.isEmpty ? nil : .array(seats)
    }

    /// What a plugin is told of the products; nil while there is nothing to tell.
    private func shelf(for plugin: String) -> Shelf? {
        guard plays[plugin]?.program.manifest.capabilities.contains(.products) == true else {
            return nil
        }
        let onAir = pin?.product["id"]?.stringValue
        var embargoed: Set<String> = []
        for (other, play) in plays where other != plugin {
            embargoed.formUnion(play.state.memory.embargoes)
        }
        guard onAir != nil || !embargoed.isEmpty else { return nil }
        return Shelf(onAir: onAir, embargoed: embargoed.sorted())
    }

    /// The product on air, as everybody is told.
    private var pinnedProduct: JSON? {
        guard let product = pin?.product, let id = product["id"]?.stringValue else { return nil }
        guard plays.values.contains(where: { $0.state.memory.embargoes.contains(id) }) else {
            return product
        }
        var members = product.objectValue ?? [:]
        members["priceMinor"] = .null
        return .object(members)
    }

    /// The one that was pinned last.
    private var pin: PlayState.Pin? {
        var latest: PlayState.Pin?
        for plugin in plugins {
            guard let pin = plays[plugin]?.state.pin else { continue }
            if let known = latest, known.atMilliseconds >= pin.atMilliseconds { continue }
            latest = pin
        }
        return latest
    }

    /// The value of the state `plugins`.
    private var entries: JSONObject {
        var entries = JSONObject()
        for plugin in plugins { entries[plugin] = plays[plugin]?.entry }
        return entries
    }

    /// Changes one play in place, and completes what it says about `plugins`.
    private mutating func change(
        _ plugin: String, _ body: (inout Play, inout PoolBalances) -> [PlayOutput]
    ) -> [PlayOutput] {
        let pinned = pinnedProduct
        // Taken out, so that it is changed in place and not copied.
        guard var play = plays.removeValue(forKey: plugin) else { return [] }
        let seatingBefore = play.state.memory.seating
        var outputs = body(&play, &pools)
        plays[plugin] = play
        if pinnedProduct != pinned {
            outputs.tellLast(
                .state(key: "product", value: pinnedProduct ?? .null, audience: .everyone))
        }
        if play.state.memory.seating != seatingBefore {
            outputs.tellLast(.state(key: "seats", value: seats ?? .null, audience: .everyone))
        }
        // Few have anything to complete; the others are not touched.
        for index in outputs.indices where outputs[index].isOfPlugins {
            switch outputs[index] {
            case .draft(var draft):
                draft.afterwards = draft.afterwards.map { complete($0, plugin) }
                outputs[index] = .draft(draft)
            case .afterwards(let afterwards):
                outputs[index] = .afterwards(complete(afterwards, plugin))
            case .openStage, .closeStage, .check: break
            }
        }
        return outputs
    }

    private func complete(_ afterwards: Afterwards, _ plugin: String) -> Afterwards {
        guard case .state("plugins", let value, let audience) = afterwards else {
            return afterwards
        }
        var all = entries
        all[plugin] = value[plugin]
        return .state(key: "plugins", value: .object(all), audience: audience)
    }
}

extension Afterwards {
    fileprivate var isOfPlugins: Bool {
        if case .state("plugins", _, _) = self { true } else { false }
    }
}

extension PlayOutput {
    /// Whether it tells something about `plugins`.
    fileprivate var isOfPlugins: Bool {
        switch self {
        case .draft(let draft): draft.afterwards.contains(where: \.isOfPlugins)
        case .afterwards(let afterwards): afterwards.isOfPlugins
        case .openStage, .closeStage, .check: false
        }
    }
}

extension [PlayOutput] {
    /// Adds to what is said once the last draft is durable.
    fileprivate mutating func tellLast(_ afterwards: Afterwards) {
        for index in indices.reversed() {
            guard case .draft(var draft) = self[index] else { continue }
            draft.afterwards.append(afterwards)
            self[index] = .draft(draft)
            return
        }
    }
}
