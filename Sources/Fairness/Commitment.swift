import Cryptography

/// What binds a draw to a secret and to rules before anybody takes part.
///
/// A commitment says neither: to find the rules in it one would have to know the secret, 32 bytes
/// that nobody can guess. It can be kept in one way only, since no other secret and no other
/// rules with the same SHA-256 can be found.
package enum Commitment {
    /// Returns the commitment to a secret and rules, 64 hexadecimal digits.
    package static func text(secret: [UInt8], rules: String) -> String {
        text(secretHash: secretHash(secret), rules: rules)
    }

    /// Returns the commitment of who knows the hash of a secret and not the secret.
    package static func text(secretHash: String, rules: String) -> String {
        hash("playhouse commitment 1\n\(secretHash)\n\(hash(rules))\n")
    }

    /// Returns what of a secret may be known before it is revealed.
    package static func secretHash(_ secret: [UInt8]) -> String {
        Digest.hex(Digest.sha256(secret))
    }

    /// Returns the SHA-256 of a text, 64 hexadecimal digits.
    package static func hash(_ text: String) -> String {
        Digest.hex(Digest.sha256(Array(text.utf8)))
    }
}
