/// Makes FLV of what viewers are sent (Adobe, "Video File Format", annex E): for tools and players
/// that have no fragmented MP4. What is not H.264 goes in enhanced tags, which newer ones read.
///
/// Tags are made of the frames within a fragment when somebody reads them, once for all readers, and
/// kept for the present group, which joiners get as a burst. Time is stream time.
final class FLVFeed {
    static let mediaType = "video/x-flv"

    /// Tags that were made, by the number of the fragment.
    private var made: [Int: [UInt8]] = [:]
    private var groupStart = -1

    /// What a reader gets first: the file's header, facts, and the configurations, at time 0, where a
    /// file begins; the frames behind them have stream time.
    static func head(_ tracks: Initialisation) -> [UInt8] {
        var bytes = Array("FLV".utf8)
        bytes += [1, (tracks.audio == nil ? 0 : 4) | (tracks.video == nil ? 0 : 1), 0, 0, 0, 9]
        bytes.append32(0)
        bytes.append(
            tag: 18, 0,
            [AMFValue.encode([.string("onMetaData")])[...], facts(tracks)[...]])
        return bytes + configurations(tracks, atMilliseconds: 0)
    }

    /// What a reader gets when the tracks change.
    static func configurations(
        _ tracks: Initialisation, atMilliseconds milliseconds: Int64
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        if let video = tracks.video {
            let head = pictureHead(video.coding, isKey: true, kind: 0)
            bytes.append(tag: 9, milliseconds, [head[...], video.record[...]])
        }
        if let audio = tracks.audio {
            bytes.append(tag: 8, milliseconds, [[0xAF, 0], audio.record[...]])
        }
        return bytes
    }

    /// An ECMA array, as players expect it.
    private static func facts(_ tracks: Initialisation) -> [UInt8] {
        var members: [(String, AMFValue)] = []
        if let video = tracks.video {
            members += [
                ("width", .number(Double(video.width))),
                ("height", .number(Double(video.height))),
                ("videocodecid", .number(codecID(of: video.coding))),
            ]
        }
        if let audio = tracks.audio {
            members += [
                ("audiosamplerate", .number(Double(audio.sampleRate))),
                ("stereo", .boolean(audio.channels > 1)), ("audiocodecid", .number(10)),
            ]
        }
        var bytes: [UInt8] = [8]
        bytes.append32(members.count)
        for (name, value) in members {
            bytes.append16(name.utf8.count)
            bytes.append(text: name)
            bytes += AMFValue.encode([value])
        }
        return bytes + [0, 0, 9]
    }

    /// What comes before a configuration (kind 0) or a frame (kind 1): as always for H.264, enhanced RTMP
    /// for what FLV knew nothing of.
    private static func pictureHead(
        _ coding: VideoCoding, isKey: Bool, kind: UInt8, offset: Int = 0
    ) -> [UInt8] {
        var head: [UInt8] = []
        if coding == .h264 {
            head = [isKey ? 0x17 : 0x27, kind]
            head.append24(offset)
            return head
        }
        head.append((isKey ? 0x90 : 0xA0) | kind)
        head.append(text: coding.sampleEntry)
        if kind == 1, coding.hasOffsets { head.append24(offset) }
        return head
    }

    /// AVC's number, or a FourCC as one.
    private static func codecID(of coding: VideoCoding) -> Double {
        coding == .h264 ? 7 : Double(coding.sampleEntry.utf8.reduce(0) { $0 << 8 | Int($1) })
    }

    /// The tags of a fragment; the same array for everybody who asks.
    func tags(of fragment: Fragment) -> [UInt8] {
        if fragment.isKey, fragment.number != groupStart {
            made = [:]
            groupStart = fragment.number
        }
        if let bytes = made[fragment.number] { return bytes }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(fragment.bytes.count + 64)
        // What is sounded and shown at one time comes in this order everywhere else, too.
        for frame in fragment.frames.sorted(by: { $0.milliseconds < $1.milliseconds }) {
            let payload = fragment.bytes[frame.range]
            if frame.isSound {
                bytes.append(tag: 8, frame.milliseconds, [[0xAF, 1], payload])
            } else {
                let head = Self.pictureHead(
                    frame.coding, isKey: frame.isKey, kind: 1,
                    offset: Int(frame.offsetMilliseconds))
                bytes.append(tag: 9, frame.milliseconds, [head[...], payload])
            }
        }
        made[fragment.number] = bytes
        return bytes
    }

    /// Nobody reads now.
    func forget() { if !made.isEmpty { made = [:] } }

    /// Fragments whose tags are kept.
    var keptCount: Int { made.count }
}

extension [UInt8] {
    /// Appends a tag and its size behind it (E.4.1). The time has 32 bits, the highest of them last.
    fileprivate mutating func append(
        tag type: UInt8, _ milliseconds: Int64, _ body: [ArraySlice<UInt8>]
    ) {
        let size = body.reduce(0) { $0 + $1.count }
        append(type)
        append24(size)
        append24(Int(milliseconds & 0xFF_FFFF))
        append(UInt8(truncatingIfNeeded: milliseconds >> 24))
        append24(0)
        for part in body { self += part }
        append32(size + 11)
    }
}
