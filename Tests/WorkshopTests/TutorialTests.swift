import Clockwork
import Foundation
import Testing

/// The tutorial, done step by step as a reader does it: files are written, changed and added to, commands
/// are run, and what they are said to print is looked for.
@Suite(.serialized) struct TutorialTests {
    @Test func `Every step of the tutorial can be done as it is written`() async throws {
        let text = try String(
            contentsOfFile: Folder.root + "/SDK-docs/tutorial.md", encoding: .utf8)
        let steps = TutorialStep.all(in: text)
        #expect(steps.count > 25)
        let folder = try Folder()
        let desk = TutorialDesk(folder: folder.path)
        defer { desk.close() }
        for step in steps { try await desk.perform(step) }
        #expect(desk.runCount > 8)
        // The finished game is there for who does not want to type.
        let example = Folder.root + "/SDK-docs/examples/team-vote"
        for file in try FileManager.default.subpathsOfDirectory(atPath: example).sorted()
        where file.contains(".") {
            let finished = try String(contentsOfFile: "\(example)/\(file)", encoding: .utf8)
            #expect(try desk.read(file) == finished, "\(file)")
        }
    }

    @Test func `A change is applied where its lines stand, and nowhere else`() throws {
        let text = "a\nb\n\nc\nd\n"
        #expect(try TutorialChange.apply(" b\n\n-c\n+C\n+D", to: text) == "a\nb\n\nC\nD\nd\n")
        #expect(try TutorialChange.apply("-a\n+A\n@@\n c\n-d", to: text) == "A\nb\n\nc\n")
        #expect(throws: TutorialProblem.self) { try TutorialChange.apply(" b\n-c", to: text) }
        #expect(throws: TutorialProblem.self) {
            try TutorialChange.apply("-a\n+b", to: "a\na\n")
        }
    }
}

private struct TutorialProblem: Error, CustomStringConvertible {
    var description: String
}

/// One fenced block, with the words behind its fence.
private struct TutorialStep {
    var words: [String]
    var lines: [String]
    var text: String { lines.joined(separator: "\n") }

    static func all(in page: String) -> [TutorialStep] {
        var steps: [TutorialStep] = []
        var open: TutorialStep?
        for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                if let step = open {
                    steps.append(step)
                    open = nil
                } else {
                    open = TutorialStep(
                        words: line.dropFirst(3).split(separator: " ").map(String.init), lines: [])
                }
            } else {
                open?.lines.append(line)
            }
        }
        return steps
    }
}

/// A block of lines that stay, go and come.
private enum TutorialChange {
    static func apply(_ change: String, to text: String) throws -> String {
        var all = text.split(separator: "\n", omittingEmptySubsequences: false)
        for hunk in change.components(separatedBy: "\n@@\n") {
            let lines = hunk.split(separator: "\n", omittingEmptySubsequences: false)
            let old = lines.filter { $0.first != "+" }.map { $0.dropFirst() }
            let new = lines.filter { $0.first != "-" }.map { $0.dropFirst() }
            let places = all.indices.filter { all[$0...].starts(with: old) }
            guard let place = places.first, places.count == 1 else {
                throw TutorialProblem(
                    description: "these lines stand in \(places.count) places:\n"
                        + old.joined(separator: "\n") + "\nof\n\(text)")
            }
            all.replaceSubrange(place..<place + old.count, with: new)
        }
        return all.joined(separator: "\n")
    }
}

/// A folder in which a reader works, and the commands that run there.
private final class TutorialDesk {
    private let folder: String
    private var output = ""
    private var background: [Process] = []
    private(set) var runCount = 0

    init(folder: String) { self.folder = folder }

    func perform(_ step: TutorialStep) async throws {
        switch step.words {
        case ["sh"]:
            output = ""
            for line in step.lines { try await run(line) }
        case ["sh", "background"]:
            for line in step.lines { try await start(line) }
        case ["text"]:
            var rest = output[...]
            for line in step.lines {
                guard let range = rest.range(of: line) else {
                    throw TutorialProblem(description: "\"\(line)\" is not printed in\n\(output)")
                }
                rest = rest[range.upperBound...]
            }
        case let words where words.first == "diff" && words.count == 2:
            try write(TutorialChange.apply(step.text, to: read(words[1])), to: words[1])
        case let words where words.last == "+" && words.count == 3:
            try write(read(words[1]) + "\n" + step.text + "\n", to: words[1])
        case let words where words.count == 2: try write(step.text + "\n", to: words[1])
        // An example that is not for this folder.
        case ["json"]: break
        default: throw TutorialProblem(description: "what is ``` \(step.words)?")
        }
    }

    func read(_ file: String) throws -> String {
        try String(contentsOfFile: "\(folder)/team-vote/\(file)", encoding: .utf8)
    }

    private func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/team-vote/\(file)"))
    }

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

    private func run(_ line: String) async throws {
        let words = line.split(separator: " ").map(String.init)
        if words.first == "rm", words.count == 2 {
            return try FileManager.default.removeItem(atPath: "\(folder)/\(words[1])")
        }
        guard words.first == "playhouse" else {
            throw TutorialProblem(description: "the tutorial runs \(line)")
        }
        let file = URL(fileURLWithPath: "\(folder)/output")
        let process = try process(Array(words.dropFirst()), output: file)
        // Without keeping a thread that other tests need.
        while process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
        let printed = try String(contentsOf: file, encoding: .utf8)
        output += printed
        runCount += 1
        guard process.terminationStatus == 0 else {
            throw TutorialProblem(
                description: "\(line) ends with \(process.terminationStatus):\n\(printed)")
        }
    }

    /// Starts what goes on until the end, on any free port, and waits until it has opened.
    private func start(_ line: String) async throws {
        let words = line.split(separator: " ").dropFirst().map(String.init)
        let file = URL(fileURLWithPath: "\(folder)/background-\(background.count)")
        let process = try process(words + ["--port", "0"], output: file)
        background.append(process)
        for _ in 0..<600 {
            let printed = try String(contentsOf: file, encoding: .utf8)
            if printed.contains("http://127.0.0.1:") { return }
            guard process.isRunning else { throw TutorialProblem(description: printed) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TutorialProblem(description: "\(line) does not open")
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
        throw TutorialProblem(description: "the executable playhouse is not beside the tests")
    }
}
