/// Makes fragmented MP4 of samples: one fragment for each frame of the picture, with the sound that
/// has arrived since.
///
/// The initialisation segment is made when it is known which tracks there are, and made anew at a
/// keyframe when the configuration has changed. Sound that stays away is replaced by silence, since a
/// page plays only where it has both.
struct Packager {
    enum Output: Equatable {
        /// A new initialisation segment; what follows begins with a keyframe.
        case initialisation(Initialisation)
        case fragment(Fragment)
    }

    /// How long the first frames wait for the other track to show itself, in milliseconds.
    static let otherTrackMilliseconds: Int64 = 500
    /// Frames that wait for it at most.
    static let heldMax = 120
    /// Sound that waits for a picture at most, in milliseconds; then it goes alone.
    static let soundAloneMilliseconds: Int64 = 250
    /// Sound that is this late is silence, up to the second number.
    static let silenceAfterMilliseconds: Int64 = 1_000
    static let silenceUntilMilliseconds: Int64 = 500
    /// Silence that is put in at once.
    static let silenceMillisecondsMax: Int64 = 5_000

    private var video: VideoConfiguration?
    private var audio: AudioConfiguration?
    /// What the present initialisation segment says; nil before the first.
    private var current: Initialisation?
    private var isAwaitingKey = true
    /// Whether this publisher has a picture: the configuration of one before it says nothing of that.
    private var hasPicture = false
    private var held: [VideoSample] = []
    private var sound: [AudioSample] = []
    private var counter: SampleCounter?
    private var firstMilliseconds: Int64?
    private var lastDecode: Int64?
    /// From when on sound is due.
    private var soundStart: Int64?
    private var frameMilliseconds: Int64 = 33
    private var sequence = 0
    private var output: [Output] = []
    /// Frames of silence that were put in because this publisher's sound stayed away.
    private(set) var silentFrames = 0

    /// What was made since the last call.
    mutating func takeOutput() -> [Output] {
        defer { output = [] }
        return output
    }

    /// Another publisher goes on with the stream: begin at a keyframe.
    mutating func begin() {
        isAwaitingKey = true
        hasPicture = false
        held = []
        sound = []
        firstMilliseconds = nil
        soundStart = nil
        silentFrames = 0
    }

    /// How pictures are coded; nil before the first configuration.
    var coding: VideoCoding? { video?.coding }

    mutating func configure(video configuration: VideoConfiguration) {
        // Frames of another kind must not follow the segment that says otherwise.
        if let coding, coding != configuration.coding {
            held = []
            isAwaitingKey = true
        }
        video = configuration
        hasPicture = true
    }

    mutating func configure(audio configuration: AudioConfiguration) {
        guard configuration != audio else { return }
        audio = configuration
        counter = SampleCounter(
            sampleRate: configuration.sampleRate, frameSamples: configuration.frameSamples)
        sound = []
        // Frames of another kind must not follow the segment that says otherwise.
        if current?.audio != nil { isAwaitingKey = true }
    }

    // MARK: - Sound

    mutating func append(sound bytes: [UInt8], at milliseconds: Int64, unixMilliseconds: Int64) {
        guard audio != nil else { return }
        firstMilliseconds = firstMilliseconds ?? milliseconds
        guard let position = counter?.position(atMilliseconds: milliseconds) else { return }
        sound.append(AudioSample(position: position, bytes: bytes))
        guard let current, hasPicture || current.video == nil else {
            if !hasPicture { beginWithoutPicture(milliseconds, unixMilliseconds) }
            if sound.count > Self.heldMax { sound.removeFirst() }
            return
        }
        guard current.audio == audio else {
            // The track begins with the next keyframe.
            if sound.count > Self.heldMax { sound.removeFirst() }
            return
        }
        let isLate =
            lastDecode.map {
                milliseconds - $0 > Self.soundAloneMilliseconds + 2 * frameMilliseconds
            }
            ?? true
        if isAwaitingKey, current.video != nil {
            if sound.count > Self.heldMax { sound.removeFirst() }
        } else if current.video == nil
            ? sound.count >= 5 : isLate && soundMilliseconds > Self.soundAloneMilliseconds
        {
            fragment(nil, unixMilliseconds)
        }
    }

