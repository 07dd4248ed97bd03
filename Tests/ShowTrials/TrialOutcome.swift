import Foundation

/// What a command of `playhouse` said and how it ended.
struct TrialOutcome: Sendable {
    /// Nil when a signal ended it.
    var exitCode: Int32?
    var output: [UInt8]
    var errors: String

    /// Runs `playhouse` with words to its end.
    static func run(
        _ executable: String, _ words: [String], in folder: TrialFolder
    ) async throws -> TrialOutcome {
        let (output, errors) = (folder.newFile("output", "txt"), folder.newFile("errors", "txt"))
        let process = try TrialServer.launch(executable, words, output, errors)
        let end = Date().addingTimeInterval(300)
        while process.isRunning {
            guard Date() < end else {
                process.terminate()
                throw TrialFailure("playhouse \(words.joined(separator: " ")) did not end")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return TrialOutcome(
            exitCode: process.terminationReason == .exit ? process.terminationStatus : nil,
            output: Array(FileManager.default.contents(atPath: output) ?? Data()),
            errors: TrialFolder.read(errors))
    }
}
