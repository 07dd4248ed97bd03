import Clockwork
import Cryptography
import Fairness

/// The secrets that a play commits to, one for each number.
///
/// They follow from the secret seed of the show and the plugin's id by HMAC-SHA-256: a restart finds
/// them again, no record holds one before it is revealed, and none tells anything of another.
struct CommitmentSecrets: Sendable {
    private let key: [UInt8]
    private var sealed: (number: Int64, text: String) = (0, "")

    init(_ seed: SecretSeed, plugin: String) {
        key = Digest.hmacSHA256(key: seed.bytes, Array("fairness/\(plugin)".utf8))
    }

    /// The secret of a commitment, 32 bytes. Not for a stage.
    func secret(_ number: Int64) -> [UInt8] {
        Digest.hmacSHA256(key: key, Array("\(number)".utf8))
    }

    /// What a stage may know of it: a hash, which commits to it.
    mutating func sealed(_ number: Int64) -> String {
        if sealed.number != number {
            sealed = (number, Commitment.secretHash(secret(number)))
        }
        return sealed.text
    }
}
