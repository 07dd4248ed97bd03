import Foundation
import Testing

@testable import Streaming

@Suite struct SeatFeedTests {
    /// A feed by hand; arrival follows the page's clock.
    private struct Bench {
        var feed: SeatFeed
        var made: [LiveStream.Output] = []

        init(_ grant: SeatGrant = SeatFixture.grant(), limits: SeatLimits = SeatLimits()) {
            feed = SeatFeed(grant: grant, limits: limits)
        }

        mutating func take(_ message: SeatMessage, arrival: Int64? = nil) throws {
            made += try feed.take(
                message, arrivalMilliseconds: arrival ?? message.microseconds / 1_000,
                unixMilliseconds: 1_795_363_200_000)
        }

        mutating func configure() throws {
            for message in SeatFixture.configurations() { try take(message) }
        }

        var fragments: [Fragment] {
            made.compactMap { if case .fragment(let fragment) = $0 { fragment } else { nil } }
        }

        var initialisations: [[UInt8]] {
            made.compactMap { if case .initialisation(let bytes) = $0 { bytes } else { nil } }
        }

        /// Whether the last fragment's picture is the black one.
        var isBlack: Bool {
            guard let last = fragments.last else { return false }
            return last.bytes.firstRange(of: BlackPicture.frame) != nil
        }
    }

    private func has(_ bytes: [UInt8], in all: [UInt8]?) -> Bool {
        all?.firstRange(of: bytes) != nil
    }

    @Test func `Pictures and sound become one stream of H264 and Opus`() throws {
        var bench = Bench()
        try bench.configure()
        try bench.take(SeatFixture.picture(0, isKey: true))
        try bench.take(SeatFixture.sound(5))
        try bench.take(SeatFixture.picture(33))
        #expect(bench.initialisations.count == 1 && bench.fragments.count == 2)
        #expect(bench.feed.stream.mediaType == "video/mp4; codecs=\"avc1.42c01e,opus\"")
        let dOps: [UInt8] = Array("dOps".utf8) + [0, 1, 0x01, 0x38, 0, 0, 0xBB, 0x80, 0, 0, 0]
        #expect(has(dOps, in: bench.initialisations.first))
        #expect(has(SeatFixture.packet, in: bench.fragments.last?.bytes))
        #expect(!bench.feed.wantsKey)
    }

    @Test func `A stream begins at a keyframe, which is asked for once`() throws {
        var bench = Bench()
        try bench.configure()
        try bench.take(SeatFixture.picture(0))
        let wishes = [bench.feed.takeKeyWish(), bench.feed.takeKeyWish()]
        #expect(wishes == [true, false])
        try bench.take(SeatFixture.picture(33, isKey: true))
        #expect(!bench.feed.wantsKey && bench.fragments.count == 1)
    }

    @Test func `Sound that may not be sent becomes silence`() throws {
        var bench = Bench(SeatFixture.grant(audio: false))
        try bench.configure()
        try bench.take(SeatFixture.picture(0, isKey: true))
        try bench.take(SeatFixture.sound(5))
        try bench.take(SeatFixture.picture(33))
        #expect(!has(SeatFixture.packet, in: bench.fragments.last?.bytes))
        #expect(has([0xF8, 0xFF, 0xFE], in: bench.fragments.last?.bytes))
        bench.feed.grant.audio = true
        try bench.take(SeatFixture.sound(25))
        try bench.take(SeatFixture.picture(66))
        #expect(has(SeatFixture.packet, in: bench.fragments.last?.bytes))
    }

    @Test func `A picture that may not be sent becomes black, and comes back at a keyframe`()
        throws
    {
        var bench = Bench()
        try bench.configure()
        try bench.take(SeatFixture.picture(0, isKey: true))
        bench.feed.grant.video = false
        let real = SeatFixture.picture(33, size: 64)
        try bench.take(real)
        #expect(bench.isBlack && bench.initialisations.count == 2)
        #expect(!has(Array(real.payload.dropFirst(4)), in: bench.fragments.last?.bytes))
        try bench.take(SeatFixture.sound(40))
        try bench.take(SeatFixture.picture(133))
        #expect(bench.isBlack && bench.fragments.count == 3)
        bench.feed.grant.video = true
        try bench.take(SeatFixture.picture(166))
        #expect(bench.fragments.count == 3 && bench.feed.wantsKey)
        try bench.take(SeatFixture.picture(200, isKey: true))
        #expect(!bench.isBlack && bench.initialisations.count == 3)
    }

    @Test func `A camera that sends nothing is black after half a second, not before`() throws {
        var bench = Bench()
        try bench.configure()
        for time in stride(from: Int64(0), through: 500, by: 20) {
            try bench.take(SeatFixture.sound(time))
        }
        #expect(bench.fragments.isEmpty)
        for time in stride(from: Int64(520), through: 760, by: 20) {
            try bench.take(SeatFixture.sound(time))
        }
        #expect(bench.isBlack && bench.fragments.count == 3)
        #expect(bench.feed.stream.mediaType == "video/mp4; codecs=\"avc1.42c00b,opus\"")
    }

