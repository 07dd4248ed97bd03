import Foundation
import Testing

/// The program `playhouse`, which is built beside the tests.
enum Program {
    static let path: String = {
        #if os(Linux)
            let tests =
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        #else
            let tests = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundlePath
        #endif
        let folder = URL(fileURLWithPath: tests ?? CommandLine.arguments[0])
            .deletingLastPathComponent()
        return folder.appendingPathComponent("playhouse").path
    }()

    struct Result {
        var output: String
        var errors: String
        /// Exit code, or the signal as a negative number.
        var code: Int32
    }

    static func run(_ words: [String]) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = words
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // Both are short, so reading one after the other cannot block.
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaints = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        return Result(
            output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: complaints, as: UTF8.self),
            code: isSignal ? -process.terminationStatus : process.terminationStatus)
    }

    /// Writes a file that is there while `body` runs.
    static func withFile<Result>(
        _ text: String, name: String = "chunk.lua", mode: Int = 0o600,
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
        return try await body(file.path)
    }
}

/// Waits for something that another process does; gives up after a time that only a hang needs.
func eventually(_ condition: () throws -> Bool) async throws {
    for _ in 0..<6_000 {
        if try condition() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("it did not happen")
}
