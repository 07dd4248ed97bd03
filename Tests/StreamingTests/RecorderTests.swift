import Clockwork
import Testing

@testable import Streaming

@Suite struct RecorderTests {
    private func types(_ file: [UInt8]) -> [String] { MP4Box.list(file[...]).map(\.type) }

    @Test func `A show becomes one file that counts its fragments`() async throws {
        let deck = RecordingDeck()
        deck.recorder.take(.initialisation(RecordingDeck.small), of: "mall")
        for time: Int64 in [0, 33, 66] { deck.take(RecordingDeck.fragment(time, isKey: time == 0)) }
        await deck.recorder.close()
        #expect(deck.files.keys.sorted() == ["mall-spring-20261122T160000Z.mp4"])
        let file = try #require(deck.files.values.first)
        #expect(types(file).prefix(4) == ["ftyp", "moov", "sidx", "free"])
        #expect(
            types(file).dropFirst(4)
                == ArraySlice((0..<3).flatMap { _ in ["prft", "moof", "mdat"] }))
        let numbers = MP4Box.list(file[...]).filter { $0.type == "moof" }
            .map { $0.bytes.dropFirst(20).prefix(4).reduce(0) { $0 << 8 | Int($1) } }
        #expect(numbers == [1, 2, 3])
        #expect(deck.figures().bytes == file.count && !deck.figures().isRecording)
        #expect(deck.notes.withLock { $0 } == ["recording to mall-spring-20261122T160000Z.mp4 "])
    }

    @Test func `Another size goes on in another file, up to a number of them`() async throws {
        let deck = RecordingDeck { $0.partsMax = 2 }
        for bytes in [RecordingDeck.small, RecordingDeck.large] {
            deck.recorder.take(.initialisation(bytes), of: "mall")
            deck.take(RecordingDeck.fragment(0, isKey: true))
        }
        try await deck.settle()
        #expect(deck.figures().isRecording && deck.figures().failures == 0)
        deck.recorder.take(.initialisation(RecordingDeck.small), of: "mall")
        deck.take(RecordingDeck.fragment(99, isKey: true))
        await deck.recorder.close()
        #expect(
            deck.files.keys.sorted() == [
                "mall-spring-20261122T160000Z-2.mp4", "mall-spring-20261122T160000Z.mp4",
            ])
        #expect(deck.figures().failures == 1)
        #expect(deck.notes.withLock { $0.last }?.contains("the picture changed 2 times") == true)
    }

    @Test func `A name that is taken is passed over`() async throws {
        let deck = RecordingDeck()
        deck.disk.state.withLock { $0.taken = ["mall-spring-20261122T160000Z.mp4"] }
        deck.recorder.take(.initialisation(RecordingDeck.small), of: "mall")
        await deck.recorder.close()
        #expect(deck.files.keys.sorted() == ["mall-spring-20261122T160000Z-2.mp4"])
    }

    @Test func `A full disk ends the recording, and the next stream is recorded again`()
        async throws
    {
        let deck = RecordingDeck()
        let head = RecordingDeck.small.count + 2_000 + RecordingIndex.roomBytes
        deck.disk.state.withLock { $0.room = head + 1_000 }
        deck.recorder.take(.initialisation(RecordingDeck.small), of: "mall")
        deck.take(RecordingDeck.fragment(0, isKey: true))
        deck.take(RecordingDeck.fragment(33, size: 4_000))
        deck.take(RecordingDeck.fragment(66))
        try await deck.settle()
        #expect(deck.figures().failures == 1 && !deck.figures().isRecording)
        #expect(deck.notes.withLock { $0.last }?.contains("the disk is full") == true)
        // What was written has its end.
        let file = try #require(deck.files.values.first)
        #expect(types(file).filter { $0 == "moof" }.count == 1 && types(file).contains("sidx"))
        #expect(deck.disk.state.withLock { $0.closed.count } == 1)
        // Another size of the same stream is not tried.
        deck.disk.state.withLock { $0.room = nil }
        deck.recorder.take(.initialisation(RecordingDeck.large), of: "mall")
        try await deck.settle()
        #expect(deck.files.count == 1)
        deck.recorder.end("mall")
        deck.clock.advance(milliseconds: 1_000)
        deck.recorder.take(.initialisation(RecordingDeck.small), of: "mall")
        await deck.recorder.close()
        #expect(deck.files.count == 2 && deck.figures().failures == 1)
    }

    @Test func `A slow disk loses pictures up to a keyframe and holds nobody up`() async throws {
        let fragment = RecordingDeck.fragment(0, isKey: true)
        let deck = RecordingDeck { $0.waitingBytesMax = 4 * fragment.bytes.count }
        deck.recorder.take(.initialisation(RecordingDeck.small), of: "mall")
        // The bound is smaller than that segment.
        try await deck.settle()
        deck.take(fragment)
        try await deck.settle()
        deck.disk.hold()
        for number: Int64 in 1...4 { deck.take(RecordingDeck.fragment(number * 33)) }
        #expect(deck.figures().skipped == 0)
        deck.take(RecordingDeck.fragment(165))
        #expect(deck.figures().skipped == 1)
        // A keyframe, with the bound reached.
        deck.take(RecordingDeck.fragment(198, isKey: true))
        #expect(deck.figures().skipped == 2)
        deck.recorder.hear([UInt8](repeating: 32, count: 500), in: "mall")
        #expect(deck.figures().skipped == 3)
        deck.disk.release()
        try await deck.settle()
        deck.take(RecordingDeck.fragment(231))
        #expect(deck.figures().skipped == 4, "it needs a keyframe")
        deck.take(RecordingDeck.fragment(264, isKey: true))
        await deck.recorder.close()
        let file = try #require(deck.files.values.first)
        #expect(types(file).filter { $0 == "moof" }.count == 6)
        #expect(deck.figures().skipped == 4)
    }

    @Test func `Events are written at the stream's time, and only while it is recorded`()
        async throws
    {
        let deck = RecordingDeck()
        deck.recorder.hear(Array("{}".utf8), in: "mall")
        deck.recorder.take(.initialisation(RecordingDeck.small), of: "mall")
        deck.take(RecordingDeck.fragment(5_000, isKey: true))
        deck.clock.advance(milliseconds: 20)
        for text in [#"{"n":1}"#, #"{"n":2}"#] { deck.recorder.hear(Array(text.utf8), in: "mall") }
        deck.recorder.hear(Array("{}".utf8), in: "shop")
        deck.recorder.end("mall")
        deck.recorder.hear(Array("{}".utf8), in: "mall")
        await deck.recorder.close()
        #expect(deck.files.count == 1)
        let boxes = MP4Box.list((deck.files.values.first ?? [])[...])
        let events = zip(boxes, boxes.dropFirst()).filter { moof, _ in
            moof.type == "moof" && moof.bytes.contains(3)
        }
        let texts = boxes.filter { $0.type == "mdat" }.map {
            String(decoding: $0.payload, as: UTF8.self)
        }.suffix(2)
        #expect(texts == [#"{"n":1}"#, #"{"n":2}"#])
        #expect(events.count >= 2)
        let times = boxes.filter { $0.type == "moof" }.suffix(2).map(Self.decodeTime)
        #expect(times == [5_020, 5_021])
    }

    /// Of a fragment with one track.
    private static func decodeTime(_ moof: MP4Box) -> UInt64? {
        let traf = MP4Box.list(moof.payload).first { $0.type == "traf" }
        guard let traf, let box = MP4Box.list(traf.payload).first(where: { $0.type == "tfdt" })
        else { return nil }
        var reader = BinaryReader(Array(box.payload), from: 4)
        return reader.integer(8)
    }

    @Test func `It syncs now and then`() async throws {
        let deck = RecordingDeck()
        deck.recorder.take(.initialisation(RecordingDeck.small), of: "mall")
        deck.take(RecordingDeck.fragment(0, isKey: true))
        try await deck.settle()
        deck.clock.advance(milliseconds: 4_999)
        deck.take(RecordingDeck.fragment(33))
        try await deck.settle()
        #expect(deck.disk.state.withLock { $0.syncs } == 0)
        deck.clock.advance(milliseconds: 1)
        deck.take(RecordingDeck.fragment(66))
        try await deck.settle()
        #expect(deck.disk.state.withLock { $0.syncs } == 1)
        await deck.recorder.close()
    }
}

