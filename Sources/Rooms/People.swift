import PluginContract

/// Everybody seen in a show, and who of them is present on which connections.
///
/// Sized for tens of thousands of idle viewers: one slot of 48 bytes a person, one table entry a
/// person and a session, no allocation but for ids longer than 15 bytes.
struct People {
    /// The place of a person in the table; used again when the person was forgotten.
    typealias Slot = UInt32

    struct Seat {
        var slot: Slot
        /// By the token of this connection: one person may be host here and viewer there.
        var role: Role
        /// Of the audience, for the sampling of danmaku.
        var part: UInt8
    }

    private struct Entry {
        var user: String
        var name: String
        /// The first connection; the others are in `further`.
        var session = SessionID(raw: 0)
        var connections: UInt32 = 0
        var isStaff: Bool
    }

    private let seenMax: Int
    private var entries: [Entry] = []
    private var slots: [UserKey: Slot] = [:]
    private var seats: [SessionID: Seat] = [:]
    private var further: [Slot: [SessionID]] = [:]
    /// Where the search for somebody to forget goes on.
    private var hand = 0
    /// People with at least one connection.
    private(set) var presentCount = 0

    /// - Parameter seenMax: More than can be present at once.
    init(seenMax: Int) { self.seenMax = seenMax }

    var connectionCount: Int { seats.count }
    var seenCount: Int { entries.count }

    func seat(of session: SessionID) -> Seat? { seats[session] }

    func slot(of user: String) -> Slot? { slots[UserKey(user)] }

    /// Whether this person has been seen as a host or operator.
    func isStaff(_ slot: Slot) -> Bool { entries[Int(slot)].isStaff }

    /// What a person was called last.
    func name(of slot: Slot) -> String { entries[Int(slot)].name }

    func person(in seat: Seat) -> Person {
        let entry = entries[Int(seat.slot)]
        return Person(user: entry.user, name: entry.name, role: seat.role)
    }

    /// Every connection, in the order of their numbers.
    var everySession: [SessionID] { seats.keys.sorted { $0.raw < $1.raw } }

    /// Every connection of a person.
    func sessions(of slot: Slot) -> [SessionID] {
        let entry = entries[Int(slot)]
        guard entry.connections > 0 else { return [] }
        return [entry.session] + (further[slot] ?? [])
    }

    /// Remembers a person; no `name` keeps the one that is known.
    ///
    /// - Returns: The slot, and whether it is a new one, which may have been somebody else's.
    mutating func remember(
        _ user: String, name: String?, isStaff: Bool
    ) -> (slot: Slot, isNew: Bool) {
        let key = UserKey(user)
        if let slot = slots[key] {
            if let name { entries[Int(slot)].name = name }
            if isStaff { entries[Int(slot)].isStaff = true }
            return (slot, false)
        }
        let entry = Entry(user: user, name: name ?? "", isStaff: isStaff)
        let slot = forgetSomebody() ?? Slot(entries.count)
        if Int(slot) == entries.count {
            entries.append(entry)
        } else {
            entries[Int(slot)] = entry
        }
        slots[key] = slot
        return (slot, true)
    }

    /// Frees the slot of somebody absent when the table is full.
    private mutating func forgetSomebody() -> Slot? {
        guard entries.count >= seenMax else { return nil }
        for _ in entries.indices {
            let index = hand
            hand = hand + 1 == entries.count ? 0 : hand + 1
            guard entries[index].connections == 0 else { continue }
            slots[UserKey(entries[index].user)] = nil
            return Slot(index)
        }
        return nil
    }

    /// Adds a connection of a remembered person.
    mutating func join(_ session: SessionID, slot: Slot, role: Role, part: Int) {
        precondition(seats[session] == nil, "a session joins once")
        seats[session] = Seat(slot: slot, role: role, part: UInt8(part))
        let index = Int(slot)
        entries[index].connections += 1
        if entries[index].connections == 1 {
            entries[index].session = session
            presentCount += 1
        } else {
            further[slot, default: []].append(session)
        }
    }

    /// Takes a connection away.
    ///
    /// - Returns: Whether it was there.
    mutating func leave(_ session: SessionID) -> Bool {
        guard let seat = seats.removeValue(forKey: session) else { return false }
        let index = Int(seat.slot)
        entries[index].connections -= 1
        if var others = further[seat.slot] {
            if entries[index].session == session {
                entries[index].session = others.removeFirst()
            } else {
                others.removeAll { $0 == session }
            }
            further[seat.slot] = others.isEmpty ? nil : others
        }
        if entries[index].connections == 0 { presentCount -= 1 }
        return true
    }
}
