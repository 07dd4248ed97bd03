package import Cryptography
import Foundation

/// Signs tokens for the command line and the demo.
package enum TokenIssuing {
    /// Why no token was made.
    package struct Problem: Error, CustomStringConvertible {
        package var description: String
    }

    /// Signs claims that the server would accept.
    ///
    /// - Parameters:
    ///   - claims: Who may do what, where, until when.
    ///   - keys: Those of the configuration.
    ///   - kid: Which key signs; the first unless given.
    /// - Returns: The token in its compact form.
    /// - Throws: ``Problem`` when the key is missing or the server would refuse the claims.
    package static func token(
        _ claims: Claims, keys: [SigningKey], kid: String? = nil
    ) throws(Problem) -> String {
        guard let key = kid == nil ? keys.first : keys.first(where: { $0.kid == kid }) else {
            throw Problem(
                description: kid.map { "the configuration has no key \"\($0)\"" }
                    ?? "the configuration has no keys; add one under \"keys\"")
        }
        let token = Token.sign(claims, with: key)
        // Checked by the server's own rules, so that a token that is handed out is a token that works.
        let now = Int64(Date().timeIntervalSince1970)
        do throws(TokenError) {
            _ = try TokenVerifier(keys: keys).verify(token, nowSeconds: now)
        } catch {
            switch error {
            case .malformed(let detail): throw Problem(description: detail)
            default: throw Problem(description: "the claims would be refused: \(error)")
            }
        }
        return token
    }
}
