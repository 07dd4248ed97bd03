/// What an operator sets for a room, and the bounds it lives within.
package struct RoomSettings: Sendable {
    /// Matches `[a-z0-9][a-z0-9_-]{0,63}`.
    package var id: String
    /// Title per locale.
    package var title: [String: String]
    /// Whether viewers without a token are admitted. The room tells; who checks tokens acts on it.
    package var anonymous = false
    /// Seconds between two danmaku of one viewer at the beginning of a show, 0 to 600; 0 for none.
    package var slowSeconds: Int64 = 0
    /// Length of a danmaku in characters as people count them.
    package var messageCharactersMax = 100
    /// Danmaku shown to a newcomer; the oldest is dropped.
    package var historyCount = 50
    /// Newest events kept for recovery; who missed more starts afresh.
    package var eventsKept = 1_000
    /// Bytes of those events together; who missed more starts afresh.
    package var eventBytesKept = 4 << 20
    /// Newest danmaku that can be deleted.
    package var deletableCount = 1_000
    /// Connections at once; further joins are refused with ``CloseCode/roomFull``.
    package var sessionsMax = 20_000
    /// Connections of hosts and operators beyond `sessionsMax`: a full house can still be run.
    package var staffSessionsExtra = 100
    /// People remembered, present or not; at least everybody who can be present. When more come,
    /// somebody absent is forgotten, the longest known first: an unknown user again, and what only
    /// that person saw on panels is dropped.
    package var seenMax = 100_000
    /// People muted or banned at once; beyond that the request is refused with `BUSY`.
    package var moderatedMax = 10_000
    /// Danmaku a second that each viewer gets, besides their own; see ``ChatterSampler``.
    package var chatterPerSecondMax = 30
    package var wordFilter = WordFilter.none

    package init(id: String, title: [String: String]) {
        self.id = id
        self.title = title
    }
}
