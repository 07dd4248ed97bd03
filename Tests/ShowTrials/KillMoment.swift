import Clockwork

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
        /// A viewer reads that an answer counts; at once, or it would be durable in any case.
        case acknowledged
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
        if cue == .acknowledged {
            let skips = Int.random(in: 0...plan.viewers, using: &random)
            return KillMoment(
                choice: .cue(cue, skipping: skips), delayMilliseconds: 0, downMilliseconds: down)
        }
        let isAtOnce = !isLong && Bool.random(using: &random)
        return KillMoment(
            choice: .cue(cue, skipping: isLong ? 0 : Int.random(in: 0...1, using: &random)),
            delayMilliseconds: isAtOnce
                ? 0 : Int.random(in: 0...(isLong ? 900 : 60), using: &random),
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
