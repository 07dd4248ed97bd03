import PluginContract
import Wire

extension Room {
    /// Carries a request out, or answers why not.
    mutating func answer(
        _ command: Command, of asker: Asker, nowMilliseconds: Int64,
        into outputs: inout [RoomOutput]
    ) {
        do {
            try check(command, of: asker)
            try carryOut(command, of: asker, nowMilliseconds: nowMilliseconds, into: &outputs)
        } catch {
            counters.refused(error.code.rawValue)
            outputs.append(.send(asker.session, Message.error(id: asker.requestID, error)))
        }
    }

    /// Whether a person of this role and standing may ask this, and the journal can take it.
    private func check(_ command: Command, of asker: Asker) throws(RequestError) {
        if isClosed {
            throw RequestError(.unavailable, "the room is closed; its operator knows why")
        }
        let role = asker.person.role
        switch command {
        case .say, .like, .act, .ping: break
        case .start, .stop, .command, .configure, .delete, .mute, .unmute, .ban, .unban, .pin,
            .unpin, .slow:
            guard role.isStaff else {
                throw RequestError(.forbidden, "only hosts and operators may do this")
            }
        case .publish:
            guard role.isStaff || role == .service else {
                throw RequestError(.forbidden, "viewers may not publish")
            }
        }
        // A session stays open until its ban is durable, and a back end needs no session.
        if !role.isStaff, command != .ping,
            moderation.standing(of: asker.person.user)?.isBanned == true
        {
            throw RequestError(.forbidden, "banned from this room")
        }
        switch command {
        case .say, .like, .ping: break
        default:
            if writesRefused { throw Self.unavailable }
        }
    }

    static let unavailable = RequestError(
        .unavailable, "the journal cannot be written; nothing was taken",
        retryAfterMilliseconds: 1_000)

    private mutating func carryOut(
        _ command: Command, of asker: Asker, nowMilliseconds: Int64,
        into outputs: inout [RoomOutput]
    ) throws(RequestError) {
        switch command {
        case .say(let text):
            try say(text, by: asker, nowMilliseconds: nowMilliseconds, into: &outputs)
        case .like(let count):
            counts.like(count)
            reply(to: asker, into: &outputs)
        case .ping:
            reply(to: asker, ["now": .integer(nowMilliseconds)], into: &outputs)
        case .act(let plugin, let name, let value, let delay):
            pass(
                .act(name: name, value: value), to: plugin, of: asker, delayMilliseconds: delay,
                into: &outputs)
        case .start(let plugin, let config):
            pass(.start(config: config), to: plugin, of: asker, into: &outputs)
        case .stop(let plugin):
            pass(.stop, to: plugin, of: asker, into: &outputs)
        case .command(let plugin, let name, let value):
            pass(.command(name: name, value: value), to: plugin, of: asker, into: &outputs)
        case .configure(let plugin, let config):
            pass(.configure(config: config), to: plugin, of: asker, into: &outputs)
        case .delete, .mute, .unmute, .ban, .unban, .pin, .unpin, .slow:
            try moderate(command, by: asker, nowMilliseconds: nowMilliseconds, into: &outputs)
        case .publish(let name, let data, let followsPicture):
            let picture = followsPicture ? picture : nil
            try publish(name, data, picture: picture, by: asker, into: &outputs)
        }
    }

    func reply(
        to asker: Asker, _ fields: JSONObject = JSONObject(), into outputs: inout [RoomOutput]
    ) {
        let message = Message.reply(id: asker.requestID, fields: fields)
        outputs.append(.send(asker.session, message))
    }

    private func pass(
        _ action: PluginRequest.Action, to plugin: String, of asker: Asker,
        delayMilliseconds: Int64 = 0, into outputs: inout [RoomOutput]
    ) {
        var request = PluginRequest(
            plugin: plugin, by: asker.person, session: asker.session,
            requestID: asker.requestID, action: action)
        request.delayMilliseconds = delayMilliseconds
        outputs.append(.plugin(request))
    }

    private func publish(
        _ name: String, _ data: JSON, picture: Int64?, by asker: Asker,
        into outputs: inout [RoomOutput]
    ) throws(RequestError) {
        let user = asker.person.user
        // `from` tells viewers whom to believe; nobody may speak as the room or as a plugin.
        guard user != "room", !user.hasPrefix("plugin:") else {
            throw RequestError(.forbidden, "the subject \(user) may not publish")
        }
        draft(
            .published(name: name, by: user),
            events: [
                PublicEvent(name: name, from: user, data: data, pictureMilliseconds: picture)
            ], by: asker, into: &outputs)
    }

    /// Sends a fact to the journal; the asker is answered when it is durable.
    func draft(
        _ fact: RoomFact, events: [PublicEvent] = [], by asker: Asker?,
        into outputs: inout [RoomOutput]
    ) {
        let draft = Draft(
            source: "room", kind: fact.kind, event: fact.event, events: events,
            afterwards: asker.map { [$0.reply()] } ?? [])
        outputs.append(.draft(draft))
    }
}
