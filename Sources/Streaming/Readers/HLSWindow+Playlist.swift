/// What readers are told and given.
extension HLSWindow {
    /// Where something stands that was asked for.
    enum Standing: Equatable {
        /// It is there.
        case ready
        /// It is the next thing, or one soon after.
        case awaited
        /// Nobody could know of it yet.
        case tooFar
    }

    /// Whether a playlist with this segment or part in it can be given.
    func standing(of place: HLSPlace?) -> Standing {
        guard targetDuration != nil else { return isEnded ? .tooFar : .awaited }
        guard var place, !isEnded else { return .ready }
        if let part = place.part, place.segment < open.number {
            // Beyond the last part of a segment comes the first of the next (section 6.2.5.2).
            let count = segments.first { $0.number == place.segment }?.parts.count ?? .max
            if part >= count { place = HLSPlace(segment: place.segment + 1, part: 0) }
        }
        if place.segment < open.number { return .ready }
        guard place.segment <= open.number + 1 else { return .tooFar }
        guard let part = place.part else { return .awaited }
        let present = place.segment == open.number ? open.parts.count : 0
        if part < present { return .ready }
        return part < present + advancePartsMax ? .awaited : .tooFar
    }

    /// How many parts ahead may be asked for (section 6.2.5.2).
    var advancePartsMax: Int {
        partTarget < 1_000 ? Int((3_000 + partTarget - 1) / max(1, partTarget)) : 3
    }

    /// The bytes of a file, in pieces that all readers share; nil for one that is not there.
    func pieces(of request: HLSRequest) -> [[UInt8]]? {
        switch request {
        case .map(let number): maps[number].map { [$0] }
        case .segment(let number):
            segments.first { $0.number == number }.map { $0.parts.map(\.bytes) }
        case .part(let place):
            part(place).map { [$0.bytes] }
        case .multivariant, .media: nil
        }
    }

    private func part(_ place: HLSPlace) -> Part? {
        let segment =
            place.segment == open.number ? open : segments.first { $0.number == place.segment }
        guard let segment, let part = place.part, part < segment.parts.count else { return nil }
        return segment.parts[part]
    }

    /// Whether a part is the one that the playlist hints at.
    func isHinted(_ place: HLSPlace) -> Bool {
        !isEnded && place == HLSPlace(segment: open.number, part: open.parts.count)
    }

    // MARK: - Playlists

    /// Seconds from the end before which a playlist may leave segments out.
    private var skipSeconds: Int64 { 6 * (targetDuration ?? 2) }

    /// How many parts readers stay behind the newest. Three are advised (section 4.4.3.8); with one more a
    /// part that comes late does not stop the picture, after which hls.js stays a second further behind.
    private static let heldBackParts: Int64 = 4

    /// Writes the media playlist.
    ///
    /// - Parameter skips: Whether the reader knows what is older (section 6.2.5.1).
    /// - Returns: Nil before there is one.
    func playlist(skips: Bool) -> [UInt8]? {
        guard let targetDuration else { return nil }
        let listed = segments[unlistedCount...]
        let skipped = skips ? skippable : 0
        var text = """
            #EXTM3U
            #EXT-X-VERSION:9
            #EXT-X-TARGETDURATION:\(targetDuration)
            #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=\(Self.seconds(Self.heldBackParts * partTarget)),\
            CAN-SKIP-UNTIL=\(skipSeconds).0
            #EXT-X-PART-INF:PART-TARGET=\(Self.seconds(partTarget))
            #EXT-X-MEDIA-SEQUENCE:\(listed.first?.number ?? open.number)
            #EXT-X-DISCONTINUITY-SEQUENCE:\(discontinuitySequence)

            """
        if skipped > 0 { text += "#EXT-X-SKIP:SKIPPED-SEGMENTS=\(skipped)\n" }
        var map: Int64?
        let length = listed.reduce(open.milliseconds) { $0 + $1.milliseconds }
        var position: Int64 = 0
        for segment in listed {
            defer { position += segment.milliseconds }
            guard segment.number - (listed.first?.number ?? 0) >= Int64(skipped) else { continue }
            head(of: segment, &map, into: &text)
            // Older parts are of no use to anybody who follows the stream.
            if length - position <= 3 * targetDuration * 1_000 { list(segment, into: &text) }
            text += "#EXTINF:\(Self.seconds(segment.milliseconds)),\n\(segment.number).m4s\n"
        }
        if isEnded {
            text += "#EXT-X-ENDLIST\n"
        } else {
            head(of: open, &map, into: &text)
            list(open, into: &text)
            text +=
                "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"\(open.number).\(open.parts.count).m4s\"\n"
        }
        return Array(text.utf8)
    }

    /// How many of the listed segments lie before the boundary.
    private var skippable: Int {
        var after = open.milliseconds
        var count = segments.count
        while count > unlistedCount, after < skipSeconds * 1_000 {
            count -= 1
            after += segments[count].milliseconds
        }
        return count - unlistedCount
    }

    private func head(of segment: Segment, _ map: inout Int64?, into text: inout String) {
        if segment.isDiscontinuous { text += "#EXT-X-DISCONTINUITY\n" }
        if segment.map != map { text += "#EXT-X-MAP:URI=\"init-\(segment.map).mp4\"\n" }
        map = segment.map
        guard segment.number < open.number || !segment.parts.isEmpty else { return }
        let time = UTCTime(unixMilliseconds: unixOffset + segment.start)
        text += "#EXT-X-PROGRAM-DATE-TIME:\(time.extended)\n"
    }

    private func list(_ segment: Segment, into text: inout String) {
        for (index, part) in segment.parts.enumerated() {
            text +=
                "#EXT-X-PART:DURATION=\(Self.seconds(part.milliseconds)),"
                + "URI=\"\(segment.number).\(index).m4s\""
                + (part.isIndependent ? ",INDEPENDENT=YES\n" : "\n")
        }
    }

    /// The most bits a second that a finished segment has had; 0 before there is one.
    var bitsPerSecondMax: Int {
        segments.map { $0.byteCount * 8_000 / Int(max(1, $0.milliseconds)) }.max() ?? 0
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let rest = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - rest.utf8.count)
            + rest
    }
}
