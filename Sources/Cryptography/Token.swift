import Wire

/// Writes tokens: JSON Web Tokens (RFC 7519) in the compact form of RFC 7515, section 7.1.
package enum Token {
    /// The longest token that is looked at.
    static let bytesMax = 4_096

    /// Signs claims with HS256.
    ///
    /// Claims that ``Claims/validate()`` refuses are signed all the same, and refused by every
    /// verifier.
    package static func sign(_ claims: Claims, with key: SigningKey) -> String {
        let header = JSONObject([
            ("alg", .string("HS256")), ("typ", .string("JWT")), ("kid", .string(key.kid)),
        ])
        return sign(header: header.encoded(), payload: claims.payload.encoded(), with: key)
    }

    /// Signs any bytes, so that tests can write what ``sign(_:with:)`` would not.
    static func sign(header: [UInt8], payload: [UInt8], with key: SigningKey) -> String {
        let signed = "\(Base64URL.encode(header)).\(Base64URL.encode(payload))"
        return "\(signed).\(Base64URL.encode(key.signature(of: signed)))"
    }
}
