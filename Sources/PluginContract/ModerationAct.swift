package import Wire

/// What a host did to a danmaku or to a person, as plugins are told.
package enum ModerationAct: Sendable, Equatable {
    case deleted(message: String)
    /// Until a Unix time.
    case muted(user: String, untilMilliseconds: Int64)
    case unmuted(user: String)
    case banned(user: String)
    case unbanned(user: String)

    /// What `on_moderated` is given; times are show time.
    package func json(beganAtMilliseconds: Int64) -> JSON {
        switch self {
        case .deleted(let message): ["act": "deleted", "message": .string(message)]
        case .muted(let user, let until):
            [
                "act": "muted", "user": .string(user),
                "ends": .double(Double(until - beganAtMilliseconds) / 1_000),
            ]
        case .unmuted(let user): ["act": "unmuted", "user": .string(user)]
        case .banned(let user): ["act": "banned", "user": .string(user)]
        case .unbanned(let user): ["act": "unbanned", "user": .string(user)]
        }
    }
}
