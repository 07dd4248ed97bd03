import Testing

@testable import Streaming

@Suite struct FLVTagTests {
    @Test func `A frame of H.264 has its kind and a signed offset`() throws {
        #expect(
            try FLVVideoTag([0x17, 1, 0, 0, 66, 9]) == .frame(isKey: true, offset: 66, [9]))
        #expect(
            try FLVVideoTag([0x27, 1, 0xFF, 0xFF, 0xFF, 9]) == .frame(isKey: false, offset: -1, [9])
        )
        #expect(try FLVVideoTag([0x17, 0, 0, 0, 0, 1, 2]) == .configuration([1, 2]))
        #expect(try FLVVideoTag([0x17, 2, 0, 0, 0]) == .end)
        #expect(try FLVVideoTag([0x17, 2]) == .ignored)
        #expect(try FLVVideoTag([0x57, 0, 0, 0, 0, 0]) == .ignored)
        #expect(try FLVVideoTag([0x27, 1, 0, 0, 0]) == .ignored)
    }

    @Test func `Enhanced RTMP carries H.264 as well`() throws {
        let name = Array("avc1".utf8)
        #expect(try FLVVideoTag([0x90] + name + [1, 2]) == .configuration([1, 2]))
        #expect(
            try FLVVideoTag([0x91] + name + [0, 0, 40, 9]) == .frame(isKey: true, offset: 40, [9]))
        #expect(try FLVVideoTag([0xA3] + name + [9]) == .frame(isKey: false, offset: 0, [9]))
        #expect(try FLVVideoTag([0x94] + name + [9]) == .ignored)
    }

    @Test(arguments: [("hvc1", "HEVC"), ("av01", "AV1"), ("vp09", "VP9"), ("????", "unknown")])
    func `What the page cannot play is refused by name`(codec: String, word: String) {
        let error = #expect(throws: StreamRefusal.self) {
            try FLVVideoTag([0x90] + Array(codec.utf8) + [1])
        }
        #expect(error?.code == .unsupported && error?.words.contains(word) == true)
    }

    @Test func `Old codecs are refused by name`() {
        for first: UInt8 in [0x1C, 0x12, 0x14, 0x13] {
            #expect(throws: StreamRefusal.self) { try FLVVideoTag([first, 0, 0, 0, 0, 0]) }
        }
        for first: UInt8 in [0x2F, 0xBF, 0x3F, 0x90] {
            #expect(throws: StreamRefusal.self) { try FLVAudioTag([first, 1, 2, 3]) }
        }
        #expect(throws: Never.self) { try FLVAudioTag([0xAF, 1, 2]) }
    }
}

@Suite struct ConfigurationRecordTests {
    @Test func `A record tells the size of the picture, crop included`() throws {
        let small = try VideoConfiguration(record: MediaFixture.smallRecord)
        #expect(small.width == 640 && small.height == 360 && small.codec == "avc1.42c01e")
        let large = try VideoConfiguration(record: MediaFixture.largeRecord)
        #expect(large.width == 1_920 && large.height == 1_080)
    }

    /// Of libx264: 4:4:4, 10 bits, 4:2:2. Firefox plays none of them, and GStreamer makes such a picture
    /// when no format is asked for.
    @Test(arguments: [
        "01f4001effe1001967f4001e919680a02ff89c0440000003004000000f03c58ba801000568ce0f1920fff8f800",
        "016e001effe10019676e001ea6cb405017fcb80880000003008000001e078b175001000468ce0fc8fdfafa00",
        "017a001effe1001a677a001ebcb405017fc4e022000003000200000300781e2c5d4001000468ce0fc8fef8f800",
    ])
    func `A profile that not every browser plays is refused in words`(_ record: String) {
        let refusal = #expect(throws: StreamRefusal.self) {
            try VideoConfiguration(record: MediaFixture.bytes(record))
        }
        #expect(refusal?.code == .unsupported)
        #expect(refusal?.words.contains("4:2:0") == true)
    }

    @Test func `High is the last profile that is taken`() throws {
        let high = try VideoConfiguration(record: MediaFixture.highRecord)
        #expect(high.width == 640 && high.codec == "avc1.64001e")
    }

    @Test func `A record cut off anywhere is refused`() {
        let whole = MediaFixture.smallRecord
        for count in 0..<whole.count {
            #expect(throws: StreamRefusal.self) {
                try VideoConfiguration(record: Array(whole[..<count]))
            }
        }
    }

    @Test func `AAC tells rate, channels and frames`() throws {
        let plain = try AudioConfiguration(record: MediaFixture.soundRecord)
        #expect(plain.sampleRate == 44_100 && plain.channels == 2 && plain.frameSamples == 1_024)
        // What libavcodec appends for old decoders.
        let extended = try AudioConfiguration(record: [0x11, 0x90, 0x56, 0xE5, 0])
        #expect(extended.sampleRate == 48_000 && extended.codec == "mp4a.40.2")
        for record: [UInt8] in [[], [0x12], [0x12, 0x00], [0xFF, 0xFF], [0x17, 0x10]] {
            #expect(throws: StreamRefusal.self) { try AudioConfiguration(record: record) }
        }
    }

    @Test func `Fuzzed records and tags are read or refused`() {
        Fuzzing.run("configurations", rounds: 2_000) { fuzzing in
            let record = fuzzing.spoil(
                fuzzing.pick([MediaFixture.smallRecord, MediaFixture.largeRecord]))
            if let read = try? VideoConfiguration(record: record) {
                #expect((16...8_192).contains(read.width) && (16...8_192).contains(read.height))
            }
            _ = try? AudioConfiguration(record: fuzzing.bytes(fuzzing.upTo(8)))
            _ = try? FLVVideoTag(fuzzing.bytes(fuzzing.upTo(12)))
            _ = try? FLVAudioTag(fuzzing.bytes(fuzzing.upTo(12)))
        }
    }
}
