import Wire

/// Checks tokens against the server's keys.
///
/// The order matters: size, header, algorithm, key, signature, and only then the claims; nothing
/// that a stranger wrote is read further than needed to refuse it. HS256 is the only algorithm,
/// and it is our choice, not the token's (RFC 8725, section 3.1).
package struct TokenVerifier: Sendable {
    /// How far `nbf` may lie in the future, because clocks differ.
    package static let leewaySeconds: Int64 = 30

    private let keys: [SigningKey]

    /// Trusts the given keys and no other; with none, every token is refused.
    ///
    /// - Parameter keys: Of two keys with the same `kid` the first counts.
    package init(keys: [SigningKey]) { self.keys = keys }

    /// Returns what a token says if it is to be believed now.
    ///
    /// Whether its room is the right one is for the caller to say.
    ///
    /// - Parameters:
    ///   - token: The compact form, 4,096 bytes at most.
    ///   - nowSeconds: Unix time.
    /// - Returns: The claims, each of them checked.
    /// - Throws: The first reason to refuse the token, in the order above.
    package func verify(_ token: String, nowSeconds: Int64) throws(TokenError) -> Claims {
        let size = token.utf8.count
        guard size <= Token.bytesMax else {
            throw .malformed("the token has \(size) bytes; \(Token.bytesMax) are allowed")
        }
        let dot = UInt8(ascii: ".")
        let parts = token.utf8.split(separator: dot, omittingEmptySubsequences: false)
        guard parts.count == 3, let signed = token.utf8.lastIndex(of: dot) else {
            throw .malformed("a token has three parts with a dot between them")
        }
        let key = try key(for: try Self.object("header", parts[0]))
        guard let signature = Base64URL.decode(parts[2]) else {
            throw .malformed("the signature is not base64url")
        }
        guard equalInConstantTime(signature, key.signature(of: token[..<signed])) else {
            throw .signature
        }
        let claims = try Claims(try Self.object("payload", parts[1]))
        guard nowSeconds < claims.expiresAt else { throw .expired }
        if let notBefore = claims.notBefore {
            let (latest, isForever) = nowSeconds.addingReportingOverflow(Self.leewaySeconds)
            guard isForever || notBefore <= latest else { throw .notYet }
        }
        return claims
    }

    private func key(for header: JSONObject) throws(TokenError) -> SigningKey {
        switch header["alg"] {
        case .string("HS256"): break
        case .string(let other): throw .algorithm(other)
        default: throw .algorithm("")
        }
        // Extensions that must be understood (RFC 7515, section 4.1.11), and none is.
        guard header["crit"] == nil else { throw .malformed("the header has crit") }
        switch header["kid"] {
        case .string(let kid):
            guard let key = keys.first(where: { $0.kid == kid }) else { throw .key(kid) }
            return key
        case .none:
            guard keys.count == 1, let key = keys.first else { throw .key("") }
            return key
        default:
            throw .malformed("kid is not a string")
        }
    }

    private static func object(
        _ part: String, _ text: Substring.UTF8View
    ) throws(TokenError) -> JSONObject {
        guard let bytes = Base64URL.decode(text) else {
            throw .malformed("the \(part) is not base64url")
        }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw .malformed("the \(part) is not JSON: \(error)")
        }
        guard case .object(let object) = json else {
            throw .malformed("the \(part) is not a JSON object")
        }
        return object
    }
}
