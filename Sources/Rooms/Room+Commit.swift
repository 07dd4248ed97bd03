package import PluginContract
package import Wire

extension Room {
    /// Drafts became durable, in this order.
    package mutating func committed(
        _ drafts: [Draft], nowMilliseconds: Int64, into outputs: inout [RoomOutput]
    ) {
        // A span lends its elements where a loop over the array would copy each.
        let drafts = drafts.span
        for index in drafts.indices {
            committed(drafts[index], nowMilliseconds: nowMilliseconds, into: &outputs)
        }
    }

    /// A draft became durable: speaks its events with the next offsets and does what comes after.
    ///
    /// In this order: public events; the effect of the room's own fact; `afterwards`. Every reply of
    /// a draft that has public events carries `offset`, that of the last of them.
    ///
    /// - Parameters:
    ///   - draft: In the order of the records, none left out. The record's offset is ``offset`` plus
    ///     the count of the draft's events.
    ///   - nowMilliseconds: The time of the record, so that its events can be written again from it.
    ///   - outputs: What is to be done is appended.
    package mutating func committed(
        _ draft: Draft, nowMilliseconds: Int64, into outputs: inout [RoomOutput]
    ) {
        for event in draft.events {
            let message = Self.eventMessage(
                event, offset: log.lastOffset + 1, atMilliseconds: nowMilliseconds)
            log.append(message)
            outputs.append(.event(message))
        }
        if draft.source == "room", let fact = RoomFact(kind: draft.kind, event: draft.event) {
            apply(fact, into: &outputs)
        }
        let offset = draft.events.isEmpty ? nil : log.lastOffset
        for afterwards in draft.afterwards {
            switch afterwards {
            case .reply(let session, let id, let fields):
                let message = Message.reply(id: id, fields: fields, offset: offset)
                outputs.append(.send(session, message))
            case .refuse(let session, let id, let error):
                outputs.append(.send(session, Message.error(id: id, error)))
            case .state(let key, let value, let audience):
                setState(key: key, value: value, audience: audience, into: &outputs)
            case .hide(let message):
                // Unless a host was faster.
                if danmaku.markDeleted(message) { danmaku.drop(message) }
            case .request(let plugin, let request):
                outputs.append(.request(plugin: plugin, request))
            case .close(let session, let code):
                close(session, code, into: &outputs)
            }
        }
    }

    /// A draft will never be durable: whoever waits for it is told, and what counted early ends.
    package mutating func abandoned(_ draft: Draft, into outputs: inout [RoomOutput]) {
        for afterwards in draft.afterwards {
            switch afterwards {
            case .reply(let session, let id, _), .refuse(let session, let id, _):
                outputs.append(.send(session, Message.error(id: id, Self.unavailable)))
            case .state, .close, .hide, .request: break
            }
        }
        guard draft.source == "room", let fact = RoomFact(kind: draft.kind, event: draft.event)
        else { return }
        switch fact {
        case .muted(let user, _, _), .unmuted(let user, _), .banned(let user, _),
            .unbanned(let user, _):
            moderation.abandon(user)
        case .deleted(let message, _): danmaku.unmarkDeleted(message)
        case .liked: counts.likesDrafted = nil
        case .pinned, .unpinned, .slowed, .published: break
        }
    }

    /// Recovery: folds one of the room's own records (source `room`) back in.
    ///
    /// `event` is the event JSON of the draft. Kinds of a newer version are skipped.
    package mutating func recover(kind: String, event: JSON) {
        guard let fact = RoomFact(kind: kind, event: event) else { return }
        var nobodyListens: [RoomOutput] = []
        apply(fact, into: &nobodyListens)
    }

    /// What is durable of the room's own facts, as the fewest records that fold into the same.
    ///
    /// For snapshots: fed one by one to ``recover(kind:event:)`` of a new room, they replace all
    /// records of source `room` up to now.
    package var summary: [(kind: String, event: JSON)] {
        // Without a record the slow mode is that of the settings, also when they are others next time.
        var facts = [slowed, pinned].compactMap(\.self)
        if counts.likesRecorded > 0 { facts.append(.liked(count: counts.likesRecorded)) }
        for (user, standing) in moderation.everybody {
            if standing.isBanned { facts.append(.banned(user: user, by: "room")) }
            let until = standing.mutedUntilMilliseconds
            if until > 0 {
                facts.append(.muted(user: user, by: "room", untilMilliseconds: until))
            }
        }
        return facts.map { ($0.kind, $0.event) }
    }

    /// Recovery: gives back the newest public events as final message bytes, in order.
    ///
    /// The show goes on with the offset after `lastOffset`. Events that do not lead up to it without
    /// a gap are not offered to clients.
    package mutating func recover(
        events: [(offset: Int64, message: [UInt8])], lastOffset: Int64
    ) {
        log.restore(events, lastOffset: lastOffset)
    }

    /// Final bytes of an event, as ``committed(_:nowMilliseconds:into:)`` writes them.
    package static func eventMessage(
        _ event: PublicEvent, offset: Int64, atMilliseconds: Int64
    ) -> [UInt8] {
        Message.event(event, offset: offset, atMilliseconds: atMilliseconds)
    }

    /// The one place where a fact of the room takes effect: live, and when it is read back.
    private mutating func apply(_ fact: RoomFact, into outputs: inout [RoomOutput]) {
        switch fact {
        case .muted(let user, _, let until):
            moderation.decide(user) { $0.mutedUntilMilliseconds = until }
        case .unmuted(let user, _):
            moderation.decide(user) { $0.mutedUntilMilliseconds = 0 }
        case .banned(let user, _):
            moderation.decide(user) { $0.isBanned = true }
            closeEverySession(of: user, into: &outputs)
        case .unbanned(let user, _):
            moderation.decide(user) { $0.isBanned = false }
        case .pinned(let text, let by, let at):
            pinned = fact
            let value: JSON = ["text": .string(text), "by": .string(by), "at": .integer(at)]
            setState(key: "pinned", value: value, audience: .everyone, into: &outputs)
        case .unpinned:
            pinned = nil
            setState(key: "pinned", value: .null, audience: .everyone, into: &outputs)
        case .slowed(let seconds, _):
            slowed = fact
            slowSeconds = max(0, min(seconds, Speakers.slowSecondsMax))
            setState(
                key: "settings", value: settingsValue, audience: .everyone, into: &outputs)
        case .deleted(let message, _): danmaku.drop(message)
        case .liked(let count): counts.recover(likes: count)
        case .published: break
        }
    }

    /// Ends the sessions that a banned person has now; those who hold a host's token stay.
    private mutating func closeEverySession(of user: String, into outputs: inout [RoomOutput]) {
        guard let slot = people.slot(of: user) else { return }
        for session in people.sessions(of: slot) {
            if people.seat(of: session)?.role.isStaff == true { continue }
            close(session, .banned, into: &outputs)
        }
    }

    private mutating func close(
        _ session: SessionID, _ code: CloseCode, into outputs: inout [RoomOutput]
    ) {
        guard people.seat(of: session) != nil else { return }
        leave(session, into: &outputs)
        outputs.append(.close(session, code))
    }
}
