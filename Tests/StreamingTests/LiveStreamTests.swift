import Testing

@testable import Streaming

@Suite struct LiveStreamTests {
    /// A stream that is fed by hand; arrival follows the encoder's time.
    private struct Feed {
        var stream = LiveStream()
        var made: [LiveStream.Output] = []

        mutating func take(_ message: RTMPMessage, arrival: Int64? = nil) throws {
            made += try stream.take(
                message, arrivalMilliseconds: arrival ?? Int64(message.timestamp),
                unixMilliseconds: 1_795_363_200_000)
        }

        var fragments: [Fragment] {
            made.compactMap { if case .fragment(let fragment) = $0 { fragment } else { nil } }
        }

        var initialisations: [[UInt8]] {
            made.compactMap { if case .initialisation(let bytes) = $0 { bytes } else { nil } }
        }

        /// Both configurations and the first keyframe.
        mutating func start() throws {
            try take(MediaFixture.videoConfiguration())
            try take(MediaFixture.audioConfiguration())
            try take(MediaFixture.picture(0, isKey: true))
        }
    }

    /// The types of the boxes at the top.
    private func boxes(_ bytes: [UInt8]) -> [String] {
        var reader = BinaryReader(bytes)
        var types: [String] = []
        while let size = reader.integer(4), let type = reader.take(4) {
            types.append(String(decoding: type, as: UTF8.self))
            guard reader.take(Int(size) - 8) != nil else { return types + ["cut"] }
        }
        return types
    }

    private func count(_ type: String, in bytes: [UInt8]) -> Int {
        let type = Array(type.utf8)
        return bytes.indices.dropLast(3).count { bytes[$0..<$0 + 4].elementsEqual(type) }
    }

    @Test func `A frame leaves at once, with the sound that came before it`() throws {
        var feed = Feed()
        try feed.start()
        #expect(feed.initialisations.count == 1)
        #expect(boxes(feed.initialisations[0]) == ["ftyp", "moov"])
        #expect(count("trak", in: feed.initialisations[0]) == 2)
        #expect(count("mehd", in: feed.initialisations[0]) == 0)
        try feed.take(MediaFixture.sound(5))
        try feed.take(MediaFixture.sound(28))
        #expect(feed.fragments.count == 1)
        try feed.take(MediaFixture.picture(33))
        #expect(feed.fragments.count == 2)
        #expect(feed.fragments.map(\.isKey) == [true, false])
        #expect(boxes(feed.fragments[1].bytes) == ["prft", "moof", "mdat"])
        #expect(count("traf", in: feed.fragments[1].bytes) == 2)
        #expect(feed.stream.mediaType == "video/mp4; codecs=\"avc1.42c01e,mp4a.40.2\"")
    }

    @Test func `The order of configurations does not matter`() throws {
        var feed = Feed()
        try feed.take(MediaFixture.audioConfiguration())
        try feed.take(MediaFixture.sound(0))
        try feed.take(MediaFixture.videoConfiguration())
        try feed.take(MediaFixture.picture(10, isKey: true))
        #expect(feed.initialisations.count == 1 && feed.fragments.count == 1)
    }

    @Test func `Nothing leaves before a keyframe`() throws {
        var feed = Feed()
        try feed.take(MediaFixture.videoConfiguration())
        try feed.take(MediaFixture.audioConfiguration())
        for time: UInt32 in [0, 33, 66] { try feed.take(MediaFixture.picture(time)) }
        #expect(feed.made.isEmpty)
    }

    @Test func `A picture without sound waits half a second for it, and no frame is lost`() throws {
        var feed = Feed()
        try feed.take(MediaFixture.videoConfiguration())
        for number in 0..<15 {
            try feed.take(MediaFixture.picture(UInt32(number * 33), isKey: number == 0))
        }
        #expect(feed.made.isEmpty)
        try feed.take(MediaFixture.picture(500))
        #expect(feed.fragments.count == 16)
        #expect(count("trak", in: feed.initialisations[0]) == 1)
    }

    @Test func `Sound without a picture begins by itself`() throws {
        var feed = Feed()
        try feed.take(MediaFixture.audioConfiguration())
        for number in 0..<60 { try feed.take(MediaFixture.sound(UInt32(number * 23))) }
        #expect(feed.initialisations.count == 1 && feed.fragments.count > 1)
        #expect(!feed.fragments.contains { !$0.isKey })
    }

