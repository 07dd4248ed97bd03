import Foundation
import ShowTrials

/// Plays shows with all five plugins, kills the server in each, and judges what is left.
///
/// `show-trials [--shows N] [--viewers N] [--seed N] [--plugins FOLDER] [--keep]`. The exit code is 1
/// when anything is not as it should be.
@main
enum ShowTrialsCommand {
    static func main() async {
        var numbers = ["--shows": 10, "--viewers": 1_000]
        var seed: UInt64?
        var plugins = "Plugins"
        var keepsFolder = false
        var words = CommandLine.arguments.dropFirst()
        while let word = words.popFirst() {
            switch word {
            case "--keep": keepsFolder = true
            case "--plugins": plugins = words.popFirst() ?? plugins
            case "--seed": seed = words.popFirst().flatMap { UInt64($0) }
            case "--shows", "--viewers": numbers[word] = words.popFirst().flatMap { Int($0) } ?? 0
            default: fail("\(word) is not expected")
            }
        }
        guard let shows = numbers["--shows"], let viewers = numbers["--viewers"], shows >= 1,
            (10...5_000).contains(viewers), let executable = TrialPlan.executable()
        else { return fail("--shows from 1, --viewers from 10 to 5000; and build playhouse first") }
        let given = ProcessInfo.processInfo.environment["PLAYHOUSE_FUZZ_SEED"].flatMap {
            UInt64($0)
        }
        let first = seed ?? given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        say("\(shows) shows of \(viewers) viewers: PLAYHOUSE_FUZZ_SEED=\(first)")
        var bad = 0
        for number in 0..<shows {
            // Each show can be played again by itself, with its own seed.
            var plan = TrialPlan(
                seed: first &+ UInt64(number), viewers: viewers, executable: executable,
                plugins: URL(fileURLWithPath: plugins).standardizedFileURL.path)
            plan.keepsFolder = keepsFolder
            do {
                let report = try await ShowTrial(plan).run()
                say("show \(number + 1): \(report.line)")
                for problem in report.problems { say("    \(problem)") }
                if !report.problems.isEmpty { bad += 1 }
            } catch {
                say("show \(number + 1): NOT PLAYED TO ITS END: \(error)")
                bad += 1
            }
        }
        say(bad == 0 ? "all \(shows) shows are consistent" : "\(bad) of \(shows) shows are NOT")
        exit(bad == 0 ? 0 : 1)
    }

    private static func say(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private static func fail(_ message: String) {
        FileHandle.standardError.write(Data("show-trials: \(message)\n".utf8))
        exit(2)
    }
}
