import Clockwork
import Foundation

/// A process that a test started: its output goes to a file and it never outlives the test.
final class ServedProcess: Sendable {
    private let process: Lock<Process>
    private let output: URL

    init(_ executable: URL, _ arguments: [String], output: URL) throws {
        self.output = output
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        let file = try FileHandle(forWritingTo: output)
        process.standardOutput = file
        process.standardError = file
        try process.run()
        self.process = Lock(process)
    }

    deinit { kill() }

    var isRunning: Bool { process.withLock { $0.isRunning } }

    /// Everything that the process has written.
    var text: String { (try? String(contentsOf: output, encoding: .utf8)) ?? "" }

    /// Ends the process as `kill -9` does, and waits until it is gone.
    func kill() {
        process.withLock { process in
            guard process.isRunning else { return }
            Foundation.kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
    }

    /// Asks the process to end and returns its exit code, or nil if it had to be killed.
    func terminate(withinSeconds seconds: Double = 60) async throws -> Int32? {
        process.withLock { $0.terminate() }
        let end = Date().addingTimeInterval(seconds)
        while isRunning, Date() < end { try await Task.sleep(for: .milliseconds(20)) }
        guard !isRunning else {
            kill()
            return nil
        }
        return process.withLock { $0.terminationStatus }
    }
}
