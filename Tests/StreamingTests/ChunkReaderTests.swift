import Testing

@testable import Streaming

@Suite struct ChunkReaderTests {
    func reader(_ limits: IngestLimits = IngestLimits()) -> ChunkReader {
        ChunkReader(limits: limits, messageBytesMax: limits.messageBytesMax)
    }

    func message(_ time: UInt32, size: Int = 300, type: UInt8 = 9) -> RTMPMessage {
        RTMPMessage(
            type: type, timestamp: time, streamID: 1,
            payload: (0..<size).map { UInt8(truncatingIfNeeded: $0 &+ Int(time)) })
    }

    @Test(arguments: [1, 2, 127, 128, 129, 4_096, 65_536, 0xFF_FFFF, 0x7FFF_FFFF])
    func `Any legal chunk size is read, in one piece and byte by byte`(size: Int) throws {
        var script = ChunkScript()
        script.setChunkSize(size)
        let messages = [
            message(0), message(33), message(66), message(100, size: 0), message(5_000),
        ]
        for message in messages { script.send(message) }
        var whole = reader()
        #expect(try whole.messages(in: script.bytes) == messages)
        var slow = reader()
        var read: [RTMPMessage] = []
        for byte in script.bytes { read += try slow.messages(in: [byte]) }
        #expect(read == messages)
    }

    @Test func `A chunk size of nothing or with a sign is refused`() {
        for payload: [UInt8] in [[0, 0, 0, 0], [0x80, 0, 0, 1], [1]] {
            var script = ChunkScript()
            script.send(RTMPMessage(type: 1, payload: payload), on: 2)
            var reader = reader()
            #expect(throws: StreamRefusal.self) { try reader.messages(in: script.bytes) }
        }
    }

    @Test(arguments: [2, 3, 63, 64, 319, 320, 65_599])
    func `Every chunk stream can be named`(id: Int) throws {
        var script = ChunkScript()
        script.send(message(7), on: id)
        script.send(message(40), on: id)
        var reader = reader()
        #expect(try reader.messages(in: script.bytes) == [message(7), message(40)])
    }

    @Test func `Chunks of several streams may alternate`() throws {
        var script = ChunkScript()
        let video = script.chunks(of: message(10, size: 1_000), on: 6, type: 0)
        let audio = script.chunks(of: message(11, size: 400, type: 8), on: 4, type: 0)
        for index in 0..<max(video.count, audio.count) {
            if index < video.count { script.append(video[index]) }
            if index < audio.count { script.append(audio[index]) }
        }
        var reader = reader()
        let read = try reader.messages(in: script.bytes)
        #expect(read == [message(11, size: 400, type: 8), message(10, size: 1_000)])
    }

    @Test func `Each type of chunk carries the time`() throws {
        var script = ChunkScript()
        let times: [UInt32] = [1_000, 1_040, 1_080, 1_120, 1_121]
        for (time, type) in zip(times, [0, 1, 2, 3, 2]) { script.send(message(time), type: type) }
        var reader = reader()
        #expect(try reader.messages(in: script.bytes).map(\.timestamp) == times)
    }

    @Test func `A message of type 3 after one of type 0 adds its time again`() throws {
        var script = ChunkScript()
        script.send(message(20), type: 0)
        script.append([0xC4] + message(20).payload[..<128])
        script.append([0xC4] + message(20).payload[128..<256])
        script.append([0xC4] + message(20).payload[256...])
        var reader = reader()
        #expect(try reader.messages(in: script.bytes).map(\.timestamp) == [20, 40])
    }

    @Test(arguments: [true, false])
    func `Extended timestamps are read, repeated in chunks of type 3 or not`(repeats: Bool) throws {
        var script = ChunkScript()
        script.repeatsExtended = repeats
        let times: [UInt32] = [0xFF_FFFE, 0xFF_FFFF, 0x100_0000, 0xFFFF_FF00, 0xFFFF_FFFF]
        for time in times { script.send(message(time), type: 0) }
        var reader = reader()
        let read = try reader.messages(in: script.bytes + [0xC4, 0, 0, 0])
        #expect(read.map(\.timestamp) == times)
        #expect(read.map(\.payload) == times.map { message($0).payload })
    }

