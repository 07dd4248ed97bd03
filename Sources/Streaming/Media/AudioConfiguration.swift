/// What sound is made of: AAC by an AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1), or Opus.
package struct AudioConfiguration: Sendable, Equatable {
    package enum Coding: Sendable, Equatable {
        case aac(objectType: Int)
        case opus
    }

    package let coding: Coding
    /// Of AAC as it came, for the `esds` box; extensions that are backward compatible stay in it. Of
    /// Opus what the `dOps` box holds.
    package let record: [UInt8]
    /// Of the core codec, in Hz: what frames are counted by.
    package let sampleRate: Int
    package let channels: Int
    /// Samples of one frame: 1,024, or 960.
    package let frameSamples: Int

    private static let rates = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350,
    ]

    init(coding: Coding, record: [UInt8], sampleRate: Int, channels: Int, frameSamples: Int) {
        self.coding = coding
        self.record = record
        self.sampleRate = sampleRate
        self.channels = channels
        self.frameSamples = frameSamples
    }

    /// Reads an AudioSpecificConfig.
    ///
    /// - Throws: ``StreamRefusal`` for anything but AAC with a known rate and up to 8 channels.
    package init(record: [UInt8]) throws(StreamRefusal) {
        guard record.count <= 64 else {
            throw StreamRefusal(.tooLarge, "the AAC configuration has \(record.count) bytes")
        }
        var bits: [UInt8] = []
        for byte in record {
            for shift in stride(from: 7, through: 0, by: -1) {
                bits.append(byte >> UInt8(shift) & 1)
            }
        }
        var position = 0
        func take(_ count: Int) throws(StreamRefusal) -> Int {
            guard position + count <= bits.count else {
                throw StreamRefusal(.malformed, "the AAC configuration is cut off")
            }
            defer { position += count }
            return bits[position..<position + count].reduce(0) { $0 << 1 | Int($1) }
        }
        func rate() throws(StreamRefusal) -> Int {
            let index = try take(4)
            if index == 15 { return try take(24) }
            guard index < Self.rates.count else {
                throw StreamRefusal(.malformed, "the AAC configuration names no sample rate")
            }
            return Self.rates[index]
        }
        var type = try take(5)
        sampleRate = try rate()
        let layout = try take(4)
        let outer = type
        if type == 5 || type == 29 {
            _ = try rate()
            type = try take(5)
        }
        guard [1, 2, 3, 4].contains(type) else {
            throw StreamRefusal(.unsupported, "AAC of object type \(type) is not taken; use AAC-LC")
        }
        guard (1...7).contains(layout), (7_350...96_000).contains(sampleRate) else {
            throw StreamRefusal(.unsupported, "the sound must have 1 to 8 channels of 7 to 96 kHz")
        }
        frameSamples = try take(1) == 1 ? 960 : 1_024
        channels = layout == 7 ? 8 : layout
        coding = .aac(objectType: outer)
        self.record = record
    }

    /// For `codecs="…"`.
    package var codec: String {
        switch coding {
        case .aac(let objectType): "mp4a.40.\(objectType)"
        case .opus: "opus"
        }
    }
}
