import Cryptography
package import Foundation
import Wire

/// A URL of the shop that takes signed messages, as an operator configured it.
package struct Webhook: Sendable, Equatable {
    /// What plugins call it: `[a-z0-9][a-z0-9_-]{0,63}`.
    package var id: String
    /// `https`, or `http` for a back end on the same machine or network.
    package var url: URL
    /// Signs what is sent.
    package var secret: WebhookSecret

    /// Checks an address, which is absolute, with `http` or `https`, a host, and no user or
    /// password, and a secret.
    ///
    /// - Throws: ``WebhookError`` with the remedy.
    package init(id: String, url: String, secret: String) throws(WebhookError) {
        guard let parts = URLComponents(string: url), let address = parts.url,
            ["http", "https"].contains(parts.scheme?.lowercased()), let host = parts.host,
            !host.isEmpty, parts.user == nil, parts.password == nil, parts.fragment == nil
        else {
            throw WebhookError(
                member: "url",
                reason: "must be a URL such as https://shop.example/hooks/orders, without user, "
                    + "password and fragment")
        }
        self.id = id
        self.url = address
        self.secret = try WebhookSecret(secret)
    }
}

/// What signs webhooks: shared with the shop's back end, never shown.
package struct WebhookSecret: Sendable, Equatable {
    /// Lengths that the specification of Standard Webhooks gives for symmetric secrets, in bytes.
    package static let bytes = 24...64

    private let key: [UInt8]

    /// Reads `whsec_` and base64 (RFC 4648, section 4), or any other text as its bytes.
    package init(_ text: String) throws(WebhookError) {
        let bytes: [UInt8]
        if text.hasPrefix("whsec_") {
            guard let data = Data(base64Encoded: String(text.dropFirst("whsec_".count))) else {
                throw WebhookError(
                    member: "secret", reason: "must have base64 after \"whsec_\"")
            }
            bytes = [UInt8](data)
        } else {
            bytes = Array(text.utf8)
        }
        guard Self.bytes.contains(bytes.count) else {
            throw WebhookError(
                member: "secret",
                reason: "must have \(Self.bytes.lowerBound) to \(Self.bytes.upperBound) bytes, not "
                    + "\(bytes.count); make one with: openssl rand -base64 32")
        }
        key = bytes
    }

    /// Returns the value of `webhook-signature`, version 1 of Standard Webhooks: HMAC-SHA-256 of
    /// id, time and body, joined by dots.
    package func signature(id: String, unixSeconds: Int64, body: [UInt8]) -> String {
        let signed = Array("\(id).\(unixSeconds).".utf8) + body
        return "v1," + Base64.encode(Digest.hmacSHA256(key: key, signed))
    }
}

/// What is wrong with the settings of a webhook.
package struct WebhookError: Error, Equatable {
    /// The setting: `url` or `secret`.
    package var member: String
    package var reason: String
}
