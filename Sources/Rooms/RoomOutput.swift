package import PluginContract

/// What a room wants done. `bytes` are complete JSON messages of protocol.md, not yet framed.
package enum RoomOutput: Sendable {
    /// Admits a session: `welcome`, then the missed events in order. From here on it is in the audience,
    /// in one part of it (``ChatterParts``).
    case admit(SessionID, staff: Bool, part: Int, welcome: [UInt8], missed: [[UInt8]])
    /// A message for one session only.
    case send(SessionID, [UInt8])
    /// To everybody, class `event`. Comes only from ``Room/committed(_:)``.
    case event([UInt8])
    /// To everybody or to staff, class `state`: a newer value of a key replaces an older one that was not sent yet.
    case state(key: String, [UInt8], staffOnly: Bool)
    /// To parts of the audience, class `chatter`.
    case chatter([UInt8], ChatterParts)
    /// Answers the `hello` of this request id with `error`, says `bye` and closes.
    case refuse(SessionID, requestID: String, CloseCode, message: String)
    /// Says `bye` and closes.
    case close(SessionID, CloseCode)
    /// To be journaled; hand it back through ``Room/committed(_:)`` when it is durable.
    case draft(Draft)
    /// For a plugin of the show.
    case plugin(PluginRequest)
    /// A danmaku was said; only where plugins want to hear it (``Room/hearing``).
    case heard(Utterance)
    /// A person came, with the first connection, or went, with the last; only where plugins want to
    /// be told.
    case presence(Person, isHere: Bool)
    /// For the plugin that granted the seat.
    case media(SeatSignal)
    /// A host deleted a danmaku, or muted or banned somebody, or took that back.
    case moderated(ModerationAct)
    /// What a plugin asks of the world outside.
    case request(plugin: String, HostRequest)
}
