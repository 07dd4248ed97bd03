import PluginContract
import Wire

extension Room {
    /// Mutes longer than this are as good as for ever.
    private static let muteSecondsMax: Int64 = 10 * 366 * 86_400

    /// Length of an announcement in characters as people count them.
    private static let announcementCharactersMax = 500

    mutating func moderate(
        _ command: Command, by asker: Asker, nowMilliseconds: Int64,
        into outputs: inout [RoomOutput]
    ) throws(RequestError) {
        let by = asker.person.user
        switch command {
        case .delete(let message):
            guard danmaku.markDeleted(message) else {
                throw RequestError(
                    .unknownMessage,
                    "not among the last \(settings.deletableCount) danmaku, or deleted already")
            }
            tell(
                .deleted(message: message, by: by), "deleted", ["message": .string(message)],
                by: asker, into: &outputs)
            outputs.append(.moderated(.deleted(message: message)))
        case .mute(let user, let seconds):
            try checkTarget(user, mustBeViewer: true)
            let milliseconds = max(0, min(seconds, Self.muteSecondsMax)) * 1_000
            let until = nowMilliseconds + milliseconds
            moderation.judge(user) { $0.mutedUntilMilliseconds = until }
            draft(
                .muted(user: user, name: name(of: user), by: by, untilMilliseconds: until),
                by: asker, into: &outputs)
            outputs.append(.moderated(.muted(user: user, untilMilliseconds: until)))
        case .unmute(let user):
            try checkTarget(user, mustBeViewer: false)
            moderation.judge(user) { $0.mutedUntilMilliseconds = 0 }
            draft(.unmuted(user: user, by: by), by: asker, into: &outputs)
            outputs.append(.moderated(.unmuted(user: user)))
        case .ban(let user):
            try checkTarget(user, mustBeViewer: true)
            moderation.judge(user) { $0.isBanned = true }
            draft(
                .banned(user: user, name: name(of: user), by: by), by: asker, into: &outputs)
            outputs.append(.moderated(.banned(user: user)))
        case .unban(let user):
            try checkTarget(user, mustBeViewer: false)
            moderation.judge(user) { $0.isBanned = false }
            draft(.unbanned(user: user, by: by), by: asker, into: &outputs)
            outputs.append(.moderated(.unbanned(user: user)))
        case .pin(let text):
            let clean = PlainText.clean(text)
            guard !PlainText.isLonger(clean, than: Self.announcementCharactersMax) else {
                throw RequestError(
                    .tooLong,
                    "an announcement has at most \(Self.announcementCharactersMax) characters")
            }
            guard !FoldedText(clean).isBlank else {
                throw RequestError(.empty, "nothing to show")
            }
            tell(
                .pinned(text: clean, by: by, atMilliseconds: nowMilliseconds), "pinned",
                ["text": .string(clean)], by: asker, into: &outputs)
        case .unpin:
            tell(.unpinned(by: by), "unpinned", [:], by: asker, into: &outputs)
        case .slow(let seconds):
            draft(.slowed(seconds: seconds, by: by), by: asker, into: &outputs)
        default: preconditionFailure("not moderation")
        }
    }

    /// What somebody is called, as far as the room remembers.
    private func name(of user: String) -> String {
        people.slot(of: user).map { people.name(of: $0) } ?? ""
    }

    private func checkTarget(_ user: String, mustBeViewer: Bool) throws(RequestError) {
        let slot = people.slot(of: user)
        guard slot != nil || moderation.standing(of: user) != nil else {
            throw RequestError(.unknownUser, "nobody of this id was seen in this show")
        }
        guard mustBeViewer else { return }
        if let slot, people.isStaff(slot) {
            throw RequestError(.forbidden, "hosts and operators cannot be muted or banned")
        }
        guard moderation.hasRoom(for: user) else {
            throw RequestError(
                .busy, "at most \(settings.moderatedMax) people can be muted or banned")
        }
    }

    /// Drafts a fact of which everybody is told.
    private func tell(
        _ fact: RoomFact, _ name: String, _ data: JSONObject, by asker: Asker,
        into outputs: inout [RoomOutput]
    ) {
        var data = data
        data["by"] = .string(asker.person.user)
        let event = PublicEvent(name: name, from: "room", data: .object(data))
        draft(fact, events: [event], by: asker, into: &outputs)
    }
}
