import Lanes
import Testing

@testable import Streaming

@Suite struct SoundFeedTests {
    private func fragment(
        _ number: Int, _ sounds: [(position: Int64, bytes: [UInt8])], picture: Bool = true
    ) -> Fragment {
        var fragment = Fragment(bytes: [], isKey: false, milliseconds: 0, number: number)
        if picture {
            fragment.bytes = [7, 7, 7]
            fragment.frames.append(
                Fragment.Frame(
                    isSound: false, milliseconds: 0, offsetMilliseconds: 0, isKey: false,
                    range: 0..<3))
        }
        for (position, bytes) in sounds {
            let start = fragment.bytes.count
            fragment.bytes += bytes
            fragment.frames.append(
                Fragment.Frame(
                    isSound: true, milliseconds: position, offsetMilliseconds: 0, isKey: true,
                    range: start..<fragment.bytes.count, position: position, duration: 20))
        }
        return fragment
    }

    private struct Piece: Equatable {
        var decodeTime: Int64
        var samples: Int
        var payload: [UInt8]
    }

    /// What is in the fragments; nil for anything but one track of sound in each.
    private func pieces(_ bytes: [UInt8]) -> [Piece]? {
        let boxes = MP4Box.list(bytes[...])
        guard boxes.count.isMultiple(of: 2) else { return nil }
        var pieces: [Piece] = []
        for index in stride(from: 0, to: boxes.count, by: 2) {
            guard boxes[index].type == "moof", boxes[index + 1].type == "mdat" else { return nil }
            let tracks = MP4Box.list(boxes[index].payload).filter { $0.type == "traf" }
            guard tracks.count == 1 else { return nil }
            let inner = MP4Box.list(tracks[0].payload)
            guard inner.map(\.type) == ["tfhd", "tfdt", "trun"] else { return nil }
            var head = BinaryReader(Array(inner[0].payload), from: 4)
            var time = BinaryReader(Array(inner[1].payload), from: 8)
            var run = BinaryReader(Array(inner[2].payload), from: 4)
            guard head.integer(4) == UInt64(MP4Boxes.audioTrack),
                let low = time.integer(4), let count = run.integer(4)
            else { return nil }
            pieces.append(
                Piece(
                    decodeTime: Int64(low), samples: Int(count),
                    payload: Array(boxes[index + 1].payload)))
        }
        return pieces
    }

    @Test func `Only the sound comes out, a tenth of a second of it together`() {
        var feed = SoundFeed()
        // 80 ms from the first frame to the last are not enough, 100 are.
        let given = [
            feed.take(fragment(1, [(0, [1]), (20, [2])])),
            feed.take(fragment(2, [(40, [3]), (60, [4]), (80, [5])])),
            feed.take(fragment(3, [(100, [6])])), feed.take(fragment(4, [(120, [7])])),
            feed.flush(), feed.flush(),
        ]
        #expect(
            given.map { $0.flatMap { pieces($0) } } == [
                nil, nil, [Piece(decodeTime: 0, samples: 6, payload: [1, 2, 3, 4, 5, 6])], nil,
                [Piece(decodeTime: 120, samples: 1, payload: [7])], nil,
            ])
    }

    @Test func `Pictures without sound make nothing`() {
        var feed = SoundFeed()
        let given = (0..<100).map { feed.take(fragment($0, [])) } + [feed.flush()]
        #expect(given.allSatisfy { $0 == nil })
    }

    @Test func `A hole in the sound stays a hole`() {
        var feed = SoundFeed()
        _ = feed.take(fragment(1, [(0, [1]), (20, [2])]))
        let bytes = feed.take(fragment(2, [(500, [3])]))
        #expect(
            bytes.flatMap { pieces($0) } == [
                Piece(decodeTime: 0, samples: 2, payload: [1, 2]),
                Piece(decodeTime: 500, samples: 1, payload: [3]),
            ])
    }

    /// Eight seconds of a stream whose group has no end.
    private func stream(sound: Bool) throws -> LiveStream {
        var stream = LiveStream()
        func take(_ message: RTMPMessage) throws {
            _ = try stream.take(
                message, arrivalMilliseconds: Int64(message.timestamp), unixMilliseconds: 0)
        }
        try take(MediaFixture.videoConfiguration())
        if sound { try take(MediaFixture.audioConfiguration()) }
        for step: UInt32 in 0..<90 {
            if sound {
                for part in 0..<4 { try take(MediaFixture.sound(step * 93 + UInt32(part) * 23)) }
            }
            try take(MediaFixture.picture(step * 93 + 90, isKey: step == 0))
        }
        return stream
    }

    @Test func `Who joins gets the last two seconds of the sound in one piece`() throws {
        let stream = try stream(sound: true)
        let burst = try #require(SoundFeed.burst(of: stream))
        let found = try #require(pieces(burst))
        #expect(found.count == 1)
        let seconds = Double((found.first?.samples ?? 0) * 1_024) / 44_100
        #expect((1.8...2.2).contains(seconds), "\(seconds) s")
        // Frames of the fixture have three bytes.
        #expect(found.first?.payload.count == 3 * (found.first?.samples ?? 0))
        let head = try #require(stream.soundInitialisation)
        let movie = MP4Box.list(head[...]).first { $0.type == "moov" }
        #expect(
            MP4Box.list(movie?.payload ?? []).map(\.type) == ["mvhd", "trak", "mvex"])
        #expect(stream.mediaType(of: .sound) == "audio/mp4; codecs=\"mp4a.40.2\"")
    }

    @Test func `A stream without sound has nothing to listen to`() throws {
        let silent = try stream(sound: false)
        #expect(silent.initialisation != nil && silent.soundInitialisation == nil)
        #expect(SoundFeed.burst(of: silent) == nil)
        #expect(throws: (any Error).self) { try SoundFeed.pace(of: silent) }
        // One that has not begun may still get some.
        #expect(throws: Never.self) { try SoundFeed.pace(of: LiveStream()) }
    }

    @Test func `Less may wait for a listener than for a viewer of the picture`() throws {
        var pace = try SoundFeed.pace(of: stream(sound: true))
        let most = SoundFeed.waitingBytesMax
        #expect(pace.decide(isKey: true, waitingBytes: most, nowMilliseconds: 0) == .send)
        #expect(pace.decide(isKey: true, waitingBytes: most + 1, nowMilliseconds: 1) == .skip)
        #expect(pace.decide(isKey: true, waitingBytes: most / 4 + 1, nowMilliseconds: 2) == .skip)
        #expect(pace.decide(isKey: true, waitingBytes: most / 4, nowMilliseconds: 3) == .send)
    }
}
