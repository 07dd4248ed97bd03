import Clockwork
import Foundation
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A `playhouse serve` in a process of its own, as operators run it.
///
/// It can be killed and started again on the same port and folder. Its output goes to files, so that
/// a full pipe never stops it.
final class TrialServer: Sendable {
    private let process: Lock<Process>
    private let log: String
    let pid: Int32
    let port: UInt16

    private static let startSecondsMax = 120.0

    /// Starts a server on the configuration in a folder and waits until it listens.
    static func start(_ executable: String, in folder: TrialFolder) async throws -> TrialServer {
        let log = folder.newFile("server", "log")
        let process = try launch(executable, ["serve", "--config", folder.configuration], log, log)
        let end = Date().addingTimeInterval(startSecondsMax)
        while true {
            let text = folder.text(log)
            if let port = listening(text) {
                return TrialServer(process: process, log: log, port: port)
            }
            guard process.isRunning, Date() < end else {
                if process.isRunning { process.terminate() }
                throw TrialFailure("the server did not start:\n\(text.suffix(2_000))")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private init(process: Process, log: String, port: UInt16) {
        pid = process.processIdentifier
        self.process = Lock(process)
        self.log = log
        self.port = port
    }

    deinit {
        if isRunning { kill() }
    }

    var isRunning: Bool { process.withLock { $0.isRunning } }

    /// Ends the process at once, as `kill -9` does; nothing of it runs when this returns.
    func kill() { _ = signal(SIGKILL) }

    /// Asks the server to end, and waits for it.
    ///
    /// - Returns: Its exit code; nil when a signal ended it.
    func drain() async throws -> Int32? {
        signal(SIGTERM)
        return try await ended(withinSeconds: 60)
    }

    func ended(withinSeconds seconds: Double) async throws -> Int32? {
        let end = Date().addingTimeInterval(seconds)
        while isRunning {
            guard Date() < end else { throw TrialFailure("the server did not end:\n\(logEnd)") }
            try await Task.sleep(for: .milliseconds(5))
        }
        let (reason, status) = process.withLock { ($0.terminationReason, $0.terminationStatus) }
        return reason == .exit ? status : nil
    }

    /// The last lines that the server has logged.
    var logEnd: String { String(TrialFolder.read(log).suffix(2_000)) }

    /// Lines of the log of a level.
    func lines(level: String) -> [String] {
        TrialFolder.read(log).split(separator: "\n").map(String.init).filter {
            guard let entry = try? JSON(parsing: $0) else { return false }
            return entry["level"]?.stringValue == level
        }
    }

    @discardableResult
    private func signal(_ signal: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.kill(pid, signal)
        #else
            Darwin.kill(pid, signal)
        #endif
    }

    private static func listening(_ text: String) -> UInt16? {
        for line in text.split(separator: "\n") {
            guard let entry = try? JSON(parsing: String(line)),
                entry["message"]?.stringValue?.hasPrefix("listening") == true
            else { continue }
            return entry["port"]?.integerValue.flatMap(UInt16.init(exactly:))
        }
        return nil
    }

    static func launch(
        _ executable: String, _ words: [String], _ output: String, _ errors: String
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError =
            errors == output
            ? process.standardOutput : FileHandle(forWritingAtPath: errors)
        try process.run()
        return process
    }
}
