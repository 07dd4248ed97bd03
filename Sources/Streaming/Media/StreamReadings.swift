/// What is measured of a stream, for the host and for metrics. An encoder's own words count for
/// nothing here.
package struct StreamReadings: Sendable, Equatable {
    package var width = 0
    package var height = 0
    /// Codecs as RFC 6381 writes them; empty before the first picture or sound.
    package var codecs = ""
    /// Of the last whole second.
    package var bitsPerSecond = 0
    package var framesPerSecond = 0
    /// From the last keyframe to the one before; nil before the second.
    package var keyframeMilliseconds: Int64?
    /// Whether frames come in another order than they are shown.
    package var hasReordering = false
    /// The longest time without a frame within the last whole second.
    package var gapMilliseconds: Int64 = 0
    /// Breaks in the encoder's clock that were mended.
    package var clockJumps = 0
    /// Frames of silence in place of sound that did not come.
    package var silentFrames = 0
    /// Those of the publishers before this one.
    package var silentFramesBefore = 0
    /// Whether the last group of pictures was too long for the cache.
    package var isGroupTooLong = false
    package var publishers = 0

    package init() {}

    /// Says that nothing comes in: what was measured within a second is over.
    mutating func rest() {
        bitsPerSecond = 0
        framesPerSecond = 0
        gapMilliseconds = 0
    }

    /// What the host should change.
    package var warnings: [StreamWarning] {
        var warnings: [StreamWarning] = []
        if let keyframeMilliseconds, keyframeMilliseconds > 4_000 { warnings.append(.keyframes) }
        if isGroupTooLong { warnings.append(.group) }
        if hasReordering { warnings.append(.reordering) }
        if !codecs.isEmpty, !codecs.contains("mp4a") { warnings.append(.noSound) }
        if silentFrames > silentFramesBefore { warnings.append(.silence) }
        if gapMilliseconds > 500 { warnings.append(.gaps) }
        return warnings
    }
}

/// Something that is wrong with what an encoder sends; pages have a sentence for each.
package enum StreamWarning: String, Sendable, CaseIterable {
    /// Keyframes are more than 4 s apart: the interval should be 2 s.
    case keyframes
    /// The group of pictures is too long for the cache: whoever joins waits for a keyframe.
    case group
    /// B-frames delay the picture.
    case reordering
    /// There is no sound.
    case noSound
    /// Sound was missing and became silence.
    case silence
    /// More than half a second went by without a frame: the way to the server is too narrow.
    case gaps
}

/// Counts frames into ``StreamReadings``.
struct StreamMeter {
    private(set) var readings = StreamReadings()
    private var windowStart: Int64?
    private var frames = 0
    private var bytes = 0
    private var gap: Int64 = 0
    private var lastArrival: Int64?
    private var lastKey: Int64?

    mutating func begin() {
        readings.publishers += 1
        readings.silentFramesBefore = readings.silentFrames
        readings.hasReordering = false
        readings.keyframeMilliseconds = nil
        lastKey = nil
        lastArrival = nil
    }

    mutating func update(_ change: (inout StreamReadings) -> Void) { change(&readings) }

    mutating func count(bytes more: Int, arrival: Int64) {
        let start = windowStart ?? arrival
        windowStart = start
        bytes += more
        guard arrival - start >= 1_000 else { return }
        readings.bitsPerSecond = Int(Int64(bytes) * 8_000 / (arrival - start))
        readings.framesPerSecond = Int(
            (Int64(frames) * 1_000 + (arrival - start) / 2) / (arrival - start))
        readings.gapMilliseconds = gap
        windowStart = arrival
        (bytes, frames, gap) = (0, 0, 0)
    }

    mutating func count(frame: VideoSample, arrival: Int64) {
        frames += 1
        if let lastArrival { gap = max(gap, arrival - lastArrival) }
        lastArrival = arrival
        if frame.offsetMilliseconds != 0 { readings.hasReordering = true }
        guard frame.isKey else { return }
        readings.keyframeMilliseconds = lastKey.map { frame.decodeMilliseconds - $0 }
        lastKey = frame.decodeMilliseconds
    }
}
