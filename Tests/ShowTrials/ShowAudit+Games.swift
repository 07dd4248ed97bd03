import Journaling
import Wire

/// Who should have won, worked out from the answers alone.
extension ShowAudit {
    mutating func checkGames() {
        for run in runs {
            switch (run.plugin, run.config["kind"]?.stringValue) {
            case ("price-guess", _): checkGuesses(run)
            case ("quiz", _): checkQuiz(run)
            case ("lottery", "red_packet"): checkPackets(run)
            case ("lottery", _): checkDraw(run)
            default: break
            }
        }
    }

    private func rounds(of run: Run) -> [Round] {
        rounds.filter { $0.plugin == run.plugin && run.sequences.contains($0.sequence) }
    }

    private mutating func expect(
        _ what: String, _ found: some Collection<String>, _ expected: some Collection<String>
    ) {
        guard !found.elementsEqual(expected) else { return }
        note(
            "\(what): \(found.prefix(20).joined(separator: " ")) instead of "
                + expected.prefix(20).joined(separator: " "))
    }

    /// Closest without going over, earlier first; of equals in the order that was drawn, if so.
    private mutating func checkGuesses(_ run: Run) {
        let rounds = rounds(of: run)
        let winners = Int(run.config["winners"]?.integerValue ?? 0)
        for (index, round) in rounds.enumerated() {
            guard TrialRoom.prices.indices.contains(index) else { break }
            let price = TrialRoom.prices[index].minor
            let end =
                index + 1 < rounds.count ? rounds[index + 1].sequence : run.sequences.upperBound
            let granted = grants("guess", in: round.sequence..<end).compactMap(\.user)
            let near = round.answers.compactMap { answer -> (user: String, value: Int64)? in
                guard let user = answer["user"]?.stringValue,
                    let value = answer["value"]?.integerValue, value <= price
                else { return nil }
                return (user, value)
            }
            var value: [String: Int64] = [:]
            for guess in near { value[guess.user] = guess.value }
            // Sorting is stable, and answers stand in log order.
            let best = near.enumerated().sorted {
                ($1.element.value, $0.offset) < ($0.element.value, $1.offset)
            }.map(\.element).prefix(winners)
            if run.config["tie"] == "first" {
                expect("winners of guess \(index + 1)", granted, best.map(\.user))
            } else {
                expect(
                    "guesses that won, round \(index + 1)",
                    granted.map { "\(value[$0] ?? -1)" }, best.map { "\($0.value)" })
            }
            if Set(granted).count != granted.count { note("a guess won twice") }
        }
    }

    private mutating func checkQuiz(_ run: Run) {
        let rounds = rounds(of: run)
        let players = Set(rounds.first?.users ?? [])
        let right = rounds.map { round in
            Set(
                round.answers.filter { $0["value"]?.stringValue == TrialRoom.right }
                    .compactMap { $0["user"]?.stringValue })
        }
        if run.config["pot"]?.integerValue ?? 0 == 0 {
            let survivors = right.reduce(players) { $0.intersection($1) }
            let granted = grants("quiz", in: run.sequences).compactMap(\.user)
            let quota = min(Int(run.config["winners"]?.integerValue ?? 0), survivors.count)
            if granted.count != quota { note("\(granted.count) coupons of the quiz, not \(quota)") }
            for user in granted where !survivors.contains(user) {
                note("\(user) won the quiz and was not right")
            }
            if Set(granted).count != granted.count { note("a player won the quiz twice") }
        } else {
            let candidates = players.intersection(right.reduce(Set()) { $0.union($1) })
            let granted = grants("pot", in: run.sequences)
            expect("shares of the pot", granted.compactMap(\.user).sorted(), candidates.sorted())
            let share = (run.config["pot"]?.integerValue ?? 0) / Int64(max(1, candidates.count))
            for grant in granted where grant.count != share {
                note("\(grant.user ?? "") got \(grant.count) of the pot, not \(share)")
            }
        }
    }

    /// Who came first got a packet each; together they are the whole.
    private mutating func checkPackets(_ run: Run) {
        let packets = Int(run.config["packets"]?.integerValue ?? 0)
        let total = run.config["total"]?.integerValue ?? 0
        let first = (rounds(of: run).first?.users ?? []).prefix(packets)
        let granted = grants("cash", in: run.sequences)
        expect("red packets", granted.compactMap(\.user), first)
        let sum = granted.reduce(0) { $0 + $1.count }
        if first.count == packets ? sum != total : sum >= total {
            note("\(granted.count) red packets come to \(sum) of \(total)")
        }
    }

    /// The list is of those who entered; prizes go down the one ranking there is.
    private mutating func checkDraw(_ run: Run) {
        let entered = Set(rounds(of: run).first?.users ?? [])
        expect("entrants of a draw", (entrants(of: run) ?? []).sorted(), entered.sorted())
        let ranking =
            records(run.plugin, in: run.sequences)
            .first { $0.kind == "on_revealed" }?.event["arguments"]?[1]?["ranking"]?.arrayValue?
            .compactMap(\.stringValue) ?? []
        var prizes = Int(run.config["winners"]?.integerValue ?? 0)
        let first = run.config["pool"]?.stringValue ?? ""
        let second = run.config["pool2"]?.stringValue
        if second != nil { prizes += Int(run.config["winners2"]?.integerValue ?? 0) }
        let granted = grants.filter {
            run.sequences.contains($0.sequence) && ($0.pool == first || $0.pool == second)
        }.compactMap(\.user)
        if Set(granted).count != granted.count { note("somebody won twice in one draw") }
        if run.config["claim_seconds"]?.integerValue ?? 0 == 0 {
            expect("winners of a draw", granted, ranking.prefix(prizes))
        } else {
            if granted.count > prizes { note("\(granted.count) winners of \(prizes) prizes") }
            for user in granted where !ranking.contains(user) { note("\(user) was not drawn") }
        }
    }
}
