import Foundation
import Wire

/// Measures what the stream's fan-out costs and how soon each viewer has a frame: server, publisher
/// and viewers in processes of their own, on loopback, and before and after them the floor of one
/// `send` for each frame and viewer.
package enum StreamBenchmark {
    private static let floorSeconds = 3.0
    private static let pictureSecondsMax = 20.0

    /// Runs one measurement; the whole is bounded in time.
    ///
    /// - Throws: When ffmpeg is missing, or a process does not start or end as it should.
    package static func run(_ options: StreamOptions) throws(BenchmarkFailure) -> StreamReport {
        let files = LoadSocket.raiseFileLimit()
        guard options.viewers + 100 <= files else {
            throw BenchmarkFailure("this machine lets a process open \(files) files only")
        }
        let folder = try BenchmarkFolder.make()
        defer { try? FileManager.default.removeItem(at: folder) }
        // Longer than everything that is measured: the picture must not end before.
        let length =
            options.seconds + StreamPlan.settleSeconds + StreamPlan.connectSecondsMax / 2
        let film = try StreamFilm.make(options, seconds: length, in: folder)
        let before = try floor(options, folder)
        let load = try measure(options, film, folder)
        let after = try floor(options, folder)
        return StreamReport(
            options: options, load: load, floor: [before, after],
            floorBytes: bytesPerFrame(options))
    }

    private static func bytesPerFrame(_ options: StreamOptions) -> Int {
        options.kilobits * 1_000 / 8 / options.frames
    }

    private static func floor(
        _ options: StreamOptions, _ folder: URL
    ) throws(BenchmarkFailure) -> Double {
        try FloorProbe.run(
            connections: options.viewers, bytes: bytesPerFrame(options),
            rate: Double(options.frames), seconds: floorSeconds, folder: folder)
    }

    private static func measure(
        _ options: StreamOptions, _ film: URL, _ folder: URL
    ) throws(BenchmarkFailure) -> JSONObject {
        var stream: JSONObject = ["port": 0]
        if let flush = options.flush { stream["flushMilliseconds"] = .integer(Int64(flush)) }
        let server = try BenchmarkServer(rooms: 1, folder: folder, stream: stream)
        defer { server.stop() }
        let key = try ChildProcess(
            [
                "stream-key", "--config", folder.appendingPathComponent("server.json").path,
                "--room", "r0", "--user", "bench",
            ], folder: folder, name: "key"
        ).result(withinSeconds: 20).trimmingCharacters(in: .whitespacesAndNewlines)
        let publisher = try StreamFilm.publish(
            film, to: "rtmp://127.0.0.1:\(server.streamPort)/live/\(key)", in: folder)
        defer {
            publisher.terminate()
            publisher.waitUntilExit()
        }
        try waitForPicture(server, publisher)
        let plan = StreamPlan(
            port: server.port, process: server.identifier, viewers: options.viewers,
            slow: options.slow, stopped: options.stopped,
            bytesPerSecond: options.kilobits * 1_000 / 8, seconds: options.seconds,
            isDirect: options.isDirect)
        let load = try ChildProcess(
            ["bench", "stream-load", String(decoding: plan.encoded.encoded(), as: UTF8.self)],
            folder: folder, name: "load")
        let text = try load.result(withinSeconds: plan.secondsMax)
        guard let report = try? JSON(parsing: text).objectValue else {
            throw BenchmarkFailure("the viewers said \(text.prefix(200))")
        }
        guard report["connected"]?.integerValue == Int64(options.viewers) else {
            throw BenchmarkFailure(
                "\(report["connected"]?.integerValue ?? 0) of \(options.viewers) viewers came: "
                    + (report["firstRefusal"]?.stringValue ?? "the server did not say why"))
        }
        guard publisher.isRunning else {
            throw BenchmarkFailure("the film ended before the measurement did")
        }
        return report
    }

    private static func waitForPicture(
        _ server: BenchmarkServer, _ publisher: Process
    ) throws(BenchmarkFailure) {
        let end = Date().addingTimeInterval(pictureSecondsMax)
        while Date() < end, publisher.isRunning {
            if server.said("publisher began") { return Thread.sleep(forTimeInterval: 1) }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw BenchmarkFailure("the server has no picture")
    }
}
