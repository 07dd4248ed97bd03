import Foundation

/// The film that is published: made by ffmpeg beforehand, so that nothing is encoded while figures
/// are taken.
enum StreamFilm {
    private static let encodingSecondsMax = 120.0
    private static let soundKilobits = 96

    /// The program; nil where there is none.
    static let ffmpeg: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").map { $0 + "/ffmpeg" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Encodes a film of a constant bit rate with a keyframe every two seconds.
    static func make(
        _ options: StreamOptions, seconds: Double, in folder: URL
    ) throws(BenchmarkFailure) -> URL {
        let film = folder.appendingPathComponent("film.flv")
        let picture = max(100, options.kilobits - soundKilobits)
        let process = try start(
            [
                "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
                "testsrc2=size=640x360:rate=\(options.frames)", "-f", "lavfi", "-i",
                "sine=frequency=220:sample_rate=44100", "-t", "\(seconds)", "-c:v", "libx264",
                "-preset", "ultrafast", "-tune", "zerolatency", "-x264-params",
                "nal-hrd=cbr:force-cfr=1", "-b:v", "\(picture)k", "-minrate", "\(picture)k",
                "-maxrate", "\(picture)k", "-bufsize", "\(picture / options.frames * 4)k", "-g",
                "\(options.frames * 2)", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a",
                "\(soundKilobits)k", "-f", "flv", film.path,
            ], in: folder)
        let end = Date().addingTimeInterval(encodingSecondsMax)
        while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.05) }
        guard !process.isRunning, process.terminationStatus == 0 else {
            process.terminate()
            throw BenchmarkFailure("ffmpeg did not make the film: \(log(folder))")
        }
        return film
    }

    /// Begins to publish it at the pace at which it plays.
    static func publish(
        _ film: URL, to address: String, in folder: URL
    ) throws(BenchmarkFailure) -> Process {
        try start(
            [
                "-nostdin", "-v", "error", "-re", "-i", film.path, "-c", "copy", "-f", "flv",
                address,
            ], in: folder)
    }

    private static func start(
        _ arguments: [String], in folder: URL
    ) throws(BenchmarkFailure) -> Process {
        guard let ffmpeg else {
            throw BenchmarkFailure(
                "ffmpeg is missing; install it, such as by apt-get install ffmpeg")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ffmpeg)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        let errors = folder.appendingPathComponent("ffmpeg.log")
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        process.standardError = FileHandle(forWritingAtPath: errors.path)
        do {
            try process.run()
        } catch {
            throw BenchmarkFailure("cannot start \(ffmpeg): \(error)")
        }
        return process
    }

    private static func log(_ folder: URL) -> String {
        let file = folder.appendingPathComponent("ffmpeg.log")
        return String(((try? String(contentsOf: file, encoding: .utf8)) ?? "").suffix(500))
    }
}
