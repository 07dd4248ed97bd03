extension VideoConfiguration {
    /// Reads an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1) and its first SPS.
    ///
    /// - Throws: ``StreamRefusal`` for anything but 4:2:0 with 8 or 10 bits, too: decoders in hardware,
    ///   which browsers rely on, have no more.
    init(hevc record: [UInt8]) throws(StreamRefusal) {
        let broken = Self.broken(.hevc)
        var reader = BinaryReader(record)
        guard reader.byte() == 1, let profile = reader.byte(),
            let compatibility = reader.integer(4), let constraints = reader.take(6),
            let level = reader.byte(), reader.take(3) != nil, let chroma = reader.byte(),
            let luma = reader.byte(), let colour = reader.byte(), reader.take(2) != nil,
            let lengths = reader.byte(), lengths & 3 != 2, let arrays = reader.byte()
        else { throw broken }
        var first: ArraySlice<UInt8>?
        // Decoders need all three: VPS, SPS, PPS (ITU-T H.265, table 7-1).
        var kinds: Set<UInt8> = []
        for _ in 0..<arrays {
            guard let kind = reader.byte(), let count = reader.integer(2) else { throw broken }
            for _ in 0..<count {
                guard let size = reader.integer(2), let bytes = reader.take(Int(size)) else {
                    throw broken
                }
                kinds.insert(kind & 63)
                if kind & 63 == 33 { first = first ?? bytes }
            }
        }
        guard kinds.isSuperset(of: [32, 33, 34]), let first,
            let picture = SequenceOfHEVC(sps: first)
        else { throw broken }
        guard chroma & 3 == 1, picture.chroma == 1, [0, 2].contains(luma & 7),
            luma & 7 == colour & 7
        else {
            throw StreamRefusal(
                .unsupported,
                "HEVC with 4:2:2 or 4:4:4 or more than 10 bits cannot be played by browsers; set the encoder to "
                    + "4:2:0 with 8 or 10 bits (profile main or main 10)")
        }
        self.init(
            coding: .hevc, record: record, width: picture.width, height: picture.height,
            codec: Self.codec(
                profile: profile, compatibility: UInt32(compatibility), constraints: constraints,
                level: level))
    }

    /// As ISO/IEC 14496-15, annex E, writes it: `hvc1.1.6.L93.B0`.
    private static func codec(
        profile: UInt8, compatibility: UInt32, constraints: ArraySlice<UInt8>, level: UInt8
    ) -> String {
        let space = ["", "A", "B", "C"][Int(profile >> 6)]
        var reversed: UInt32 = 0
        for bit in 0..<32 where compatibility & 1 << UInt32(bit) != 0 {
            reversed |= 1 << UInt32(31 - bit)
        }
        var parts = [
            "hvc1", "\(space)\(profile & 31)", String(reversed, radix: 16, uppercase: true),
            "\(profile & 32 == 0 ? "L" : "H")\(level)",
        ]
        let used = constraints.lastIndex { $0 != 0 }.map { constraints[...$0] } ?? []
        parts += used.map { String($0, radix: 16, uppercase: true) }
        return parts.joined(separator: ".")
    }
}

/// What a sequence parameter set of HEVC says of the picture (ITU-T H.265, 7.3.2.2.1).
struct SequenceOfHEVC: Equatable {
    var width: Int
    var height: Int
    /// 1 is 4:2:0.
    var chroma: Int

    /// - Parameter sps: The NAL unit with its two first bytes. Nil for anything but a plausible picture
    ///   of 16 to 8,192 pixels a side.
    init?(sps: some Collection<UInt8>) {
        guard let first = sps.first, first >> 1 & 63 == 33 else { return nil }
        var bits = BitReader(nal: sps.dropFirst(2))
        guard bits.skip(4), let layers = bits.bits(3), layers < 7, bits.skip(1),
            // Profile, tier and level of all layers: 88 bits and 8.
            bits.skip(96)
        else { return nil }
        var more: [Int] = []
        for _ in 0..<layers {
            guard let hasProfile = bits.bits(1), let hasLevel = bits.bits(1) else { return nil }
            more.append(hasProfile * 88 + hasLevel * 8)
        }
        if layers > 0 { guard bits.skip((8 - layers) * 2) else { return nil } }
        for size in more { guard bits.skip(size) else { return nil } }
        guard bits.unsigned() != nil, let chroma = bits.unsigned(), chroma <= 3 else { return nil }
        if chroma == 3 { guard bits.skip(1) else { return nil } }
        guard let columns = bits.unsigned(), let rows = bits.unsigned(), columns <= 16_384,
            rows <= 16_384, let isCropped = bits.bits(1)
        else { return nil }
        var crop = [0, 0, 0, 0]
        if isCropped == 1 {
            for index in 0..<4 {
                guard let value = bits.unsigned(), value < 8_192 else { return nil }
                crop[index] = value
            }
        }
        self.chroma = chroma
        width = columns - (crop[0] + crop[1]) * (chroma == 1 || chroma == 2 ? 2 : 1)
        height = rows - (crop[2] + crop[3]) * (chroma == 1 ? 2 : 1)
        guard (16...8_192).contains(width), (16...8_192).contains(height) else { return nil }
    }
}
