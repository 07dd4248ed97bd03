import Clockwork
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

/// When the server is killed.
struct KillMoment: Sendable, CustomStringConvertible {
    /// What people see and do when value is about to move, or has just moved.
    enum Cue: String, Sendable, CaseIterable {
        /// The host presses a button that ends entries.
        case closing
        /// The list of a draw was published.
        case frozen
        /// The secret of a draw was published.
        case revealed
        /// Prizes were granted.
        case granted
        /// Winners are asked to claim.
        case claiming
        /// Red packets are being grabbed.
        case grabbing
        /// A pool was reserved for a new round.
        case started
    }

    enum Choice: Sendable {
        case cue(Cue, skipping: Int)
        case seconds(Double)
    }

    var choice: Choice
    /// From the cue.
    var delayMilliseconds: Int
    /// How long nobody serves.
    var downMilliseconds: Int

    /// Draws a moment; with every other seed, and often with the rest, it is one at which value moves.
    static func drawn(_ plan: TrialPlan) -> KillMoment {
        var random = SeededRandom(seed: plan.seed)
        let movesValue = plan.seed.isMultiple(of: 2) || Bool.random(using: &random)
        let down =
            Int.random(in: 0..<4, using: &random) == 0
            ? Int.random(in: 3_000...(plan.isShort ? 3_500 : 6_000), using: &random)
            : Int.random(in: 50...1_500, using: &random)
        guard movesValue, let cue = Cue.allCases.randomElement(using: &random) else {
            return KillMoment(
                choice: .seconds(Double.random(in: 1...(plan.isShort ? 7 : 35), using: &random)),
                delayMilliseconds: 0, downMilliseconds: down)
        }
        let isLong = cue == .claiming || cue == .grabbing
        return KillMoment(
            choice: .cue(cue, skipping: isLong ? 0 : Int.random(in: 0...1, using: &random)),
            delayMilliseconds: Int.random(in: 0...(isLong ? 900 : 60), using: &random),
            downMilliseconds: down)
    }

    var movesValue: Bool {
        if case .cue = choice { true } else { false }
    }

    var description: String {
        let when =
            switch choice {
            case .cue(let cue, 0): "\(delayMilliseconds) ms after \(cue)"
            case .cue(let cue, let count): "\(delayMilliseconds) ms after \(cue) no. \(count + 1)"
            case .seconds(let seconds): "after \((seconds * 10).rounded() / 10) s"
            }
        return "killed \(when), down for \(downMilliseconds) ms"
    }
}

/// Ends the server at the moment that was drawn, whoever's thread brings the news.
final class Executioner: Sendable {
    private struct State {
        var server: TrialServer?
        var skips: Int
        var isDone = false
        /// When the cue came, if it has.
        var cuedAt: UInt64?
    }

    let moment: KillMoment
    private let clock = SystemClock()
    private let state: Lock<State>

    init(_ moment: KillMoment) {
        self.moment = moment
        var skips = 0
        if case .cue(_, let skipping) = moment.choice { skips = skipping }
        state = Lock(State(skips: skips))
    }

    func aim(at server: TrialServer) { state.withLock { $0.server = server } }

    var isDone: Bool { state.withLock { $0.isDone } }

    /// Tells of something that happens; at the cue the server ends, at once or a little later.
    func note(_ cue: KillMoment.Cue) {
        guard case .cue(cue, _) = moment.choice else { return }
        let isNow = state.withLock { state in
            guard state.cuedAt == nil else { return false }
            if state.skips > 0 {
                state.skips -= 1
                return false
            }
            state.cuedAt = clock.monotonicNanoseconds
            return moment.delayMilliseconds == 0
        }
        if isNow { strike() }
    }

    /// Waits until the moment is there, or the show would end without it.
    func wait(untilNoLaterThan seconds: Double) async throws {
        let began = clock.monotonicNanoseconds
        while !isDone {
            let elapsed = Double(clock.monotonicNanoseconds - began) / 1e9
            let cuedAt = state.withLock { $0.cuedAt }
            if let cuedAt {
                let waited = Int((clock.monotonicNanoseconds - cuedAt) / 1_000_000)
                if waited >= moment.delayMilliseconds { return strike() }
            } else if case .seconds(let due) = moment.choice, elapsed >= due {
                return strike()
            }
            if elapsed > seconds { return strike() }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private func strike() {
        state.withLock { state in
            guard !state.isDone else { return }
            state.isDone = true
            state.server?.kill()
        }
    }
}
