import Clockwork
import Cryptography

/// The seeds of `math.random`, one for each call of a play.
///
/// They follow from the secret seed of the show and the plugin's id by HMAC-SHA-256 and SHA-256, which
/// cannot be turned around: whoever has seen the numbers of one call, or its seed in a record, knows
/// nothing of the next one, nor of another plugin.
struct CallSeeds: Sendable {
    private let key: [UInt8]
    /// The digest that was computed last, and its place: each serves four calls in a row.
    private var place: UInt64 = .max
    private var digest: [UInt8] = []

    init(_ seed: SecretSeed, plugin: String) {
        key = Digest.hmacSHA256(key: seed.bytes, Array("math.random/\(plugin)".utf8))
    }

    /// The seed of the call before which `number` calls of the play were recorded.
    mutating func seed(ofCall number: UInt64) -> UInt64 {
        if place != number / 4 {
            place = number / 4
            // Key and place have fixed lengths, so that no two inputs are spelled alike.
            digest = Digest.sha256(
                key + (0..<8).map { UInt8(truncatingIfNeeded: place >> (8 * $0)) })
        }
        let start = Int(number % 4) * 8
        return digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
