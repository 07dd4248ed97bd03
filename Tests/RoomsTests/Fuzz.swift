import Clockwork
import Foundation

/// Seeds of tests that play at random: printed, and repeatable by `PLAYHOUSE_FUZZ_SEED`.
enum Fuzz {
    static func random(_ name: String) -> SeededRandom {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        print("\(name): PLAYHOUSE_FUZZ_SEED=\(seed)")
        return SeededRandom(seed: seed)
    }

    /// Rounds to play, or what `PLAYHOUSE_FUZZ_ROUNDS` says.
    static func rounds(_ count: Int) -> Int {
        ProcessInfo.processInfo.environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? count
    }
}
