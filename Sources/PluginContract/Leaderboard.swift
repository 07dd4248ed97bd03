package import Wire

/// Points of viewers, in order of rank on demand.
package struct Leaderboard: Sendable, Equatable {
    private struct Entry: Sendable, Equatable {
        var name: String
        var points: Int64
        /// Numbers the changes of points: of equals, who had them first is first.
        var order: Int64
    }

    private var entries: [String: Entry] = [:]
    private var changes: Int64 = 0

    package init() {}

    /// The most viewers with points.
    package static let viewersMax = 20_000
    /// No viewer has more points, or fewer than minus as many.
    package static let pointsMax: Int64 = 1_000_000_000_000_000

    package var count: Int { entries.count }

    /// A place on the board.
    package struct Rank: Sendable, Equatable {
        /// From 1; equals share it.
        package var rank: Int64
        package var viewer: Viewer
        package var points: Int64

        /// `{"rank","user","name","points"}`.
        package var json: JSON {
            [
                "rank": .integer(rank), "user": .string(viewer.user), "name": .string(viewer.name),
                "points": .integer(points),
            ]
        }
    }

    package func points(of user: String) -> Int64 { entries[user]?.points ?? 0 }

    /// Whether there is room for the points of a viewer.
    package func hasRoom(for user: String) -> Bool {
        entries[user] != nil || entries.count < Self.viewersMax
    }

    package mutating func add(_ points: Int64, to viewer: Viewer) {
        changes += 1
        var entry = entries[viewer.user] ?? Entry(name: viewer.name, points: 0, order: changes)
        entry.name = viewer.name
        if points != 0 { entry.order = changes }
        entry.points = max(-Self.pointsMax, min(Self.pointsMax, entry.points + points))
        entries[viewer.user] = entry
    }

    /// The first `count` places.
    ///
    /// - Complexity: O(n log count).
    package func top(_ count: Int) -> [Rank] {
        typealias Place = (user: String, entry: Entry)
        func isBefore(_ one: Entry, _ other: Entry) -> Bool {
            one.points != other.points ? one.points > other.points : one.order < other.order
        }
        var first: [Place] = []
        for (user, entry) in entries {
            if first.count == count, let last = first.last, !isBefore(entry, last.entry) {
                continue
            }
            var (low, high) = (0, first.count)
            while low < high {
                let middle = (low + high) / 2
                if isBefore(first[middle].entry, entry) { low = middle + 1 } else { high = middle }
            }
            first.insert((user, entry), at: low)
            if first.count > count { first.removeLast() }
        }
        var ranks: [Rank] = []
        for (index, place) in first.enumerated() {
            let isEqual = ranks.last.map { $0.points == place.entry.points } ?? false
            ranks.append(
                Rank(
                    rank: isEqual ? ranks[index - 1].rank : Int64(index) + 1,
                    viewer: Viewer(user: place.user, name: place.entry.name),
                    points: place.entry.points))
        }
        return ranks
    }
}

extension Leaderboard {
    /// `{"changes","entries"}`, entries sorted by user.
    package var json: JSON {
        let list = entries.sorted { $0.key < $1.key }.map { user, entry -> JSON in
            [
                .string(user), .string(entry.name), .integer(entry.points), .integer(entry.order),
            ]
        }
        return ["changes": .integer(changes), "entries": .array(list)]
    }

    /// Reads what ``json`` wrote; nil for anything else.
    package init?(json: JSON) {
        guard let changes = json["changes"]?.integerValue, let list = json["entries"]?.arrayValue
        else { return nil }
        self.changes = changes
        for value in list {
            guard let user = value[0]?.stringValue, let name = value[1]?.stringValue,
                let points = value[2]?.integerValue, let order = value[3]?.integerValue
            else { return nil }
            entries[user] = Entry(name: name, points: points, order: order)
        }
    }
}
