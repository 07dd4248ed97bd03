/// The stream of one room: messages of whoever publishes go in, shared bytes for the viewers come
/// out. It outlives its publishers; stream time and viewers go on.
package struct LiveStream {
    /// What viewers are to be sent, in order.
    enum Output: Equatable {
        case initialisation([UInt8])
        case fragment(Fragment)
    }

    private var clock = StreamClock()
    private var packager = Packager()
    private var meter = StreamMeter()
    private(set) var cache = GroupCache()
    /// The present initialisation segment; nil until tracks are known.
    private(set) var initialisation: [UInt8]?
    /// Stream time of the newest fragment.
    private(set) var latestMilliseconds: Int64 = 0
    /// What that segment says.
    private(set) var tracks: Initialisation?
    /// For `Content-Type` and for a page's source buffer; nil until tracks are known.
    package private(set) var mediaType: String?

    /// What is taken beside H.264.
    private let codings: Set<VideoCoding>

    package init(codings: Set<VideoCoding> = []) { self.codings = codings }

    package var readings: StreamReadings { meter.readings }

    /// Another publisher begins.
    package mutating func begin() {
        clock.begin()
        packager.begin()
        meter.begin()
    }

    /// Takes one message of the publisher.
    ///
    /// - Parameters:
    ///   - message: Audio or video; anything else is left alone.
    ///   - arrivalMilliseconds: A clock that never goes back.
    ///   - unixMilliseconds: The wall clock, for `prft`.
    /// - Returns: What viewers are to be sent.
    /// - Throws: ``StreamRefusal`` when the publisher must end; the stream stays as it was.
    mutating func take(
        _ message: RTMPMessage, arrivalMilliseconds: Int64, unixMilliseconds: Int64
    ) throws(StreamRefusal) -> [Output] {
        meter.count(bytes: message.payload.count, arrival: arrivalMilliseconds)
        switch message.type {
        case RTMPMessage.Kind.video:
            switch try FLVVideoTag(message.payload, codings: codings) {
            case .configuration(let record, let coding):
                let configuration = try VideoConfiguration(record: record, coding: coding)
                packager.configure(video: configuration)
            case .frame(let isKey, let offset, let bytes, let coding):
                guard packager.coding == nil || packager.coding == coding else {
                    throw StreamRefusal(
                        .malformed, "frames of \(coding.name) came without its configuration")
                }
                let time = clock.time(
                    of: message.timestamp, in: .video, arrival: arrivalMilliseconds)
                let sample = VideoSample(
                    decodeMilliseconds: time, offsetMilliseconds: offset, isKey: isKey,
                    bytes: bytes)
                meter.count(frame: sample, arrival: arrivalMilliseconds)
                packager.append(picture: sample, unixMilliseconds: unixMilliseconds)
            case .end, .ignored: return []
            }
        case RTMPMessage.Kind.audio:
            switch try FLVAudioTag(message.payload) {
            case .configuration(let record):
                packager.configure(audio: try AudioConfiguration(record: record))
            case .frame(let bytes):
                let time = clock.time(
                    of: message.timestamp, in: .audio, arrival: arrivalMilliseconds)
                packager.append(sound: bytes, at: time, unixMilliseconds: unixMilliseconds)
            case .ignored: return []
            }
        default: return []
        }
        return settle()
    }

    // MARK: - Frames that do not come by RTMP

    mutating func configure(video: VideoConfiguration) { packager.configure(video: video) }

    mutating func configure(audio: AudioConfiguration) { packager.configure(audio: audio) }

    /// Counts what came in for the readings.
    mutating func count(bytes: Int, arrivalMilliseconds: Int64) {
        meter.count(bytes: bytes, arrival: arrivalMilliseconds)
    }

    /// Takes a picture; its time is of the publisher's own clock, in milliseconds.
    mutating func append(
        picture bytes: [UInt8], isKey: Bool, at raw: UInt32, arrivalMilliseconds: Int64,
        unixMilliseconds: Int64
    ) -> [Output] {
        let sample = VideoSample(
            decodeMilliseconds: clock.time(of: raw, in: .video, arrival: arrivalMilliseconds),
            offsetMilliseconds: 0, isKey: isKey, bytes: bytes)
        meter.count(frame: sample, arrival: arrivalMilliseconds)
        packager.append(picture: sample, unixMilliseconds: unixMilliseconds)
        return settle()
    }

    /// Takes a frame of sound.
    mutating func append(
        sound bytes: [UInt8], at raw: UInt32, arrivalMilliseconds: Int64, unixMilliseconds: Int64
    ) -> [Output] {
        let time = clock.time(of: raw, in: .audio, arrival: arrivalMilliseconds)
        packager.append(sound: bytes, at: time, unixMilliseconds: unixMilliseconds)
        return settle()
    }

    private mutating func settle() -> [Output] {
        let made = packager.takeOutput()
        guard !made.isEmpty else { return [] }
        var output: [Output] = []
        for item in made {
            switch item {
            case .initialisation(let next):
                let bytes = next.bytes
                initialisation = bytes
                tracks = next
                mediaType = next.mediaType
                // What lies before it needs the segment before it.
                cache.clear()
                let codecs = [next.video?.codec, next.audio?.codec].compactMap { $0 }
                meter.update {
                    $0.width = next.video?.width ?? 0
                    $0.height = next.video?.height ?? 0
                    $0.codecs = codecs.joined(separator: ",")
                }
                output.append(.initialisation(bytes))
            case .fragment(let fragment):
                cache.append(fragment)
                latestMilliseconds = max(latestMilliseconds, fragment.milliseconds)
                output.append(.fragment(fragment))
            }
        }
        let (jumps, silent, isTooLong) = (clock.jumps, packager.silentFrames, cache.isOverflowing)
        meter.update {
            $0.clockJumps = jumps
            $0.silentFrames = silent
            $0.isGroupTooLong = isTooLong
        }
        return output
    }
}
