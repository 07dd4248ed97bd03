import Clockwork

/// Writes what a ``Recorder`` has taken: which files there are and what goes into them.
final class RecordingDesk: @unchecked Sendable {
    // Sendable: `shows` and `given` are only touched by the recorder's serial queue.

    enum Item {
        case begin([UInt8], unixMilliseconds: Int64)
        case fragment(Fragment)
        case event([UInt8], milliseconds: Int64, unixMilliseconds: Int64)
        case end

        var byteCount: Int {
            switch self {
            case .begin(let bytes, _): bytes.count
            case .fragment(let fragment): fragment.bytes.count
            case .event(let bytes, _, _): bytes.count
            case .end: 0
            }
        }
    }

    struct Entry {
        var room: String
        var item: Item
    }

    struct Outcome {
        var isRecording = false
        var hasFailed = false
        var bytes = 0
    }

    /// A recording that goes on.
    private struct Show {
        var part: RecordingPart
        var stem: String
        var partCount: Int
        var syncedAt: Int64
    }

    private let storage: any RecordingStorage
    private let limits: RecordingLimits
    private let clock: any Clock
    private let name: @Sendable (String) -> String
    private let note: @Sendable (String, String, String) -> Void
    private var shows: [String: Show] = [:]
    /// Rooms whose recording failed: nothing more is written of this stream.
    private var given: Set<String> = []

    init(
        storage: any RecordingStorage, limits: RecordingLimits, clock: any Clock,
        name: @escaping @Sendable (String) -> String,
        note: @escaping @Sendable (String, String, String) -> Void
    ) {
        self.storage = storage
        self.limits = limits
        self.clock = clock
        self.name = name
        self.note = note
    }

    func mend() {
        for file in storage.mend() { note("recording mended: \(file)", "", "") }
    }

    func perform(_ entry: Entry) -> Outcome {
        var outcome = Outcome()
        let room = entry.room
        let before = shows[room]?.part.byteCount ?? 0
        do throws(RecordingError) {
            switch entry.item {
            case .begin(let initialisation, let now):
                if !given.contains(room) { try begin(room, initialisation, now) }
                outcome.bytes = shows[room]?.part.byteCount ?? 0
            case .fragment(let fragment):
                try shows[room]?.part.append(fragment)
                try syncIfDue(room)
            case .event(let json, let milliseconds, let now):
                try shows[room]?.part.append(
                    event: json, atMilliseconds: milliseconds, unixMilliseconds: now)
            case .end:
                given.remove(room)
                shows.removeValue(forKey: room)?.part.finish()
            }
            if case .begin = entry.item {
            } else if let part = shows[room]?.part {
                outcome.bytes = part.byteCount - before
            }
        } catch {
            shows.removeValue(forKey: room)?.part.finish()
            given.insert(room)
            note("recording ended before the stream", room, error.words)
            outcome.hasFailed = true
        }
        outcome.isRecording = shows[room] != nil
        return outcome
    }

    /// Begins a recording, or the next file of one.
    private func begin(
        _ room: String, _ initialisation: [UInt8], _ now: Int64
    ) throws(RecordingError) {
        let old = shows.removeValue(forKey: room)
        old?.part.finish()
        let stem =
            old?.stem ?? "\(name(room))-\(UTCTime(unixMilliseconds: now).compact)"
        var number = (old?.partCount ?? 0) + 1
        while number <= limits.partsMax {
            let file = number == 1 ? "\(stem).mp4" : "\(stem)-\(number).mp4"
            do throws(RecordingError) {
                let part = try RecordingPart(
                    try storage.create(file), initialisation: initialisation)
                shows[room] = Show(
                    part: part, stem: stem, partCount: number,
                    syncedAt: Int64(clock.monotonicNanoseconds / 1_000_000))
                note("recording to \(file)", room, "")
                return
            } catch {
                guard error == .exists else { throw error }
                number += 1
            }
        }
        throw old == nil
            ? .exists : .storage("the picture changed \(limits.partsMax) times")
    }

    private func syncIfDue(_ room: String) throws(RecordingError) {
        guard let show = shows[room] else { return }
        let now = Int64(clock.monotonicNanoseconds / 1_000_000)
        guard now - show.syncedAt >= limits.syncMilliseconds else { return }
        shows[room]?.syncedAt = now
        try show.part.sync()
    }
}