    private var soundMilliseconds: Int64 {
        guard let audio else { return 0 }
        return Int64(sound.count * audio.frameSamples * 1_000 / audio.sampleRate)
    }

    private mutating func beginWithoutPicture(_ milliseconds: Int64, _ unixMilliseconds: Int64) {
        guard let firstMilliseconds,
            milliseconds - firstMilliseconds >= 2 * Self.otherTrackMilliseconds
        else { return }
        begin(Initialisation(video: nil, audio: audio))
        fragment(nil, unixMilliseconds)
    }

    /// Puts silence where sound has not come for long.
    private mutating func fillSilence(until milliseconds: Int64) {
        guard let audio = current?.audio, let frame = audio.silence, var filled = counter else {
            return
        }
        let rate = Int64(audio.sampleRate)
        // The pause before a publisher has no picture either.
        let end = max(
            filled.next.map { $0 * 1_000 / rate } ?? .min, soundStart ?? milliseconds)
        guard milliseconds - end > Self.silenceAfterMilliseconds else { return }
        // After a long pause of both tracks nobody needs all of it.
        var time = max(end, milliseconds - Self.silenceMillisecondsMax)
        while time < milliseconds - Self.silenceUntilMilliseconds,
            let position = filled.position(atMilliseconds: time)
        {
            sound.append(AudioSample(position: position, bytes: frame))
            silentFrames += 1
            time = (position + Int64(audio.frameSamples)) * 1_000 / rate
        }
        counter = filled
    }

    // MARK: - Picture

    mutating func append(picture sample: VideoSample, unixMilliseconds: Int64) {
        guard let video else { return }
        firstMilliseconds = firstMilliseconds ?? sample.decodeMilliseconds
        if current == nil {
            guard sample.isKey || !held.isEmpty else { return }
            held.append(sample)
            let waited = sample.decodeMilliseconds - (firstMilliseconds ?? 0)
            guard
                audio != nil || waited >= Self.otherTrackMilliseconds || held.count >= Self.heldMax
            else { return }
            begin(Initialisation(video: video, audio: audio))
            let frames = held
            held = []
            for frame in frames { write(frame, unixMilliseconds) }
            return
        }
        if isAwaitingKey || sample.isKey {
            guard sample.isKey else { return }
            // A publisher without sound keeps the track: it becomes silence.
            let wanted = Initialisation(video: video, audio: audio ?? current?.audio)
            if wanted != current { begin(wanted) }
            isAwaitingKey = false
        }
        write(sample, unixMilliseconds)
    }

    private mutating func write(_ sample: VideoSample, _ unixMilliseconds: Int64) {
        if let lastDecode, sample.decodeMilliseconds > lastDecode {
            frameMilliseconds = min(sample.decodeMilliseconds - lastDecode, 1_000)
        }
        var sample = sample
        // Two frames never have one time.
        if let lastDecode {
            sample.decodeMilliseconds = max(sample.decodeMilliseconds, lastDecode + 1)
        }
        lastDecode = sample.decodeMilliseconds
        soundStart = soundStart ?? sample.decodeMilliseconds
        fillSilence(until: sample.decodeMilliseconds)
        fragment(sample, unixMilliseconds)
    }

    // MARK: - Writing

    private mutating func begin(_ next: Initialisation) {
        current = next
        isAwaitingKey = false
        soundStart = nil
        // What was heard before the first picture was never to be seen.
        if next.video != nil, let start = held.first?.decodeMilliseconds, let audio {
            sound.removeAll { $0.position * 1_000 / Int64(audio.sampleRate) < start - 100 }
        }
        output.append(.initialisation(next))
    }

