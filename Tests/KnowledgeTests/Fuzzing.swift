import Foundation

/// Random input for tests that is the same for the same seed.
struct Fuzzing: RandomNumberGenerator {
    private var state: UInt64

    /// Runs `body` with random input for as many rounds as `PLAYHOUSE_FUZZ_ROUNDS` says.
    ///
    /// Prints the seed, which `PLAYHOUSE_FUZZ_SEED` sets.
    static func run(
        _ name: String, rounds: Int, _ body: (inout Fuzzing) throws -> Void
    ) rethrows {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap(UInt64.init)
            ?? UInt64.random(in: 1...UInt64(UInt32.max))
        let rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap(Int.init) ?? rounds
        print("fuzzing \(name): PLAYHOUSE_FUZZ_SEED=\(seed) PLAYHOUSE_FUZZ_ROUNDS=\(rounds)")
        var fuzzing = Fuzzing(state: seed)
        for _ in 0..<rounds { try body(&fuzzing) }
    }

    /// The same numbers every time.
    static func fixed(_ seed: UInt64) -> Fuzzing { Fuzzing(state: seed) }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func upTo(_ max: Int) -> Int { Int.random(in: 0...max, using: &self) }

    mutating func chance(_ oneIn: Int) -> Bool { upTo(oneIn - 1) == 0 }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
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

    /// Damages bytes in a few places.
    mutating func mutated(_ bytes: [UInt8], alphabet: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...upTo(3) {
            let place = upTo(bytes.count)
            let byte = chance(3) ? UInt8(truncatingIfNeeded: next()) : pick(alphabet)
            switch upTo(4) {
            case 0: bytes.insert(byte, at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = byte
            case 3:
                let end = min(bytes.count, place + upTo(12))
                bytes.insert(contentsOf: bytes[place..<end], at: upTo(bytes.count))
            default: bytes.removeLast(chance(4) ? upTo(bytes.count) : 0)
            }
        }
        return bytes
    }
}
