import PluginContract
import Wire

extension Room {
    /// Milliseconds between two clean-ups of mutes that ended and of people who fell silent.
    private static let sweepEvery: Int64 = 60_000

    /// Tells counts that changed and who is muted or banned, at most every 250 ms, and who speaks, every
    /// 200 ms; records likes, at most every 5 s; ends mutes.
    package mutating func tick(nowMilliseconds: Int64, into outputs: inout [RoomOutput]) {
        let due = counts.takeTelling(nowMilliseconds: nowMilliseconds)
        if due.presence { tell("presence", presenceValue, into: &outputs) }
        if due.likes { tell("likes", likesValue, into: &outputs) }
        let elapsed = nowMilliseconds - lastSweptMilliseconds
        if elapsed < 0 || elapsed >= Self.sweepEvery {
            lastSweptMilliseconds = nowMilliseconds
            moderation.endMutes(nowMilliseconds: nowMilliseconds)
            speakers.forgetSilent(nowMilliseconds: nowMilliseconds)
        }
        if let list = moderation.takeTelling(nowMilliseconds: nowMilliseconds) {
            setState(key: "moderation", value: list, audience: .staff, into: &outputs)
        }
        let levels = speaking.takeTelling(nowMilliseconds: nowMilliseconds)
        if !levels.isEmpty { outputs.append(.chatter(Message.speaking(levels), .all)) }
        if !writesRefused, let likes = counts.takeRecord(nowMilliseconds: nowMilliseconds) {
            draft(.liked(count: likes), by: nil, into: &outputs)
        }
    }

    /// Drafts the likes since the last record now, and not at their time: before the server stops.
    package mutating func recordCounts(nowMilliseconds: Int64, into outputs: inout [RoomOutput]) {
        guard !writesRefused,
            let likes = counts.takeRecord(nowMilliseconds: nowMilliseconds, atOnce: true)
        else { return }
        draft(.liked(count: likes), by: nil, into: &outputs)
    }

    /// When ``tick(nowMilliseconds:into:)`` has something to do next; a time gone by means now, nil
    /// that nothing is to come unless something happens.
    package var nextTickMilliseconds: Int64? {
        let times = [
            counts.nextTellingMilliseconds, moderation.nextTellingMilliseconds,
            speaking.nextTellingMilliseconds,
            writesRefused ? nil : counts.nextRecordMilliseconds,
            speakers.isEmpty && moderation.isEmpty
                ? nil : lastSweptMilliseconds + Self.sweepEvery,
        ]
        return times.compactMap(\.self).min()
    }

    private func tell(_ key: String, _ value: JSON, into outputs: inout [RoomOutput]) {
        let message = Message.state(key: key, value: value.encoded())
        outputs.append(.state(key: key, message, staffOnly: false))
    }
}
