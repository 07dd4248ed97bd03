import Testing
import Wire

@testable import Streaming

@Suite struct HLSWindowTests {
    /// A window that is fed and read after every frame.
    private struct Feed {
        var window: HLSWindow
        var checker = HLSChecker()
        var number = 0
        var time: Int64 = 0
        var lists: [String] = []
        private var version = 0

        init(_ limits: HLSWindow.Limits = HLSWindow.Limits(), isSoundOnly: Bool = false) {
            window = HLSWindow(
                number: 1_000, initialisation: [1], isSoundOnly: isSoundOnly,
                unixOffset: 1_795_363_200_000, limits: limits)
        }

        static func fragment(
            _ time: Int64, isKey: Bool, isSound: Bool = false, size: Int = 100, number: Int = 0
        ) -> Fragment {
            Fragment(
                bytes: [UInt8](repeating: isKey ? 1 : 0, count: size), isKey: isKey,
                milliseconds: time, number: number,
                frames: [
                    Fragment.Frame(
                        isSound: isSound, milliseconds: time, offsetMilliseconds: 0, isKey: isKey,
                        range: 0..<size)
                ])
        }

        mutating func append(
            _ time: Int64, isKey: Bool, isSound: Bool = false, size: Int = 100
        ) {
            window.append(
                Self.fragment(time, isKey: isKey, isSound: isSound, size: size))
            read()
        }

        mutating func read() {
            guard window.version != version else { return }
            version = window.version
            guard let bytes = window.playlist(skips: false) else { return }
            let text = String(decoding: bytes, as: UTF8.self)
            guard text != lists.last else { return }
            lists.append(text)
            checker.beginsWithKey = { [window] name in
                guard let request = try? HLSRequest(file: name, .init(target: "/", path: "/"))
                else { return false }
                return window.pieces(of: request)?.first?.first == 1
            }
            checker.read(text)
        }

        var list: HLSPlaylist { HLSPlaylist(lists.last ?? "") }
    }

    /// Frames a second, and their distances in whole milliseconds as encoders say them.
    static let rates = [10, 12, 15, 20, 24, 25, 30, 48, 50, 60, 120]

    @Test(arguments: rates)
    func `At any frame rate the rules hold`(rate: Int) {
        var feed = Feed()
        for frame in 0..<rate * 50 {
            feed.append(Int64(frame * 1_000 / rate), isKey: frame % (rate * 2) == 0)
        }
        #expect(feed.checker.problems == [])
        let list = feed.list
        #expect(list.targetDuration == 2)
        #expect(list.segments.allSatisfy { (1_990...2_010).contains($0.milliseconds) })
        #expect(list.segments.count == 15 && list.sequence > 1_000)
        #expect(list.segments.allSatisfy { $0.parts.first?.isIndependent ?? true })
        let longest = list.parts.map(\.milliseconds).max() ?? 0
        #expect((160...260).contains(longest), "\(longest)")
        #expect(feed.checker.partCount > 180)
    }

    @Test func `Frames that do not come evenly keep every rule but that of 85 %`() {
        Fuzzing.run("segments", rounds: 5) { fuzzing in
            var feed = Feed()
            var time: Int64 = 0
            var key = 0
            for frame in 0..<900 {
                let isKey = frame == 0 || key > 20 && fuzzing.chance(40)
                key = isKey ? 0 : key + 1
                if fuzzing.chance(8) {
                    feed.append(time, isKey: false, isSound: true)
                }
                feed.append(time, isKey: isKey)
                time += Int64(fuzzing.chance(60) ? fuzzing.upTo(3_000) : 1 + fuzzing.upTo(60))
                if fuzzing.chance(300) {
                    feed.window.begin(initialisation: [2], isSoundOnly: false)
                    key = 100
                    feed.append(time, isKey: true)
                    time += 33
                }
            }
            feed.window.end()
            feed.read()
            #expect(feed.checker.problems.filter { !$0.contains("shorter than 85") } == [])
            #expect(feed.list.isEnded && feed.list.hint == nil)
        }
    }

    @Test(arguments: [(1_000, 2), (2_000, 2), (3_000, 3), (4_000, 4), (8_300, 4)])
    func `Segments begin with keyframes as far as those come often enough`(
        interval: Int, target: Int
    ) {
        var feed = Feed()
        for frame in 0..<1_500 {
            feed.append(
                Int64(frame * 100 / 3),
                isKey: frame == 0 || frame * 100 / 3 / interval != (frame - 1) * 100 / 3 / interval)
        }
        #expect(feed.checker.problems == [])
        #expect(feed.list.targetDuration == target)
        let dry = feed.window.segments.filter { $0.parts.first?.isIndependent == false }
        #expect(dry.isEmpty == (interval <= 4_000))
    }

