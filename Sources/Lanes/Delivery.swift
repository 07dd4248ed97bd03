/// What a room asks a lane to do. All bytes are complete WebSocket frames, encoded once and shared.
package enum Delivery: Sendable {
    /// Puts a connection into a room's audience. `greeting`, then `missed`, are sent before anything
    /// else of the room; its `part` of the audience, 0 to 3, decides which chatter it gets. The bytes of `missed` are shared with whoever else missed the same.
    case admit(
        ConnectionID, audience: Int, part: Int = 0, staff: Bool, greeting: [UInt8],
        missed: [UInt8] = [])
    /// For one connection, after the events that were delivered before and before those that come later.
    case direct(ConnectionID, [UInt8])
    /// Class `event`: in order, complete; who cannot keep up is closed.
    case event(audience: Int, [UInt8])
    /// Class `chatter`: in order, for the parts of the audience whose bits are set; a reader who falls
    /// behind skips to the newest.
    case chatter(audience: Int, parts: UInt8 = .max, [UInt8])
    /// Class `state`: a later value of the same key replaces one that a reader has not taken yet.
    case state(audience: Int, key: String, [UInt8], staffOnly: Bool)
    /// Sends what waits for this connection alone, then these last frames, and closes; what its room
    /// still had for it is dropped.
    case close(ConnectionID, farewell: [UInt8])
    /// Gives somebody who is in a room a picture besides, instead of an earlier try at the same.
    case tune(ConnectionID, Tuning)
    /// Gives somebody a picture no more.
    case detune(ConnectionID, picture: UInt32)
    /// Class `picture`: in order; who falls behind goes on with the next keyframe, and loses the picture
    /// in the end but not the room.
    case picture(UInt32, [UInt8], isKey: Bool)
    /// A picture begins anew: everybody who has it gets its opening.
    case pictureBegins(UInt32, opening: [UInt8])
    /// A picture is over: everybody who has it gets these last frames of it.
    case pictureOver(UInt32, farewell: [UInt8])
}

/// How somebody begins to watch a picture.
package struct Tuning: Sendable {
    package var picture: UInt32
    /// Stands for this watching: whoever asks for the same again gets another number.
    package var view: UInt32
    /// What comes first; nil where there is nothing to be shown yet.
    package var opening: [UInt8]?
    /// What comes at once after it, and does not count as waiting. Without any, nothing comes before the
    /// next keyframe.
    package var burst: [[UInt8]]
    /// Bytes of this picture that may wait; nil for ``LaneLimits/pictureBytesMax`` of all pictures.
    package var waitingBytesMax: Int?

    package init(
        picture: UInt32, view: UInt32, opening: [UInt8]?, burst: [[UInt8]] = [],
        waitingBytesMax: Int? = nil
    ) {
        self.picture = picture
        self.view = view
        self.opening = opening
        self.burst = burst
        self.waitingBytesMax = waitingBytesMax
    }
}

/// The bounds of a lane.
package struct LaneLimits: Sendable {
    /// How far a reader may fall behind the room's events before it is closed.
    package var eventBacklogBytesMax = 1 << 20
    /// How far a reader may fall behind the chatter before it skips to the newest.
    package var chatterBacklogBytesMax = 32 << 10
    /// Bytes waiting for one connection alone, beyond which nothing more is taken for it; a single
    /// message may go past it.
    package var directBytesMax = 1 << 20
    /// Bytes of pictures that may wait for one connection, of what it was not sent on tuning in.
    package var pictureBytesMax = ViewerPace.waitingBytesMax
    /// The kernel's send buffer of somebody who has a picture, instead of ``sendBufferBytes``: what is
    /// under way on a long line must have room in it.
    package var pictureSendBufferBytes: Int32 = 256 << 10
    /// How much of that may be yet to be sent (`TCP_NOTSENT_LOWAT`): events wait behind it.
    package var pictureUnsentBytes: Int32 = 64 << 10
    /// The kernel's send buffer of one connection (`SO_SNDBUF`); the kernel books twice as much.
    package var sendBufferBytes: Int32 = 48 << 10
    /// How long a closing connection may take to read its farewell.
    package var lingerSeconds: UInt32 = 5
    /// The same for a reader who fell behind: a phone that comes back from a tunnel within this time
    /// learns why it was closed. It holds a full send buffer of the kernel meanwhile.
    package var slowLingerSeconds: UInt32 = 30
    /// How long a reader may take nothing of what it is sent; then it is closed as one who fell behind.
    package var stallSecondsMax: UInt32 = 60
    /// The widest tick of a busy lane.
    package var tickMillisecondsMax = 190
    /// The share of a lane's time that writing at once may take before writes are merged per tick.
    package var immediateShare = 0.7
    /// The share of a lane's time that writing takes when they are merged, as far as the widest tick
    /// allows.
    package var tickShare = 0.2

    package init() {}
}
