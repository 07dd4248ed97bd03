package import Lanes

/// What a client asks of live video over the connection that it has in a room.
package enum PictureRequest: Sendable, Equatable {
    /// A picture: that of a seat, by the plugin that gave it and its lease, or the room's own.
    case watch(plugin: String?, lease: Int64, soundOnly: Bool)
    /// No more of a picture, by the number of the watching.
    case unwatch(view: UInt32)

    /// How many of them one connection may send, on average and at once: those of a page with a host and
    /// all seats, twice over.
    static let perSecond: Float = 5
    static let burst: Float = 100
}

/// Who gives pictures to the people in rooms, over the connections that they have there.
///
/// Its functions are called on lanes of the rooms; answers go to the connection.
package protocol PictureDesk: Sendable {
    /// Carries out a request of somebody who is in a room.
    func take(
        _ request: PictureRequest, id: String, room: String, of connection: ConnectionID,
        in lane: Lane)
    /// Somebody who has asked for pictures is in the room no more.
    func left(_ connection: ConnectionID)
    /// Somebody could not keep up with a picture, and has it no more.
    func fellBehind(_ connection: ConnectionID, view: UInt32)
    /// So many pieces of a picture were left out, because somebody was behind.
    func skipped(_ count: Int, of picture: UInt32)
}