    @Test func `A pause is a discontinuity, and parts before it are not longer than allowed`() {
        var feed = Feed()
        for frame in 0..<90 { feed.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        for frame in 0..<90 {
            feed.append(Int64(9_000 + frame * 100 / 3), isKey: frame % 60 == 0)
        }
        #expect(feed.checker.problems == [])
        let broken = feed.list.segments.filter(\.isDiscontinuous)
        #expect(broken.count == 1)
        #expect(broken.first?.date.hasSuffix("16:00:09.000Z") == true)
    }

    @Test func `Other tracks have another map, which goes when nothing needs it`() {
        var feed = Feed()
        for frame in 0..<75 { feed.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        feed.window.begin(initialisation: [2], isSoundOnly: false)
        feed.read()
        for frame in 75..<200 {
            feed.append(Int64(frame * 100 / 3), isKey: (frame - 75) % 60 == 0)
        }
        #expect(feed.checker.problems == [])
        #expect(Set(feed.list.segments.map(\.map)).count == 2)
        #expect(feed.list.segments.filter(\.isDiscontinuous).count == 1)
        #expect(feed.window.maps.values.sorted { $0[0] < $1[0] } == [[1], [2]])
        #expect(feed.window.pieces(of: .map(1_000)) == [[1]])
        for frame in 200..<2_400 {
            feed.append(Int64(frame * 100 / 3), isKey: (frame - 75) % 60 == 0)
        }
        #expect(feed.checker.problems == [])
        #expect(feed.list.discontinuitySequence == 1)
        #expect(feed.window.maps.values.map { $0 } == [[2]])
    }

    @Test func `Sound alone has parts and segments as well`() {
        var feed = Feed(isSoundOnly: true)
        for frame in 0..<200 { feed.append(Int64(frame * 116), isKey: true, isSound: true) }
        #expect(feed.checker.problems == [])
        #expect(feed.list.segments.count >= 9)
    }

    @Test func `A window holds as much as allowed and no more`() {
        var limits = HLSWindow.Limits()
        limits.bytesMax = 25_000
        var feed = Feed(limits)
        for frame in 0..<900 { feed.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        // A segment of 2 s has 60 fragments of 100 bytes.
        #expect(feed.window.segments.count == 4 && feed.list.segments.count == 4)
        #expect(feed.checker.problems == [])
        limits.bytesMax = 64 << 20
        limits.segmentBytesMax = 3_000
        var small = Feed(limits)
        for frame in 0..<600 { small.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        #expect(small.checker.problems == [])
        #expect(small.window.segments.map(\.byteCount).max() == 3_100)
        limits.segmentBytesMax = 6_000
        var enough = Feed(limits)
        for frame in 0..<600 { enough.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        #expect(enough.window.segments.map(\.byteCount).max() == 6_000)
    }

    @Test func `What left the playlist can be had for as long again`() {
        var feed = Feed()
        for frame in 0..<30 * 100 { feed.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        let window = feed.window
        #expect(window.unlistedCount == 15 && window.segments.count == 30)
        let oldest = window.segments[0].number
        #expect(window.pieces(of: .segment(oldest))?.count == 10)
        #expect(window.pieces(of: .segment(oldest - 1)) == nil)
        let whole = Array((window.pieces(of: .segment(oldest + 20)) ?? []).joined())
        let parts: [UInt8] = (0..<10).reduce(into: []) { bytes, part in
            bytes += window.pieces(of: .part(HLSPlace(segment: oldest + 20, part: part)))?[0] ?? []
        }
        #expect(whole == parts && parts.count == 6_000)
        #expect(window.pieces(of: .part(HLSPlace(segment: oldest + 20, part: 10))) == nil)
    }

    @Test func `A delta says all that changed`() {
        var feed = Feed()
        for frame in 0..<30 * 40 { feed.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        let full = feed.list
        let delta = HLSPlaylist(
            String(decoding: feed.window.playlist(skips: true) ?? [], as: UTF8.self))
        #expect(delta.skipped == 8 || delta.skipped == 9)
        #expect(Array(full.segments.dropFirst(delta.skipped)) == delta.segments)
        #expect(full.open == delta.open && full.hint == delta.hint)
        let kept = delta.segments.reduce(delta.open?.parts.reduce(0) { $0 + $1.milliseconds } ?? 0)
        {
            $0 + $1.milliseconds
        }
        #expect(kept >= full.skipUntil)
        var young = Feed()
        for frame in 0..<90 { young.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        #expect(young.window.playlist(skips: true) == young.window.playlist(skips: false))
    }

    @Test func `What is asked for too early waits, and far too early is refused`() {
        var feed = Feed()
        #expect(feed.window.standing(of: nil) == .awaited)
        for frame in 0..<70 { feed.append(Int64(frame * 100 / 3), isKey: frame % 60 == 0) }
        let window = feed.window
        // Segment 1000 is finished, of 1001 there is one part.
        #expect(window.open.number == 1_001 && window.open.parts.count == 1)
        func standing(_ segment: Int64, _ part: Int?) -> HLSWindow.Standing {
            window.standing(of: HLSPlace(segment: segment, part: part))
        }
        #expect(window.standing(of: nil) == .ready)
        #expect(standing(1_000, nil) == .ready && standing(1_000, 9) == .ready)
        #expect(standing(1_001, 0) == .ready && standing(1_001, 1) == .awaited)
        // Behind the last part of a segment comes the first of the next.
        #expect(standing(1_000, 10) == .ready)
        #expect(standing(1_001, nil) == .awaited && standing(1_002, nil) == .awaited)
        #expect(standing(1_003, nil) == .tooFar)
        let most = window.advancePartsMax
        #expect(most == 14)
        #expect(standing(1_001, most) == .awaited && standing(1_001, most + 1) == .tooFar)
        #expect(standing(1_002, most - 1) == .awaited && standing(1_002, most) == .tooFar)
        #expect(window.isHinted(HLSPlace(segment: 1_001, part: 1)))
        #expect(!window.isHinted(HLSPlace(segment: 1_001, part: 2)))
    }
}

@Suite struct HLSRequestTests {
    private func parse(_ file: String, _ query: String = "") throws -> HLSRequest? {
        try HLSRequest(
            file: file, HTTPRequest(target: "/" + file, path: "/" + file, query: query))
    }

    @Test func `Names of files are read`() throws {
        #expect(try parse("live.m3u8") == .multivariant)
        #expect(try parse("init-17.mp4") == .map(17))
        #expect(try parse("17.m4s") == .segment(17))
        #expect(try parse("17.0.m4s") == .part(HLSPlace(segment: 17, part: 0)))
        #expect(try parse("media.m3u8") == .media(after: nil, skips: false))
        #expect(
            try parse("media.m3u8", "_HLS_msn=5&_HLS_part=2&_HLS_skip=YES")
                == .media(after: HLSPlace(segment: 5, part: 2), skips: true))
        #expect(
            try parse("media.m3u8", "_HLS_msn=5&_HLS_skip=v2")
                == .media(after: HLSPlace(segment: 5, part: nil), skips: true))
    }

    @Test(arguments: [
        "", "m3u8", "init-.mp4", "init-a.mp4", "init--1.mp4", "01.m4s", "1.2.3.m4s", ".m4s",
        "1..m4s",
        "-1.m4s", "1.-1.m4s", "+1.m4s", "1234567890123456.m4s", "..", "LIVE.M3U8", "1.m4s ",
    ])
    func `Other names are none`(file: String) throws {
        #expect(try parse(file) == nil)
    }

    @Test(arguments: [
        ("_HLS_msn=999999999999999", true), ("_HLS_msn=1000000000000000", false),
        ("_HLS_msn=", false), ("_HLS_msn=-1", false), ("_HLS_msn=a", false), ("_HLS_part=1", false),
        ("_HLS_msn=1&_HLS_part=x", false), ("_HLS_skip=NO", false), ("_HLS_report=x", true),
    ])
    func `Directives make sense or are refused`(query: String, isGood: Bool) {
        let read = Result { try parse("media.m3u8", query) }
        if case .failure(let error) = read {
            #expect(!isGood && (error as? HTTPError)?.status == 400)
        } else {
            #expect(isGood)
        }
    }

    @Test func `Fuzzed names and directives are read or refused`() {
        Fuzzing.run("HLS requests", rounds: 3_000) { fuzzing in
            let names = ["live.m3u8", "media.m3u8", "init-1795363200.mp4", "12.3.m4s", "12.m4s"]
            let name = String(
                decoding: fuzzing.spoil(Array(fuzzing.pick(names).utf8)), as: UTF8.self)
            let query = String(
                decoding: fuzzing.spoil(Array("_HLS_msn=12&_HLS_part=3&_HLS_skip=YES".utf8)),
                as: UTF8.self)
            let request = try? parse(name, query)
            let window = HLSWindow(
                number: 12, initialisation: [1], isSoundOnly: false, unixOffset: 0)
            if let request {
                _ = window.pieces(of: request)
                if case .media(let place, _) = request { _ = window.standing(of: place) }
            }
        }
    }
}
