/// What a video message of RTMP holds (Adobe, "Video File Format", E.4.3; Enhanced RTMP v2).
package enum FLVVideoTag: Sendable, Equatable {
    /// An AVCDecoderConfigurationRecord.
    case configuration([UInt8])
    /// NAL units with sizes; the offset is in milliseconds.
    case frame(isKey: Bool, offset: Int32, [UInt8])
    /// The end of a sequence; nothing of it is shown.
    case end
    /// Seek commands, colour information, empty frames.
    case ignored

    /// - Throws: ``StreamRefusal/Code/unsupported`` for codecs that the page cannot play, by name.
    package init(_ payload: [UInt8]) throws(StreamRefusal) {
        guard let first = payload.first else {
            self = .ignored
            return
        }
        if first & 0x80 != 0 {
            self = try Self.enhanced(payload)
            return
        }
        let isKey = first >> 4 == 1
        switch first & 15 {
        case 7: break
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

    private static func enhanced(_ payload: [UInt8]) throws(StreamRefusal) -> FLVVideoTag {
        let kind = payload[0] & 15
        guard (payload[0] >> 4) & 7 != 5, payload.count >= 5 else { return .ignored }
        let codec = String(decoding: payload[1..<5], as: UTF8.self)
        switch codec {
        case "avc1": break
        case "hvc1", "hev1": throw refusal("HEVC (H.265)")
        case "av01": throw refusal("AV1")
        case "vp09", "vp08": throw refusal("VP8 or VP9")
        case "vvc1": throw refusal("VVC (H.266)")
        default: throw refusal("an unknown codec")
        }
        let isKey = (payload[0] >> 4) & 7 == 1
        switch kind {
        case 0: return .configuration(Array(payload[5...]))
        case 1 where payload.count > 8:
            return .frame(isKey: isKey, offset: offset(payload[5..<8]), Array(payload[8...]))
        case 2: return .end
        case 3 where payload.count > 5:
            return .frame(isKey: isKey, offset: 0, Array(payload[5...]))
        case 6:
            throw StreamRefusal(.unsupported, "several video tracks in one stream are not taken")
        default: return .ignored
        }
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
