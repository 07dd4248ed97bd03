import Wire

/// What the room itself writes to the journal: kind and event of its drafts.
///
/// A fact is judged once; it takes effect through the same function when it has become durable and
/// when it is read back after a restart.
enum RoomFact: Equatable {
    /// Records of older versions have no name.
    case muted(user: String, name: String, by: String, untilMilliseconds: Int64)
    case unmuted(user: String, by: String)
    case banned(user: String, name: String, by: String)
    case unbanned(user: String, by: String)
    case pinned(text: String, by: String, atMilliseconds: Int64)
    case unpinned(by: String)
    case slowed(seconds: Int64, by: String)
    case deleted(message: String, by: String)
    case published(name: String, by: String)
    /// All likes since the show began.
    case liked(count: Int64)

    var kind: String {
        switch self {
        case .muted: "muted"
        case .unmuted: "unmuted"
        case .banned: "banned"
        case .unbanned: "unbanned"
        case .pinned: "pinned"
        case .unpinned: "unpinned"
        case .slowed: "slowed"
        case .deleted: "deleted"
        case .published: "published"
        case .liked: "liked"
        }
    }

    var event: JSON {
        switch self {
        case .muted(let user, let name, let by, let until):
            [
                "user": .string(user), "name": .string(name), "by": .string(by),
                "until": .integer(until),
            ]
        case .banned(let user, let name, let by):
            ["user": .string(user), "name": .string(name), "by": .string(by)]
        case .unmuted(let user, let by), .unbanned(let user, let by):
            ["user": .string(user), "by": .string(by)]
        case .pinned(let text, let by, let at):
            ["text": .string(text), "by": .string(by), "at": .integer(at)]
        case .unpinned(let by): ["by": .string(by)]
        case .slowed(let seconds, let by): ["seconds": .integer(seconds), "by": .string(by)]
        case .deleted(let message, let by): ["message": .string(message), "by": .string(by)]
        case .published(let name, let by): ["name": .string(name), "by": .string(by)]
        case .liked(let count): ["count": .integer(count)]
        }
    }

    /// Reads a fact back; nil for one that this version does not know.
    init?(kind: String, event: JSON) {
        func text(_ name: String) -> String? { event[name]?.stringValue }
        func number(_ name: String) -> Int64? { event[name]?.integerValue }
        if kind == "liked", let count = number("count") {
            self = .liked(count: count)
            return
        }
        guard let by = text("by") else { return nil }
        let fact: RoomFact? =
            switch kind {
            case "muted":
                if let user = text("user"), let until = number("until") {
                    .muted(
                        user: user, name: text("name") ?? "", by: by, untilMilliseconds: until)
                } else {
                    nil
                }
            case "unmuted": text("user").map { .unmuted(user: $0, by: by) }
            case "banned": text("user").map { .banned(user: $0, name: text("name") ?? "", by: by) }
            case "unbanned": text("user").map { .unbanned(user: $0, by: by) }
            case "pinned":
                if let announcement = text("text"), let at = number("at") {
                    .pinned(text: announcement, by: by, atMilliseconds: at)
                } else {
                    nil
                }
            case "unpinned": .unpinned(by: by)
            case "slowed": number("seconds").map { .slowed(seconds: $0, by: by) }
            case "deleted": text("message").map { .deleted(message: $0, by: by) }
            case "published": text("name").map { .published(name: $0, by: by) }
            default: nil
            }
        guard let fact else { return nil }
        self = fact
    }
}
