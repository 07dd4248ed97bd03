import Clockwork
import Wire

/// What people do in a show and how the clock goes, chosen by a seed.
struct Scenario {
    enum Deed {
        case guess(user: String, value: Int64)
        case start(JSONObject)
        case lock
        case stop
        case publish(text: String)
        case pin(text: String)
    }

    enum Step {
        /// Done at once, in this order.
        case deeds([Deed])
        /// The clock moves on, or is set back.
        case clock(milliseconds: Int64)
    }

    var steps: [Step] = []

    /// - Parameters:
    ///   - seed: The same seed gives the same scenario.
    ///   - rounds: Runs of the plugin.
    ///   - length: Steps of a round.
    ///   - jumps: Whether the clock is set forward and back by a lot.
    init(seed: UInt64, rounds: Int = 2, length: Int, jumps: Bool) {
        var random = SeededRandom(seed: seed)
        for round in 0..<rounds {
            let seconds = Int64.random(in: 15...40, using: &random)
            let winners = Int64.random(in: 1...3, using: &random)
            steps.append(
                .deeds([.start(["seconds": .integer(seconds), "winners": .integer(winners)])]))
            for index in 0..<length {
                steps.append(Self.step("\(round)-\(index)", jumps, &random))
            }
            // What is still open ends by its timer, however far the clock was set back.
            steps.append(.clock(milliseconds: 600_000))
        }
    }

    private static func step(
        _ text: String, _ jumps: Bool, _ random: inout SeededRandom
    ) -> Step {
        switch Int.random(in: 0..<20, using: &random) {
        case 0: return .deeds([.publish(text: text)])
        case 1: return .deeds([.pin(text: text)])
        case 2: return .deeds([.lock])
        case 3: return Bool.random(using: &random) ? .deeds([.stop]) : .deeds([.start([:])])
        case 4...8:
            if jumps, Int.random(in: 0..<3, using: &random) == 0 {
                return .clock(milliseconds: .random(in: -90_000...20_000, using: &random))
            }
            return .clock(milliseconds: .random(in: 1...4_000, using: &random))
        default:
            let users = (0..<5).shuffled(using: &random).prefix(
                Int.random(in: 1...4, using: &random))
            return .deeds(
                users.map {
                    .guess(
                        user: "u\($0)", value: .random(in: 12_000...13_000, using: &random))
                })
        }
    }
}
