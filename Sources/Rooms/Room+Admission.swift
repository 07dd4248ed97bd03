import PluginContract
import Wire

extension Room {
    mutating func join(
        _ session: SessionID, _ guest: Guest, nowMilliseconds: Int64,
        into outputs: inout [RoomOutput]
    ) {
        if isClosed {
            refuse(
                session, guest, .roomClosed, "the room is closed for now", into: &outputs)
            return
        }
        let person = presentable(guest.person)
        // Bans do not hold for hosts and operators: whoever issues the tokens decides on those.
        if !person.role.isStaff, moderation.standing(of: person.user)?.isBanned == true {
            refuse(session, guest, .banned, "banned from this room", into: &outputs)
            return
        }
        let connectionsMax =
            settings.sessionsMax + (person.role.isStaff ? settings.staffSessionsExtra : 0)
        guard people.connectionCount < connectionsMax else {
            refuse(
                session, guest, .roomFull, "\(connectionsMax) connections are in the room",
                into: &outputs)
            return
        }
        counters.joins += 1
        let slot = remember(person.user, name: person.name, isStaff: person.role.isStaff)
        let part = Int(slot) % ChatterParts.count
        people.join(session, slot: slot, role: person.role, part: part)
        let isFirst = people.sessions(of: slot).count == 1
        counts.presenceChanged = true

        var missed: [[UInt8]]?
        if let recover = guest.recover, recover.epoch == epoch {
            missed = log.messages(after: recover.offset)
        }
        let welcome = welcome(
            person, guest.requestID, slot: slot, missedCount: missed?.count,
            nowMilliseconds: nowMilliseconds)
        outputs.append(
            .admit(
                session, staff: person.role.isStaff, part: part, welcome: welcome,
                missed: missed ?? []))
        if hearing.presence && isFirst { outputs.append(.presence(person, isHere: true)) }
    }

    /// The person with a name that can be shown to others.
    ///
    /// A name is cleaned rather than refused: whoever issues tokens takes it from elsewhere. What
    /// nothing is left of, and a viewer's name with a word that is not said in this room, becomes
    /// `Guest` with the end of the user's id.
    func presentable(_ person: Person) -> Person {
        var person = person
        person.name = PlainText.cleanName(person.name)
        let folded = FoldedText(person.name)
        let isBlocked =
            !person.role.isStaff && settings.wordFilter.firstMatch(in: folded) != nil
        if folded.isBlank || isBlocked {
            person.name = PlainText.cleanName("Guest \(person.user.suffix(4))")
            // An id is whatever the shop made it.
            if settings.wordFilter.firstMatch(in: person.name) != nil { person.name = "Guest" }
        }
        return person
    }

    private mutating func refuse(
        _ session: SessionID, _ guest: Guest, _ code: CloseCode, _ message: String,
        into outputs: inout [RoomOutput]
    ) {
        counters.refused(code.name)
        outputs.append(
            .refuse(session, requestID: guest.requestID, code, message: message))
    }

    mutating func leave(_ session: SessionID, into outputs: inout [RoomOutput]) {
        let seat = people.seat(of: session)
        guard people.leave(session) else { return }
        counts.presenceChanged = true
        if hearing.presence, let seat, people.sessions(of: seat.slot).isEmpty {
            outputs.append(.presence(people.person(in: seat), isHere: false))
        }
    }

    /// Writes `welcome`. Its `offset` is where the stream stands before the missed events.
    private mutating func welcome(
        _ person: Person, _ requestID: String, slot: People.Slot, missedCount: Int?,
        nowMilliseconds: Int64
    ) -> [UInt8] {
        let history = danmaku.historyArray()
        var writer = JSONWriter(reserving: history.count + 2_048)
        writer.beginObject()
        writer.member("type", "welcome")
        writer.member("id", requestID)
        writer.name("version")
        writer.integer(1)
        writer.member("user", person.user)
        writer.member("name", person.name)
        writer.member("role", person.role.rawValue)
        writer.member("room", settings.id)
        writer.name("title")
        writer.beginObject()
        for (locale, title) in settings.title.sorted(by: { $0.key < $1.key }) {
            writer.member(locale, title)
        }
        writer.endObject()
        writer.member("show", show)
        writer.member("epoch", epoch)
        writer.name("offset")
        writer.integer(log.lastOffset - Int64(missedCount ?? 0))
        writer.name("recovered")
        writer.bool(missedCount != nil)
        writer.name("now")
        writer.integer(nowMilliseconds)
        writer.name("states")
        writer.beginObject()
        // Counted now and not at the last tick, so that the first viewer of a room is not told 0.
        writer.name("presence")
        presenceValue.appendEncoded(to: &writer)
        writer.name("likes")
        likesValue.appendEncoded(to: &writer)
        states.write(to: &writer, slot: slot, staff: person.role.isStaff)
        writer.endObject()
        writer.name("history")
        writer.raw(history)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, _ text: String) {
        self.name(name)
        string(text)
    }
}
