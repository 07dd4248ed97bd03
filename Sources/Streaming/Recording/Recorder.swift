package import Clockwork
import Dispatch

/// Keeps the shows of a server as files: what the lane of the stream gives out goes to a queue of its
/// own, and from there to the disk.
///
/// The lane never waits: what a slow disk has not taken is left out beyond a bound, up to the next
/// keyframe, and counted. When the disk is full or broken the recording ends, is said so, and the
/// stream goes on. A recording begins with a stream's first picture and ends with the stream; a change
/// of size or sound goes on in another file of the same name with a number behind it.
package final class Recorder: Sendable {
    /// What became of a room's recordings.
    package struct Figures: Sendable, Equatable {
        package var isRecording = false
        package var bytes = 0
        /// Fragments and events that the disk did not take in time.
        package var skipped = 0
        /// Recordings that ended because nothing could be written.
        package var failures = 0
    }

    /// What the lane knows of a room.
    private struct Standing {
        /// Whether fragments are left out up to a keyframe.
        var needsKey = false
        /// Stream time of the newest fragment, and when it came; nil while nothing is recorded.
        var newest: (milliseconds: Int64, arrival: Int64)?
        var figures = Figures()
    }

    private struct Waiting {
        var items: [RecordingDesk.Entry] = []
        var byteCount = 0
        /// Whether a turn of the queue is coming or under way.
        var isScheduled = false
        var rooms: [String: Standing] = [:]
    }

    private let limits: RecordingLimits
    private let clock: any Clock
    private let queue = DispatchQueue(label: "playhouse.recording")
    private let desk: RecordingDesk
    private let waiting = Lock(Waiting())

    /// Opens for business and mends what a killed server left.
    ///
    /// `name` tells what the files of a room begin with; `note` gets a message for the log, the room,
    /// and why: without a reason it is no warning.
    package init(
        storage: any RecordingStorage, limits: RecordingLimits = RecordingLimits(),
        clock: any Clock, name: @escaping @Sendable (String) -> String,
        note: @escaping @Sendable (_ message: String, _ room: String, _ words: String) -> Void
    ) {
        self.limits = limits
        self.clock = clock
        desk = RecordingDesk(
            storage: storage, limits: limits, clock: clock, name: name, note: note)
        queue.async { [desk] in desk.mend() }
    }

    /// By room, as far as there was something to record.
    package var figures: [String: Figures] {
        waiting.withLock { $0.rooms.mapValues(\.figures) }
    }

    /// Bytes that wait for the disk.
    var waitingBytes: Int { waiting.withLock { $0.byteCount } }

    private var nowMilliseconds: Int64 { Int64(clock.monotonicNanoseconds / 1_000_000) }

    // MARK: - On the lane

    /// Takes what viewers are sent.
    func take(_ output: LiveStream.Output, of room: String) {
        switch output {
        case .initialisation(let bytes):
            // Always taken: nothing of what follows is worth anything without it.
            put(.begin(bytes, unixMilliseconds: clock.unixMilliseconds), of: room) { standing, _ in
                standing.needsKey = true
                return true
            }
        case .fragment(let fragment):
            let now = nowMilliseconds
            put(.fragment(fragment), of: room) { [limits] standing, byteCount in
                standing.newest = (fragment.milliseconds, now)
                let room = limits.waitingBytesMax - byteCount - fragment.bytes.count
                if standing.needsKey {
                    // To begin again with the bound nearly reached would end in the same place.
                    let isEnough = byteCount == 0 || room >= limits.waitingBytesMax / 2
                    guard fragment.isKey, isEnough else { return false }
                } else if room < 0 {
                    standing.needsKey = true
                    return false
                }
                standing.needsKey = false
                return true
            }
        }
    }

    /// The stream has ended.
    func end(_ room: String) {
        put(.end, of: room) { standing, _ in
            standing.newest = nil
            return true
        }
    }

    // MARK: - On any thread

    /// Takes an event of a room as it happens; it is written at the stream's present time, and not at
    /// all while the room is not recorded.
    package func hear(_ event: [UInt8], in room: String) {
        let now = nowMilliseconds
        let item = waiting.withLock { waiting -> RecordingDesk.Item? in
            guard let newest = waiting.rooms[room]?.newest else { return nil }
            return .event(
                event, milliseconds: newest.milliseconds + max(0, now - newest.arrival),
                unixMilliseconds: clock.unixMilliseconds)
        }
        guard let item else { return }
        put(item, of: room) { [limits] _, byteCount in
            byteCount + event.count <= limits.waitingBytesMax
        }
    }

    /// Returns when all that was taken is written and every file has its end.
    package func close() async {
        for room in figures.keys { end(room) }
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume() }
        }
    }

    /// Puts something on the list, if `admit` finds that there is room for it; else it is counted.
    private func put(
        _ item: RecordingDesk.Item, of room: String,
        admit: (inout Standing, _ byteCount: Int) -> Bool
    ) {
        let mustSchedule = waiting.withLock { waiting -> Bool in
            var standing = waiting.rooms[room] ?? Standing()
            defer { waiting.rooms[room] = standing }
            guard admit(&standing, waiting.byteCount) else {
                if standing.figures.isRecording { standing.figures.skipped += 1 }
                return false
            }
            waiting.items.append(RecordingDesk.Entry(room: room, item: item))
            waiting.byteCount += item.byteCount
            defer { waiting.isScheduled = true }
            return !waiting.isScheduled
        }
        if mustSchedule { queue.async { self.work() } }
    }

    // MARK: - On the queue

    private func work() {
        while true {
            let items = waiting.withLock { waiting -> [RecordingDesk.Entry] in
                defer { waiting.items = [] }
                if waiting.items.isEmpty { waiting.isScheduled = false }
                return waiting.items
            }
            guard !items.isEmpty else { return }
            for entry in items {
                let outcome = desk.perform(entry)
                waiting.withLock { waiting in
                    waiting.byteCount -= entry.item.byteCount
                    waiting.rooms[entry.room]?.figures.bytes += outcome.bytes
                    waiting.rooms[entry.room]?.figures.failures += outcome.hasFailed ? 1 : 0
                    waiting.rooms[entry.room]?.figures.isRecording = outcome.isRecording
                }
            }
        }
    }
}
