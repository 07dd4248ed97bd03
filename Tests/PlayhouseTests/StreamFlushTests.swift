import Foundation
import Streaming
import Testing
import Wire

@testable import Playhouse

/// What is written to viewers together, and what becomes of those who do not read.
@Suite(
    .serialized, .enabled(if: Encoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(5)))
struct StreamFlushTests {
    private func withPicture(
        flush: Int?, _ options: [String] = [], frames: String = "",
        _ body: (TestHouse, StreamHouse) async throws -> Void
    ) async throws {
        try await withHouse({ configuration in
            var stream = StreamConfiguration()
            stream.port = 0
            stream.flushMilliseconds = flush
            configuration.stream = stream
        }) { house in
            let streams = try #require(house.server.streams)
            let key = try #require(streams.key(room: "teahouse", user: "mei", hours: 1))
            let publisher = try Encoder(
                [
                    "-v", "error", "-re", "-f", "lavfi", "-i",
                    "testsrc2=size=320x180:rate=30" + frames,
                    "-f", "lavfi", "-i", "sine=440:sample_rate=44100", "-c:v", "libx264",
                    "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15", "-pix_fmt",
                    "yuv420p",
                ] + options + [
                    "-c:a", "aac", "-f", "flv", "rtmp://127.0.0.1:\(streams.port)/live/\(key)",
                ])
            try await eventually("a picture") {
                streams.board.latest["teahouse"]?.readings.width == 320
            }
            try await body(house, streams)
            publisher.end()
        }
    }

    private func watch(_ house: TestHouse, isReading: Bool = true) async throws -> RawConnection {
        let connection = try await RawConnection.open(house.port, isReading: isReading)
        await connection.send(
            """
            GET /rooms/teahouse/live HTTP/1.1\r
            Host: a\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r

            """)
        return connection
    }

    /// The number that `mfhd` gives a fragment (ISO/IEC 14496-12, section 8.8.5).
    private func sequence(_ bytes: [UInt8]) -> Int? {
        let name = Array("mfhd".utf8)
        guard let place = bytes.prefix(200).firstRange(of: name)?.upperBound else { return nil }
        return bytes[(place + 4)..<(place + 8)].reduce(0) { $0 << 8 | Int($1) }
    }

    @Test(arguments: [0, 100, 400])
    func `who joins between two flushes gets every fragment once`(flush: Int) async throws {
        try await withPicture(flush: flush) { house, streams in
            for _ in 0..<4 {
                let viewer = try await watch(house)
                #expect(try await viewer.response(isBodyless: true).status == 101)
                #expect(try await viewer.frame().json?["type"] == "stream")
                _ = try await viewer.frame()
                var numbers: [Int] = []
                while numbers.count < 30 {
                    guard case .binary(let bytes) = try await viewer.frame(),
                        let number = sequence(bytes)
                    else {
                        Issue.record("not a fragment")
                        return
                    }
                    numbers.append(number)
                }
                let first = try #require(numbers.first)
                #expect(numbers == Array(first..<(first + 30)))
            }
            #expect(
                try await house.metric(#"playhouse_stream_flush_seconds{room="teahouse"}"#)
                    == Double(flush) / 1_000)
        }
    }

    @Test func `ffmpeg reads what is flushed together without an error`() async throws {
        try await withPicture(flush: 200) { house, _ in
            let reader = try Encoder.reading(
                "http://127.0.0.1:\(house.port)/rooms/teahouse/live.mp4")
            let (status, errors) = try await reader.outcome()
            #expect(status == 0 && errors == "", "\(errors)")
        }
    }

    @Test func `a viewer who stops reading is closed, and who reads misses nothing`() async throws {
        // Noise, so that a second of it is more than the kernel takes for a viewer.
        try await withPicture(flush: nil, ["-qp", "12"], frames: ",noise=alls=60:allf=t") {
            house, streams in
            let stopped = try await watch(house, isReading: false)
            let viewer = try await watch(house)
            #expect(try await viewer.response(isBodyless: true).status == 101)
            #expect(try await viewer.frame().json?["type"] == "stream")
            _ = try await viewer.frame()
            var last: Int?
            var count = 0
            while streams.board.latest["teahouse"]?.slowClosed == 0, count < 3_000 {
                guard case .binary(let bytes) = try await viewer.frame(),
                    let number = sequence(bytes)
                else {
                    Issue.record("not a fragment")
                    return
                }
                if let last { #expect(number == last + 1) }
                last = number
                count += 1
            }
            let entry = try #require(streams.board.latest["teahouse"])
            #expect(entry.slowClosed == 1 && entry.skipped > 0)
            try await eventually("one viewer is left") {
                streams.board.latest["teahouse"]?.viewers == 1
            }
            withExtendedLifetime(stopped) {}
        }
    }
}
