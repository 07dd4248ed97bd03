package import Wire

/// Who takes part in a draw: everybody once, with a number of tickets, in the one order that
/// everybody who knows the list can find again.
///
/// The order is that of the bytes of the ids. There is no chance in it, and none in who came first.
package struct EntrantList: Sendable, Equatable {
    /// One who takes part.
    package struct Entrant: Sendable, Equatable {
        /// 1 to 64 bytes.
        package var id: String
        /// 1 or more.
        package var tickets: Int64

        package init(id: String, tickets: Int64) {
            self.id = id
            self.tickets = tickets
        }
    }

    /// Limits of a list.
    package enum Limit {
        package static let idBytes = 1...64
        package static let entrants = 100_000
        /// Of all entrants together: each ticket costs a hash.
        package static let tickets: Int64 = 100_000
    }

    /// By id, each once.
    package let entrants: [Entrant]
    /// Of all entrants together.
    package let ticketCount: Int64

    /// Takes entrants in any order.
    ///
    /// - Throws: What is wrong with them.
    package init(_ entrants: [Entrant]) throws(HostCallError) {
        guard entrants.count <= Limit.entrants else {
            throw HostCallError(
                "\(entrants.count) entrants are more than \(Limit.entrants)")
        }
        let sorted = entrants.sorted { $0.id.utf8.lexicographicallyPrecedes($1.id.utf8) }
        var count: Int64 = 0
        for (index, entrant) in sorted.enumerated() {
            guard Limit.idBytes.contains(entrant.id.utf8.count) else {
                throw HostCallError("the id of an entrant has 1 to 64 bytes")
            }
            guard index == 0 || !sorted[index - 1].id.utf8.elementsEqual(entrant.id.utf8) else {
                throw HostCallError("entrant \"\(entrant.id)\" is there twice")
            }
            guard (1...Limit.tickets).contains(entrant.tickets) else {
                throw HostCallError(
                    "entrant \"\(entrant.id)\" has \(entrant.tickets) tickets; they are 1 to"
                        + " \(Limit.tickets)")
            }
            count += entrant.tickets
            guard count <= Limit.tickets else {
                throw HostCallError("more than \(Limit.tickets) tickets")
            }
        }
        self.entrants = sorted
        ticketCount = count
    }

    /// Reads what a plugin gives: a list of ids with one ticket each, or a table from id to
    /// tickets, in which 0 leaves somebody out.
    ///
    /// - Throws: What is wrong with it.
    package init(lua value: JSON) throws(HostCallError) {
        switch value {
        case .array(let ids):
            try self.init(
                ids.map { id throws(HostCallError) in
                    guard let id = id.stringValue else {
                        throw HostCallError("a list of entrants holds ids, got \(id.quoted)")
                    }
                    return Entrant(id: id, tickets: 1)
                })
        case .object(let object):
            var entrants: [Entrant] = []
            for (id, tickets) in object.members {
                guard let tickets = tickets.wholeNumber, tickets >= 0 else {
                    throw HostCallError(
                        "the tickets of \"\(id)\" must be a whole number, got \(tickets.quoted)")
                }
                if tickets > 0 { entrants.append(Entrant(id: id, tickets: tickets)) }
            }
            try self.init(entrants)
        default:
            throw HostCallError("entrants are a list of ids, or a table from id to tickets")
        }
    }

    /// Reads what ``json`` wrote; nil for anything else, another order included.
    package init?(json: JSON) {
        guard let list = json.arrayValue else { return nil }
        var entrants: [Entrant] = []
        for item in list {
            guard let pair = item.arrayValue, pair.count == 2, let id = pair[0].stringValue,
                let tickets = pair[1].integerValue
            else { return nil }
            entrants.append(Entrant(id: id, tickets: tickets))
        }
        guard let read = try? EntrantList(entrants), read.entrants == entrants else { return nil }
        self = read
    }

    /// `[["ana",1],["bo",3]]`, by id.
    package var json: JSON {
        .array(entrants.map { [.string($0.id), .integer($0.tickets)] })
    }

    /// What is hashed: for each entrant tickets, length of the id in bytes, id, and a line feed.
    package var canonicalBytes: [UInt8] {
        var bytes: [UInt8] = []
        for entrant in entrants {
            bytes += "\(entrant.tickets) \(entrant.id.utf8.count) \(entrant.id)\n".utf8
        }
        return bytes
    }
}
