import Foundation

/// A folder in which a reader works, and the commands that run there.
///
/// A block says what it is behind its fence:
///
/// - `lua FILE`, `json FILE`: the file's whole content; with a `+` it is added to the end.
/// - `diff FILE`: a change of the file.
/// - `sh`: commands that must succeed; `sh fails`: the last one must not.
/// - `sh background`: goes on until the end, or until `kill -9 %1`.
/// - `text`: what the commands before it print; `text log`: what the newest one in the background does.
/// - `json` and `lua` alone: a piece to look at.
final class PageDesk {
    private let folder: String
    private let files: String
    private var output = ""
    private var background: [Process] = []
    private(set) var runCount = 0
    /// What a reader does in the browser each time when something in the background has opened, and when its log
    /// says what the page tells to wait for.
    var visit: ((_ number: Int, _ port: UInt16) async throws -> Void)?
    private var visitCount = 0

    /// - Parameters:
    ///   - folder: Where commands run.
    ///   - files: Stands before the name of every file, such as `team-vote/`.
    init(folder: String, files: String = "") {
        self.folder = folder
        self.files = files
    }

    func perform(_ step: PageStep) async throws {
        switch step.words {
        case ["sh"]:
            output = ""
            for line in step.lines { try await run(line) }
        case ["sh", "fails"]:
            output = ""
            for line in step.lines { try await run(line, fails: line == step.lines.last) }
        case ["sh", "background"]:
            for line in step.lines { try await start(line) }
        case ["text"]: try find(step.lines, in: output)
        case ["text", "log"]: try await waitForLog(step.lines)
        case let words where words.first == "diff" && words.count == 2:
            try write(PageChange.apply(step.text, to: read(words[1])), to: words[1])
        case let words where words.last == "+" && words.count == 3:
            try write(read(words[1]) + "\n" + step.text + "\n", to: words[1])
        case let words where words.count == 2: try write(step.text + "\n", to: words[1])
        case ["json"], ["lua"]: break
        default: throw PageProblem(description: "what is ``` \(step.words)?")
        }
    }

    func read(_ file: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(files)\(file)", encoding: .utf8)
    }

    private func write(_ text: String, to file: String) throws {
        let place = URL(fileURLWithPath: "\(folder)/\(files)\(file)")
        try FileManager.default.createDirectory(
            at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: place)
    }

    private func find(_ lines: [String], in printed: String) throws {
        var rest = printed[...]
        for line in lines {
            guard let range = rest.range(of: line) else {
                throw PageProblem(description: "\"\(line)\" is not printed in\n\(printed)")
            }
            rest = rest[range.upperBound...]
        }
    }

    // MARK: - Commands

    private func process(_ words: [String], output: URL) throws -> Process {
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        let process = Process()
        process.executableURL = try Self.executable()
        process.arguments = words
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardInput = FileHandle.nullDevice
        let file = try FileHandle(forWritingTo: output)
        process.standardOutput = file
        process.standardError = file
        try process.run()
        return process
    }

    private func run(_ line: String, fails: Bool = false) async throws {
        let words = line.split(separator: " ").map(String.init)
        switch words.first {
        case "playhouse":
            let printed = try await playhouse(Array(words.dropFirst()), fails: fails)
            output += printed
        case "rm" where words.count == 2: try FileManager.default.removeItem(atPath: path(words[1]))
        case "mv" where words.count == 3:
            try FileManager.default.moveItem(atPath: path(words[1]), toPath: path(words[2]))
        case "cp" where words.count == 4 && words[1] == "-r":
            try FileManager.default.copyItem(atPath: path(words[2]), toPath: path(words[3]))
        case "kill" where words == ["kill", "-9", "%1"]:
            guard let newest = background.popLast() else {
                throw PageProblem(description: "nothing runs in the background")
            }
            kill(newest.processIdentifier, SIGKILL)
            newest.waitUntilExit()
        default: throw PageProblem(description: "the page runs \(line)")
        }
    }

    private func path(_ file: String) -> String { "\(folder)/\(file)" }

    /// Runs the command, and returns what it prints.
    func playhouse(_ words: [String], fails: Bool = false) async throws -> String {
        let file = URL(fileURLWithPath: "\(folder)/output")
        let process = try process(words, output: file)
        // Without keeping a thread that other tests need.
        while process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        let printed = try String(contentsOf: file, encoding: .utf8)
        runCount += 1
        guard (process.terminationStatus != 0) == fails else {
            throw PageProblem(
                description: "playhouse \(words.joined(separator: " ")) ends with "
                    + "\(process.terminationStatus):\n\(printed)")
        }
        return printed
    }

    // MARK: - In the background

    private var log: URL { URL(fileURLWithPath: "\(folder)/background-\(background.count)") }

    /// Starts what goes on until the end, on any free port, and waits until it has opened.
    private func start(_ line: String) async throws {
        var words = line.split(separator: " ").dropFirst().map(String.init)
        if words.last == "&" { words.removeLast() }
        let file = log
        let process = try process(words + ["--port", "0"], output: file)
        background.append(process)
        _ = try await port(in: file)
        try await visitNow()
    }

    private func port(in file: URL) async throws -> UInt16 {
        for _ in 0..<1_200 {
            let printed = try String(contentsOf: file, encoding: .utf8)
            if let port = printed.firstMatch(of: #/http:\/\/127\.0\.0\.1:(?<port>\d+)\D/#)?
                .output.port
            {
                return UInt16(port) ?? 0
            }
            guard let newest = background.last, newest.isRunning else {
                throw PageProblem(description: printed)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw PageProblem(description: "what should go on in the background does not open")
    }

    private var newestLog: URL {
        URL(fileURLWithPath: "\(folder)/background-\(background.count - 1)")
    }

    private func visitNow() async throws {
        guard let visit else { return }
        visitCount += 1
        try await visit(visitCount, try await port(in: newestLog))
    }

    private func waitForLog(_ lines: [String]) async throws {
        for _ in 0..<1_200 {
            let printed = try String(contentsOf: newestLog, encoding: .utf8)
            if (try? find(lines, in: printed)) != nil { return try await visitNow() }
            try await Task.sleep(for: .milliseconds(50))
        }
        try find(lines, in: try String(contentsOf: newestLog, encoding: .utf8))
    }

    func close() {
        for process in background {
            process.terminate()
            process.waitUntilExit()
        }
    }

    /// The executable beside the tests that run.
    private static func executable() throws -> URL {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
        var place = bundle.map { URL(fileURLWithPath: $0) } ?? Bundle.main.bundleURL
        for _ in 0..<6 {
            let file = place.appendingPathComponent("playhouse")
            if !file.hasDirectoryPath, FileManager.default.isExecutableFile(atPath: file.path) {
                return file
            }
            place = place.deletingLastPathComponent()
        }
        throw PageProblem(description: "the executable playhouse is not beside the tests")
    }
}
