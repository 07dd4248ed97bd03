/// A lease as the lane of the stream knows it: who may send what, from which seat.
package struct SeatGrant: Sendable, Equatable {
    /// Who granted it.
    package var plugin: String
    /// Its number; media belong to a lease, not to a seat.
    package var lease: Int64
    package var seat: Int64
    /// Who may send.
    package var user: String
    /// Whether sound may be sent; what comes all the same becomes silence.
    package var audio: Bool
    /// Whether a picture may be sent; what comes all the same becomes black.
    package var video: Bool

    package init(
        plugin: String, lease: Int64, seat: Int64, user: String, audio: Bool = true,
        video: Bool = true
    ) {
        self.plugin = plugin
        self.lease = lease
        self.seat = seat
        self.user = user
        self.audio = audio
        self.video = video
    }
}

/// A lease of a room: the address of a seat's picture.
struct SeatKey: Hashable {
    var room: String
    var plugin: String
    var lease: Int64
}

/// What became of the media of a lease.
package enum SeatNews: Sendable, Equatable {
    /// They arrive.
    case up
    /// They no longer do.
    case lost
    /// How loud its person speaks, 0 to 100.
    case level(Int)
}

/// What there is to see of a seat.
package struct SeatPicture: Sendable, Equatable {
    package var plugin: String
    package var lease: Int64
    /// Whether something arrives now.
    package var isLive: Bool
    package var width: Int
    package var height: Int
}
