package import Wire

/// Something that happened and is about to be written to the journal.
///
/// Rule 3 of the design, commit then speak: `events` and `afterwards` leave only when the record
/// made of this draft is durable. Recovery reads `event`, `changes` and `effects` back and runs
/// no plugin code.
package struct Draft: Sendable {
    /// `room` or `plugin:ID`.
    package var source: String
    /// What happened, past tense or hook name: `pinned`, `on_timer`, `answered`, `fault`.
    package var kind: String
    /// The fact itself, as it is recorded.
    package var recordedEvent: RecordedValue
    /// What it changed in `room.state`, as Scripting wrote it; null where nothing changed.
    package var recordedChanges: RecordedValue
    /// What the plugin asked for; empty array for the room's own drafts.
    package var recordedEffects: RecordedValue
    /// Moves of value, written in the same transaction.
    package var moves: [LedgerMove]
    /// What everyone in the room is told, recoverable by offset.
    package var events: [PublicEvent]
    /// What else happens once this is durable. Not journaled.
    package var afterwards: [Afterwards]

    package init(
        source: String, kind: String, event: JSON, changes: JSON = .null,
        effects: JSON = .array([]), moves: [LedgerMove] = [], events: [PublicEvent] = [],
        afterwards: [Afterwards] = []
    ) {
        self.init(
            source: source, kind: kind, recorded: .tree(event), changes: .tree(changes),
            effects: .tree(effects), moves: moves, events: events, afterwards: afterwards)
    }

    package init(
        source: String, kind: String, recorded event: RecordedValue, changes: RecordedValue,
        effects: RecordedValue, moves: [LedgerMove], events: [PublicEvent],
        afterwards: [Afterwards]
    ) {
        self.source = source
        self.kind = kind
        recordedEvent = event
        recordedChanges = changes
        recordedEffects = effects
        self.moves = moves
        self.events = events
        self.afterwards = afterwards
    }

    /// ``recordedEvent`` as a value.
    package var event: JSON {
        get { recordedEvent.json }
        set { recordedEvent = .tree(newValue) }
    }

    /// ``recordedChanges`` as a value.
    package var changes: JSON { recordedChanges.json }

    /// ``recordedEffects`` as a value.
    package var effects: JSON { recordedEffects.json }
}

/// An event of class `event`: ordered, recoverable (protocol.md, "event").
package struct PublicEvent: Sendable, Equatable {
    package var name: String
    /// `room`, `plugin:ID`, or the subject of the token that published it.
    package var from: String
    package var data: JSON
    /// The moment of the picture, in stream time, at which pages are to act on it; nil for at once.
    package var pictureMilliseconds: Int64?

    package init(
        name: String, from: String, data: JSON, pictureMilliseconds: Int64? = nil
    ) {
        self.name = name
        self.from = from
        self.data = data
        self.pictureMilliseconds = pictureMilliseconds
    }
}

/// One move of value between a pool and its winners. Its key is (show, plugin, sequence, index).
package struct LedgerMove: Sendable, Equatable {
    package enum Kind: String, Sendable { case reserve, grant, release }
    package var plugin: String
    package var pool: String
    package var kind: Kind
    /// The winner, for a grant.
    package var user: String?
    /// Units moved, at least 1.
    package var count: Int64

    package init(plugin: String, pool: String, kind: Kind, user: String? = nil, count: Int64) {
        self.plugin = plugin
        self.pool = pool
        self.kind = kind
        self.user = user
        self.count = count
    }
}

/// What happens when a draft is durable, apart from its public events.
package enum Afterwards: Sendable {
    /// Answers a request: `fields` are those of `reply` besides `type` and `id`.
    case reply(to: SessionID, id: String, fields: JSONObject)
    /// Answers a request with an error.
    case refuse(to: SessionID, id: String, error: RequestError)
    /// A new value of a `state` key; null removes it.
    case state(key: String, value: JSON, audience: Audience)
    /// Takes a danmaku out of the history; the event that tells of it is public.
    case hide(message: String)
    /// Asks the world outside for something; the answer goes to the plugin.
    case request(plugin: String, HostRequest)
    /// Ends a session with a close code of protocol.md.
    case close(session: SessionID, code: CloseCode)
}

/// Who sees a value of class `state`.
package enum Audience: Sendable, Equatable {
    case everyone
    /// Hosts and operators.
    case staff
    /// Every session of one user.
    case user(String)
}