@Suite struct RecordingBoxesTests {
    @Test func `The head has the stream's tracks and that of the events`() throws {
        let head = try #require(RecordingBoxes.head(of: RecordingDeck.small))
        #expect(head.track == 1)
        let boxes = MP4Box.list(head.bytes[...])
        #expect(boxes.map(\.type) == ["ftyp", "moov"])
        #expect(boxes.reduce(0) { $0 + $1.bytes.count } == head.bytes.count)
        let movie = MP4Box.list(boxes[1].payload)
        #expect(movie.map(\.type) == ["mvhd", "trak", "trak", "trak", "mvex"])
        #expect(MP4Box.list(movie[4].payload).map(\.type) == ["trex", "trex", "trex"])
        #expect(movie[0].bytes.suffix(4).elementsEqual([0, 0, 0, 4]))
    }

    @Test func `What is no segment has no head`() {
        #expect(RecordingBoxes.head(of: []) == nil)
        #expect(RecordingBoxes.head(of: Array(RecordingDeck.small.dropLast())) == nil)
    }

    @Test(
        arguments: [
            (1_795_363_200_000, "20261122T160000Z", "2026-11-22T16:00:00.000Z"),
            (0, "19700101T000000Z", "1970-01-01T00:00:00.000Z"),
            (951_782_400_123, "20000229T000000Z", "2000-02-29T00:00:00.123Z"),
            (1_735_689_599_999, "20241231T235959Z", "2024-12-31T23:59:59.999Z"),
        ] as [(Int64, String, String)])
    func `A moment is written as a calendar shows it`(time: Int64, compact: String, long: String) {
        #expect(UTCTime(unixMilliseconds: time).compact == compact)
        #expect(UTCTime(unixMilliseconds: time).extended == long)
    }

