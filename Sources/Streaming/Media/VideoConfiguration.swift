/// What pictures are made of, as the encoder says it before the first one.
package struct VideoConfiguration: Sendable, Equatable {
    package let coding: VideoCoding
    /// The record as it came; it becomes the `avcC`, `hvcC` or `av1C` box.
    package let record: [UInt8]
    package let width: Int
    package let height: Int
    /// For `codecs="…"` (RFC 6381).
    package let codec: String

    static let recordBytesMax = 16 << 10

    init(coding: VideoCoding, record: [UInt8], width: Int, height: Int, codec: String) {
        self.coding = coding
        self.record = record
        self.width = width
        self.height = height
        self.codec = codec
    }

    /// - Throws: ``StreamRefusal`` when the record cannot be read, or when its profile is one that not
    ///   every browser plays that plays the coding at all.
    package init(record: [UInt8], coding: VideoCoding = .h264) throws(StreamRefusal) {
        guard record.count <= Self.recordBytesMax else {
            throw StreamRefusal(
                .tooLarge, "the \(coding.name) configuration has \(record.count) bytes")
        }
        switch coding {
        case .h264: try self.init(avc: record)
        case .hevc: try self.init(hevc: record)
        case .av1: try self.init(av1: record)
        }
    }

    static func broken(_ coding: VideoCoding) -> StreamRefusal {
        StreamRefusal(.malformed, "the \(coding.name) configuration cannot be read")
    }
}

extension VideoConfiguration {
    /// Baseline, main, extended and high, all of them 8 bits and 4:2:0: what every browser decodes.
    /// Firefox plays none of the others; GStreamer makes 4:4:4 when it is not told.
    private static let profiles: Set<UInt8> = [66, 77, 88, 100]

    /// Reads an AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) and its first SPS.
    fileprivate init(avc record: [UInt8]) throws(StreamRefusal) {
        let broken = Self.broken(.h264)
        var reader = BinaryReader(record)
        guard reader.byte() == 1, let head = reader.take(3), let lengths = reader.byte(),
            let count = reader.byte(), count & 31 > 0, lengths & 3 != 2
        else { throw broken }
        var first: ArraySlice<UInt8>?
        for _ in 0..<count & 31 {
            guard let size = reader.integer(2), let bytes = reader.take(Int(size)) else {
                throw broken
            }
            first = first ?? bytes
        }
        guard let pictures = reader.byte(), pictures > 0 else { throw broken }
        for _ in 0..<pictures {
            guard let size = reader.integer(2), reader.take(Int(size)) != nil else { throw broken }
        }
        guard let first, let size = PictureSize(sps: first) else { throw broken }
        guard Self.profiles.contains(first[first.startIndex + 1]) else {
            throw StreamRefusal(
                .unsupported,
                "H.264 with 10 bits, 4:2:2 or 4:4:4 cannot be played by every browser; set the encoder to 8 bits "
                    + "and 4:2:0 (NV12, I420), profile high or below")
        }
        let digits = head.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        self.init(
            coding: .h264, record: record, width: size.width, height: size.height,
            codec: "avc1." + digits.joined())
    }
}

/// Width and height out of a sequence parameter set (ITU-T H.264, 7.3.2.1.1).
struct PictureSize: Equatable {
    var width: Int
    var height: Int

    /// - Parameter sps: The NAL unit with its first byte. Nil for anything but a plausible picture of
    ///   16 to 8,192 pixels a side.
    init?(sps: some Collection<UInt8>) {
        guard let first = sps.first, first & 31 == 7 else { return nil }
        var bits = BitReader(nal: sps.dropFirst())
        guard let profile = bits.bits(8), bits.bits(16) != nil, bits.unsigned() != nil else {
            return nil
        }
        var chroma = 1
        var isSeparate = false
        if [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].contains(profile) {
            guard let format = bits.unsigned(), format <= 3 else { return nil }
            chroma = format
            if chroma == 3 { isSeparate = bits.bits(1) == 1 }
            guard bits.unsigned() != nil, bits.unsigned() != nil, bits.bits(1) != nil,
                let hasMatrix = bits.bits(1)
            else { return nil }
            if hasMatrix == 1 {
                for index in 0..<(chroma == 3 ? 12 : 8) where bits.bits(1) == 1 {
                    guard bits.skipScalingList(index < 6 ? 16 : 64) else { return nil }
                }
            }
        }
        guard bits.unsigned() != nil, let order = bits.unsigned() else { return nil }
        if order == 0 {
            guard bits.unsigned() != nil else { return nil }
        } else if order == 1 {
            guard bits.bits(1) != nil, bits.unsigned() != nil, bits.unsigned() != nil,
                let cycle = bits.unsigned(), cycle <= 255
            else { return nil }
            for _ in 0..<cycle { guard bits.unsigned() != nil else { return nil } }
        }
        guard bits.unsigned() != nil, bits.bits(1) != nil, let columns = bits.unsigned(),
            let rows = bits.unsigned(), let framesOnly = bits.bits(1), columns < 512, rows < 512
        else { return nil }
        if framesOnly == 0 { _ = bits.bits(1) }
        guard bits.bits(1) != nil, let isCropped = bits.bits(1) else { return nil }
        var crop = [0, 0, 0, 0]
        if isCropped == 1 {
            for index in 0..<4 {
                guard let value = bits.unsigned(), value < 8_192 else { return nil }
                crop[index] = value
            }
        }
        let format = isSeparate ? 0 : chroma
        let unitX = format == 1 || format == 2 ? 2 : 1
        let unitY = (format == 1 ? 2 : 1) * (2 - framesOnly)
        width = (columns + 1) * 16 - (crop[0] + crop[1]) * unitX
        height = (rows + 1) * 16 * (2 - framesOnly) - (crop[2] + crop[3]) * unitY
        guard (16...8_192).contains(width), (16...8_192).contains(height) else { return nil }
    }
}

extension BitReader {
    fileprivate mutating func skipScalingList(_ size: Int) -> Bool {
        var last = 8
        var next = 8
        for _ in 0..<size {
            if next != 0 {
                guard let code = unsigned() else { return false }
                let delta = code & 1 == 1 ? (code + 1) / 2 : -(code / 2)
                next = (last + delta + 256) & 255
            }
            last = next == 0 ? last : next
        }
        return true
    }
}
