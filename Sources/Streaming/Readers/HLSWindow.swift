/// The newest half minute of a stream as low-latency HLS (RFC 8216bis): segments of about two seconds,
/// and parts of them of about 200 ms as they are made.
///
/// Fragments go in as they are; what comes out is bytes that all readers share. A part is closed when
/// the frame after it has come, so that its length is known and not guessed, and so that a hinted name
/// always becomes a part. Segments begin at keyframes where those come often enough.
///
/// Lengths are in milliseconds of stream time. The longest part and the longest segment are
/// fixed when the first frames have been seen, since a playlist may never change them.
struct HLSWindow {
    /// The bounds of one window.
    struct Limits: Equatable {
        /// What a playlist lists; what leaves it can be had for as long again (section 6.2.2).
        var listedMilliseconds: Int64 = 30_000
        /// Of all that is kept; beyond it the oldest goes, listed or not.
        var bytesMax = 64 << 20
        /// A segment that grows beyond it ends, keyframe or not.
        var segmentBytesMax = 8 << 20
    }

    struct Part: Equatable {
        var milliseconds: Int64
        /// Whether it begins with a keyframe.
        var isIndependent: Bool
        var bytes: [UInt8]
    }

    struct Segment: Equatable {
        /// Its media sequence number.
        var number: Int64
        /// Stream time of its first frame.
        var start: Int64
        /// Number of its initialisation segment.
        var map: Int64
        /// Whether it does not continue what was before.
        var isDiscontinuous: Bool
        var parts: [Part] = []

        var milliseconds: Int64 { parts.reduce(0) { $0 + $1.milliseconds } }
        var byteCount: Int { parts.reduce(0) { $0 + $1.bytes.count } }
    }

    /// The usual length of parts and segments.
    static let partMilliseconds: Int64 = 200
    static let segmentMilliseconds: Int64 = 2_000
    /// What a segment without a keyframe has at most, when the first one has none.
    static let segmentMillisecondsMax: Int64 = 4_000
    /// Frames that are looked at before parts are made.
    private static let measuredFrames = 13

    let limits: Limits
    /// Wall clock less stream time.
    let unixOffset: Int64
    /// Finished segments, the oldest first; those at the front may have left the playlist.
    private(set) var segments: [Segment] = []
    /// How many of them have left it.
    private(set) var unlistedCount = 0
    /// The segment that grows; it has no parts at first.
    private(set) var open: Segment
    private(set) var maps: [Int64: [UInt8]] = [:]
    /// Discontinuities that have left the playlist.
    private(set) var discontinuitySequence = 0
    /// The longest part, in milliseconds; 0 before it is known.
    private(set) var partTarget: Int64 = 0
    /// In seconds; nil before the first segment is finished, when there is no playlist either.
    private(set) var targetDuration: Int64?
    /// Whether no more comes.
    private(set) var isEnded = false
    /// Grows with every part.
    private(set) var version = 0

    private var hasBegun = false
    /// Fragments before ``partTarget`` is known.
    private var measured: [Fragment] = []
    /// Fragments of the next part, and the place of the last one with a time of its own among them.
    private var pending: [Fragment] = []
    private var lastTimed = 0
    private var frameMilliseconds: Int64 = 33
    /// Whether fragments without a picture have a time of their own.
    private var isSoundOnly: Bool

    /// Begins with a media sequence number and the present initialisation segment.
    init(
        number: Int64, initialisation: [UInt8], isSoundOnly: Bool, unixOffset: Int64,
        limits: Limits = Limits()
    ) {
        self.limits = limits
        self.unixOffset = unixOffset
        self.isSoundOnly = isSoundOnly
        open = Segment(number: number, start: 0, map: number, isDiscontinuous: false)
        maps[number] = initialisation
    }

    // MARK: - Taking fragments

    /// Goes on with other tracks: what follows has another initialisation segment.
    mutating func begin(initialisation: [UInt8], isSoundOnly: Bool) {
        measure()
        breakOff()
        self.isSoundOnly = isSoundOnly
        maps[open.number] = initialisation
        open.map = open.number
    }

    /// Takes the next fragment; nothing is made before one that begins with a keyframe.
    mutating func append(_ fragment: Fragment) {
        guard !isEnded, hasBegun || fragment.isKey else { return }
        hasBegun = true
        guard partTarget == 0 else { return take(fragment) }
        measured.append(fragment)
        if measured.count >= Self.measuredFrames { measure() }
    }

    /// No more comes: what is there becomes the last part.
    mutating func end() {
        measure()
        breakOff()
        isEnded = true
        version += 1
    }

