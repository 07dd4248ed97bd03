/// What a recording has in its boxes that the stream has not: a track of events.
///
/// The track is timed metadata (ISO/IEC 14496-12, 12.3.3): each sample is one event of the room as
/// JSON, at the stream time at which it happened.
enum RecordingBoxes {
    static let eventTrack = 3
    /// Of the events' track: milliseconds.
    static let eventScale = 1_000

    /// The initialisation segment of a stream with the events' track added.
    ///
    /// - Returns: The bytes, and the number of the first track; nil for anything but `ftyp` and
    ///   `moov` with a track of a lower number than the events'.
    static func head(of initialisation: [UInt8]) -> (bytes: [UInt8], track: Int)? {
        var bytes: [UInt8] = []
        var track: Int?
        for box in MP4Box.list(initialisation[...]) {
            guard box.type == "moov" else {
                bytes += box.bytes
                continue
            }
            bytes.box("moov") { moov in
                for child in MP4Box.list(box.payload) {
                    switch child.type {
                    case "mvhd":
                        // Its last field is the number of the next track.
                        moov += child.bytes.dropLast(4)
                        moov.append32(eventTrack + 1)
                    case "mvex":
                        moov.append(eventTrack: eventTrack, scale: eventScale)
                        moov.box("mvex") {
                            $0 += child.payload
                            $0.appendEventDefaults(eventTrack)
                        }
                    default:
                        if child.type == "trak", track == nil { track = number(of: child) }
                        moov += child.bytes
                    }
                }
            }
        }
        guard let track, track < eventTrack else { return nil }
        return (bytes, track)
    }

    /// The number of a track, of its `tkhd` of version 0.
    private static func number(of trak: MP4Box) -> Int? {
        guard let head = MP4Box.list(trak.payload).first(where: { $0.type == "tkhd" }) else {
            return nil
        }
        var reader = BinaryReader(Array(head.payload), from: 12)
        return reader.integer(4).map { Int($0) }
    }

    /// A fragment of the stream with another number: those of a file count on, events included.
    static func renumbered(_ fragment: [UInt8], _ sequence: Int) -> [UInt8] {
        var place = 0
        for box in MP4Box.list(fragment[...]) {
            // moof's head, mfhd's head, version and flags lie before the number.
            if box.type == "moof" {
                place = box.bytes.startIndex + 20
                break
            }
        }
        guard place > 0, place + 4 <= fragment.count else { return fragment }
        var bytes = fragment
        bytes.overwrite32(sequence, at: place)
        return bytes
    }

    /// A fragment with one event.
    static func event(
        _ json: [UInt8], atMilliseconds milliseconds: Int64, sequence: Int,
        unixMilliseconds: Int64
    ) -> [UInt8] {
        MP4Boxes.fragment(
            sequence: sequence,
            runs: [
                MP4Boxes.Run(
                    track: eventTrack, decodeTime: milliseconds,
                    samples: [MP4Boxes.Sample(duration: 1, offset: 0, isKey: true, bytes: json)])
            ], unixMilliseconds: unixMilliseconds)
    }
}

/// A box as it lies in bytes: one with its size in 32 bits, which is all that is written here.
struct MP4Box {
    var type: String
    var bytes: ArraySlice<UInt8>
    var payload: ArraySlice<UInt8> { bytes.dropFirst(8) }

    /// The boxes that are whole, one after the other.
    static func list(_ bytes: ArraySlice<UInt8>) -> [MP4Box] {
        var boxes: [MP4Box] = []
        var rest = bytes
        while rest.count >= 8 {
            let start = rest.startIndex
            let size = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            guard size >= 8, size <= rest.count else { break }
            boxes.append(
                MP4Box(
                    type: String(decoding: rest[start + 4..<start + 8], as: UTF8.self),
                    bytes: rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return boxes
    }
}

extension [UInt8] {
    fileprivate mutating func append(eventTrack number: Int, scale: Int) {
        box("trak") { trak in
            trak.fullBox("tkhd", flags: 3) {
                $0.append64(0)
                $0.append32(number)
                $0 += [UInt8](repeating: 0, count: 24)
                for value in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] {
                    $0.append32(value)
                }
                $0.append64(0)
            }
            trak.box("mdia") { mdia in
                mdia.fullBox("mdhd") {
                    $0.append64(0)
                    $0.append32(scale)
                    $0.append32(0)
                    // Language "und".
                    $0.append16(0x55C4)
                    $0.append16(0)
                }
                mdia.fullBox("hdlr") {
                    $0.append32(0)
                    $0.append(text: "meta")
                    $0 += [UInt8](repeating: 0, count: 12)
                    $0.append(text: "Playhouse events\0")
                }
                mdia.box("minf") { minf in
                    minf.fullBox("nmhd") { _ in }
                    minf.box("dinf") {
                        $0.fullBox("dref") {
                            $0.append32(1)
                            $0.fullBox("url ", flags: 1) { _ in }
                        }
                    }
                    minf.box("stbl") { stbl in
                        stbl.fullBox("stsd") {
                            $0.append32(1)
                            $0.box("mett") {
                                $0 += [0, 0, 0, 0, 0, 0, 0, 1]
                                // No encoding of its own, then the media type.
                                $0.append(text: "\0application/json\0")
                            }
                        }
                        stbl.fullBox("stts") { $0.append32(0) }
                        stbl.fullBox("stsc") { $0.append32(0) }
                        stbl.fullBox("stsz") { $0.append64(0) }
                        stbl.fullBox("stco") { $0.append32(0) }
                    }
                }
            }
        }
    }

    fileprivate mutating func appendEventDefaults(_ number: Int) {
        fullBox("trex") {
            $0.append32(number)
            $0.append32(1)
            $0.append32(1)
            $0.append32(0)
            $0.append32(0)
        }
    }
}
