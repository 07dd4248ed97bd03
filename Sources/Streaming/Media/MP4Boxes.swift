/// Writes the boxes of fragmented MP4 (ISO/IEC 14496-12), without any duration: a player takes the
/// stream for live then, and shows the first frame at once.
enum MP4Boxes {
    static let videoTrack = 1
    static let audioTrack = 2
    /// Of the video track and of the movie: milliseconds become 90 ticks.
    static let videoScale = 90_000

    /// The initialisation segment: `ftyp` and `moov`.
    static func initialisation(
        video: VideoConfiguration?, audio: AudioConfiguration?
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.box("ftyp") {
            $0.append(text: "iso6")
            $0.append32(1)
            $0.append(text: "iso6mp41")
        }
        bytes.box("moov") { moov in
            moov.fullBox("mvhd") {
                $0.append32(0)
                $0.append32(0)
                $0.append32(videoScale)
                $0.append32(0)
                $0.append32(0x1_0000)
                $0.append16(0x100)
                $0 += [UInt8](repeating: 0, count: 10)
                $0.appendMatrix()
                $0 += [UInt8](repeating: 0, count: 24)
                $0.append32(3)
            }
            if let video { moov.append(track: video) }
            if let audio { moov.append(track: audio) }
            moov.box("mvex") { mvex in
                if video != nil { mvex.extends(videoTrack, duration: 0, flags: 0x0101_0000) }
                if let audio {
                    mvex.extends(audioTrack, duration: audio.frameSamples, flags: 0x0200_0000)
                }
            }
        }
        return bytes
    }

    /// The samples of one track in one fragment.
    struct Run {
        var track: Int
        /// In the track's own scale.
        var decodeTime: Int64
        var samples: [Sample]
    }

    struct Sample {
        var duration: Int
        /// From decoding to presentation, in the track's scale.
        var offset: Int
        var isKey: Bool
        var bytes: [UInt8]
    }

    /// One fragment: `prft`, `moof`, `mdat`; the time is when the first sample arrived, without which
    /// there is no `prft`.
    static func fragment(sequence: Int, runs: [Run], unixMilliseconds: Int64?) -> [UInt8] {
        let payload = runs.reduce(0) { $0 + $1.samples.reduce(0) { $0 + $1.bytes.count } }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload + 400)
        if let unixMilliseconds, let run = runs.first, let sample = run.samples.first {
            bytes.fullBox("prft", version: 1) {
                $0.append32(run.track)
                $0.append(ntp(unixMilliseconds), size: 8)
                $0.append64(run.decodeTime + Int64(sample.offset))
            }
        }
        let start = bytes.count
        var places: [Int] = []
        bytes.box("moof") { moof in
            moof.fullBox("mfhd") { $0.append32(sequence) }
            for run in runs {
                moof.box("traf") { traf in
                    // Offsets count from the moof (default-base-is-moof).
                    traf.fullBox("tfhd", flags: 0x2_0000) { $0.append32(run.track) }
                    traf.fullBox("tfdt", version: 1) { $0.append64(run.decodeTime) }
                    traf.fullBox("trun", version: 1, flags: 0xF01) { trun in
                        trun.append32(run.samples.count)
                        places.append(trun.count)
                        trun.append32(0)
                        for sample in run.samples {
                            trun.append32(sample.duration)
                            trun.append32(sample.bytes.count)
                            trun.append32(sample.isKey ? 0x0200_0000 : 0x0101_0000)
                            trun.append32(sample.offset)
                        }
                    }
                }
            }
        }
        var offset = bytes.count - start + 8
        for (place, run) in zip(places, runs) {
            bytes.overwrite32(offset, at: place)
            offset += run.samples.reduce(0) { $0 + $1.bytes.count }
        }
        bytes.append32(payload + 8)
        bytes.append(text: "mdat")
        for run in runs { for sample in run.samples { bytes += sample.bytes } }
        return bytes
    }

    /// 32.32 fixed point seconds since 1900 (RFC 5905).
    private static func ntp(_ unixMilliseconds: Int64) -> UInt64 {
        let (seconds, rest) = max(0, unixMilliseconds).quotientAndRemainder(dividingBy: 1_000)
        return UInt64(seconds + 2_208_988_800) << 32 | UInt64(rest) << 32 / 1_000
    }
}

extension [UInt8] {
    /// Appends a box around what `body` appends.
    mutating func box(_ type: String, _ body: (inout [UInt8]) -> Void) {
        let start = count
        append32(0)
        append(text: type)
        body(&self)
        overwrite32(count - start, at: start)
    }

