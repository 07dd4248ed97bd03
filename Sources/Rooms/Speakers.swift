/// When people spoke last and what: for slow mode and the suppression of duplicates.
struct Speakers {
    /// How long the same text of the same person is a duplicate.
    static let duplicateMilliseconds: Int64 = 10_000
    /// Texts remembered of one person; the oldest is forgotten.
    static let textsMax = 16
    /// The longest slow mode, after which a speaker need not be remembered.
    static let slowSecondsMax: Int64 = 600

    private struct Speaker {
        var lastMilliseconds: Int64
        var texts: [(fingerprint: UInt64, atMilliseconds: Int64)]
    }

    private var speakers: [People.Slot: Speaker] = [:]

    var isEmpty: Bool { speakers.isEmpty }

    /// Milliseconds until the person may speak again, or nil for now.
    func slowWait(_ slot: People.Slot, slowSeconds: Int64, nowMilliseconds: Int64) -> Int64? {
        guard let last = speakers[slot]?.lastMilliseconds else { return nil }
        return Self.rest(of: slowSeconds * 1_000, since: last, now: nowMilliseconds)
    }

    /// Milliseconds until the person may say this text again, or nil for now.
    func duplicateWait(
        _ slot: People.Slot, fingerprint: UInt64, nowMilliseconds: Int64
    ) -> Int64? {
        guard
            let text = speakers[slot]?.texts.last(where: { $0.fingerprint == fingerprint })
        else { return nil }
        return Self.rest(
            of: Self.duplicateMilliseconds, since: text.atMilliseconds, now: nowMilliseconds)
    }

    /// What is left of a span; nil when it is over, or when the clock was set back before it began.
    private static func rest(of span: Int64, since start: Int64, now: Int64) -> Int64? {
        let elapsed = now - start
        return elapsed >= 0 && elapsed < span ? span - elapsed : nil
    }

    /// Notes what a person said.
    mutating func note(_ slot: People.Slot, fingerprint: UInt64, nowMilliseconds: Int64) {
        var speaker =
            speakers.removeValue(forKey: slot) ?? Speaker(lastMilliseconds: 0, texts: [])
        speaker.lastMilliseconds = nowMilliseconds
        speaker.texts.removeAll {
            nowMilliseconds - $0.atMilliseconds >= Self.duplicateMilliseconds
        }
        if speaker.texts.count == Self.textsMax { speaker.texts.removeFirst() }
        speaker.texts.append((fingerprint, nowMilliseconds))
        speakers[slot] = speaker
    }

    mutating func forget(_ slot: People.Slot) { speakers[slot] = nil }

    /// Forgets those whom no rule concerns any more.
    mutating func forgetSilent(nowMilliseconds: Int64) {
        speakers = speakers.filter {
            nowMilliseconds - $0.value.lastMilliseconds < Self.slowSecondsMax * 1_000
        }
    }
}
