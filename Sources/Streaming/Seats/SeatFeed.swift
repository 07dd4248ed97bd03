/// What one seat sends, from messages to shared bytes for its viewers: checked, bounded, and made one
/// stream that always has a picture where there is sound.
///
/// What the lease does not allow is left out here, whatever the page does: sound becomes silence, the
/// picture black. Black also stands in for a camera that sends nothing.
struct SeatFeed {
    /// Without a picture for this long there is a black one, in milliseconds.
    static let blackAfterMilliseconds: Int64 = 500
    /// From one black picture to the next.
    static let blackEveryMilliseconds: Int64 = 100

    private(set) var stream = LiveStream()
    /// What the lease allows.
    var grant: SeatGrant
    private let limits: SeatLimits
    private var allowance: RateAllowance
    private var video: VideoConfiguration?
    private var audio: AudioConfiguration?
    /// Whether pictures are left out until the next keyframe.
    private var needsKey = true
    private var isBlack = false
    /// By the page's clock, in milliseconds.
    private var pictureAt: Int64?
    private var blackAt: Int64?
    private var beganAt: Int64?
    /// Whether the page should make a keyframe at once.
    private(set) var wantsKey = false

    init(grant: SeatGrant, limits: SeatLimits) {
        self.grant = grant
        self.limits = limits
        allowance = RateAllowance(limits: limits)
    }

    /// Another connection begins to publish; stream time goes on.
    mutating func begin() {
        stream.begin()
        allowance = RateAllowance(limits: limits)
        (video, audio) = (nil, nil)
        (needsKey, isBlack, wantsKey) = (true, false, false)
        (pictureAt, blackAt, beganAt) = (nil, nil, nil)
    }

    /// Whether a keyframe is to be asked for; asks once.
    mutating func takeKeyWish() -> Bool {
        defer { wantsKey = false }
        return wantsKey
    }

    /// Takes one message.
    ///
    /// - Parameters:
    ///   - message: Whatever a page sent.
    ///   - arrival: Milliseconds of a clock that never goes back.
    ///   - unix: Milliseconds of the wall clock, for `prft`.
    /// - Returns: What viewers are to be sent.
    /// - Throws: ``StreamRefusal`` when the publisher must end; the stream stays as it was.
    mutating func take(
        _ message: SeatMessage, arrivalMilliseconds arrival: Int64, unixMilliseconds unix: Int64
    ) throws(StreamRefusal) -> [LiveStream.Output] {
        let size = message.payload.count + SeatMessage.headBytes
        guard allowance.take(bytes: size, at: arrival) else {
            throw StreamRefusal(
                .tooLarge, "more came than \(limits.bytesPerSecondMax) bytes a second")
        }
        stream.count(bytes: size, arrivalMilliseconds: arrival)
        let time = message.microseconds / 1_000
        switch message.kind {
        case .videoConfiguration:
            try configure(video: message.payload)
            return []
        case .audioConfiguration:
            let next = try AudioConfiguration(opusHead: message.payload)
            audio = next
            stream.configure(audio: next)
            return []
        case .picture: return try take(picture: message, at: time, arrival, unix)
        case .sound: return try take(sound: message.payload, at: time, arrival, unix)
        }
    }

    private mutating func configure(video record: [UInt8]) throws(StreamRefusal) {
        let next = try VideoConfiguration(record: record)
        let (long, short) = (max(next.width, next.height), min(next.width, next.height))
        guard long <= limits.longSideMax, short <= limits.shortSideMax else {
            throw StreamRefusal(
                .unsupported, "a picture of \(next.width) × \(next.height) is too large")
        }
        guard record.count > 4, record[4] & 3 == 3 else {
            throw StreamRefusal(.unsupported, "sizes of NAL units must have four bytes")
        }
        video = next
        needsKey = true
    }