    /// Fixes the longest part: so many frames as last about 200 ms, and 15 % for the encoder's clock, so
    /// that parts of that many frames lie between 85 % of it and all of it.
    private mutating func measure() {
        guard partTarget == 0 else { return }
        let times = measured.filter { isTimed($0) }.map(\.milliseconds)
        let steps = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
        let step = min(max(steps.isEmpty ? 33 : steps[steps.count / 2], 1), 1_000)
        let frames = max(1, (Self.partMilliseconds + step / 2) / step)
        partTarget = frames * step * 115 / 100
        frameMilliseconds = step
        let first = measured
        measured = []
        for fragment in first { take(fragment) }
    }

    private func isTimed(_ fragment: Fragment) -> Bool { isSoundOnly || fragment.hasPicture }

    private mutating func take(_ fragment: Fragment) {
        let time = fragment.milliseconds
        guard isTimed(fragment) || pending.isEmpty else {
            // Sound alone goes with the frame before it.
            pending.append(fragment)
            return
        }
        if let first = pending.first {
            let last = pending[lastTimed].milliseconds
            if time - last > partTarget {
                breakOff()
            } else {
                if time - first.milliseconds > partTarget { closePart(before: lastTimed, at: last) }
                frameMilliseconds = max(1, time - last)
                let start = pending.first?.milliseconds ?? time
                if isSegmentDue(at: time, isKey: fragment.isKey) {
                    closePart(before: pending.count, at: time)
                    closeSegment()
                } else if (time - start) * 100 >= partTarget * 85 {
                    closePart(before: pending.count, at: time)
                }
            }
        }
        if pending.isEmpty, open.parts.isEmpty { open.start = time }
        lastTimed = pending.count
        pending.append(fragment)
    }

    private func isSegmentDue(at time: Int64, isKey: Bool) -> Bool {
        let length = time - open.start
        if isKey, length * 100 >= Self.segmentMilliseconds * 95 { return true }
        // The frame after this one may come a part later; rounded, it must not be more than the target.
        let most =
            targetDuration.map { $0 * 1_000 + 490 - partTarget } ?? Self.segmentMillisecondsMax
        let waiting = pending.reduce(0) { $0 + $1.bytes.count }
        return length > most || open.byteCount + waiting > limits.segmentBytesMax
    }

    /// Makes a part of the first pending fragments; it ends where the one after it begins.
    private mutating func closePart(before count: Int, at end: Int64) {
        guard let first = pending.first, count > 0 else { return }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(pending[..<count].reduce(0) { $0 + $1.bytes.count })
        for fragment in pending[..<count] { bytes += fragment.bytes }
        open.parts.append(
            Part(
                milliseconds: max(1, end - first.milliseconds), isIndependent: first.isKey,
                bytes: bytes))
        pending.removeFirst(count)
        lastTimed = max(0, lastTimed - count)
        version += 1
    }

    /// Ends part and segment where nobody knows how long the last frame is shown.
    private mutating func breakOff() {
        if let first = pending.first {
            let last = pending[lastTimed].milliseconds
            closePart(
                before: pending.count,
                at: min(last + frameMilliseconds, first.milliseconds + partTarget))
        }
        guard !open.parts.isEmpty else { return }
        closeSegment()
        open.isDiscontinuous = true
    }

    private mutating func closeSegment() {
        let length = open.milliseconds
        targetDuration =
            targetDuration ?? max(Self.segmentMilliseconds / 1_000, (length + 500) / 1_000)
        segments.append(open)
        open = Segment(
            number: open.number + 1, start: open.start + length, map: open.map,
            isDiscontinuous: false)
        forget()
    }

    // MARK: - Forgetting

    private mutating func forget() {
        var listed: Int64 = 0
        var first = segments.count
        while first > 0, listed < limits.listedMilliseconds {
            first -= 1
            listed += segments[first].milliseconds
        }
        while unlistedCount < first { unlist() }
        var after = segments[unlistedCount...].reduce(0) { $0 + $1.milliseconds }
        var kept = unlistedCount
        while kept > 0, after < 2 * limits.listedMilliseconds {
            kept -= 1
            after += segments[kept].milliseconds
        }
        drop(kept)
        var bytes = segments.reduce(0) { $0 + $1.byteCount }
        while bytes > limits.bytesMax, segments.count > 1 {
            if unlistedCount == 0 { unlist() }
            bytes -= segments[0].byteCount
            drop(1)
        }
        let used = Set(segments.map(\.map) + [open.map])
        maps = maps.filter { used.contains($0.key) }
    }

    private mutating func unlist() {
        if segments[unlistedCount].isDiscontinuous { discontinuitySequence += 1 }
        unlistedCount += 1
    }

    private mutating func drop(_ count: Int) {
        segments.removeFirst(count)
        unlistedCount -= count
    }
}
