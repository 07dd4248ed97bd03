import Clockwork
import Foundation

/// Random input for tests that is the same for the same seed.
struct Fuzzing {
    private var random: SeededRandom

    /// Runs `body` for as many rounds as `PLAYHOUSE_FUZZ_ROUNDS` says; prints the seed, which
    /// `PLAYHOUSE_FUZZ_SEED` sets.
    static func run(
        _ name: String, rounds: Int, _ body: (inout Fuzzing) throws -> Void
    ) rethrows {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap(UInt64.init)
            ?? UInt64.random(in: 1...UInt64(UInt32.max))
        let rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap(Int.init) ?? rounds
        print("fuzzing \(name): PLAYHOUSE_FUZZ_SEED=\(seed) PLAYHOUSE_FUZZ_ROUNDS=\(rounds)")
        var fuzzing = Fuzzing(random: SeededRandom(seed: seed))
        for _ in 0..<rounds { try body(&fuzzing) }
    }

    mutating func upTo(_ max: Int) -> Int { Int.random(in: 0...max, using: &random) }

    mutating func chance(_ oneIn: Int) -> Bool { upTo(oneIn - 1) == 0 }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[upTo(choices.count - 1)]
    }

    /// Cuts bytes into pieces of random size; small pieces are frequent.
    mutating func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(1 + (chance(2) ? upTo(2) : upTo(rest.count)))
            pieces.append(Array(piece))
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }

    /// Changes a few bytes.
    mutating func spoil(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        guard !bytes.isEmpty else { return bytes }
        for _ in 0...upTo(3) { bytes[upTo(bytes.count - 1)] = UInt8(upTo(255)) }
        if chance(4) { bytes.removeLast(upTo(bytes.count - 1)) }
        return bytes
    }
}
