/// One of the server's keys; several at once make rotation possible.
package struct SigningKey: Sendable {
    /// Names the key in the header of a token (RFC 7515, section 4.1.4).
    package let kid: String
    /// At least 32 bytes, the size of the digest (RFC 7518, section 3.2).
    package let secret: [UInt8]

    /// Why bytes are not a key.
    package enum Refusal: Error, Equatable {
        /// The secret has fewer than 32 bytes.
        case secretTooShort(bytes: Int)
        /// The name has no bytes or more than 64.
        case kidLength(bytes: Int)
    }

    /// Takes a name of 1 to 64 bytes and a secret of 32 bytes or more.
    package init(kid: String, secret: [UInt8]) throws(Refusal) {
        guard (1...64).contains(kid.utf8.count) else { throw .kidLength(bytes: kid.utf8.count) }
        guard secret.count >= 32 else { throw .secretTooShort(bytes: secret.count) }
        self.kid = kid
        self.secret = secret
    }

    /// Returns the signature of a text under this key (RFC 7518, section 3.2).
    func signature(of text: some StringProtocol) -> [UInt8] {
        Digest.hmacSHA256(key: secret, Array(text.utf8))
    }
}