    private mutating func take(
        picture message: SeatMessage, at time: Int64, _ arrival: Int64, _ unix: Int64
    ) throws(StreamRefusal) -> [LiveStream.Output] {
        guard let video else {
            throw StreamRefusal(.outOfOrder, "a picture came before its configuration")
        }
        guard Self.isMadeOfUnits(message.payload) else {
            throw StreamRefusal(.malformed, "a picture is not made of NAL units")
        }
        beganAt = beganAt ?? time
        guard grant.video else {
            needsKey = true
            return black(at: time, arrival, unix)
        }
        if needsKey {
            guard message.isKey else {
                wantsKey = true
                return []
            }
            stream.configure(video: video)
            (needsKey, isBlack) = (false, false)
        }
        pictureAt = time
        return stream.append(
            picture: message.payload, isKey: message.isKey,
            at: UInt32(truncatingIfNeeded: time), arrivalMilliseconds: arrival,
            unixMilliseconds: unix)
    }

    private mutating func take(
        sound packet: [UInt8], at time: Int64, _ arrival: Int64, _ unix: Int64
    ) throws(StreamRefusal) -> [LiveStream.Output] {
        guard let audio else {
            throw StreamRefusal(.outOfOrder, "sound came before its configuration")
        }
        guard OpusPacket.samples(of: packet) == AudioConfiguration.opusFrameSamples else {
            throw StreamRefusal(.unsupported, "sound must come in packets of 20 ms")
        }
        beganAt = beganAt ?? time
        var output = black(at: time, arrival, unix)
        output += stream.append(
            sound: grant.audio ? packet : audio.silence ?? packet,
            at: UInt32(truncatingIfNeeded: time), arrivalMilliseconds: arrival,
            unixMilliseconds: unix)
        return output
    }

    /// A black picture, if one is due.
    private mutating func black(
        at time: Int64, _ arrival: Int64, _ unix: Int64
    ) -> [LiveStream.Output] {
        let since = pictureAt ?? beganAt ?? time
        let isDue = !grant.video || time - since > Self.blackAfterMilliseconds
        guard isDue, let configuration = BlackPicture.configuration,
            blackAt.map({ time - $0 >= Self.blackEveryMilliseconds || time < $0 }) ?? true
        else { return [] }
        if !isBlack {
            stream.configure(video: configuration)
            (isBlack, needsKey) = (true, true)
        }
        blackAt = time
        return stream.append(
            picture: BlackPicture.frame, isKey: true, at: UInt32(truncatingIfNeeded: time),
            arrivalMilliseconds: arrival, unixMilliseconds: unix)
    }

    /// Whether sizes and units fill the bytes exactly.
    static func isMadeOfUnits(_ bytes: [UInt8]) -> Bool {
        var reader = BinaryReader(bytes)
        guard reader.count > 0 else { return false }
        while reader.count > 0 {
            guard let size = reader.integer(4), size > 0, reader.take(Int(size)) != nil else {
                return false
            }
        }
        return true
    }
}

/// A bucket of bytes and one of messages, each of two seconds' worth.
struct RateAllowance {
    private let limits: SeatLimits
    private var bytes: Int64
    private var messages: Int64
    private var filledAt: Int64?

    init(limits: SeatLimits) {
        self.limits = limits
        bytes = Int64(limits.bytesPerSecondMax) * 2_000
        messages = Int64(limits.messagesPerSecondMax) * 2_000
    }

    /// Takes one message out of both, which are counted in thousandths.
    mutating func take(bytes size: Int, at now: Int64) -> Bool {
        let passed = min(max(0, now - (filledAt ?? now)), 2_000)
        filledAt = now
        let (bytesMax, messagesMax) = (
            Int64(limits.bytesPerSecondMax), Int64(limits.messagesPerSecondMax)
        )
        bytes = min(bytesMax * 2_000, bytes + passed * bytesMax) - Int64(size) * 1_000
        messages = min(messagesMax * 2_000, messages + passed * messagesMax) - 1_000
        return bytes >= 0 && messages >= 0
    }
}
