import PluginContract
import Wire

extension Room {
    /// Takes a danmaku, or says why not; the first reason in the order of the checks.
    mutating func say(
        _ text: String, by asker: Asker, nowMilliseconds: Int64, into outputs: inout [RoomOutput]
    ) throws(RequestError) {
        let person = asker.person
        try checkMute(of: person, nowMilliseconds: nowMilliseconds)
        let clean = PlainText.clean(text)
        let lengthMax = settings.messageCharactersMax
        guard !PlainText.isLonger(clean, than: lengthMax) else {
            throw RequestError(.tooLong, "a danmaku has at most \(lengthMax) characters")
        }
        let folded = FoldedText(clean)
        guard !folded.isBlank else { throw RequestError(.empty, "nothing to show") }
        if !person.role.isStaff {
            let wait = speakers.slowWait(
                asker.slot, slowSeconds: slowSeconds, nowMilliseconds: nowMilliseconds)
            if let wait { throw Self.wait(wait, .slowMode, "before the next message") }
        }
        let wait = speakers.duplicateWait(
            asker.slot, fingerprint: folded.fingerprint, nowMilliseconds: nowMilliseconds)
        if let wait { throw Self.wait(wait, .duplicate, "before saying the same again") }
        guard settings.wordFilter.firstMatch(in: folded) == nil else {
            throw RequestError(.blockedWord, "holds a word that is not said in this room")
        }

        speakers.note(
            asker.slot, fingerprint: folded.fingerprint, nowMilliseconds: nowMilliseconds)
        let id = danmaku.issueID()
        let (message, entry) = Message.danmaku(
            message: id, by: person, text: clean, atMilliseconds: nowMilliseconds)
        danmaku.keep(entry)
        // Hosts and operators take their share of what people can read, and are never left out.
        let sampled = chatterSampler.parts(nowMilliseconds: nowMilliseconds)
        let parts = person.role.isStaff ? .all : sampled
        if parts != ChatterParts() { outputs.append(.chatter(message, parts)) }
        if parts != .all {
            chatterSampledCount += 1
            tellOwn(message, of: asker.slot, unless: parts, into: &outputs)
        }
        if hearing.chat {
            outputs.append(
                .heard(
                    Utterance(message: id, by: person, text: clean, letters: folded.letters)))
        }
        reply(
            to: asker, ["message": .string(id), "at": .integer(nowMilliseconds)], into: &outputs)
    }

    /// Sends a danmaku that is not for everybody to its author's devices that would miss it.
    private func tellOwn(
        _ message: [UInt8], of slot: People.Slot, unless parts: ChatterParts,
        into outputs: inout [RoomOutput]
    ) {
        for session in people.sessions(of: slot) {
            guard let seat = people.seat(of: session), !parts.contains(Int(seat.part)) else {
                continue
            }
            outputs.append(.send(session, message))
        }
    }

    private func checkMute(
        of person: Person, nowMilliseconds: Int64
    ) throws(RequestError) {
        guard !person.role.isStaff,
            let until = moderation.standing(of: person.user)?.mutedUntilMilliseconds,
            until > nowMilliseconds
        else { return }
        throw Self.wait(until - nowMilliseconds, .muted, "until the mute ends")
    }

    private static func wait(
        _ milliseconds: Int64, _ code: RequestError.Code, _ what: String
    ) -> RequestError {
        let seconds = milliseconds / 1_000 + (milliseconds % 1_000 > 0 ? 1 : 0)
        return RequestError(
            code, "wait \(seconds) s \(what)", retryAfterMilliseconds: milliseconds)
    }
}
