/// Likes and presence, which many people change and which are told in one message now and then.
struct MergedCounts {
    /// Milliseconds between two messages about the counts.
    static let tellEvery: Int64 = 250
    /// Milliseconds between two records of the likes: what a crash may lose, and a drain does not.
    static let recordEvery: Int64 = 5_000

    /// All likes since the show began.
    private(set) var likes: Int64 = 0
    /// What the newest durable record says of them.
    private(set) var likesRecorded: Int64 = 0
    /// Set by every join and leave: newcomers were told counts in between, so that a message is due
    /// even when the counts are back to what they were.
    var presenceChanged = false
    private(set) var likesChanged = false
    /// What the last record says, or nil when it failed.
    var likesDrafted: Int64? = 0
    private var toldAtMilliseconds: Int64?
    private var recordedAtMilliseconds: Int64?

    mutating func like(_ count: Int) {
        likes += Int64(count)
        likesChanged = true
    }

    /// Takes a recorded count; the live one is never behind it.
    mutating func recover(likes count: Int64) {
        likesRecorded = max(likesRecorded, count)
        guard count > likes else { return }
        likes = count
        likesDrafted = count
    }

    /// When the next message is due, if any.
    var nextTellingMilliseconds: Int64? {
        guard presenceChanged || likesChanged else { return nil }
        return toldAtMilliseconds.map { $0 + Self.tellEvery } ?? 0
    }

    /// When the next record is due, if any.
    var nextRecordMilliseconds: Int64? {
        guard likes != likesDrafted else { return nil }
        return recordedAtMilliseconds.map { $0 + Self.recordEvery } ?? 0
    }

    /// Takes what is to be told now.
    mutating func takeTelling(nowMilliseconds: Int64) -> (presence: Bool, likes: Bool) {
        guard Self.isDue(nextTellingMilliseconds, Self.tellEvery, nowMilliseconds) else {
            return (false, false)
        }
        defer {
            presenceChanged = false
            likesChanged = false
            toldAtMilliseconds = nowMilliseconds
        }
        return (presenceChanged, likesChanged)
    }

    /// Takes the count that is to be recorded now; `atOnce` for one that is not due yet, too.
    mutating func takeRecord(nowMilliseconds: Int64, atOnce: Bool = false) -> Int64? {
        let due = nextRecordMilliseconds
        guard Self.isDue(due, Self.recordEvery, nowMilliseconds) || atOnce && due != nil else {
            return nil
        }
        likesDrafted = likes
        recordedAtMilliseconds = nowMilliseconds
        return likes
    }

    /// Whether a time has come; also when it is further ahead than it can be, after the clock was
    /// set back.
    private static func isDue(_ time: Int64?, _ interval: Int64, _ now: Int64) -> Bool {
        guard let time else { return false }
        return time <= now || time > now + interval
    }
}
