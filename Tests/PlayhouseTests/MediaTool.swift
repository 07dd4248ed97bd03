import Foundation
import Testing

/// Debian's tools that judge what the server makes.
enum MediaTool {
    /// Runs one to its end; what it printed and what it complained of.
    static func run(
        _ path: String, _ arguments: [String]
    ) async throws -> (status: Int32, output: String, errors: String) {
        let folder = try TemporaryFolder()
        for name in ["output", "errors"] { try folder.write("", to: name) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: folder.file("output"))
        process.standardError = FileHandle(forWritingAtPath: folder.file("errors"))
        try process.run()
        for _ in 0..<3_000 where process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        guard !process.isRunning else {
            kill(process.processIdentifier, SIGKILL)
            return (-1, "", "\(path) does not end")
        }
        return (process.terminationStatus, folder.read("output"), folder.read("errors"))
    }

    /// Decodes every byte of a file and stops at the first that is wrong.
    static func decode(_ file: String) async throws -> (status: Int32, errors: String) {
        let (status, _, errors) = try await run(
            "/usr/bin/ffmpeg",
            [
                "-nostdin", "-v", "warning", "-xerror", "-err_detect", "explode", "-i", file,
                // In the file's own times: else ffmpeg rounds to a frame rate that it guesses from the
                // length, pauses included, and complains that two frames are one.
                "-fps_mode", "passthrough", "-enc_time_base", "-1", "-f", "null", "-",
            ])
        return (status, errors)
    }

    /// What ffprobe tells, one `name=value` a line.
    static func probe(_ arguments: String..., of file: String) async throws -> [String] {
        let (status, output, errors) = try await run(
            "/usr/bin/ffprobe", ["-v", "error", "-of", "default=nw=1"] + arguments + [file])
        #expect(status == 0 && errors == "", "\(errors)")
        return output.split(separator: "\n").map(String.init)
    }
}
