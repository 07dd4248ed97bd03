import Clockwork
import Foundation
import Testing
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The built `playhouse` command, running in a process of its own.
final class ChildProcess: Sendable {
    struct Outcome: Sendable {
        /// Of the command; nil when a signal ended it.
        var exitCode: Int32?
        var output: String
        var errors: String
    }

    private let process: Lock<Process>
    let pid: Int32
    private let folder: TemporaryFolder

    /// Starts `playhouse` with the given words.
    init(_ words: [String]) throws {
        folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = try Self.executable()
        process.arguments = words
        process.standardInput = FileHandle.nullDevice
        // Files take any amount without anybody reading.
        for (name, path) in [("output", \Process.standardOutput), ("errors", \.standardError)] {
            try folder.write("", to: name)
            process[keyPath: path] = FileHandle(forWritingAtPath: folder.file(name))
        }
        try process.run()
        pid = process.processIdentifier
        self.process = Lock(process)
    }

    deinit {
        if isRunning { kill(pid, SIGKILL) }
    }

    var isRunning: Bool { process.withLock { $0.isRunning } }
    var output: String { folder.read("output") }
    var errors: String { folder.read("errors") }

    func send(signal: Int32) { kill(pid, signal) }

    func outcome() async throws -> Outcome {
        try await eventually("the end of the process; it says: \(output) \(errors)") { !isRunning }
        let (reason, status) = process.withLock { ($0.terminationReason, $0.terminationStatus) }
        return Outcome(
            exitCode: reason == .exit ? status : nil, output: output, errors: errors)
    }

    /// Runs the command to its end.
    static func run(_ words: String...) async throws -> Outcome {
        try await ChildProcess(words).outcome()
    }

    /// The command is built into the folder of the tests.
    private static func executable() throws -> URL {
        let runner = try #require(Bundle.main.executableURL)
        var folder = runner.deletingLastPathComponent()
        for _ in 0..<4 {
            let file = folder.appending(path: "playhouse")
            if FileManager.default.isExecutableFile(atPath: file.path) { return file }
            folder = folder.deletingLastPathComponent()
        }
        Issue.record("no playhouse beside \(runner.path); swift build makes it")
        throw CancellationError()
    }
}

/// `playhouse serve` on a folder with a configuration.
struct ChildServer {
    let process: ChildProcess
    let port: UInt16

    static let secret = "a secret of thirty-two bytes, at least"

    /// The configuration of a room `teahouse` with the price guess.
    static func configuration(_ change: (inout JSONObject) -> Void = { _ in }) -> JSON {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../..").standardized.path
        var configuration: JSONObject = [
            "listen": ["host": "127.0.0.1", "port": 0], "data": "data",
            "plugins": .string(root + "/Plugins"), "lanes": 2, "drainSeconds": 20,
            "log": ["format": "json"],
            "keys": [["kid": "first", "secret": .string(secret)]],
            "limits": ["messageBurst": 100_000, "byteBurst": 1_000_000_000],
            "rooms": [
                [
                    "id": "teahouse", "anonymous": true,
                    "show": [
                        "id": "spring-tea", "pools": ["coupon": 5],
                        "products": [
                            [
                                "id": "oolong", "title": ["en": "Oolong"], "currency": "CNY",
                                "priceMinor": 12_800,
                            ]
                        ],
                        "plugins": [
                            [
                                "id": "price-guess",
                                "config": ["product": "oolong", "price": 12_800, "seconds": 600],
                            ]
                        ],
                    ],
                ]
            ],
        ]
        change(&configuration)
        return .object(configuration)
    }

    /// Starts a server and waits until it listens.
    static func start(
        in folder: TemporaryFolder, _ change: (inout JSONObject) -> Void = { _ in }
    ) async throws -> ChildServer {
        try folder.write(
            String(decoding: configuration(change).encoded(), as: UTF8.self), to: "show.json")
        let process = try ChildProcess(["serve", "--config", folder.file("show.json")])
        var port: Int64?
        try await eventually("the server; it says: \(process.output) \(process.errors)") {
            for line in process.output.split(separator: "\n") {
                guard let entry = try? JSON(parsing: Array(line.utf8)),
                    entry["message"]?.stringValue?.hasPrefix("listening") == true
                else { continue }
                port = entry["port"]?.integerValue
            }
            return port != nil || !process.isRunning
        }
        return ChildServer(process: process, port: UInt16(try #require(port, "\(process.errors)")))
    }
}
