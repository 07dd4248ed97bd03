/// The largest values that a journal takes.
package enum JournalLimits {
    /// The fields of one record or one ledger entry together, in bytes: more than a handler with the
    /// largest budget, or a full batch of answers, can fill. A record that is refused could never be
    /// written, and its room would try in vain.
    package static let recordBytesMax = 8 << 20
    /// One snapshot, in bytes.
    package static let snapshotBytesMax = 32 << 20
    /// Calls that wait for the writer at once. A room has one under way, so this many rooms.
    package static let waitingCallsMax = 16_384

    /// Refuses what is too large, before anything of it is written.
    static func check(
        _ records: [Record], _ entries: [LedgerEntry]
    ) throws(JournalError) {
        for record in records where record.bytesCount > recordBytesMax {
            throw .tooLarge(
                "record \(record.sequence) of show \(record.show) has \(record.bytesCount) bytes, "
                    + "which exceeds \(recordBytesMax)")
        }
        for entry in entries where entry.bytesCount > recordBytesMax {
            throw .tooLarge(
                "entry \(entry.sequence).\(entry.index) of show \(entry.show) has "
                    + "\(entry.bytesCount) bytes, which exceeds \(recordBytesMax)")
        }
    }

    static func check(_ snapshot: Snapshot) throws(JournalError) {
        guard snapshot.bytes.count <= snapshotBytesMax else {
            throw .tooLarge(
                "the snapshot of show \(snapshot.show) has \(snapshot.bytes.count) bytes, "
                    + "which exceeds \(snapshotBytesMax)")
        }
    }
}

extension Record {
    /// The fields together.
    fileprivate var bytesCount: Int {
        show.utf8.count + source.utf8.count + kind.utf8.count + event.count + changes.count
            + effects.count + events.count + hash.count
    }

    /// Whether the record says something in public.
    var isSpoken: Bool { !events.isEmpty }
}

extension LedgerEntry {
    fileprivate var bytesCount: Int {
        show.utf8.count + plugin.utf8.count + pool.utf8.count + kind.utf8.count
            + (user?.utf8.count ?? 0)
    }

    /// Why an entry was refused whose key is taken by a different one.
    var conflict: JournalError {
        .conflict(
            "show \(show): entry \(sequence).\(index) of plugin \(plugin) is there with another "
                + "content")
    }
}

/// The sentences of refused appends, the same in every kind of journal.
extension JournalError {
    static func unknownShow(_ show: String) -> JournalError {
        .conflict("show \(show) was never opened in this journal")
    }

    static func wrongSequence(_ record: Record, last: Int64) -> JournalError {
        .conflict(
            "show \(record.show): record \(record.sequence) cannot follow record \(last)")
    }

    static func snapshotAhead(_ snapshot: Snapshot, last: Int64) -> JournalError {
        .conflict(
            "show \(snapshot.show): a snapshot after record \(snapshot.sequence), but record "
                + "\(last) is the last")
    }
}
