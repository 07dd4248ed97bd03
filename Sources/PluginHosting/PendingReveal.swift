import Cryptography
import Fairness
import PluginContract
import Wire

/// A draw or a secret that was asked for.
struct PendingReveal: Sendable {
    let commitment: Commitments.Open
    let secret: [UInt8]
    let parameters: JSONObject

    /// Does the draw. Takes time in proportion to the tickets: about a microsecond for each.
    ///
    /// - Returns: What `on_revealed` is told.
    func result() -> HostResult {
        guard Commitment.text(secret: secret, rules: commitment.rules) == commitment.commitment
        else {
            return .failure(.failed, message: "the journal has lost the secret of this commitment")
        }
        var reveal: JSONObject = [
            "number": .integer(commitment.number), "commitment": .string(commitment.commitment),
            "secret": .string(Digest.hex(secret)), "rules": .string(commitment.rules),
        ]
        guard let entrants = commitment.entrants else { return .value(.object(reveal)) }
        let input = parameters["input"]?.stringValue ?? ""
        let draw = Draw(
            secret: secret, rules: commitment.rules, entrants: entrants, input: input)
        let ranking = draw.ranking(
            count: Int(clamping: parameters["count"]?.integerValue ?? 0))
        reveal["ranking"] = .array(ranking.map { .string($0) })
        if let sides = parameters["sides"]?.integerValue, sides > 0 {
            reveal["rolls"] = .array(
                draw.rolls(of: ranking, sides: sides).map { .integer($0) })
        }
        reveal["hash"] = commitment.entrantsHash.map { .string($0) }
        reveal["count"] = .integer(Int64(entrants.entrants.count))
        reveal["input"] = .string(input)
        return .value(.object(reveal))
    }
}

extension Play {
    /// Whether a draw or a secret was asked for and is not queued yet.
    var hasPendingReveal: Bool {
        state.requests.values.contains {
            $0.request.service.isOfTheHouse && !queue.hasResult(of: $0.request.id)
        }
    }

    /// Answers what the host has to answer itself, before anything else that waits: whatever happens,
    /// the reveal is the next call behind the one that asked for it, also after a restart. What asked
    /// has left its record by then, so that no outcome can be taken back.
    mutating func revealPending() {
        guard state.status == .running, !state.requests.isEmpty, hasPendingReveal else { return }
        let waiting = state.requests.values.map(\.request)
            .filter { $0.service.isOfTheHouse && !queue.hasResult(of: $0.id) }
        for request in waiting.sorted(by: { $0.id > $1.id }) {
            let name = request.parameters["name"]?.stringValue ?? ""
            guard let commitment = state.memory.commitments.open[name] else { continue }
            let reveal = PendingReveal(
                commitment: commitment, secret: show.secrets.secret(commitment.number),
                parameters: request.parameters)
            queue.putBack(.result(request.id, reveal.result()))
        }
    }
}
