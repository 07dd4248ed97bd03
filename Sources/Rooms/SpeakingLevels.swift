/// How loud somebody on a seat speaks at this moment.
package struct SpeakingLevel: Sendable, Equatable {
    /// Who granted the seat.
    package var plugin: String
    /// Within ``Seating/seats``.
    package var seat: Int64
    /// 0 for silence to 100.
    package var level: Int

    package init(plugin: String, seat: Int64, level: Int) {
        self.plugin = plugin
        self.seat = seat
        self.level = min(max(level, 0), 100)
    }
}

/// The newest level of each seat, told now and then as chatter. Nothing of it is ever recorded.
struct SpeakingLevels {
    /// Milliseconds between two messages.
    static let tellEvery: Int64 = 200
    /// Seats of which a level is kept; further ones are not told.
    static let seatsMax = 64

    private struct Place: Hashable {
        var plugin: String
        var seat: Int64
    }

    private var levels: [Place: Int] = [:]
    private var toldAtMilliseconds: Int64?

    mutating func note(_ level: SpeakingLevel) {
        let place = Place(plugin: level.plugin, seat: level.seat)
        guard levels[place] != nil || levels.count < Self.seatsMax else { return }
        levels[place] = level.level
    }

    /// When the next message is due, if any.
    var nextTellingMilliseconds: Int64? {
        if levels.isEmpty { return nil }
        return toldAtMilliseconds.map { $0 + Self.tellEvery } ?? 0
    }

    /// Takes what is to be told now: what was noted since the last time.
    mutating func takeTelling(nowMilliseconds: Int64) -> [SpeakingLevel] {
        guard let due = nextTellingMilliseconds,
            due <= nowMilliseconds || due > nowMilliseconds + Self.tellEvery
        else { return [] }
        defer {
            levels = [:]
            toldAtMilliseconds = nowMilliseconds
        }
        return levels.map { SpeakingLevel(plugin: $0.plugin, seat: $0.seat, level: $1) }
            .sorted { ($0.plugin, $0.seat) < ($1.plugin, $1.seat) }
    }
}
