import Cryptography
package import PluginContract

/// A draw: a pure function of secret, rules, entrants and public input.
///
/// Every ticket of every entrant is given the HMAC-SHA-256 of its number and the entrant's id. The
/// lowest one of an entrant decides the place, lowest first. So each ticket has the same chance of
/// being the first of all, the chance of an entrant is in proportion to its tickets, also among those
/// who are left after each place, and nothing but integers is compared. The key is made of the
/// secret, which was committed to before the entrants were known, and of everything else, which was
/// fixed before the secret was used.
package struct Draw: Sendable, Equatable {
    package var secret: [UInt8]
    /// The text that was committed to.
    package var rules: String
    package var entrants: EntrantList
    /// What was fixed in public after the entrants were; empty for none.
    package var input: String

    package init(secret: [UInt8], rules: String, entrants: EntrantList, input: String) {
        self.secret = secret
        self.rules = rules
        self.entrants = entrants
        self.input = input
    }

    /// Returns the hash under which a list of entrants is published.
    package static func hash(of entrants: EntrantList) -> String {
        Digest.hex(Digest.sha256(entrants.canonicalBytes))
    }

    private var key: [UInt8] {
        let text =
            "playhouse draw 1\n\(Commitment.hash(rules))\n\(Self.hash(of: entrants))\n"
            + "\(Commitment.hash(input))\n"
        return Digest.hmacSHA256(key: secret, Array(text.utf8))
    }

    /// Returns the ids of the first `count` places, or of all when there are fewer.
    ///
    /// - Complexity: One HMAC for each ticket.
    package func ranking(count: Int) -> [String] {
        let key = key
        let places = entrants.entrants.map { entrant in
            var lowest: [UInt8] = []
            for ticket in 1...entrant.tickets {
                let hash = Digest.hmacSHA256(key: key, Array("\(ticket)\n\(entrant.id)".utf8))
                if lowest.isEmpty || hash.lexicographicallyPrecedes(lowest) { lowest = hash }
            }
            return (hash: lowest, id: entrant.id)
        }
        return places.sorted { $0.hash.lexicographicallyPrecedes($1.hash) }
            .prefix(max(0, count)).map(\.id)
    }

    /// Returns a number from 1 to `sides` for each id.
    ///
    /// It is the first 64 bits of an HMAC, modulo `sides`: of a billion sides none is preferred by
    /// more than one part in ten thousand million.
    package func rolls(of ids: [String], sides: Int64) -> [Int64] {
        let key = key
        return ids.map { id in
            let hash = Digest.hmacSHA256(key: key, Array("roll\n\(id)".utf8))
            let number = hash.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int64(number % UInt64(max(1, sides))) + 1
        }
    }
}
