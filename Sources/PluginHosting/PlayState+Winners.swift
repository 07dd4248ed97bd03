package import PluginContract
import Wire

// Who won what is told three times, and to nobody more than concerns them: everybody hears how many
// won, with masked names; each winner, on all devices, what is theirs; the staff, who it was.
extension PlayState {
    /// A prize that was granted.
    package struct Win: Sendable, Equatable {
        package var pool: String
        package var viewer: Viewer
        /// Units, at least 1.
        package var count: Int64

        var json: JSON {
            [
                "user": .string(viewer.user), "name": .string(viewer.name),
                "pool": .string(pool), "count": .integer(count),
            ]
        }

        init(pool: String, viewer: Viewer, count: Int64) {
            self.pool = pool
            self.viewer = viewer
            self.count = count
        }

        /// Reads what ``json`` wrote; nil for anything else.
        init?(json: JSON) {
            guard let pool = json["pool"]?.stringValue, let viewer = Viewer(json: json),
                let count = json["count"]?.integerValue
            else { return nil }
            self.init(pool: pool, viewer: viewer, count: count)
        }
    }

    /// Of how many grants, the newest ones, the staff are told.
    static let winsToldMax = 100

    mutating func note(_ win: Win, _ consequences: inout PlayConsequences) {
        winCount += 1
        if wins.count == Self.winsToldMax { wins.removeFirst() }
        wins.append(win)
        consequences.winners.insert(win.viewer.user)
    }

    /// The value of `granted:PLUGIN` for a user: units in this show by pool, or null.
    func grantedValue(_ user: String) -> JSON {
        let pools = memory.granted.compactMap { pool, units in
            units[user].map { (pool, JSON.integer($0)) }
        }
        return pools.isEmpty ? .null : .object(JSONObject(pools.sorted { $0.0 < $1.0 }))
    }

    /// The value of `winners:PLUGIN`, the newest first; null before the first grant.
    var winnersValue: JSON {
        guard winCount > 0 else { return .null }
        return [
            "count": .integer(winCount), "latest": .array(wins.reversed().map(\.json)),
        ]
    }
}

extension PublicEvent {
    /// How many names of winners everybody is told.
    static let winnerNamesMax = 10

    /// Says that units of a pool were granted, and to nobody's eyes whose they are.
    static func granted(
        _ count: Int64, of pool: String, to winners: [Viewer], _ setting: PlayState.Setting
    ) -> PublicEvent {
        PublicEvent(
            name: "granted", from: "plugin:" + setting.plugin,
            data: [
                "pool": .string(pool), "count": .integer(count),
                "winners": .integer(Int64(winners.count)),
                "names": .array(
                    winners.prefix(winnerNamesMax).map { .string($0.maskedName) }),
            ])
    }
}