    mutating func fullBox(
        _ type: String, version: UInt8 = 0, flags: Int = 0, _ body: (inout [UInt8]) -> Void
    ) {
        box(type) {
            $0.append(version)
            $0.append24(flags)
            body(&$0)
        }
    }

    mutating func overwrite32(_ value: Int, at place: Int) {
        for index in 0..<4 {
            self[place + index] = UInt8(truncatingIfNeeded: value >> (24 - 8 * index))
        }
    }

    fileprivate mutating func appendMatrix() {
        for value in [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000] { append32(value) }
    }

    fileprivate mutating func extends(_ track: Int, duration: Int, flags: Int) {
        fullBox("trex") {
            $0.append32(track)
            $0.append32(1)
            $0.append32(duration)
            $0.append32(0)
            $0.append32(flags)
        }
    }

    fileprivate mutating func append(track video: VideoConfiguration) {
        trackBox(
            MP4Boxes.videoTrack, scale: MP4Boxes.videoScale, handler: "vide",
            size: (video.width, video.height)
        ) { entry in
            entry.box(video.coding.sampleEntry) {
                $0 += [0, 0, 0, 0, 0, 0, 0, 1]
                $0 += [UInt8](repeating: 0, count: 16)
                $0.append16(video.width)
                $0.append16(video.height)
                $0.append32(0x48_0000)
                $0.append32(0x48_0000)
                $0.append32(0)
                $0.append16(1)
                $0 += [UInt8](repeating: 0, count: 32)
                $0.append16(0x18)
                $0.append16(0xFFFF)
                $0.box(video.coding.configurationBox) { $0 += video.record }
            }
        }
    }

    fileprivate mutating func append(track audio: AudioConfiguration) {
        trackBox(
            MP4Boxes.audioTrack, scale: audio.sampleRate, handler: "soun", size: nil
        ) { entry in
            entry.box(audio.coding == .opus ? "Opus" : "mp4a") {
                $0 += [0, 0, 0, 0, 0, 0, 0, 1]
                $0 += [UInt8](repeating: 0, count: 8)
                $0.append16(audio.channels)
                $0.append16(16)
                $0.append32(0)
                // 16.16 fixed point: rates above 65,535 Hz do not fit and are in the record anyway.
                $0.append32(audio.sampleRate <= 0xFFFF ? audio.sampleRate << 16 : 0)
                if audio.coding == .opus {
                    $0.box("dOps") { $0 += audio.record }
                    return
                }
                $0.fullBox("esds") { esds in
                    let record = audio.record
                    // Descriptors of ISO/IEC 14496-1, 7.2.6, each with its size in one byte.
                    esds += [3, UInt8(23 + record.count), 0, 0, 0]
                    esds += [4, UInt8(15 + record.count), 0x40, 0x15, 0, 0, 0]
                    esds += [UInt8](repeating: 0, count: 8)
                    esds += [5, UInt8(record.count)] + record
                    esds += [6, 1, 2]
                }
            }
        }
    }

    private mutating func trackBox(
        _ number: Int, scale: Int, handler: String, size: (Int, Int)?,
        entry: (inout [UInt8]) -> Void
    ) {
        box("trak") { trak in
            trak.fullBox("tkhd", flags: 3) {
                $0.append32(0)
                $0.append32(0)
                $0.append32(number)
                $0 += [UInt8](repeating: 0, count: 16)
                $0.append32(0)
                $0.append16(size == nil ? 0x100 : 0)
                $0.append16(0)
                $0.appendMatrix()
                $0.append32((size?.0 ?? 0) << 16)
                $0.append32((size?.1 ?? 0) << 16)
            }
            trak.box("mdia") { mdia in
                mdia.fullBox("mdhd") {
                    $0.append32(0)
                    $0.append32(0)
                    $0.append32(scale)
                    $0.append32(0)
                    // Language "und".
                    $0.append16(0x55C4)
                    $0.append16(0)
                }
                mdia.fullBox("hdlr") {
                    $0.append32(0)
                    $0.append(text: handler)
                    $0 += [UInt8](repeating: 0, count: 13)
                }
                mdia.box("minf") { minf in
                    if size == nil {
                        minf.fullBox("smhd") { $0.append32(0) }
                    } else {
                        minf.fullBox("vmhd", flags: 1) { $0.append64(0) }
                    }
                    minf.box("dinf") {
                        $0.fullBox("dref") {
                            $0.append32(1)
                            $0.fullBox("url ", flags: 1) { _ in }
                        }
                    }
                    minf.box("stbl") { stbl in
                        stbl.fullBox("stsd") {
                            $0.append32(1)
                            entry(&$0)
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
}