    @Test func `Another connection goes on with the stream at its keyframe`() throws {
        var bench = Bench()
        try bench.configure()
        try bench.take(SeatFixture.picture(10_000, isKey: true))
        bench.feed.begin()
        #expect(throws: StreamRefusal.self) { try bench.take(SeatFixture.picture(0, isKey: true)) }
        try bench.configure()
        try bench.take(SeatFixture.picture(5, isKey: true), arrival: 10_400)
        #expect(bench.fragments.count == 2 && bench.initialisations.count == 1)
        #expect((390...410).contains(bench.fragments.last?.milliseconds ?? 0))
    }

    // MARK: - Refusals and limits

    @Test func `Media before their configuration, and what cannot be shown, end it`() throws {
        let large = SeatMessage(kind: .videoConfiguration, payload: MediaFixture.largeRecord)
        var short = MediaFixture.smallRecord
        short[4] = 0xFD
        let bad: [(SeatMessage, StreamRefusal.Code)] = [
            (SeatFixture.picture(0, isKey: true), .outOfOrder),
            (SeatFixture.sound(0), .outOfOrder),
            (SeatMessage(kind: .videoConfiguration, payload: [1, 2, 3]), .malformed),
            (SeatMessage(kind: .videoConfiguration, payload: short), .unsupported),
            (SeatMessage(kind: .audioConfiguration, payload: [1, 2, 3]), .malformed),
        ]
        for (message, code) in bad {
            var bench = Bench()
            let refusal = #expect(throws: StreamRefusal.self) { try bench.take(message) }
            #expect(refusal?.code == code, "\(message.kind)")
        }
        var bench = Bench()
        try bench.take(large)
        var limits = SeatLimits()
        limits.longSideMax = 1_919
        bench = Bench(limits: limits)
        #expect(throws: StreamRefusal.self) { try bench.take(large) }
        bench = Bench()
        try bench.configure()
        for payload in [[0, 0, 0, 5, 0x65], [0, 0, 0, 0], [0, 0, 0, 1, 0x65, 0]] as [[UInt8]] {
            #expect(throws: StreamRefusal.self) {
                try bench.take(
                    SeatMessage(kind: .picture, isKey: true, microseconds: 0, payload: payload))
            }
        }
        // 10 ms, 40 ms in two frames, and more than a packet may have.
        for packet in [[0xF0, 1], [0xF9, 1], [0xF8] + [UInt8](repeating: 1, count: 1_500)] {
            #expect(throws: StreamRefusal.self) { try bench.take(SeatFixture.sound(0, packet)) }
        }
        try bench.take(SeatFixture.sound(0, [0xF8] + [UInt8](repeating: 1, count: 1_499)))
    }

    @Test func `As many bytes and messages a second as allowed, and no more`() throws {
        /// Whether each message of these was taken.
        func taken(_ limits: SeatLimits, _ messages: [(bytes: Int, time: Int64)]) -> [Bool] {
            var allowance = RateAllowance(limits: limits)
            return messages.map { allowance.take(bytes: $0.bytes, at: $0.time) }
        }
        var few = SeatLimits()
        few.messagesPerSecondMax = 10
        let many = taken(few, Array(repeating: (1, 0), count: 21))
        #expect(many == Array(repeating: true, count: 20) + [false])
        var small = SeatLimits()
        small.bytesPerSecondMax = 1_000
        #expect(taken(small, [(2_000, 0), (500, 500), (1, 500)]) == [true, true, false])
    }

    // MARK: - Messages

    @Test func `A message reads as it was written`() throws {
        for message in SeatFixture.configurations() + [
            SeatFixture.picture(1 << 40, isKey: true), SeatFixture.sound(7),
        ] {
            let read = try message.bytes.withUnsafeBytes { try SeatMessage(parsing: $0) }
            #expect(read == message)
        }
    }

    @Test(
        arguments: [
            [], [2, 1], [0] + [UInt8](repeating: 0, count: 14),
            [5] + [UInt8](repeating: 0, count: 14), [2, 2] + [UInt8](repeating: 0, count: 13),
            [2, 1] + [UInt8](repeating: 0, count: 12),
            [2, 1, 0xFF] + [UInt8](repeating: 0, count: 12),
        ] as [[UInt8]])
    func `What is no message is refused`(bytes: [UInt8]) {
        #expect(throws: StreamRefusal.self) {
            _ = try bytes.withUnsafeBytes { try SeatMessage(parsing: $0) }
        }
    }

    @Test(
        arguments: [
            ("/rooms/mall/live/seat", SeatAddress.publishing(room: "mall")),
            (
                "/rooms/mall/live/seats/co-host/3",
                .viewing(room: "mall", plugin: "co-host", lease: 3)
            ),
            ("/rooms/mall/live", nil), ("/rooms/mall/live/seats/co-host", nil),
            ("/rooms/mall/live/seats/co-host/0", nil), ("/rooms/mall/live/seats/co-host/x", nil),
            ("rooms/mall/live/seat", nil), ("/rooms/mall/live/seat/", nil),
        ] as [(String, SeatAddress?)])
    func `Addresses of seats are told from others`(path: String, address: SeatAddress?) {
        #expect(SeatAddress(path: path) == address)
    }

    @Test func `Whatever comes is taken or refused, and what goes out is made of boxes`() throws {
        try Fuzzing.run("seats", rounds: 300) { fuzzing in
            var bench = Bench(
                SeatFixture.grant(audio: !fuzzing.chance(4), video: !fuzzing.chance(4)))
            var time: Int64 = 0
            var messages = SeatFixture.configurations()
            for _ in 0..<fuzzing.upTo(40) {
                time += Int64(fuzzing.upTo(300))
                let isKey = fuzzing.chance(3)
                messages.append(
                    fuzzing.chance(2)
                        ? SeatFixture.picture(time, isKey: isKey, size: 1 + fuzzing.upTo(300))
                        : SeatFixture.sound(time))
                if fuzzing.chance(10) { messages += SeatFixture.configurations() }
            }
            for message in messages {
                let bytes = fuzzing.chance(6) ? fuzzing.spoil(message.bytes) : message.bytes
                do {
                    let read = try bytes.withUnsafeBytes { try SeatMessage(parsing: $0) }
                    try bench.take(read, arrival: time)
                } catch is StreamRefusal {
                    // The connection would end here.
                    bench.feed.begin()
                    for message in SeatFixture.configurations() { try bench.take(message) }
                }
            }
            for fragment in bench.fragments {
                var reader = BinaryReader(fragment.bytes)
                while let size = reader.integer(4) {
                    #expect(reader.take(Int(size) - 4) != nil)
                }
                #expect(reader.count == 0)
            }
        }
    }

    // MARK: - With ffmpeg

    @Test(.enabled(if: SeatFixture.hasFFmpeg, "ffmpeg is not installed"))
    func `What goes out is read by ffmpeg without an error, black and silence too`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-seat-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (record, pictures) = try SeatFixture.frames(
            "testsrc2=size=320x180:rate=25:duration=4",
            [
                "-c:v", "libx264", "-profile:v", "baseline", "-preset", "ultrafast", "-tune",
                "zerolatency", "-g", "25", "-pix_fmt", "yuv420p",
            ], box: "avcC", in: folder)
        let (_, packets) = try SeatFixture.frames(
            "sine=440:sample_rate=48000:duration=4", ["-c:a", "libopus", "-ac", "1"], box: "dOps",
            in: folder)
        #expect(pictures.count == 100 && packets.count >= 199)

        var bench = Bench()
        for message in SeatFixture.configurations(record) { try bench.take(message) }
        for (index, packet) in packets.enumerated() {
            let time = Int64(index) * 20
            bench.feed.grant.audio = !(1_000..<1_500).contains(time)
            bench.feed.grant.video = !(2_000..<2_500).contains(time)
            if index % 2 == 0, index / 2 < pictures.count {
                let picture = pictures[index / 2]
                try bench.take(
                    SeatMessage(
                        kind: .picture, isKey: picture.isKey, microseconds: time * 1_000,
                        payload: picture.bytes))
            }
            try bench.take(SeatFixture.sound(time, packet.bytes))
        }
        // One file for each initialisation segment: ffmpeg takes the first for all that follows.
        var files: [[UInt8]] = []
        for item in bench.made {
            switch item {
            case .initialisation(let bytes): files.append(bytes)
            case .fragment(let fragment): files[files.count - 1] += fragment.bytes
            }
        }
        // The real picture, black, the real picture from its next keyframe on.
        #expect(files.count == 3)
        for (index, bytes) in files.enumerated() {
            let file = folder.appendingPathComponent("seat-\(index).mp4")
            try Data(bytes).write(to: file)
            let (status, text) = try SeatFixture.run(
                "ffmpeg",
                [
                    "-v", "warning", "-xerror", "-err_detect", "explode", "-i", file.path, "-f",
                    "null", "-",
                ])
            #expect(status == 0 && text == "", "part \(index): \(text)")
            let (_, times) = try SeatFixture.run(
                "ffprobe",
                [
                    "-v", "error", "-select_streams", "v", "-show_entries", "packet=dts", "-of",
                    "csv=p=0", file.path,
                ])
            let stamps = times.split(separator: "\n").compactMap { Int($0) }
            #expect(stamps.count > 5 && zip(stamps, stamps.dropFirst()).allSatisfy(<))
            let (_, probe) = try SeatFixture.run(
                "ffprobe",
                [
                    "-v", "error", "-show_entries",
                    "stream=codec_name,sample_rate,channels,width", "-of", "csv=p=0", file.path,
                ])
            #expect(probe.split(separator: "\n") == ["h264,320", "opus,48000,1"])
        }
    }
}
