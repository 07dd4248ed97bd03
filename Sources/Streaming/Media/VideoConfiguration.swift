/// An AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) and what its first SPS says.
package struct VideoConfiguration: Sendable, Equatable {
    /// The record as it came; it becomes the `avcC` box.
    package let record: [UInt8]
    package let width: Int
    package let height: Int
    /// For `codecs="avc1.…"`: profile, compatibility, level.
    package let codec: String

    /// Baseline, main, extended and high, all of them 8 bits and 4:2:0: what every browser decodes.
    /// Firefox plays none of the others; GStreamer makes 4:4:4 when it is not told.
    private static let profiles: Set<UInt8> = [66, 77, 88, 100]

    /// - Throws: ``StreamRefusal`` when the record or its SPS cannot be read, or when its profile is
    ///   one that not every browser plays.
    package init(record: [UInt8]) throws(StreamRefusal) {
        let broken = StreamRefusal(.malformed, "the H.264 configuration cannot be read")
        guard record.count <= 16 << 10 else {
            throw StreamRefusal(.tooLarge, "the H.264 configuration has \(record.count) bytes")
        }
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
        self.record = record
        width = size.width
        height = size.height
        let digits = head.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        codec = "avc1." + digits.joined()
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

/// Reads bits of a NAL unit, emulation prevention bytes left out (ITU-T H.264, 7.3.1 and 9.1).
private struct BitReader {
    private var bytes: [UInt8] = []
    private var position = 0

    init(nal: some Collection<UInt8>) {
        var zeros = 0
        for byte in nal {
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            bytes.append(byte)
        }
    }

    mutating func bits(_ count: Int) -> Int? {
        guard position + count <= bytes.count * 8 else { return nil }
        var value = 0
        for _ in 0..<count {
            value = value << 1 | Int(bytes[position >> 3] >> UInt8(7 - position & 7)) & 1
            position += 1
        }
        return value
    }

    /// An unsigned Exp-Golomb number of up to 31 bits.
    mutating func unsigned() -> Int? {
        var zeros = 0
        while let bit = bits(1) {
            if bit == 1 { return bits(zeros).map { (1 << zeros) - 1 + $0 } }
            zeros += 1
            guard zeros < 32 else { return nil }
        }
        return nil
    }

    mutating func skipScalingList(_ size: Int) -> Bool {
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
