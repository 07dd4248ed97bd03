import Clockwork
import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Debian's ffmpeg in a process of its own: as an encoder, or to read what comes out.
final class Encoder: Sendable {
    private static let path = "/usr/bin/ffmpeg"
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }

    private let process: Lock<Process>
    private let folder: TemporaryFolder

    init(_ arguments: [String]) throws {
        folder = try TemporaryFolder()
        try folder.write("", to: "errors")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.path)
        process.arguments = ["-nostdin"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: folder.file("errors"))
        try process.run()
        self.process = Lock(process)
    }

    deinit { end() }

    /// Sends a small moving picture with sound.
    convenience init(to address: String, size: String = "320x180") throws {
        try self.init([
            "-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=30",
            "-f", "lavfi", "-i", "sine=440:sample_rate=44100",
            "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "15",
            "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-f", "flv", address,
        ])
    }

    /// Reads three seconds of a stream and stops at the first byte that is wrong.
    static func reading(_ address: String) throws -> Encoder {
        try Encoder([
            "-v", "warning", "-xerror", "-err_detect", "explode", "-i", address, "-t", "3",
            "-f", "null", "-",
        ])
    }

    var isRunning: Bool { process.withLock { $0.isRunning } }

    /// What it ended with, and what it said.
    func outcome() async throws -> (status: Int32, errors: String) {
        for _ in 0..<6_000 where isRunning { try await Task.sleep(for: .milliseconds(20)) }
        guard !isRunning else { return (-1, "it does not end") }
        return (process.withLock { $0.terminationStatus }, folder.read("errors"))
    }

    /// Ends it as `kill -9` does: threads that start processes have other signals blocked, and their
    /// children inherit that.
    func end() { if isRunning { kill(process.withLock { $0.processIdentifier }, SIGKILL) } }
}
