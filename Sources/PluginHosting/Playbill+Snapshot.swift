package import Wire

extension Playbill {
    /// The state of every play, and what was taken out of the pools, as one JSON object.
    ///
    /// Plugins that the show no longer has are in it too: their records stand before the snapshot,
    /// and they may come back.
    package var snapshot: JSON {
        let states = absent.merging(plays.mapValues(\.state)) { $1 }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }
        let taken = pools.taken(from: initialPools).sorted { $0.key < $1.key }
            .map { ($0.key, JSON.integer($0.value)) }
        return [
            "plays": .object(JSONObject(states)), "taken": .object(JSONObject(taken)),
        ]
    }

    /// Takes the place of the records that a snapshot contains, in a show in which nothing has been
    /// played. The units of the pools are those of today; what was taken out is the snapshot's.
    ///
    /// - Returns: false when it is not of this form; then nothing has changed.
    package mutating func restore(_ snapshot: JSON) -> Bool {
        guard let members = snapshot["plays"]?.objectValue,
            let pools = snapshot["taken"]?.objectValue
        else { return false }
        var states: [String: PlayState] = [:]
        for (plugin, json) in members {
            guard let state = PlayState(json: json) else { return false }
            states[plugin] = state
        }
        var taken: [String: Int64] = [:]
        for (pool, count) in pools {
            guard let count = count.integerValue else { return false }
            taken[pool] = count
        }
        restore(states, taken: taken)
        return true
    }
}
