import Lanes
import Wire

/// The sound of a stream alone, as fragmented MP4: for viewers whose machine or network is too slow for
/// the picture.
///
/// What goes out is made once for all listeners, some frames of sound together: each by itself would have
/// as many bytes around its sound as in it.
struct SoundFeed {
    /// Sound that goes out together.
    static let togetherMilliseconds: Int64 = 100
    /// What somebody who joins gets at once; a page keeps a second of it.
    static let burstMilliseconds: Int64 = 2_000
    /// Bytes that may wait for one listener: some ten seconds.
    static let waitingBytesMax = 128 << 10

    /// What has come and was not given out yet; each run has no hole in it.
    private var runs: [MP4Boxes.Run] = []
    /// In the scale of the track.
    private var end: Int64 = 0
    private var startMilliseconds: Int64 = 0
    private var endMilliseconds: Int64 = 0
    private var number = 0

    /// Takes what viewers of the picture are sent.
    ///
    /// - Returns: What listeners are to be sent, when enough has come.
    mutating func take(_ fragment: Fragment) -> [UInt8]? {
        gather(fragment)
        return endMilliseconds - startMilliseconds >= Self.togetherMilliseconds ? flush() : nil
    }

    /// Gives out what has come; nil where there is nothing.
    mutating func flush() -> [UInt8]? {
        guard !runs.isEmpty else { return nil }
        defer { runs = [] }
        return runs.flatMap {
            MP4Boxes.fragment(sequence: number, runs: [$0], unixMilliseconds: nil)
        }
    }

    private mutating func gather(_ fragment: Fragment) {
        number = fragment.number
        for frame in fragment.frames where frame.isSound {
            if runs.isEmpty { startMilliseconds = frame.milliseconds }
            if runs.isEmpty || frame.position != end {
                runs.append(
                    MP4Boxes.Run(
                        track: MP4Boxes.audioTrack, decodeTime: frame.position, samples: []))
            }
            runs[runs.count - 1].samples.append(
                MP4Boxes.Sample(
                    duration: frame.duration, offset: 0, isKey: true,
                    bytes: Array(fragment.bytes[frame.range])))
            end = frame.position + Int64(frame.duration)
            endMilliseconds = frame.milliseconds
        }
        if runs.isEmpty { (startMilliseconds, endMilliseconds) = (0, 0) }
    }

    // MARK: - Joining

    /// The newest sound of the present group, in one piece; nil where there is none.
    static func burst(of stream: LiveStream) -> [UInt8]? {
        let since = stream.latestMilliseconds - burstMilliseconds
        var feed = SoundFeed()
        for fragment in stream.cache.fragments where fragment.milliseconds >= since {
            feed.gather(fragment)
        }
        return feed.flush()
    }

    /// The pace of somebody who joins.
    ///
    /// - Throws: 404 where the stream has no sound.
    static func pace(of stream: LiveStream) throws(HTTPError) -> ViewerPace {
        guard stream.initialisation == nil || stream.tracks?.audio != nil else {
            throw HTTPError(
                status: 404, code: "NO_SOUND", detail: "the stream has no sound",
                headers: [("Retry-After", "2")])
        }
        return ViewerPace(needsKey: false, waitingBytesMax: waitingBytesMax)
    }
}

extension LiveStream {
    /// The initialisation segment of the sound alone; nil before there are tracks, or without sound.
    var soundInitialisation: [UInt8]? {
        tracks.flatMap { tracks in
            tracks.audio.map { Initialisation(video: nil, audio: $0).bytes }
        }
    }

    /// What viewers of one kind are told that their bytes are.
    func mediaType(of format: StreamDoor.Format) -> String? {
        switch format {
        case .flv: FLVFeed.mediaType
        case .mp4: mediaType
        case .sound: tracks?.audio.map { "audio/mp4; codecs=\"\($0.codec)\"" }
        }
    }
}
