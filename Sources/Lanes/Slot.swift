/// What a lane knows of one connection: a trivial value in raw memory, so that a pass over
/// thousands of readers touches no reference count.
struct Slot {
    var descriptor: Int32 = -1
    var generation: UInt32 = 0
    /// Index into the lane's audiences, or -1.
    var audience: Int32 = -1
    /// Index into the audience's members.
    var place: Int32 = 0
    var flags: Flags = []
    /// The part of the audience it is in.
    var part: UInt8 = 0
    /// By when a closing connection is cut, in seconds of the lane's clock.
    var deadline: UInt32 = 0
    /// Since when the kernel has taken nothing; of a connection that is blocked.
    var blockedSince: UInt32 = 0
    var eventCursor: UInt64 = 0
    var chatterCursor: UInt64 = 0
    var stateVersion: UInt64 = 0
    /// What waits for this connection alone; retained by hand, nil nearly always.
    var waiting: Unmanaged<Waiting>?

    struct Flags: OptionSet {
        let rawValue: UInt8
        static let staff = Flags(rawValue: 1)
        /// The kernel takes no more.
        static let blocked = Flags(rawValue: 2)
        /// Only what waits for this connection alone is still sent, then the connection ends.
        static let closing = Flags(rawValue: 4)
        /// Our side is shut; what the peer sends is thrown away until it closes.
        static let finished = Flags(rawValue: 8)
        /// On the list of slots to be flushed at the end of the turn.
        static let dirty = Flags(rawValue: 16)
        /// The loop tells when the kernel takes more.
        static let awaitsRoom = Flags(rawValue: 32)
        /// The peer sends no more.
        static let peerFinished = Flags(rawValue: 64)
        /// Left alone by a pass over the readers. Constants, since without optimisation a literal
        /// of several flags is an array on the heap, at every reader.
        static let busy: Flags = [.blocked, .closing, .finished]
        /// Nothing can be written now.
        static let stuck: Flags = [.blocked, .finished]
    }
}

/// Bytes for one connection, each part with the event position that must be written before it.
final class Waiting {
    struct Part {
        var bytes: [UInt8]
        var sent = 0
        /// Events before this position go first.
        var after: UInt64
        /// Whether it is the rest of a frame that is half written, and so cannot be given up.
        var isRest = false
        /// Whether it counts as backlog; a greeting does not, however much was missed.
        var isCounted = true
    }
    var parts: [Part] = []
    /// Unsent bytes that count as backlog.
    private(set) var byteCount = 0
    /// Pieces of pictures that were not begun, in order; they go when nothing else waits.
    private(set) var pictures: [Picture] = []
    /// The bytes of those, but for what came at once on tuning in.
    private(set) var pictureBytes = 0

    struct Picture {
        var bytes: [UInt8]
        /// Number of the picture that it is of.
        var number: UInt32
        /// Whether it came at once on tuning in.
        var isBurst: Bool
        /// Bytes that count as waiting.
        var counted: Int { isBurst ? 0 : bytes.count }
    }

    var isEmpty: Bool { parts.isEmpty && pictures.isEmpty }

    func append(_ bytes: [UInt8], after position: UInt64, isCounted: Bool) {
        if isCounted { byteCount += bytes.count }
        // Small answers share a part, so that a flood of them does not make a long list.
        if let last = parts.indices.last, parts[last].sent == 0, parts[last].after == position,
            !parts[last].isRest, parts[last].isCounted == isCounted,
            parts[last].bytes.count + bytes.count <= 16 << 10
        {
            parts[last].bytes += bytes
        } else {
            parts.append(Part(bytes: bytes, after: position, isCounted: isCounted))
        }
    }

    /// Books that the first `count` bytes of the first part were sent; a part that is done goes.
    func sent(_ count: Int) {
        parts[0].sent += count
        if parts[0].isCounted { byteCount -= count }
        if parts[0].sent == parts[0].bytes.count { parts.removeFirst() }
    }

    /// Adds a piece of a picture; its bytes are shared with whoever else watches.
    func append(_ bytes: [UInt8], of picture: UInt32, isBurst: Bool = false) {
        let piece = Picture(bytes: bytes, number: picture, isBurst: isBurst)
        pictures.append(piece)
        pictureBytes += piece.counted
    }

    /// Bytes that wait of one picture, but for what came at once.
    func pictureBytes(of number: UInt32) -> Int {
        pictures.reduce(0) { $0 + ($1.number == number ? $1.counted : 0) }
    }

    /// Books that the first `count` bytes of the first piece of a picture were sent. The rest of one
    /// that is half sent goes before everything else.
    func sentPicture(_ count: Int) {
        let piece = pictures.removeFirst()
        pictureBytes -= piece.counted
        guard count < piece.bytes.count else { return }
        parts.insert(
            Part(bytes: piece.bytes, sent: count, after: 0, isRest: true, isCounted: false), at: 0)
    }

    /// Gives up what was not begun of one picture, or of all.
    func dropPictures(of number: UInt32? = nil) {
        pictures.removeAll { number == nil || $0.number == number }
        pictureBytes = pictures.reduce(0) { $0 + $1.counted }
    }

    /// Gives up what has not been begun.
    func dropUnsent() {
        parts.removeAll { $0.sent == 0 && !$0.isRest }
        byteCount = parts.reduce(0) { $0 + ($1.isCounted ? $1.bytes.count - $1.sent : 0) }
    }

    /// Puts the rest of a half-written frame in front of everything.
    func prepend(_ bytes: [UInt8]) {
        parts.insert(Part(bytes: bytes, after: 0, isRest: true), at: 0)
        byteCount += bytes.count
    }
}
