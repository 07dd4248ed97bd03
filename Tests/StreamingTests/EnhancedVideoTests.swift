import Testing

@testable import Streaming

/// What encoders send of HEVC and AV1 in enhanced RTMP.
enum EnhancedFixture {
    /// Of libx265 without its SEI: 320 × 180 (with a crop of four lines), 1920 × 1080, and 4:4:4.
    static let hevc = MediaFixture.bytes(
        "0101600000009000000000003cf000fcfdf8f800000f03200001001840010c01ffff0160000003009000000300"
            + "0003003cba0240210001002942010101600000030090000003000003003ca00a080c1f3e5ba4a4c2f0168080"
            + "000003008000000f0422000100064401c0718312")
    static let largeHEVC = MediaFixture.bytes(
        "01016000000090000000000078f000fcfdf8f800000f03200001001840010c01ffff0160000003009000000300"
            + "00030078ba0240210001002b420101016000000300900000030000030078a003c0801107cb96e92930bc05a0"
            + "20000003002000000303c122000100064401c0718312")
    static let deepHEVC = MediaFixture.bytes(
        "0104080000009e08000000003cf000fcfff8f800000f03200001001740010c01ffff0408000003009e08000003"
            + "00003c959409210001002b4201010408000003009e0800000300003c9001410183e372caca94985e02d01000"
            + "0003001000000301e08022000100084401c07318301890")
    /// Of SVT-AV1: 320 × 180, 1920 × 1080, 320 × 180 with 10 bits.
    static let av1 = MediaFixture.bytes("81000c000a0b000000043cfecc02f80040")
    static let largeAV1 = MediaFixture.bytes("81080c000a0b00000042abbfc3700be001")
    static let tenBitAV1 = MediaFixture.bytes("81004c000a0b000000043cfecc02f84040")

    static let all: Set<VideoCoding> = [.hevc, .av1]

    static func record(_ coding: VideoCoding) -> [UInt8] {
        switch coding {
        case .h264: MediaFixture.smallRecord
        case .hevc: hevc
        case .av1: av1
        }
    }

    static func configuration(_ coding: VideoCoding, _ record: [UInt8]? = nil) -> RTMPMessage {
        RTMPMessage(
            type: 9, streamID: 1,
            payload: [0x90] + Array(coding.sampleEntry.utf8) + (record ?? Self.record(coding)))
    }

    static func picture(
        _ coding: VideoCoding, _ time: UInt32, isKey: Bool = false, offset: Int = 0
    ) -> RTMPMessage {
        var payload: [UInt8] = [isKey ? 0x91 : 0xA1] + Array(coding.sampleEntry.utf8)
        if coding.hasOffsets { payload.append24(offset) }
        payload += [0, 0, 0, 2, 0x28, UInt8(truncatingIfNeeded: time)]
        return RTMPMessage(type: 9, timestamp: time, streamID: 1, payload: payload)
    }
}

@Suite struct EnhancedVideoTests {
    private let all = EnhancedFixture.all

    // MARK: - Configurations

    @Test(arguments: [
        (VideoCoding.hevc, EnhancedFixture.hevc, 320, 180, "hvc1.1.6.L60.90"),
        (.hevc, EnhancedFixture.largeHEVC, 1_920, 1_080, "hvc1.1.6.L120.90"),
        (.av1, EnhancedFixture.av1, 320, 180, "av01.0.00M.08"),
        (.av1, EnhancedFixture.largeAV1, 1_920, 1_080, "av01.0.08M.08"),
        (.av1, EnhancedFixture.tenBitAV1, 320, 180, "av01.0.00M.10"),
    ])
    func `A record tells size and codec`(
        coding: VideoCoding, record: [UInt8], width: Int, height: Int, codec: String
    ) throws {
        let read = try VideoConfiguration(record: record, coding: coding)
        #expect(read.width == width && read.height == height && read.codec == codec)
        #expect(read.coding == coding && read.record == record)
    }

