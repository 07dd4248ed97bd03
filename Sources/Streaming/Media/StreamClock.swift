/// Turns an encoder's clock into stream time, which never goes back and never leaps.
///
/// Encoders count milliseconds in 32 bits, wrap, restart, and jump; sound and picture jump one
/// after the other. Stream time begins at 0 with the first publisher and goes on through all
/// that: where the encoder's clock makes no sense, the time between arrivals is taken instead.
struct StreamClock {
    enum Track: Int { case video, audio }

    /// Steps that are taken as they are, in milliseconds.
    static let plausibleSteps: ClosedRange<Int64> = -100...5_000
    /// A longer step is believed if the sample took as long to arrive, within this.
    static let arrivalTolerance: Int64 = 2_000

    private struct Reading {
        var raw: UInt32
        /// `raw` without the wrap.
        var unwrapped: Int64
        var time: Int64
        var arrival: Int64
        var offset: Int64
    }

    private var readings: [Reading?] = [nil, nil]
    /// The latest stream time of any sample, and when it arrived; nil before the first.
    private var latest: (time: Int64, arrival: Int64)?
    private var newestOffset: Int64?
    /// Breaks in this encoder's clock that were mended.
    private(set) var jumps = 0

    /// Forgets the encoder's clock: another publisher begins. Stream time goes on.
    mutating func begin() {
        readings = [nil, nil]
        newestOffset = nil
        jumps = 0
    }

    /// Stream time of a sample in milliseconds, never below that of the one before in its track.
    ///
    /// `raw` is what the encoder says, `arrival` milliseconds of a clock of ours that never goes back.
    mutating func time(of raw: UInt32, in track: Track, arrival: Int64) -> Int64 {
        let last = readings[track.rawValue]
        let relative = last ?? readings[1 - track.rawValue]
        var unwrapped = Int64(raw)
        if let relative {
            unwrapped = relative.unwrapped + Int64(Int32(bitPattern: raw &- relative.raw))
        }
        var offset: Int64
        if let last {
            let step = unwrapped - last.unwrapped
            let isPlausible =
                Self.plausibleSteps.contains(step)
                || step > 0 && abs(step - (arrival - last.arrival)) <= Self.arrivalTolerance
            if isPlausible {
                offset = last.offset
            } else {
                offset = anchor(unwrapped, near: last.time, used: last.offset, arrival)
            }
        } else if let newestOffset, let latest,
            (-2_000...5_000).contains(unwrapped + newestOffset - latest.time)
        {
            offset = newestOffset
        } else {
            if last == nil, relative != nil { jumps += 1 }
            offset = fresh(unwrapped, arrival)
        }
        let time = max(unwrapped + offset, last?.time ?? 0)
        readings[track.rawValue] = Reading(
            raw: raw, unwrapped: unwrapped, time: time, arrival: arrival, offset: offset)
        latest = (max(time, latest?.time ?? 0), arrival)
        return time
    }

    /// The other track may have made the same jump before: then both must land alike.
    private mutating func anchor(
        _ unwrapped: Int64, near time: Int64, used: Int64, _ arrival: Int64
    ) -> Int64 {
        if let newestOffset, newestOffset != used,
            (-1_000...5_000).contains(unwrapped + newestOffset - time)
        {
            return newestOffset
        }
        jumps += 1
        return fresh(unwrapped, arrival)
    }

    private mutating func fresh(_ unwrapped: Int64, _ arrival: Int64) -> Int64 {
        let start = latest.map { $0.time + max(1, arrival - $0.arrival) } ?? 0
        let offset = start - unwrapped
        newestOffset = offset
        return offset
    }
}

/// Counts AAC frames, whose stamps in whole milliseconds are 21 or 22 ms apart.
struct SampleCounter {
    let sampleRate: Int
    let frameSamples: Int
    /// Where the next frame begins, in samples since stream time 0.
    private(set) var next: Int64?

    /// Beyond 100 ms the stamp is believed rather than the count.
    private var tolerance: Int64 { Int64(sampleRate / 10) }

    init(sampleRate: Int, frameSamples: Int) {
        self.sampleRate = sampleRate
        self.frameSamples = frameSamples
    }

    /// The position of a frame; nil if it comes where there is sound already.
    mutating func position(atMilliseconds time: Int64) -> Int64? {
        let stamped = time * Int64(sampleRate) / 1_000
        var position = next ?? stamped
        if stamped > position + tolerance { position = stamped }
        guard stamped >= position - tolerance else { return nil }
        next = position + Int64(frameSamples)
        return position
    }
}
