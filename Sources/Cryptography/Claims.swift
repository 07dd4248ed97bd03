import Wire

/// What a token says of its bearer (protocol.md, "Tokens").
package struct Claims: Sendable, Equatable {
    /// `sub`: the user, opaque, 1 to 64 bytes.
    package var subject: String
    /// `room`: a room's id, or `*` for every room, with role `service` only.
    package var room: String
    /// `viewer`, `host`, `operator` or `service`.
    package var role: String
    /// The display name, 1 to 32 characters, none of them a control character.
    package var name: String
    /// `exp`, in seconds of Unix time: from then on the token is refused.
    package var expiresAt: Int64
    /// `nbf`, in seconds of Unix time: until 30 seconds before then the token is refused.
    package var notBefore: Int64?

    /// Puts claims together without checking them; see ``validate()``.
    package init(
        subject: String, room: String, role: String, name: String, expiresAt: Int64,
        notBefore: Int64? = nil
    ) {
        self.subject = subject
        self.room = room
        self.role = role
        self.name = name
        self.expiresAt = expiresAt
        self.notBefore = notBefore
    }

    /// Checks every claim but the times.
    ///
    /// - Throws: ``TokenError/malformed(_:)`` with a sentence that names the claim.
    package func validate() throws(TokenError) {
        guard (1...64).contains(subject.utf8.count) else {
            throw .malformed("sub has \(subject.utf8.count) bytes; 1 to 64 are allowed")
        }
        guard ["viewer", "host", "operator", "service"].contains(role) else {
            throw .malformed("role is none of viewer, host, operator, service")
        }
        if room == "*" {
            guard role == "service" else {
                throw .malformed("room * is for the role service only")
            }
        } else {
            guard Self.isIdentifier(room) else { throw .malformed("room is not a room's id") }
        }
        guard (1...32).contains(name.count) else {
            throw .malformed("name has \(name.count) characters; 1 to 32 are allowed")
        }
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .malformed("name has a control character") }
    }

    /// Whether a text matches `[a-z0-9][a-z0-9_-]{0,63}`.
    private static func isIdentifier(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), let first = text.utf8.first else { return false }
        let isAlphanumeric = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: false
            }
        }
        return isAlphanumeric(first)
            && text.utf8.allSatisfy {
                isAlphanumeric($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
            }
    }
}

extension Claims {
    /// Reads the payload of a token whose signature has been checked.
    init(_ payload: JSONObject) throws(TokenError) {
        self.init(
            subject: try Self.string("sub", payload), room: try Self.string("room", payload),
            role: try Self.string("role", payload), name: try Self.string("name", payload),
            expiresAt: try Self.integer("exp", payload),
            notBefore: payload["nbf"] == nil ? nil : try Self.integer("nbf", payload))
        try validate()
    }

    /// The payload of a token, in the order of protocol.md.
    var payload: JSONObject {
        var members: [(String, JSON)] = [
            ("sub", .string(subject)), ("room", .string(room)), ("role", .string(role)),
            ("name", .string(name)), ("exp", .integer(expiresAt)),
        ]
        if let notBefore { members.append(("nbf", .integer(notBefore))) }
        return JSONObject(members)
    }

    private static func string(
        _ claim: String, _ payload: JSONObject
    ) throws(TokenError) -> String {
        guard case .string(let text) = payload[claim] else {
            throw .malformed("\(claim) is missing or not a string")
        }
        return text
    }

    private static func integer(
        _ claim: String, _ payload: JSONObject
    ) throws(TokenError) -> Int64 {
        guard case .integer(let integer) = payload[claim] else {
            throw .malformed("\(claim) is missing or not an integer")
        }
        return integer
    }
}
