import Foundation

/// What one trial is: everything that is drawn by its seed, and how many people take part.
package struct TrialPlan: Sendable {
    package var seed: UInt64
    package var viewers: Int
    /// The built `playhouse`.
    package var executable: String
    /// The folder with the five plugins.
    package var plugins: String
    /// Seconds that viewers have for what is asked of them; a crowd needs more than a few people.
    package var seconds: Int64
    /// Whether some of the games are left out, each time others: for a run of all tests.
    let isShort: Bool
    /// How likely the host ends a game early, each time that they look.
    var haste: Double
    /// Whether the folder of the trial stays when it is over.
    package var keepsFolder = false

    package init(seed: UInt64, viewers: Int, executable: String, plugins: String) {
        self.seed = seed
        self.viewers = viewers
        self.executable = executable
        self.plugins = plugins
        isShort = viewers <= 100
        seconds = isShort ? 5 : 7
        haste = isShort ? 0.05 : 0.012
    }

    /// The command that was built beside this executable, or beside the tests that run; nil when there
    /// is none.
    package static func executable() -> String? {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
        var place = bundle.map { URL(fileURLWithPath: $0) } ?? Bundle.main.executableURL
        for _ in 0..<6 {
            guard let folder = place?.deletingLastPathComponent() else { return nil }
            let file = folder.appendingPathComponent("playhouse")
            if FileManager.default.isExecutableFile(atPath: file.path) { return file.path }
            place = folder
        }
        return nil
    }

    /// How many win something, so that most who take part do not.
    var winners: Int64 { Int64(max(2, viewers / 40)) }
    /// In every show one game has more prizes than winners: what is left has to come back.
    var guessWinners: Int64 { isShort ? Int64(viewers) : winners }
    var couponWinners: Int64 { isShort ? winners : min(500, Int64(viewers / 2)) }
    var packets: Int64 { Int64(max(5, viewers / 4)) }
}
