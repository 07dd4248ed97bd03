/// What a video message of RTMP holds (Adobe, "Video File Format", E.4.3; Enhanced RTMP v2).
package enum FLVVideoTag: Sendable, Equatable {
    /// What the `avcC`, `hvcC` or `av1C` box holds.
    case configuration([UInt8], coding: VideoCoding = .h264)
    /// NAL units with sizes, or OBUs of AV1; the offset is in milliseconds.
    case frame(isKey: Bool, offset: Int32, [UInt8], coding: VideoCoding = .h264)
    /// The end of a sequence; nothing of it is shown.
    case end
    /// Seek commands, colour information, empty frames.
    case ignored

    /// - Parameters:
    ///   - payload: The body of the message.
    ///   - codings: Those that are taken beside H.264, in enhanced RTMP.
    /// - Throws: ``StreamRefusal/Code/unsupported`` for codecs that the page cannot play, by name.
    package init(
        _ payload: [UInt8], codings: Set<VideoCoding> = []
    ) throws(StreamRefusal) {
        guard let first = payload.first else {
            self = .ignored
            return
        }
        if first & 0x80 != 0 {
            self = try Self.enhanced(payload, codings)
            return
        }
        let isKey = first >> 4 == 1
        switch first & 15 {
        case 7: break
        // A habit of encoders before there was enhanced RTMP.
        case 12 where codings.contains(.hevc):
            throw StreamRefusal(
                .unsupported,
                "HEVC (H.265) with codec id 12 is not taken; use an encoder that sends enhanced RTMP (hvc1)"
            )
        case 12: throw Self.refusal("HEVC (H.265)")
        case 2: throw Self.refusal("Sorenson H.263")
        case 4, 5: throw Self.refusal("VP6")
        case let other: throw Self.refusal("codec \(other)")
        }
        guard first >> 4 != 5, payload.count >= 5 else {
            self = .ignored
            return
        }
        let body = Array(payload[5...])
        switch payload[1] {
        case 0: self = .configuration(body)
        case 1 where body.isEmpty: self = .ignored
        case 1: self = .frame(isKey: isKey, offset: Self.offset(payload[2..<5]), body)
        case 2: self = .end
        case let type: throw StreamRefusal(.malformed, "there is no AVC packet of type \(type)")
        }
    }

    private static func enhanced(
        _ payload: [UInt8], _ codings: Set<VideoCoding>
    ) throws(StreamRefusal) -> FLVVideoTag {
        let kind = payload[0] & 15
        guard (payload[0] >> 4) & 7 != 5, payload.count >= 5 else { return .ignored }
        let codec = String(decoding: payload[1..<5], as: UTF8.self)
        var coding = VideoCoding.h264
        switch codec {
        case "avc1": break
        case "hvc1" where codings.contains(.hevc): coding = .hevc
        case "av01" where codings.contains(.av1): coding = .av1
        case "hvc1", "hev1": throw refusal("HEVC (H.265)")
        case "av01": throw refusal("AV1")
        case "vp09", "vp08": throw refusal("VP8 or VP9")
        case "vvc1": throw refusal("VVC (H.266)")
        default: throw refusal("an unknown codec")
        }
        let isKey = (payload[0] >> 4) & 7 == 1
        switch kind {
        case 0: return .configuration(Array(payload[5...]), coding: coding)
        case 1 where coding.hasOffsets && payload.count > 8:
            return .frame(
                isKey: isKey, offset: offset(payload[5..<8]), Array(payload[8...]), coding: coding)
        case 2: return .end
        // Coded frames without an offset; those of AV1 never have one.
        case 1 where !coding.hasOffsets, 3:
            let body = coding == .av1 ? withoutDelimiter(payload[5...]) : payload[5...]
            guard !body.isEmpty else { return .ignored }
            return .frame(isKey: isKey, offset: 0, Array(body), coding: coding)
        case 6:
            throw StreamRefusal(.unsupported, "several video tracks in one stream are not taken")
        default: return .ignored
        }
    }

    /// MP4 says by itself where a temporal unit of AV1 begins (AOM, "AV1 Codec ISO Media File Format
    /// Binding", 2.4).
    private static func withoutDelimiter(_ units: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        units.starts(with: [0x12, 0]) ? units.dropFirst(2) : units
    }

    /// 24 bits with a sign.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int32 {
        let value = bytes.reduce(Int32(0)) { $0 << 8 | Int32($1) }
        return (value << 8) >> 8
    }

    private static func refusal(_ codec: String) -> StreamRefusal {
        StreamRefusal(
            .unsupported,
            "\(codec) video cannot be played by every browser; set the encoder to H.264 (AVC)")
    }
}

/// What an audio message of RTMP holds (Adobe, "Video File Format", E.4.2).
package enum FLVAudioTag: Sendable, Equatable {
    /// An AudioSpecificConfig.
    case configuration([UInt8])
    case frame([UInt8])
    case ignored

    /// - Throws: ``StreamRefusal/Code/unsupported`` for codecs that are not AAC, by name.
    package init(_ payload: [UInt8]) throws(StreamRefusal) {
        guard let first = payload.first else {
            self = .ignored
            return
        }
        switch first >> 4 {
        case 10: break
        case 2, 14: throw Self.refusal("MP3")
        case 9:
            let isOpus = payload.count >= 5 && payload[1..<5].elementsEqual("Opus".utf8)
            throw Self.refusal(isOpus ? "Opus" : "enhanced RTMP")
        case 11: throw Self.refusal("Speex")
        case let other: throw Self.refusal("codec \(other)")
        }
        guard payload.count > 2 else {
            self = .ignored
            return
        }
        self = payload[1] == 0 ? .configuration(Array(payload[2...])) : .frame(Array(payload[2...]))
    }

    private static func refusal(_ codec: String) -> StreamRefusal {
        StreamRefusal(.unsupported, "\(codec) sound is not taken; set the encoder to AAC")
    }
}
