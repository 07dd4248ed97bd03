import Foundation

/// Debian's ffmpeg, which sends a moving picture to a playhouse.
struct StreamEncoder: Sendable {
    static let path = "/usr/bin/ffmpeg"
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

    private let process: ServedProcess
    private let output: URL

    /// What every server takes.
    private static let h264 = [
        "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "60", "-pix_fmt",
        "yuv420p",
    ]

    /// Publishes a picture of a size; `source` is one of ffmpeg's, `video` how it is coded.
    init(
        to address: String, size: String, source: String = "testsrc2", video: [String] = h264
    ) throws {
        output = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-encoder-\(UUID().uuidString).log")
        process = try ServedProcess(
            URL(fileURLWithPath: Self.path),
            [
                "-nostdin", "-v", "error", "-re", "-f", "lavfi", "-i",
                "\(source)=size=\(size):rate=30", "-f", "lavfi", "-i",
                "sine=330:sample_rate=48000",
            ] + video + ["-c:a", "aac", "-f", "flv", address], output: output)
    }

    /// Ends it as `kill -9` does.
    func kill() {
        process.kill()
        try? FileManager.default.removeItem(at: output)
    }
}
