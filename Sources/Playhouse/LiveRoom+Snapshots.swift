import Journaling
import PluginHosting
import Rooms
import Wire

/// When to take the next snapshot of a show, and whether one is being written.
struct SnapshotPace {
    let every: Int64
    /// Of the newest snapshot that was taken; 0 for none.
    private(set) var last: Int64
    /// Writes the snapshot that was taken last.
    var writing: Task<Void, Never>?

    init(every: Int64, last: Int64) {
        self.every = every
        self.last = last
    }

    /// Whether a snapshot is to be taken after a record; never while one is being written.
    func isDue(at sequence: Int64) -> Bool { writing == nil && sequence - last >= every }

    mutating func took(at sequence: Int64) { last = sequence }
}

// Snapshots bound the time of recovery. They are made of values that the room gives away, so that
// neither encoding nor writing takes its turn.
extension LiveRoom {
    /// Keeps the state after the last record: the room's facts as they stand now, which are those of
    /// durable records, and the plays as they stood then.
    func takeSnapshot(_ playbill: Playbill) {
        let snapshot = ShowSnapshot(chain: chain, roomFacts: room.summary, playbill: playbill)
        snapshots.took(at: chain.sequence)
        snapshots.writing = Task.detached { [journal, log] in
            await Self.write(snapshot, to: journal, log)
            await self.snapshotEnded()
        }
    }

    private func snapshotEnded() { snapshots.writing = nil }

    /// Waits until everything is durable, and writes a snapshot of it, unless there is one.
    package func keepSnapshot() async {
        repeat {
            await settled()
            await snapshots.writing?.value
            // Something may have happened meanwhile; plays are ahead of the journal then.
        } while !isIdle && !Task.isCancelled
        // The records of a closed room are not where its plays are.
        guard isIdle, journalStanding == .good, snapshots.last < chain.sequence else { return }
        takeSnapshot(playbill)
        await snapshots.writing?.value
    }

    private static func write(
        _ snapshot: ShowSnapshot, to journal: any Journal, _ log: Log
    ) async {
        let encoded = snapshot.encoded()
        do throws(JournalError) {
            try await journal.save(encoded)
            log.debug(
                "snapshot kept",
                [
                    "show": .string(encoded.show), "sequence": .integer(encoded.sequence),
                    "bytes": .integer(Int64(encoded.bytes.count)),
                ])
        } catch {
            // Nothing is lost: recovery takes longer until the next one is kept.
            log.warning(
                "a snapshot could not be kept",
                ["show": .string(encoded.show), "error": .string("\(error)")])
        }
    }
}
