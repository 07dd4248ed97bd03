import Clockwork
import Foundation

/// The seed of a test with random input, which it prints; `PLAYHOUSE_FUZZ_SEED` sets it.
func fuzzSeed(_ name: String) -> UInt64 {
    let given = ProcessInfo.processInfo.environment["PLAYHOUSE_FUZZ_SEED"].flatMap(UInt64.init)
    let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
    print("fuzzing \(name): PLAYHOUSE_FUZZ_SEED=\(seed)")
    return seed
}

/// How often a test with random input is repeated; `PLAYHOUSE_FUZZ_ROUNDS` sets it.
func fuzzRounds(_ usual: Int) -> Int {
    ProcessInfo.processInfo.environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap(Int.init) ?? usual
}
