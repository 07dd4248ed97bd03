package import Cryptography

/// Signs and checks stream keys: what the host types into the encoder.
///
/// A stream key is a token of its own kind. It is signed with a secret that is derived from the
/// server's, so that a key that leaks from an encoder opens no room as its host, and no token of a
/// room publishes a stream.
package struct StreamKeyring: Sendable {
    private let keys: [SigningKey]
    private let secondsMax: Int64

    /// - Parameters:
    ///   - keys: The server's; the first one signs.
    ///   - secondsMax: How far in the future a stream key may expire.
    package init(keys: [SigningKey], secondsMax: Int64) {
        self.keys = keys.compactMap { key in
            try? SigningKey(
                kid: key.kid,
                secret: Digest.hmacSHA256(key: key.secret, Array("playhouse stream key".utf8)))
        }
        self.secondsMax = secondsMax
    }

    /// What a stream key allows.
    package struct Grant: Sendable, Equatable {
        package var room: String
        /// `host`; seats of co-hosts have leases of their own.
        package var role: String
        package var user: String
        /// Whether it only fills the time while nobody else publishes.
        package var isFiller = false
    }

    /// Signs a key; nil without a signing key.
    ///
    /// A filler publishes while nobody else does: it replaces nobody, and everybody replaces it.
    package func issue(
        room: String, user: String, expiresAtSeconds: Int64, isFiller: Bool = false
    ) -> String? {
        guard let key = keys.first else { return nil }
        return Token.sign(
            Claims(
                subject: user, room: room, role: "host", name: isFiller ? "filler" : "stream",
                expiresAt: expiresAtSeconds), with: key)
    }

    /// Checks what an encoder gave as its key: the key alone, or `ROOM?token=KEY`.
    ///
    /// - Throws: ``StreamRefusal/Code/key`` with a sentence that does not repeat the key.
    package func grant(
        for name: String, nowSeconds: Int64
    ) throws(StreamRefusal) -> Grant {
        var token = Substring(name)
        var room: Substring?
        if let mark = name.firstIndex(of: "?") {
            room = name[..<mark]
            token = ""
            for part in name[name.index(after: mark)...].split(separator: "&")
            where part.hasPrefix("token=") { token = part.dropFirst(6) }
        }
        let claims: Claims
        do throws(TokenError) {
            claims = try TokenVerifier(keys: keys).verify(String(token), nowSeconds: nowSeconds)
        } catch {
            switch error {
            case .expired:
                throw StreamRefusal(.key, "the stream key has expired; take a new one")
            case .notYet: throw StreamRefusal(.key, "the stream key is not valid yet")
            case .malformed, .algorithm, .key, .signature:
                throw StreamRefusal(.key, "this is not a stream key of this server")
            }
        }
        guard claims.role == "host" else {
            throw StreamRefusal(.key, "the stream key is not a host's")
        }
        guard claims.expiresAt - nowSeconds <= secondsMax else {
            throw StreamRefusal(
                .key, "the stream key lives longer than \(secondsMax / 3_600) hours")
        }
        guard room == nil || room?.isEmpty == true || room.map(String.init) == claims.room else {
            throw StreamRefusal(.key, "the stream key is for another room")
        }
        return Grant(
            room: claims.room, role: claims.role, user: claims.subject,
            isFiller: claims.name == "filler")
    }
}
