import Clockwork
import Cryptography
import Foundation
import PluginContract
import Serving
import Streaming
import Testing
import Visiting
import Wire

@testable import Playhouse

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Shows as files, made by a whole server and judged by ffmpeg.
@Suite(
    .serialized, .enabled(if: Encoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(5)))
struct RecordingOverSocketsTests {
    private static func recordings(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
            .map { folder + "/" + $0 }
    }

    private static func size(_ file: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }

    @Test func `a show becomes one file with its events, and another one where its size changes`()
        async throws
    {
        let folder = try TemporaryFolder()
        let record = folder.file("deep/recordings")
        try await withHouse({ configuration in
            var stream = StreamConfiguration()
            stream.port = 0
            stream.record = record
            configuration.stream = stream
        }) { house in
            let streams = try #require(house.server.streams)
            let key = try #require(streams.key(room: "teahouse", user: "mei", hours: 1))
            let address = "rtmp://127.0.0.1:\(streams.port)/live/\(key)"
            let first = try Encoder(to: address)
            let host = try await house.join("mei", .host)
            let bytes = #"playhouse_recording_bytes_total{room="teahouse"}"#
            try await eventually("a recording") { try await house.metric(bytes) ?? 0 > 100_000 }
            for name in ["tea-is-ready", "tea-is-gone"] { _ = try await host.publish(name) }
            let before = try #require(try await house.metric(bytes))
            // The encoder comes back: the same file goes on.
            first.end()
            try await eventually("its end") { streams.board.latest["teahouse"]?.isLive == false }
            let again = try Encoder(to: address)
            try await eventually("more of it") {
                try await house.metric(bytes) ?? 0 > before + 50_000
            }
            #expect(Self.recordings(record).count == 1)
            again.end()
            let wide = try Encoder(to: address, size: "640x360")
            try await eventually("another file") { Self.recordings(record).count == 2 }
            let now = try #require(try await house.metric(bytes))
            try await eventually("more of that") {
                try await house.metric(bytes) ?? 0 > now + 100_000
            }
            #expect(
                try await house.metric(#"playhouse_recording_active{room="teahouse"}"#) == 1)
            #expect(
                try await house.metric(#"playhouse_recording_failures_total{room="teahouse"}"#)
                    == 0)
            wide.end()
            await host.leave()
        }
        let files = Self.recordings(record)
        #expect(files.count == 2)
        for (file, width) in zip(files.sorted { $0.count < $1.count }, [320, 640]) {
            let (status, errors) = try await MediaTool.decode(file)
            #expect(status == 0 && errors == "", "\(errors)")
            let facts = try await MediaTool.probe(
                "-show_entries", "format=duration:stream=codec_name,codec_type,width", of: file)
            #expect(facts.contains("codec_name=h264") && facts.contains("codec_name=aac"))
            #expect(facts.contains("width=\(width)"))
            #expect(facts.filter { $0 == "codec_type=data" }.count == 1)
            let duration = facts.first { $0.hasPrefix("duration=") }?.dropFirst(9)
            #expect(Double(duration ?? "") ?? 0 > 1, "the index says how long it is: \(facts)")
        }
        let file = try #require(files.min { $0.count < $1.count })
        let (_, events, _) = try await MediaTool.run(
            "/usr/bin/ffmpeg",
            [
                "-nostdin", "-v", "error", "-i", file, "-map", "0:d", "-c", "copy", "-f", "data",
                "-",
            ])
        #expect(events.contains("tea-is-ready") && events.contains("tea-is-gone"))
        let times = try await MediaTool.probe(
            "-select_streams", "d", "-show_entries", "packet=pts_time", of: file)
        #expect(times.count >= 2 && times.allSatisfy { $0 != "pts_time=N/A" }, "\(times)")
    }

    @Test func `what a killed server had recorded can be played, before and after it is mended`()
        async throws
    {
        let folder = try TemporaryFolder()
        let record = folder.file("recordings")
        func start() async throws -> (ChildServer, Int64) {
            let server = try await ChildServer.start(in: folder) {
                $0["stream"] = ["port": 0, "record": "recordings"]
            }
            var port: Int64?
            try await eventually("the stream's port") {
                for line in server.process.output.split(separator: "\n") {
                    let entry = try? JSON(parsing: Array(line.utf8))
                    port = entry?["streamPort"]?.integerValue ?? port
                }
                return port != nil
            }
            return (server, port ?? 0)
        }
        let (server, port) = try await start()
        let key = try await ChildProcess.run(
            "stream-key", "--config", folder.file("show.json"), "--room", "teahouse", "--user",
            "mei"
        ).output.trimmingCharacters(in: .whitespacesAndNewlines)
        let encoder = try Encoder(to: "rtmp://127.0.0.1:\(port)/live/\(key)")
        try await eventually("a recording") {
            Self.recordings(record).first.map(Self.size) ?? 0 > 150_000
        }
        server.process.send(signal: SIGKILL)
        _ = try await server.process.outcome()
        encoder.end()
        let file = try #require(Self.recordings(record).first)
        let (status, errors) = try await MediaTool.decode(file)
        #expect(status == 0 && errors == "", "\(errors)")
        // Half a fragment, as a loss of power leaves it.
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([0, 0, 9, 9] + Array("mdat".utf8) + [1, 2, 3]))
        try handle.close()
        let size = Self.size(file)
        let (next, _) = try await start()
        try await eventually("the mending; it says \(next.process.output)") {
            next.process.output.contains("recording mended")
        }
        #expect(Self.size(file) == size - 11)
        next.process.send(signal: SIGKILL)
        let (mended, complaints) = try await MediaTool.decode(file)
        #expect(mended == 0 && complaints == "", "\(complaints)")
        let facts = try await MediaTool.probe("-show_entries", "format=duration", of: file)
        #expect(Double(facts.first?.dropFirst(9) ?? "") ?? 0 > 0.3, "\(facts)")
    }

    @Test func `a folder that cannot be made is refused`() async throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "file")
        var configuration = TestHouse.configuration(folder)
        var stream = StreamConfiguration()
        stream.port = 0
        stream.record = folder.file("file/recordings")
        configuration.stream = stream
        let log = Log(format: .json, level: .error, clock: SystemClock()) { _ in }
        for attempt in 0..<2 {
            await #expect(throws: ConfigurationError.self, "\(attempt)") {
                if attempt == 0 {
                    try Server.check(configuration, log: log)
                } else {
                    _ = try await Server(
                        configuration: configuration, clock: SystemClock(), log: log)
                }
            }
        }
        stream.record = folder.file("recordings")
        configuration.stream = stream
        try Server.check(configuration, log: log)
    }
}
