import Journaling
import Wire

/// Whether the books agree: in themselves, and with what was said about them.
extension ShowAudit {
    mutating func checkLedger() {
        checkKeys()
        checkBalances()
        checkPublicGrants()
        checkPrivateGrants()
        checkSettlements()
    }

    private mutating func checkKeys() {
        struct Key: Hashable {
            var plugin: String
            var sequence: Int64
            var index: Int64
        }
        var keys: Set<Key> = []
        for entry in evidence.entries {
            let key = Key(plugin: entry.plugin, sequence: entry.sequence, index: entry.index)
            if !keys.insert(key).inserted { note("the ledger has \(key) twice") }
            if entry.count <= 0 { note("the ledger moves \(entry.count) of \(entry.pool)") }
        }
    }

    /// Nothing is granted that was not reserved, what is left goes back once, and a pool never holds
    /// more or less than it can.
    private mutating func checkBalances() {
        let pools = TrialRoom.pools(evidence.plan)
        var available = pools
        struct Holder: Hashable {
            var plugin: String
            var pool: String
        }
        var reserved: [Holder: Int64] = [:]
        for entry in evidence.entries.sorted(by: {
            ($0.sequence, $0.index) < ($1.sequence, $1.index)
        }) {
            let holder = Holder(plugin: entry.plugin, pool: entry.pool)
            let place = "record \(entry.sequence): \(entry.plugin), pool \(entry.pool)"
            switch entry.kind {
            case "reserve":
                available[entry.pool, default: 0] -= entry.count
                reserved[holder, default: 0] += entry.count
            case "grant":
                reserved[holder, default: 0] -= entry.count
                if entry.user == nil { note("\(place): granted to nobody") }
            case "release":
                available[entry.pool, default: 0] += entry.count
                reserved[holder, default: 0] -= entry.count
            default: note("\(place): the ledger says \(entry.kind)")
            }
            if reserved[holder, default: 0] < 0 { note("\(place): more moved than was reserved") }
            let left = available[entry.pool, default: 0]
            if left < 0 || left > pools[entry.pool, default: 0] { note("\(place): \(left) left") }
        }
        for (holder, count) in reserved where count != 0 {
            note("\(holder.plugin) still holds \(count) of \(holder.pool) when the show is over")
        }
        for run in runs {
            let inside = evidence.entries.filter {
                $0.plugin == run.plugin && run.sequences.contains($0.sequence)
            }
            for (pool, moves) in Dictionary(grouping: inside, by: \.pool) {
                for kind in ["reserve", "release"] where moves.count(where: { $0.kind == kind }) > 1
                {
                    note("\(run.plugin) made more than one \(kind) of \(pool) in a run")
                }
            }
        }
    }

    /// What one person alone was told about winning is in the ledger.
    mutating func checkClaims() {
        var held: [String: [Int64]] = [:]
        for grant in grants {
            held["\(grant.pool) \(grant.user ?? "")", default: []].append(grant.count)
        }
        for person in evidence.testimonies {
            for claim in person.claims {
                func has(_ pool: String, _ units: Int64? = nil) -> Bool {
                    let counts = held["\(pool) \(person.user)"] ?? []
                    return units.map { counts.contains($0) } ?? !counts.isEmpty
                }
                let isSo =
                    switch (claim.plugin, claim.text) {
                    case ("price-guess", "congratulations"): has("guess")
                    case ("quiz", "result_coupon"): has("quiz", 1)
                    case ("quiz", "result_share"): has("pot", Int64(claim.detail))
                    case ("lottery", "you_won"): has(claim.detail, 1)
                    case ("lottery", "you_got"): has("cash", Int64(claim.detail))
                    case ("lottery", "grabbed_one"): has("cash")
                    case ("lottery", "you_are_in"): isEntrant(person.user, title: claim.title)
                    default: true
                    }
                if !isSo {
                    note(
                        "\(claim.plugin) told \(person.user) \(claim.text) \(claim.detail): not so")
                }
            }
        }
    }

    /// Whether somebody is on the list of the draw that a panel with this title is about.
    private func isEntrant(_ user: String, title: String) -> Bool {
        runs.contains { run in
            run.plugin == "lottery" && "title_\(run.config["kind"]?.stringValue ?? "")" == title
                && entrants(of: run)?.contains(user) == true
        }
    }

    /// The list of a draw, as it was frozen.
    func entrants(of run: Run) -> [String]? {
        records(run.plugin, in: run.sequences).flatMap(\.effects)
            .first { $0["do"] == "fairness.freeze" }?["entrants"]?.arrayValue?
            .compactMap { $0[0]?.stringValue }
    }
}