    @Test(arguments: [1, 2_000, 2_001, 9_000])
    func `The index always fits its room and covers all of the file`(count: Int) throws {
        var index = RecordingIndex()
        for number in 0..<count {
            index.note(offset: 100 * number, milliseconds: Int64(number) * 2_000)
        }
        let boxes = try #require(
            index.boxes(track: 1, start: 0, end: 100 * count, endMilliseconds: Int64(count) * 2_000)
        )
        #expect(boxes.count == RecordingIndex.roomBytes)
        let list = MP4Box.list(boxes[...])
        #expect(list.map(\.type) == ["sidx", "free"])
        var reader = BinaryReader(Array(list[0].payload), from: 30)
        let places = Int(reader.integer(2) ?? 0)
        #expect((1...RecordingIndex.placesMax).contains(places) && places >= min(count, 1_000))
        var (bytes, milliseconds) = (0, 0)
        for _ in 0..<places {
            bytes += Int(reader.integer(4) ?? 0)
            milliseconds += Int(reader.integer(4) ?? 0)
            #expect(reader.integer(4) == 0x9000_0000)
        }
        #expect(bytes == 100 * count && milliseconds == 2_000 * count)
    }

    @Test func `Without a keyframe there is no index`() {
        #expect(RecordingIndex().boxes(track: 1, start: 0, end: 9, endMilliseconds: 9) == nil)
        #expect(RecordingIndex.room.count == RecordingIndex.roomBytes)
    }
}
