import Testing

@testable import Streaming

@Suite struct FLVFeedTests {
    private struct Tag: Equatable {
        var type: UInt8
        var milliseconds: Int64
        var body: [UInt8]
    }

    /// The tags behind the file's header; nil for bytes that are none.
    private func tags(_ bytes: [UInt8]) -> [Tag]? {
        var reader = BinaryReader(bytes)
        var tags: [Tag] = []
        while reader.count > 0 {
            guard let type = reader.byte(), let size = reader.integer(3),
                let time = reader.integer(3), let high = reader.byte(),
                reader.integer(3) == 0, let body = reader.take(Int(size)),
                reader.integer(4) == size + 11
            else { return nil }
            tags.append(
                Tag(type: type, milliseconds: Int64(high) << 24 | Int64(time), body: Array(body)))
        }
        return tags
    }

    private func stream() throws -> (LiveStream, [Fragment]) {
        var stream = LiveStream()
        var fragments: [Fragment] = []
        func take(_ message: RTMPMessage) throws {
            let made = try stream.take(
                message, arrivalMilliseconds: Int64(message.timestamp), unixMilliseconds: 0)
            for case .fragment(let fragment) in made { fragments.append(fragment) }
        }
        try take(MediaFixture.videoConfiguration())
        try take(MediaFixture.audioConfiguration())
        try take(MediaFixture.picture(0, isKey: true))
        try take(MediaFixture.sound(0))
        try take(MediaFixture.sound(23))
        try take(MediaFixture.picture(33, offset: 66))
        return (stream, fragments)
    }

    @Test func `Frames come out as they went in`() throws {
        let (_, fragments) = try stream()
        let feed = FLVFeed()
        let first = try #require(self.tags(feed.tags(of: fragments[0])))
        #expect(first.map(\.type) == [9] && first[0].milliseconds == 0)
        #expect(first[0].body == MediaFixture.picture(0, isKey: true).payload)
        let second = try #require(tags(feed.tags(of: fragments[1])))
        #expect(second.map(\.type) == [8, 8, 9])
        #expect(second.map(\.milliseconds) == [0, 23, 33])
        #expect(second[0].body == MediaFixture.sound(0).payload)
        #expect(second[2].body == MediaFixture.picture(33, offset: 66).payload)
    }

    @Test func `The head has facts and configurations`() throws {
        let (stream, _) = try stream()
        let head = stream.flvHead
        #expect(head.prefix(13) == [0x46, 0x4C, 0x56, 1, 5, 0, 0, 0, 9, 0, 0, 0, 0])
        let tags = self.tags(Array(head.dropFirst(13))) ?? []
        try #require(tags.map(\.type) == [18, 9, 8])
        let values = try AMFValue.decode(tags[0].body)
        #expect(values.first?.text == "onMetaData")
        #expect(values.last?["width"]?.double == 640 && values.last?["audiocodecid"]?.double == 10)
        #expect(tags[1].body == MediaFixture.videoConfiguration().payload)
        #expect(tags[2].body == MediaFixture.audioConfiguration().payload)
        #expect(LiveStream().flvHead == [])
        let silent = FLVFeed.head(
            Initialisation(video: stream.tracks?.video, audio: nil))
        #expect(silent[4] == 1)
    }

    @Test func `Time has 32 bits`() throws {
        let (stream, _) = try stream()
        let tracks = try #require(stream.tracks)
        for time: Int64 in [0xFF_FFFF, 0x100_0000, 0x7FFF_FFFF] {
            let made = tags(FLVFeed.configurations(tracks, atMilliseconds: time))
            #expect(made?.map(\.milliseconds) == [time, time])
        }
    }

    @Test func `Tags of the present group are made once`() throws {
        let (_, fragments) = try stream()
        let feed = FLVFeed()
        let group = fragments.map { feed.tags(of: $0) }
        #expect(feed.keptCount == 2)
        for (fragment, bytes) in zip(fragments, group) {
            let again = feed.tags(of: fragment)
            let isSame = again.withUnsafeBufferPointer { one in
                bytes.withUnsafeBufferPointer { $0.baseAddress == one.baseAddress }
            }
            #expect(isSame, "the same array goes to everybody")
        }
        var key = fragments[0]
        key.number = 9
        _ = feed.tags(of: key)
        #expect(feed.keptCount == 1)
        feed.forget()
        #expect(feed.keptCount == 0)
    }
}
