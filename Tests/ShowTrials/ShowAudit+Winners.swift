import Journaling
import Wire

/// Whether who won, and nobody else, was told so; and nobody learnt from the room who others are.
extension ShowAudit {
    /// What everybody was told of grants is what the ledger has, record by record, with masked names.
    mutating func checkPublicGrants() {
        var told: [String: Int64] = [:]
        for record in evidence.records {
            for event in record.events where event.name == "granted" {
                let (pool, count, winners, names) = (
                    event.data["pool"]?.stringValue, event.data["count"]?.integerValue,
                    event.data["winners"]?.integerValue, event.data["names"]?.arrayValue
                )
                guard let pool, let count, let winners, let names,
                    event.data.objectValue?.members.count == 4,
                    names.count == min(10, Int(winners)),
                    names.allSatisfy({ $0.stringValue?.hasSuffix("***") == true })
                else {
                    note("told too much or too little of grants in record \(record.sequence)")
                    continue
                }
                told["\(record.sequence) \(event.from) \(pool) \(count)", default: 0] += winners
            }
        }
        for grant in grants {
            let line = "\(grant.sequence) plugin:\(grant.plugin) \(grant.pool) \(grant.count)"
            told[line, default: 0] -= 1
        }
        for (line, difference) in told.sorted(by: { $0.key < $1.key }) where difference != 0 {
            note("told and granted differ by \(difference): \(line)")
        }
    }

    /// What the room told each person alone is what the ledger has for them, to the unit; and staff
    /// were told how many there are.
    mutating func checkPrivateGrants() {
        var held: [String: Int64] = [:]
        for grant in grants {
            held["\(grant.user ?? "") \(grant.plugin) \(grant.pool)", default: 0] += grant.count
        }
        for person in evidence.testimonies {
            for (plugin, pools) in person.prizes {
                for (pool, units) in pools {
                    held["\(person.user) \(plugin) \(pool)", default: 0] -= units
                }
            }
        }
        for (line, difference) in held.sorted(by: { $0.key < $1.key }) where difference != 0 {
            note("granted and told in private differ by \(difference): \(line)")
        }
        let counts = Dictionary(grouping: grants, by: \.plugin).mapValues { Int64($0.count) }
        for person in evidence.testimonies {
            let expected = person.user == "mei" || person.user == "olga" ? counts : [:]
            if person.grantCounts != expected {
                note("\(person.user) was told of \(person.grantCounts) grants, not \(expected)")
            }
        }
    }

    /// Who sees a run end with a prize has one of its last round in the ledger, and the other way
    /// round.
    mutating func checkSettlements() {
        for (plugin, runs) in Dictionary(grouping: runs, by: \.plugin) {
            let winners = runs.map { run in
                let commitment = records(plugin, in: run.sequences).last { record in
                    record.events.contains {
                        $0.name == "fairness" && $0.data["step"] == "committed"
                    }
                }
                let round = (commitment?.sequence ?? run.sequences.lowerBound)...
                return Set(
                    grants.filter {
                        $0.plugin == plugin && run.sequences.contains($0.sequence)
                            && round.contains($0.sequence)
                    }.compactMap(\.user))
            }
            for person in evidence.testimonies {
                for settlement in person.settlements
                where settlement.plugin == plugin && winners.indices.contains(settlement.run) {
                    let hasWon = winners[settlement.run].contains(person.user)
                    if settlement.hasWon != hasWon {
                        note(
                            "run \(settlement.run) of \(plugin): \(person.user) is shown "
                                + "\(settlement.hasWon), and it is \(hasWon)")
                    }
                }
            }
        }
    }
}
