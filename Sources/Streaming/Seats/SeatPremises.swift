/// What the seats of co-hosts work with: who somebody is, and who is to hear of their media.
package struct SeatPremises: Sendable {
    package var limits = SeatLimits()
    /// The user whom a token or a visitor's value proves; nil where neither does.
    package var user: @Sendable (_ room: String, _ token: String?, _ visitor: String?) -> String?
    /// Something became of the media of a lease.
    package var news: @Sendable (_ room: String, SeatGrant, SeatNews) -> Void
    /// What there is to see in a room has changed.
    package var shown: @Sendable (_ room: String, [SeatPicture]) -> Void

    /// Premises without anybody who could have a seat.
    package init() {
        user = { _, _, _ in nil }
        news = { _, _, _ in }
        shown = { _, _ in }
    }
}

/// The bounds of whoever publishes from a seat.
package struct SeatLimits: Sendable {
    /// The first message, and every text after it.
    package var textBytesMax = 4 << 10
    /// From the upgrade to the first message, in seconds.
    package var helloSeconds: UInt32 = 5
    /// Connections that have not said who they are, in all and from one address.
    package var strangersMax = 64
    package var strangersPerAddress = 8
    /// One message: a keyframe, in the worst case.
    package var messageBytesMax = 1 << 20
    /// On average; twice as much may come at once.
    package var bytesPerSecondMax = 1_000_000
    /// Likewise; 30 pictures and 50 pieces of sound are 80.
    package var messagesPerSecondMax = 200
    /// Pixels of the longer and of the shorter side of the picture.
    package var longSideMax = 1_920
    package var shortSideMax = 1_088
    /// Without a message; then the connection counts as half open and is cut, in seconds.
    package var silentSeconds: UInt32 = 8
    /// Viewers of all seats together, and of one seat from one address.
    package var viewersMax = 20_000
    package var viewersPerAddress = 256

    package init() {}
}