    /// Profile space, tier, level, compatibility and constraints that libx265 does not write.
    @Test func `All parts of HEVC's name are written as the standard says`() throws {
        var record = EnhancedFixture.hevc
        record[1] = 0b0110_0010
        record.replaceSubrange(2..<6, with: [0x20, 0, 0, 0])
        record.replaceSubrange(6..<12, with: [0xB0, 0, 0x0A, 0, 0, 0])
        record[12] = 93
        #expect(
            try VideoConfiguration(record: record, coding: .hevc).codec == "hvc1.A2.4.H93.B0.0.A")
        record.replaceSubrange(6..<12, with: [UInt8](repeating: 0, count: 6))
        #expect(try VideoConfiguration(record: record, coding: .hevc).codec == "hvc1.A2.4.H93")
    }

    @Test(arguments: [VideoCoding.hevc, .av1])
    func `A record cut off anywhere is refused`(coding: VideoCoding) {
        let whole = EnhancedFixture.record(coding)
        for count in 0..<whole.count {
            let error = #expect(throws: StreamRefusal.self) {
                try VideoConfiguration(record: Array(whole[..<count]), coding: coding)
            }
            #expect(error?.code == .malformed)
        }
    }

    @Test(arguments: [VideoCoding.hevc, .av1])
    func `A record may have as many bytes as allowed and no more`(coding: VideoCoding) {
        let record = EnhancedFixture.record(coding)
        let most = VideoConfiguration.recordBytesMax
        for size in [most, most + 1] {
            let padded = record + [UInt8](repeating: 0, count: size - record.count)
            let read = Result { try VideoConfiguration(record: padded, coding: coding) }
            switch read {
            case .success: #expect(size == most)
            case .failure(let error):
                #expect(size > most && (error as? StreamRefusal)?.code == .tooLarge)
            }
        }
    }

    @Test func `What no browser plays is refused in words`() throws {
        var twelve = EnhancedFixture.hevc
        (twelve[17], twelve[18]) = (0xFC, 0xFC)
        var ten = EnhancedFixture.hevc
        (ten[17], ten[18]) = (0xFA, 0xFA)
        #expect(throws: Never.self) { try VideoConfiguration(record: ten, coding: .hevc) }
        var professional = EnhancedFixture.av1
        professional[1] = 0x40
        for (record, coding) in [
            (EnhancedFixture.deepHEVC, VideoCoding.hevc), (twelve, .hevc), (professional, .av1),
        ] {
            let refusal = #expect(throws: StreamRefusal.self) {
                try VideoConfiguration(record: record, coding: coding)
            }
            #expect(refusal?.code == .unsupported)
            #expect(refusal?.words.contains("4:2:0") == true)
        }
        // Without the parameter sets nothing can be decoded.
        let bare = Array(EnhancedFixture.hevc[..<22]) + [0]
        #expect(throws: StreamRefusal.self) {
            try VideoConfiguration(record: bare, coding: .hevc)
        }
        #expect(throws: StreamRefusal.self) {
            try VideoConfiguration(record: [0x81, 0, 0x0C, 0], coding: .av1)
        }
    }

    // MARK: - Tags

    @Test func `Tags are read where they are configured`() throws {
        let hevc = Array("hvc1".utf8)
        let av1 = Array("av01".utf8)
        #expect(
            try FLVVideoTag([0x90] + hevc + [1], codings: all) == .configuration([1], coding: .hevc)
        )
        #expect(
            try FLVVideoTag([0x91] + hevc + [0, 0, 40, 9], codings: all)
                == .frame(isKey: true, offset: 40, [9], coding: .hevc))
        #expect(
            try FLVVideoTag([0xA3] + hevc + [9], codings: all)
                == .frame(isKey: false, offset: 0, [9], coding: .hevc))
        #expect(try FLVVideoTag([0x92] + hevc, codings: all) == .end)
        #expect(try FLVVideoTag([0x94] + hevc + [2, 0], codings: all) == .ignored)
        // Colour information as ffmpeg sends it, a command of its own.
        #expect(try FLVVideoTag([0xD4] + hevc + [2, 0], codings: all) == .ignored)
        #expect(
            try FLVVideoTag([0x90] + av1 + [1], codings: all) == .configuration([1], coding: .av1))
        for kind: UInt8 in [0x91, 0x93] {
            // AV1 has no offset, and its temporal delimiter is left out.
            #expect(
                try FLVVideoTag([kind] + av1 + [0x12, 0, 0x0A, 1], codings: all)
                    == .frame(isKey: true, offset: 0, [0x0A, 1], coding: .av1))
            #expect(try FLVVideoTag([kind] + av1 + [0x12, 0], codings: all) == .ignored)
            #expect(try FLVVideoTag([kind] + av1, codings: all) == .ignored)
        }
        #expect(try FLVVideoTag([0x91] + hevc + [0, 0, 0], codings: all) == .ignored)
    }

    @Test func `Each coding is refused in words where it is not configured`() {
        let cases: [(Set<VideoCoding>, String)] = [
            ([], "hvc1"), ([.av1], "hvc1"), ([], "av01"), ([.hevc], "av01"),
        ]
        for (codings, word) in cases {
            let error = #expect(throws: StreamRefusal.self) {
                try FLVVideoTag([0x90] + Array(word.utf8) + [1], codings: codings)
            }
            #expect(error?.code == .unsupported)
            #expect(error?.words.contains(word == "hvc1" ? "HEVC" : "AV1") == true)
        }
        let old = #expect(throws: StreamRefusal.self) {
            try FLVVideoTag([0x1C, 0, 0, 0, 0, 0], codings: all)
        }
        #expect(old?.words.contains("enhanced RTMP") == true)
        let several = #expect(throws: StreamRefusal.self) {
            try FLVVideoTag([0x96] + Array("av01".utf8) + [1], codings: all)
        }
        #expect(several?.words.contains("several video tracks") == true)
    }

    // MARK: - Streams

    private struct Feed {
        var stream = LiveStream(codings: EnhancedFixture.all)
        var made: [LiveStream.Output] = []

        mutating func take(_ messages: RTMPMessage...) throws {
            for message in messages {
                made += try stream.take(
                    message, arrivalMilliseconds: Int64(message.timestamp), unixMilliseconds: 0)
            }
        }

        var initialisations: [[UInt8]] {
            made.compactMap { if case .initialisation(let bytes) = $0 { bytes } else { nil } }
        }

        var fragments: [Fragment] {
            made.compactMap { if case .fragment(let fragment) = $0 { fragment } else { nil } }
        }
    }

    /// The body of the first box of a type, wherever it is.
    private func body(of type: String, in bytes: [UInt8]) -> [UInt8]? {
        let type = Array(type.utf8)
        guard
            let place = bytes.indices.dropLast(3).first(where: { place in
                bytes[place..<place + 4].elementsEqual(type)
            }), place >= 4
        else { return nil }
        let size = bytes[place - 4..<place].reduce(0) { $0 << 8 | Int($1) }
        return Array(bytes[place + 4..<place - 4 + size])
    }

    @Test(arguments: [
        (VideoCoding.hevc, "hvcC", "hvc1.1.6.L60.90"), (.av1, "av1C", "av01.0.00M.08"),
    ])
    func `They become fragmented MP4 with their own entry, and FLV with enhanced tags`(
        coding: VideoCoding, box: String, codec: String
    ) throws {
        var feed = Feed()
        let key = EnhancedFixture.picture(coding, 0, isKey: true)
        let next = EnhancedFixture.picture(coding, 33, offset: 33)
        try feed.take(
            EnhancedFixture.configuration(coding), MediaFixture.audioConfiguration(), key, next)
        #expect(feed.stream.mediaType == "video/mp4; codecs=\"\(codec),mp4a.40.2\"")
        #expect(feed.stream.readings.codecs == "\(codec),mp4a.40.2")
        #expect(feed.stream.readings.width == 320 && feed.stream.readings.height == 180)
        let segment = try #require(feed.initialisations.first)
        #expect(body(of: box, in: segment) == EnhancedFixture.record(coding))
        #expect(body(of: coding.sampleEntry, in: segment) != nil)
        #expect(body(of: "avc1", in: segment) == nil)
        #expect(feed.fragments.count == 2)
        #expect(feed.fragments[1].frames[0].offsetMilliseconds == (coding == .hevc ? 33 : 0))

        #expect(feed.stream.flvHead.contains(EnhancedFixture.configuration(coding).payload))
        let tags = FLVFeed()
        for (fragment, message) in zip(feed.fragments, [key, next]) {
            #expect(tags.tags(of: fragment).contains(message.payload))
        }
    }

    @Test
    func `Another coding begins with a keyframe, and frames must be of the one that was told`()
        throws
    {
        var feed = Feed()
        try feed.take(
            EnhancedFixture.configuration(.av1), MediaFixture.audioConfiguration(),
            EnhancedFixture.picture(.av1, 0, isKey: true))
        #expect(feed.fragments.count == 1)
        let stranger = #expect(throws: StreamRefusal.self) {
            try feed.take(EnhancedFixture.picture(.hevc, 33, isKey: true))
        }
        #expect(stranger?.words.contains("HEVC (H.265) came without its configuration") == true)
        try feed.take(
            EnhancedFixture.configuration(.hevc), EnhancedFixture.picture(.hevc, 66),
            EnhancedFixture.picture(.hevc, 99, isKey: true))
        #expect(feed.initialisations.count == 2 && feed.fragments.count == 2)
        try feed.take(
            MediaFixture.videoConfiguration(), MediaFixture.picture(132),
            MediaFixture.picture(165, isKey: true))
        #expect(feed.initialisations.count == 3 && feed.fragments.count == 3)
        #expect(feed.stream.mediaType?.contains("avc1") == true)
    }

    @Test func `Fuzzed HEVC and AV1 are read or refused`() {
        Fuzzing.run("enhanced video", rounds: 1_000) { fuzzing in
            let coding = fuzzing.pick([VideoCoding.hevc, .av1])
            let record = fuzzing.spoil(
                fuzzing.pick(
                    coding == .hevc
                        ? [EnhancedFixture.hevc, EnhancedFixture.deepHEVC]
                        : [EnhancedFixture.av1, EnhancedFixture.tenBitAV1]))
            if let read = try? VideoConfiguration(record: record, coding: coding) {
                #expect((16...8_192).contains(read.width) && (16...8_192).contains(read.height))
                #expect(read.codec.utf8.allSatisfy { (0x2E...0x7A).contains($0) })
            }
            _ = SequenceOfHEVC(sps: [0x42, 1] + fuzzing.bytes(fuzzing.upTo(60)))
            _ = SequenceOfAV1(units: fuzzing.bytes(fuzzing.upTo(40)))
            _ = SequenceOfAV1(units: [0x0A, 30] + fuzzing.bytes(30))
            var feed = Feed()
            for time: UInt32 in 0..<8 {
                var message = fuzzing.pick([
                    EnhancedFixture.configuration(coding),
                    EnhancedFixture.configuration(coding, record),
                    EnhancedFixture.picture(coding, time, isKey: fuzzing.chance(2)),
                    MediaFixture.audioConfiguration(), MediaFixture.sound(time),
                ])
                if fuzzing.chance(4) { message.payload = fuzzing.spoil(message.payload) }
                try? feed.take(message)
            }
        }
    }
}
