import Foundation

/// Tells why a benchmark could not be carried out.
package struct BenchmarkFailure: Error, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

/// A process that this one started and that ends with it: this same executable with other arguments.
///
/// Its output goes to files, so that a full pipe never stops it.
final class ChildProcess {
    private let process = Process()
    private let output: URL

    /// Starts this executable again with arguments. The output files go to a folder.
    init(_ arguments: [String], folder: URL, name: String) throws(BenchmarkFailure) {
        guard let executable = Bundle.main.executableURL else {
            throw BenchmarkFailure("the path of this executable is not known")
        }
        output = folder.appendingPathComponent("\(name).out")
        let log = folder.appendingPathComponent("\(name).log")
        for file in [output, log] {
            _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        }
        process.executableURL = executable
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        do {
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: log)
            try process.run()
        } catch {
            throw BenchmarkFailure("cannot start \(executable.path): \(error)")
        }
    }

    deinit { stop() }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }

    /// What the process has written so far, to both of its outputs.
    func text() -> String {
        let log = output.deletingPathExtension().appendingPathExtension("log")
        return [output, log].map { (try? String(contentsOf: $0, encoding: .utf8)) ?? "" }.joined()
    }

    /// Waits until the process has ended by itself and returns what it wrote to standard output.
    ///
    /// Throws when it takes too long, which ends it, or fails.
    func result(withinSeconds seconds: Double) throws(BenchmarkFailure) -> String {
        let end = Date().addingTimeInterval(seconds)
        while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.01) }
        guard !process.isRunning else {
            stop()
            throw BenchmarkFailure("\(name) did not end within \(Int(seconds)) s")
        }
        guard process.terminationStatus == 0 else {
            throw BenchmarkFailure(
                "\(name) failed with \(process.terminationStatus): \(text().suffix(1000))")
        }
        return (try? String(contentsOf: output, encoding: .utf8)) ?? ""
    }

    /// Asks the process to end, and makes it when it does not within ten seconds.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        let end = Date().addingTimeInterval(10)
        while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.01) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    private var name: String { output.deletingPathExtension().lastPathComponent }
}