    @Test func `A stream may begin with type 1, and not with 2 or 3`() throws {
        var script = ChunkScript()
        script.send(message(5), type: 1)
        var tolerant = reader()
        #expect(try tolerant.messages(in: script.bytes).map(\.timestamp) == [5])
        for first: UInt8 in [0x84, 0xC4] {
            var strict = reader()
            #expect(throws: StreamRefusal.self) {
                try strict.messages(in: [first] + [UInt8](repeating: 0, count: 20))
            }
        }
    }

    @Test func `An aborted message is forgotten`() throws {
        var script = ChunkScript()
        script.append(script.chunks(of: message(10), on: 4, type: 0)[0])
        script.send(RTMPMessage(type: 2, payload: [0, 0, 0, 4]), on: 2, type: 0)
        script.send(message(50), on: 4, type: 0)
        var reader = reader()
        #expect(try reader.messages(in: script.bytes) == [message(50)])
    }

    @Test func `A message that begins within another is refused`() {
        var script = ChunkScript()
        script.append(script.chunks(of: message(10), on: 4, type: 0)[0])
        script.send(message(50), on: 4, type: 0)
        var reader = reader()
        #expect(throws: StreamRefusal.self) { try reader.messages(in: script.bytes) }
    }

    @Test func `A message may be as long as the bound and no longer`() throws {
        var limits = IngestLimits()
        limits.messageBytesMax = 1_000
        for (size, isTaken) in [(1_000, true), (1_001, false)] {
            var script = ChunkScript()
            script.send(message(0, size: size))
            var reader = reader(limits)
            let read = try? reader.messages(in: script.bytes)
            #expect((read?.count == 1) == isTaken)
        }
    }

    @Test func `As many chunk streams are used as allowed and no more`() throws {
        var limits = IngestLimits()
        limits.chunkStreamsMax = 3
        var script = ChunkScript()
        for id in 3...5 { script.send(message(0), on: id) }
        var reader = reader(limits)
        #expect(try reader.messages(in: script.bytes).count == 3)
        var more = ChunkScript()
        more.send(message(0), on: 6)
        #expect(throws: StreamRefusal.self) { try reader.messages(in: more.bytes) }
    }

    @Test func `Begun messages hold as much as allowed and no more`() throws {
        var limits = IngestLimits()
        limits.partialBytesMax = 256
        for (begun, isTaken) in [(2, true), (3, false)] {
            var script = ChunkScript()
            for id in 4..<4 + begun {
                script.append(script.chunks(of: message(0), on: id, type: 0)[0])
            }
            var reader = reader(limits)
            let isRead = (try? reader.messages(in: script.bytes)) != nil
            #expect(isRead == isTaken)
        }
    }

    @Test func `Fuzzed chunk streams say what was sent`() throws {
        try Fuzzing.run("chunks", rounds: 200) { fuzzing in
            var script = ChunkScript()
            script.repeatsExtended = fuzzing.chance(2)
            var sent: [Int: [RTMPMessage]] = [:]
            var open: [Int: ArraySlice<[UInt8]>] = [:]
            var times: [Int: UInt32] = [:]
            for _ in 0..<20 {
                let id = fuzzing.pick([3, 4, 6, 70, 400])
                if let rest = open[id], let chunk = rest.first {
                    script.append(chunk)
                    open[id] = rest.count > 1 ? rest.dropFirst() : nil
                } else {
                    let isFar = fuzzing.chance(5)
                    let time = (times[id] ?? 0) &+ UInt32(fuzzing.upTo(isFar ? 0x2FF_FFFF : 50))
                    times[id] = time
                    let message = RTMPMessage(
                        type: fuzzing.pick([8, 9]), timestamp: time, streamID: 1,
                        // Without repetition a chunk that begins like the time is taken for it.
                        payload: [UInt8](repeating: 0xEE, count: fuzzing.upTo(400)))
                    sent[id, default: []].append(message)
                    let best = script.bestType(of: message, on: id)
                    let type = best == 0 ? 0 : fuzzing.upTo(best)
                    let chunks = script.chunks(of: message, on: id, type: type)
                    script.append(chunks[0])
                    if chunks.count > 1 { open[id] = chunks[1...] }
                }
            }
            for (_, rest) in open { for chunk in rest { script.append(chunk) } }
            // A reader that looks for a repeated time waits for four bytes.
            let bytes = script.bytes + [0xC2 & 0x3F, 0, 0, 0, 0, 0, 4, 6, 0, 0, 0, 0, 0, 0, 0, 0]
            var reader = reader()
            var read: [RTMPMessage] = []
            for piece in fuzzing.pieces(bytes) { read += try reader.messages(in: piece) }
            let media = read.filter { $0.type != 6 }
            let key = { (message: RTMPMessage) in (message.timestamp, message.payload.count) }
            let expected = sent.values.flatMap { $0 }.map(key).sorted { $0 < $1 }
            let found = media.map(key).sorted { $0 < $1 }
            #expect(expected.elementsEqual(found) { $0 == $1 })
        }
    }

    @Test func `Fuzzed bytes are read or refused`() {
        var script = ChunkScript()
        script.setChunkSize(64)
        for time: UInt32 in [0, 33, 66, 0xFF_FFFF] { script.send(message(time)) }
        let whole = script.bytes
        Fuzzing.run("chunk bytes", rounds: 500) { fuzzing in
            var limits = IngestLimits()
            limits.messageBytesMax = 4_096
            var reader = reader(limits)
            let bytes = fuzzing.chance(3) ? fuzzing.bytes(200) : fuzzing.spoil(whole)
            for piece in fuzzing.pieces(bytes) {
                guard let messages = try? reader.messages(in: piece) else { return }
                for message in messages { #expect(message.payload.count <= 4_096) }
            }
        }
    }
}
