package import PluginContract
package import Wire

/// The core of a live room: who is present, what is said, and who may do what.
///
/// A value without sockets, clock or storage. Inputs are judged in the order in which they are given;
/// what is to be done is appended to `outputs` and must be carried out in that order, by which
/// `welcome`, missed events and what follows fit together exactly:
///
/// - A session is in the audience from its ``RoomOutput/admit(_:staff:welcome:missed:)`` on, until
///   the room closes it or it is reported with ``RoomInput/leave(_:)``.
/// - A ``RoomOutput/draft(_:)`` goes to the journal. When it is durable it comes back through
///   ``committed(_:nowMilliseconds:into:)``; drafts of plugins of this show come there too, all in
///   the order of their records. One that will never be durable comes back through
///   ``abandoned(_:into:)``.
/// - Times are milliseconds of Unix time. A clock that is set back shortens waits, never lengthens.
///
/// Everything is bounded by ``RoomSettings``. Nothing here works per viewer for a broadcast.
package struct Room: Sendable {
    package let settings: RoomSettings
    /// Changes only when the log of the show was lost.
    package let epoch: String
    package let show: String
    package let beganAtMilliseconds: Int64

    var people: People
    var moderation: Moderation
    var speakers = Speakers()
    var danmaku: Danmaku
    var chatterSampler: ChatterSampler
    var log: EventLog
    var states: States
    var counts = MergedCounts()
    var speaking = SpeakingLevels()
    var slowSeconds: Int64
    /// The records that the slow mode and the announcement are from; nil where there is none.
    var slowed: RoomFact?
    var pinned: RoomFact?
    var writesRefused = false
    var isClosed = false
    var lastSweptMilliseconds: Int64

    /// What plugins of the show want to be told of: danmaku, who comes and goes.
    package var hearing: (chat: Bool, presence: Bool) = (false, false)
    /// Where the live video is, in milliseconds of stream time; nil while there is none. Kept up to
    /// date by who owns the room.
    package var picture: Int64?
    /// Danmaku that were taken but not shown to the whole audience, because it was talking too fast.
    package internal(set) var chatterSampledCount = 0
    /// Who was admitted, and why others and their requests were not.
    package internal(set) var counters = RoomCounters()

    /// Opens a room for a show; `messagePrefix` begins the ids of danmaku and differs with every start
    /// of the server.
    package init(
        settings: RoomSettings, epoch: String, show: String, beganAtMilliseconds: Int64,
        messagePrefix: String
    ) {
        self.settings = settings
        self.epoch = epoch
        self.show = show
        self.beganAtMilliseconds = beganAtMilliseconds
        let presentMax = settings.sessionsMax + settings.staffSessionsExtra
        people = People(seenMax: max(settings.seenMax, presentMax + 1))
        moderation = Moderation(usersMax: settings.moderatedMax)
        danmaku = Danmaku(
            prefix: messagePrefix, historyCount: settings.historyCount,
            deletableCount: settings.deletableCount)
        chatterSampler = ChatterSampler(perSecond: settings.chatterPerSecondMax)
        log = EventLog(
            capacity: settings.eventsKept, bytesMax: settings.eventBytesKept)
        // Pages know panels by their version across a restart.
        let start = messagePrefix.utf8.reduce(0) { ($0 &* 31 &+ Int64($1)) & 0xFF_FFFF }
        states = States(panelVersion: start << 20)
        slowSeconds = settings.slowSeconds
        lastSweptMilliseconds = beganAtMilliseconds
        _ = states.set("settings", settingsValue, staffOnly: false)
    }

    /// The offset of the last event; 0 before the first.
    package var offset: Int64 { log.lastOffset }

    /// Whether viewers without a token are admitted.
    package var isOpenToAnonymous: Bool { settings.anonymous }

    /// People and connections present now.
    package var presence: (users: Int, connections: Int) {
        (people.presentCount, people.connectionCount)
    }

    /// The latest values of class `state` that everybody may see.
    package func publicStates() -> JSONObject {
        JSONObject([("presence", presenceValue), ("likes", likesValue)] + states.everyones)
    }

    /// Judges inputs in order and appends what is to be done.
    ///
    /// Inputs of sessions that are not in the room are ignored: they were under way when it closed
    /// them.
    package mutating func handle(
        _ inputs: [RoomInput], nowMilliseconds: Int64, into outputs: inout [RoomOutput]
    ) {
        for input in inputs {
            switch input {
            case .join(let session, let guest):
                join(session, guest, nowMilliseconds: nowMilliseconds, into: &outputs)
            case .leave(let session): leave(session, into: &outputs)
            case .request(let session, let id, let command):
                guard let seat = people.seat(of: session) else { continue }
                let asker = Asker(
                    session: session, requestID: id, person: people.person(in: seat),
                    slot: seat.slot)
                answer(command, of: asker, nowMilliseconds: nowMilliseconds, into: &outputs)
            case .call(let session, let id, let person, let command):
                guard person.role != .viewer else {
                    let error = RequestError(.forbidden, "viewers connect with a WebSocket")
                    outputs.append(.send(session, Message.error(id: id, error)))
                    continue
                }
                let person = presentable(person)
                let slot = remember(person.user, name: person.name, isStaff: person.role.isStaff)
                let asker = Asker(session: session, requestID: id, person: person, slot: slot)
                answer(command, of: asker, nowMilliseconds: nowMilliseconds, into: &outputs)
            case .media(let signal): outputs.append(.media(signal))
            case .speaking(let level): if !isClosed { speaking.note(level) }
            case .state(let key, let value, let audience):
                setState(key: key, value: value, audience: audience, into: &outputs)
            }
        }
    }

    /// A new value of a `state` key that is not journaled, kept for newcomers.
    ///
    /// The same value again is not sent again. A key keeps one audience for the whole show, and is
    /// not `presence` or `likes`, which are the room's own.
    package mutating func setState(
        key: String, value: JSON, audience: Audience, into outputs: inout [RoomOutput]
    ) {
        precondition(key != "presence" && key != "likes", "the room counts these itself")
        switch audience {
        case .everyone, .staff:
            let staffOnly = audience == .staff
            guard let news = states.set(key, value, staffOnly: staffOnly) else { return }
            let message = Message.state(key: news.key, value: news.encoded)
            outputs.append(.state(key: news.key, message, staffOnly: staffOnly))
        case .user(let user):
            // Somebody for whom a plugin has something was seen, be it before a restart.
            let slot = remember(user, name: nil, isStaff: false)
            guard let encoded = states.setOwn(key, value, slot: slot) else { return }
            let sessions = people.sessions(of: slot)
            if sessions.isEmpty { return }
            let message = Message.state(key: key, value: encoded)
            for session in sessions { outputs.append(.send(session, message)) }
        }
    }

    /// Tells the room that the journal cannot be written, or can be again.
    ///
    /// While it cannot, every request that would need a record is answered `UNAVAILABLE`.
    package mutating func refuseWrites(_ on: Bool) { writesRefused = on }

    /// Closes the room: everybody is told and sent away, whoever comes is refused, nothing more is
    /// taken.
    package mutating func close(into outputs: inout [RoomOutput]) {
        isClosed = true
        writesRefused = true
        hearing = (false, false)
        for session in people.everySession {
            leave(session, into: &outputs)
            outputs.append(.close(session, .roomClosed))
        }
    }

    /// The slot of a person, who is known from now on.
    mutating func remember(_ user: String, name: String?, isStaff: Bool) -> People.Slot {
        let (slot, isNew) = people.remember(user, name: name, isStaff: isStaff)
        if isNew {
            // The slot may have been that of somebody now forgotten.
            states.forget(slot)
            speakers.forget(slot)
        }
        return slot
    }

    var settingsValue: JSON {
        [
            "slowSeconds": .integer(slowSeconds),
            "messageCharactersMax": .integer(Int64(settings.messageCharactersMax)),
        ]
    }

    var presenceValue: JSON {
        [
            "users": .integer(Int64(people.presentCount)),
            "connections": .integer(Int64(people.connectionCount)),
        ]
    }

    var likesValue: JSON { ["count": .integer(counts.likes)] }
}

/// Who sent a request, and where the answer goes.
struct Asker {
    var session: SessionID
    var requestID: String
    var person: Person
    var slot: People.Slot

    /// Ends a reply or a draft's reply.
    func reply(_ fields: JSONObject = JSONObject()) -> Afterwards {
        .reply(to: session, id: requestID, fields: fields)
    }
}