    @Test func `Sound without a picture goes on where another publisher had one`() throws {
        var feed = Feed()
        try feed.start()
        feed.stream.begin()
        try feed.take(MediaFixture.audioConfiguration(), arrival: 100)
        for number in 0..<60 {
            let time = UInt32(number * 23)
            try feed.take(MediaFixture.sound(time), arrival: 100 + Int64(time))
        }
        #expect(feed.initialisations.count == 2 && feed.fragments.count > 3)
        #expect(feed.stream.mediaType == "video/mp4; codecs=\"mp4a.40.2\"")
        #expect(!feed.fragments.dropFirst().contains { !$0.isKey || $0.hasPicture })
        // The picture comes back with another one.
        feed.stream.begin()
        try feed.take(MediaFixture.videoConfiguration(), arrival: 2_000)
        try feed.take(MediaFixture.audioConfiguration(), arrival: 2_000)
        try feed.take(MediaFixture.picture(0, isKey: true), arrival: 2_000)
        #expect(feed.initialisations.count == 3 && feed.fragments.last?.hasPicture == true)
    }

    @Test func `Sound waits for the picture of its own publisher`() throws {
        var feed = Feed()
        try feed.start()
        feed.stream.begin()
        try feed.take(MediaFixture.videoConfiguration(), arrival: 100)
        try feed.take(MediaFixture.audioConfiguration(), arrival: 100)
        for number in 0..<60 {
            let time = UInt32(number * 23)
            try feed.take(MediaFixture.sound(time), arrival: 100 + Int64(time))
        }
        #expect(feed.initialisations.count == 1 && feed.fragments.count == 1)
    }

    @Test func `Another size makes a new segment at its keyframe, and time goes on`() throws {
        var feed = Feed()
        try feed.start()
        feed.stream.begin()
        try feed.take(MediaFixture.videoConfiguration(MediaFixture.largeRecord), arrival: 100)
        try feed.take(MediaFixture.audioConfiguration(), arrival: 100)
        try feed.take(MediaFixture.picture(9_000), arrival: 100)
        #expect(feed.initialisations.count == 1)
        try feed.take(MediaFixture.picture(9_033, isKey: true), arrival: 133)
        #expect(feed.initialisations.count == 2)
        #expect(feed.fragments.count == 2 && feed.fragments[1].milliseconds == 133)
        #expect(feed.stream.readings.width == 1_920)
        #expect(feed.stream.cache.fragments.count == 1)
    }

    @Test func `The same configuration again makes no new segment`() throws {
        var feed = Feed()
        try feed.start()
        feed.stream.begin()
        try feed.start()
        #expect(feed.initialisations.count == 1 && feed.fragments.count == 2)
    }

    @Test func `Sound that stays away becomes silence, and not before a second`() throws {
        var feed = Feed()
        try feed.start()
        try feed.take(MediaFixture.sound(0))
        // The frame of sound ends at 23 ms.
        for number in 1...31 { try feed.take(MediaFixture.picture(UInt32(number * 33))) }
        #expect(feed.stream.readings.silentFrames == 0)
        try feed.take(MediaFixture.picture(1_030))
        #expect(feed.stream.readings.silentFrames > 15)
    }

    @Test func `The pause between two publishers is no silence`() throws {
        var feed = Feed()
        try feed.start()
        try feed.take(MediaFixture.sound(0))
        try feed.take(MediaFixture.picture(33))
        feed.stream.begin()
        // OBS's first picture may come before its first sound.
        try feed.take(MediaFixture.audioConfiguration(), arrival: 4_000)
        try feed.take(MediaFixture.videoConfiguration(), arrival: 4_000)
        try feed.take(MediaFixture.picture(0, isKey: true), arrival: 4_000)
        try feed.take(MediaFixture.sound(5), arrival: 4_005)
        for number in 1...31 {
            let time = UInt32(number * 33)
            try feed.take(MediaFixture.picture(time), arrival: 4_000 + Int64(time))
        }
        #expect(feed.stream.readings.silentFrames == 0)
        try feed.take(MediaFixture.picture(1_066), arrival: 5_066)
        #expect(feed.stream.readings.silentFrames > 15)
        #expect(feed.stream.readings.warnings.contains(.silence))
        // What the host was warned of goes with the encoder.
        feed.stream.begin()
        #expect(feed.stream.readings.silentFrames > 15)
        #expect(!feed.stream.readings.warnings.contains(.silence))
    }

    @Test func `A long pause becomes no more than five seconds of silence`() throws {
        for pause: UInt32 in [5_000, 3_000_000] {
            var feed = Feed()
            try feed.start()
            try feed.take(MediaFixture.sound(0))
            try feed.take(MediaFixture.picture(pause))
            let milliseconds = feed.stream.readings.silentFrames * 1_024 * 1_000 / 44_100
            #expect((4_400...4_600).contains(milliseconds))
        }
    }

