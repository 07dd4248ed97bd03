import Clockwork
import PluginContract
import Rooms
import Streaming
import Wire

/// Tells the people of a room what becomes of its stream: everybody whether there is a picture, the
/// staff what was measured.
final class StreamPublicity: Sendable {
    private let rooms: [String: LiveRoom]
    private let told = Lock<[String: [JSON]]>([:])

    init(rooms: [LiveRoom]) {
        self.rooms = Dictionary(uniqueKeysWithValues: rooms.map { ($0.id, $0) })
    }

    /// Takes the figures of a moment; what is news goes to the room.
    func tell(_ room: String, _ entry: StreamBoard.Entry?) {
        let values = [Self.picture(entry), Self.readings(entry)]
        let isNews = told.withLock { told in
            defer { told[room] = values }
            return told[room] != values
        }
        guard isNews else { return }
        // The room itself tells nobody what is known.
        rooms[room]?.post([
            .state(key: "stream", values[0], .everyone),
            .state(key: "stream-readings", values[1], .staff),
        ])
    }

    /// The state `stream`.
    static func picture(_ entry: StreamBoard.Entry?) -> JSON {
        guard let entry, entry.hasPicture else { return .null }
        return [
            "live": .bool(entry.isLive), "width": .integer(Int64(entry.readings.width)),
            "height": .integer(Int64(entry.readings.height)),
            "sound": .bool(entry.readings.codecs.contains("mp4a")),
            "codecs": .string(entry.readings.codecs),
        ]
    }

    /// The state `stream-readings`.
    static func readings(_ entry: StreamBoard.Entry?) -> JSON {
        guard let entry else { return .null }
        let readings = entry.readings
        return [
            "live": .bool(entry.isLive), "viewers": .integer(Int64(entry.viewers)),
            "listeners": .integer(Int64(entry.listeners)),
            "publisher": entry.publisher.map { .string($0.user) } ?? .null,
            "filler": .bool(entry.publisher?.isFiller ?? false),
            "width": .integer(Int64(readings.width)), "height": .integer(Int64(readings.height)),
            "codecs": .string(readings.codecs),
            "bitsPerSecond": .integer(Int64(readings.bitsPerSecond)),
            "framesPerSecond": .integer(Int64(readings.framesPerSecond)),
            "keyframeMilliseconds": readings.keyframeMilliseconds.map { .integer($0) } ?? .null,
            "gapMilliseconds": .integer(readings.gapMilliseconds),
            "delayMilliseconds": entry.delayMilliseconds.map { .integer($0) } ?? .null,
            "reordering": .bool(readings.hasReordering),
            "clockJumps": .integer(Int64(readings.clockJumps)),
            "silentFrames": .integer(Int64(readings.silentFrames)),
            "skippedFragments": .integer(Int64(entry.skipped)),
            "slowClosed": .integer(Int64(entry.slowClosed)),
            "warnings": .array(readings.warnings.map { .string($0.rawValue) }),
            "refusal": entry.refusal.map {
                ["words": .string($0.words), "at": .integer($0.unixMilliseconds)]
            } ?? .null,
        ]
    }
}