    private mutating func fragment(_ picture: VideoSample?, _ unixMilliseconds: Int64) {
        var runs: [MP4Boxes.Run] = []
        let tick = Int64(MP4Boxes.videoScale / 1_000)
        if let picture {
            runs.append(
                MP4Boxes.Run(
                    track: MP4Boxes.videoTrack, decodeTime: picture.decodeMilliseconds * tick,
                    samples: [
                        MP4Boxes.Sample(
                            duration: Int(frameMilliseconds * tick),
                            offset: Int(picture.offsetMilliseconds) * Int(tick),
                            isKey: picture.isKey, bytes: picture.bytes)
                    ]))
        }
        if let audio = current?.audio, audio == self.audio, let first = sound.first {
            var samples: [MP4Boxes.Sample] = []
            for (index, sample) in sound.enumerated() {
                let isLast = index + 1 == sound.count
                let end =
                    isLast ? sample.position + Int64(audio.frameSamples) : sound[index + 1].position
                samples.append(
                    MP4Boxes.Sample(
                        duration: Int(end - sample.position), offset: 0, isKey: true,
                        bytes: sample.bytes))
            }
            runs.append(
                MP4Boxes.Run(
                    track: MP4Boxes.audioTrack, decodeTime: first.position, samples: samples))
            sound = []
        }
        guard !runs.isEmpty else { return }
        sequence += 1
        let soundTime = runs.last.map { $0.decodeTime * 1_000 / Int64(audio?.sampleRate ?? 1_000) }
        let bytes = MP4Boxes.fragment(
            sequence: sequence, runs: runs, unixMilliseconds: unixMilliseconds)
        output.append(
            .fragment(
                Fragment(
                    bytes: bytes, isKey: picture?.isKey ?? (current?.video == nil),
                    milliseconds: picture?.decodeMilliseconds ?? soundTime ?? 0, number: sequence,
                    frames: frames(of: runs, in: bytes))))
    }

    /// Where the frames lie: one after the other at the end.
    private func frames(of runs: [MP4Boxes.Run], in bytes: [UInt8]) -> [Fragment.Frame] {
        let tick = Int64(MP4Boxes.videoScale / 1_000)
        var end = bytes.count
        var frames: [Fragment.Frame] = []
        for run in runs.reversed() {
            let isSound = run.track == MP4Boxes.audioTrack
            let scale = isSound ? Int64(audio?.sampleRate ?? 1_000) : Int64(MP4Boxes.videoScale)
            var time = run.decodeTime + run.samples.reduce(0) { $0 + Int64($1.duration) }
            for sample in run.samples.reversed() {
                time -= Int64(sample.duration)
                frames.append(
                    Fragment.Frame(
                        isSound: isSound, milliseconds: time * 1_000 / scale,
                        offsetMilliseconds: isSound ? 0 : Int64(sample.offset) / tick,
                        isKey: sample.isKey, range: end - sample.bytes.count..<end, position: time,
                        duration: sample.duration, coding: current?.video?.coding ?? .h264))
                end -= sample.bytes.count
            }
        }
        return frames.reversed()
    }
}

/// What an initialisation segment says, and its bytes.
struct Initialisation: Equatable {
    let video: VideoConfiguration?
    let audio: AudioConfiguration?

    var bytes: [UInt8] { MP4Boxes.initialisation(video: video, audio: audio) }

    /// The media type with its codecs (RFC 6381).
    var mediaType: String {
        let codecs = [video?.codec, audio?.codec].compactMap { $0 }.joined(separator: ",")
        return "video/mp4; codecs=\"\(codecs)\""
    }
}

/// A fragment, complete; every viewer gets these bytes.
struct Fragment: Sendable, Equatable {
    var bytes: [UInt8]
    /// Whether a viewer may begin here.
    var isKey: Bool
    /// Stream time of its first sample.
    var milliseconds: Int64
    /// Grows by one from fragment to fragment.
    var number = 0
    /// What is in it, in the order of the bytes.
    var frames: [Frame] = []

    var hasPicture: Bool { frames.contains { !$0.isSound } }

    /// One frame of picture or sound within the bytes.
    struct Frame: Sendable, Equatable {
        var isSound: Bool
        /// Stream time at which it is decoded.
        var milliseconds: Int64
        /// From decoding to presentation.
        var offsetMilliseconds: Int64
        var isKey: Bool
        var range: Range<Int>
        /// When it is decoded and how long it lasts, in the scale of its track.
        var position: Int64 = 0
        var duration = 0
        /// Of a picture.
        var coding = VideoCoding.h264
    }
}

extension AudioConfiguration {
    /// A frame of silence; nil where none is known.
    var silence: [UInt8]? {
        if coding == .opus { return [channels == 1 ? 0xF8 : 0xFC, 0xFF, 0xFE] }
        guard codec == "mp4a.40.2", frameSamples == 1_024 else { return nil }
        switch channels {
        case 1: return [0x00, 0xC8, 0x00, 0x80, 0x23, 0x80]
        case 2: return [0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80]
        default: return nil
        }
    }
}
