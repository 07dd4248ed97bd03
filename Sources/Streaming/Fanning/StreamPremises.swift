package import Clockwork
import Cryptography

/// What the media port works with: who may publish and who may watch.
package struct StreamPremises: Sendable {
    package var limits = IngestLimits()
    package var keyring: StreamKeyring
    /// Viewers in all; more are answered 503.
    package var viewersMax = 5_000
    /// Viewers from one address; more are answered 429.
    package var viewersPerAddress = 256
    /// Connections that have shown no key and asked for nothing, in all and from one address; more
    /// are cut.
    package var strangersMax = 1_024
    package var strangersPerAddress = 128
    /// How long viewers of a stream wait for its publisher to come back, in seconds.
    package var holdSeconds: UInt32 = 30
    /// A viewer's connection before its request is whole, in seconds.
    package var requestSeconds: UInt32 = 10
    /// Milliseconds between two flushes to viewers; nil to decide by the load (``FlushPace``).
    package var flushMilliseconds: Int?
    /// Failures of the picture within a minute after which a page goes on with the sound alone; 0 for
    /// never by itself.
    package var soundOnlyAfter = 3
    /// Whether there is such a room.
    package var hasRoom: @Sendable (String) -> Bool
    /// Whether a room may be watched, with the token of the query or without one.
    package var mayWatch: @Sendable (_ room: String, _ token: String?) -> Bool
    /// One line for the log: a message, the room, more words.
    package var note: @Sendable (_ message: String, _ room: String, _ words: String) -> Void
    /// The stream of a room began, changed or ended (nil), or another second of it has passed.
    package var changed: @Sendable (_ room: String, StreamBoard.Entry?) -> Void = { _, _ in }
    /// Who has a seat, and who hears of its media.
    package var seats = SeatPremises()
    /// The bounds of low-latency HLS.
    var hlsLimits = HLSWindow.Limits()
    /// How long the last playlist of a stream that is over can be had, and what it names, in seconds.
    package var hlsEndedSeconds: UInt32 = 60
    /// A fragment of a room's stream has come in, or nobody publishes any more (nil). For each frame.
    package var advanced: @Sendable (_ room: String, PicturePosition?) -> Void = { _, _ in }
    /// Who a token of the query is; nil for nobody, and for those who cannot be banned.
    package var user: @Sendable (_ token: String?) -> String? = { _ in nil }
    /// Who may not watch a room, though a token says so.
    package var banned: @Sendable (_ room: String) -> Set<String> = { _ in [] }
    package var clock: any Clock
    /// Keeps what is shown as files; nil for nothing kept.
    package var recorder: Recorder?

    package init(
        keyring: StreamKeyring, clock: any Clock, hasRoom: @escaping @Sendable (String) -> Bool,
        mayWatch: @escaping @Sendable (String, String?) -> Bool,
        note: @escaping @Sendable (String, String, String) -> Void
    ) {
        self.keyring = keyring
        self.clock = clock
        self.hasRoom = hasRoom
        self.mayWatch = mayWatch
        self.note = note
    }
}