    @Test func `What one publisher left out is not held against the next`() throws {
        var feed = Feed()
        try feed.start()
        try feed.take(MediaFixture.sound(0))
        try feed.take(MediaFixture.picture(1_100))
        #expect(feed.stream.readings.silentFrames > 0)
        feed.stream.begin()
        try feed.take(MediaFixture.picture(50_000, isKey: true), arrival: 5_000)
        try feed.take(MediaFixture.sound(50_000), arrival: 5_000)
        #expect(feed.stream.readings.silentFrames == 0)
        #expect(feed.stream.readings.clockJumps == 0)
        for number in 1...40 {
            try feed.take(
                MediaFixture.picture(UInt32(50_000 + number * 33)),
                arrival: Int64(5_000 + number * 33))
        }
        #expect(feed.stream.readings.silentFrames > 0)
    }

    @Test func `Two frames of one time are one tick apart`() throws {
        var feed = Feed()
        try feed.start()
        try feed.take(MediaFixture.picture(0))
        #expect(feed.fragments.map(\.milliseconds) == [0, 1])
    }

    @Test func `Readings warn of long intervals and of B-frames`() throws {
        var feed = Feed()
        try feed.start()
        for number in 1...42 {
            try feed.take(
                MediaFixture.picture(UInt32(number * 100), isKey: number == 41, offset: 66))
        }
        let readings = feed.stream.readings
        #expect(readings.keyframeMilliseconds == 4_100 && readings.hasReordering)
        #expect(readings.framesPerSecond == 10)
        #expect(readings.warnings.count == 3)
        var good = Feed()
        try good.start()
        for number in 1...20 {
            try good.take(MediaFixture.picture(UInt32(number * 100), isKey: number == 20))
            try good.take(MediaFixture.sound(UInt32(number * 100)))
        }
        #expect(good.stream.readings.warnings == [])
    }

    @Test func `Fuzzed media become fragments or a refusal`() throws {
        Fuzzing.run("media", rounds: 100) { fuzzing in
            var stream = LiveStream()
            var time: UInt32 = 0
            for _ in 0..<60 {
                time &+= UInt32(fuzzing.upTo(fuzzing.chance(20) ? 0xFFFF_FFFF : 60))
                var message = fuzzing.pick([
                    MediaFixture.picture(time, isKey: fuzzing.chance(3), size: fuzzing.upTo(50)),
                    MediaFixture.sound(time), MediaFixture.videoConfiguration(),
                    MediaFixture.audioConfiguration(),
                    MediaFixture.videoConfiguration(MediaFixture.largeRecord),
                    MediaFixture.audioConfiguration([0x11, 0x90]),
                ])
                if fuzzing.chance(8) { message.payload = fuzzing.spoil(message.payload) }
                if fuzzing.chance(30) { stream.begin() }
                let made = try? stream.take(
                    message, arrivalMilliseconds: Int64(time), unixMilliseconds: 0)
                for case .fragment(let fragment) in made ?? [] {
                    #expect(boxes(fragment.bytes) == ["prft", "moof", "mdat"])
                }
            }
        }
    }
}

@Suite struct GroupCacheTests {
    private func fragment(_ time: Int64, size: Int = 10, isKey: Bool = false) -> Fragment {
        Fragment(bytes: [UInt8](repeating: 0, count: size), isKey: isKey, milliseconds: time)
    }

    @Test func `It keeps what came since the last keyframe`() {
        var cache = GroupCache()
        cache.append(fragment(0))
        #expect(cache.fragments.isEmpty)
        for time: Int64 in [10, 20] { cache.append(fragment(time, isKey: time == 10)) }
        #expect(cache.fragments.map(\.milliseconds) == [10, 20] && cache.byteCount == 20)
        cache.append(fragment(30, isKey: true))
        #expect(cache.fragments.map(\.milliseconds) == [30] && cache.byteCount == 10)
    }

    @Test(arguments: [(100, 10, true), (101, 10, false), (100, 11, false)])
    func `It holds as much as allowed and no more`(time: Int64, size: Int, isKept: Bool) {
        var cache = GroupCache(bytesMax: 20, millisecondsMax: 100)
        cache.append(fragment(0, isKey: true))
        cache.append(fragment(time, size: size))
        #expect(cache.isOverflowing == !isKept)
        #expect(cache.fragments.count == (isKept ? 2 : 0))
        // The rest of the group is of no use.
        cache.append(fragment(time + 1))
        #expect(cache.fragments.isEmpty || isKept)
        cache.append(fragment(200, isKey: true))
        #expect(!cache.isOverflowing && cache.fragments.count == 1)
    }
}
