extension VideoConfiguration {
    /// Reads an AV1CodecConfigurationRecord and the sequence header in it (AOM, "AV1 Codec ISO Media
    /// File Format Binding", 2.3).
    ///
    /// - Throws: ``StreamRefusal`` for anything but profile main, which is 4:2:0 with 8 or 10 bits, too.
    init(av1 record: [UInt8]) throws(StreamRefusal) {
        var reader = BinaryReader(record)
        guard reader.byte() == 0x81, let profile = reader.byte(), let kind = reader.byte(),
            reader.byte() != nil, let picture = SequenceOfAV1(units: reader.rest())
        else { throw Self.broken(.av1) }
        guard profile >> 5 == 0, picture.profile == 0, kind & 0x20 == 0 else {
            throw StreamRefusal(
                .unsupported,
                "AV1 of a profile other than main cannot be played by browsers; set the encoder to 4:2:0 with 8 or "
                    + "10 bits")
        }
        let level = Int(profile & 31)
        self.init(
            coding: .av1, record: record, width: picture.width, height: picture.height,
            codec: "av01.0.\(level < 10 ? "0" : "")\(level)\(kind & 0x80 == 0 ? "M" : "H")"
                + (kind & 0x40 == 0 ? ".08" : ".10"))
    }
}

/// What a sequence header of AV1 says of the picture (AOM, "AV1 Bitstream & Decoding Process
/// Specification", 5.5).
struct SequenceOfAV1: Equatable {
    var profile: Int
    var width: Int
    var height: Int

    /// Looks for the header among OBUs with sizes (5.3).
    ///
    /// - Returns: Nil where there is none, or one of no picture of 16 to 8,192 pixels a side.
    init?(units: some Collection<UInt8>) {
        var reader = BinaryReader(Array(units))
        while let head = reader.byte() {
            if head & 4 != 0 { guard reader.byte() != nil else { return nil } }
            guard head & 2 != 0, let size = Self.size(&reader), let body = reader.take(size) else {
                return nil
            }
            if head >> 3 & 15 == 1 {
                self.init(header: body)
                return
            }
        }
        return nil
    }

    /// A number in groups of seven bits, the lowest first (4.10.5).
    private static func size(_ reader: inout BinaryReader) -> Int? {
        var value = 0
        for index in 0..<4 {
            guard let byte = reader.byte() else { return nil }
            value |= Int(byte & 0x7F) << (index * 7)
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }

    private init?(header: some Collection<UInt8>) {
        var bits = BitReader(header)
        guard let profile = bits.bits(3), bits.skip(1), let isReduced = bits.bits(1) else {
            return nil
        }
        if isReduced == 1 {
            guard bits.skip(5) else { return nil }
        } else {
            guard Self.skipOperation(&bits) else { return nil }
        }
        guard let columns = bits.bits(4), let rows = bits.bits(4),
            let width = bits.bits(columns + 1), let height = bits.bits(rows + 1)
        else { return nil }
        self.profile = profile
        self.width = width + 1
        self.height = height + 1
        guard (16...8_192).contains(self.width), (16...8_192).contains(self.height) else {
            return nil
        }
    }

    /// Timing, decoder model and operating points.
    private static func skipOperation(_ bits: inout BitReader) -> Bool {
        guard let hasTiming = bits.bits(1) else { return false }
        var delayBits: Int?
        if hasTiming == 1 {
            guard bits.skip(64), let isEqual = bits.bits(1) else { return false }
            if isEqual == 1 { guard bits.unsigned() != nil else { return false } }
            guard let hasModel = bits.bits(1) else { return false }
            if hasModel == 1 {
                guard let length = bits.bits(5), bits.skip(42) else { return false }
                delayBits = length + 1
            }
        }
        guard let hasDisplayDelay = bits.bits(1), let points = bits.bits(5) else { return false }
        for _ in 0...points {
            guard bits.skip(12), let level = bits.bits(5) else { return false }
            if level > 7 { guard bits.skip(1) else { return false } }
            if let delayBits {
                guard let isThere = bits.bits(1), bits.skip(isThere * (2 * delayBits + 1)) else {
                    return false
                }
            }
            if hasDisplayDelay == 1 {
                guard let isThere = bits.bits(1), bits.skip(isThere * 4) else { return false }
            }
        }
        return true
    }
}
