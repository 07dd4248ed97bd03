import Clockwork
package import Journaling
import PluginContract
import PluginHosting
import Rooms
package import Wire

/// Whether what the journal holds of a show fits together.
package struct JournalVerification: Sendable, Equatable {
    package var show: String
    package var recordCount: Int64 = 0
    package var entryCount = 0
    /// Of the snapshot that was found good; 0 for none.
    package var snapshotSequence: Int64 = 0
    /// What is wrong; recovery stops at problems with records, and passes over snapshots.
    package var problems: [String] = []

    /// Reads a show from its first record: hashes, what every plugin's records say, the ledger that
    /// follows from them, and the snapshot. Runs no plugin and needs none.
    ///
    /// - Throws: When the journal cannot be read.
    package static func verify(
        _ header: ShowHeader, in journal: any Journal
    ) async throws(JournalError) -> JournalVerification {
        let show = header.show
        var verification = JournalVerification(show: show)
        var walk = Walk(header)
        let snapshot = try await journal.snapshot(show: show)
        var isSound = true
        reading: while isSound {
            let records = try await journal.records(
                show: show, after: walk.chain.sequence, limit: 1_000)
            if records.isEmpty { break }
            for record in records {
                do throws(DamagedShow) {
                    try walk.take(record)
                } catch {
                    verification.problems.append(error.description)
                    isSound = false
                    break reading
                }
                if record.sequence == snapshot?.sequence, let snapshot {
                    if let problem = walk.problem(with: snapshot) {
                        verification.problems.append(
                            "show \"\(show)\", snapshot \(snapshot.sequence): \(problem)")
                    } else {
                        verification.snapshotSequence = snapshot.sequence
                    }
                }
            }
        }
        verification.recordCount = walk.chain.sequence
        // A server may have written more meanwhile.
        let last = walk.chain.sequence
        let entries = try await journal.entries(show: show).filter { $0.sequence <= last }
        verification.entryCount = entries.count
        if let snapshot, isSound, snapshot.sequence > walk.chain.sequence {
            verification.problems.append(
                "show \"\(show)\", snapshot \(snapshot.sequence): its record is missing")
        }
        if isSound, walk.entries != entries {
            verification.problems.append(
                "show \"\(show)\": the ledger does not say what its records say")
        }
        return verification
    }

    /// One JSON object.
    package var json: JSON {
        [
            "show": .string(show), "records": .integer(recordCount),
            "entries": .integer(Int64(entryCount)), "snapshot": .integer(snapshotSequence),
            "problems": .array(problems.map { .string($0) }),
        ]
    }
}

/// Folds records without knowing any plugin, and derives the ledger.
private struct Walk {
    var chain: RecordChain
    var entries: [LedgerEntry] = []
    private var room: Room
    private var playbill: Playbill

    init(_ header: ShowHeader) {
        chain = RecordChain(show: header.show)
        room = Room(
            settings: RoomSettings(id: header.room, title: [:]), epoch: header.epoch,
            show: header.show, beganAtMilliseconds: header.beganAtMilliseconds, messagePrefix: "")
        playbill = Playbill(
            show: header.show, beganAtMilliseconds: header.beganAtMilliseconds, entries: [],
            products: [], pools: PoolBalances(), seed: .none)
    }

    mutating func take(_ record: Record) throws(DamagedShow) {
        try chain.resume(after: record)
        if record.source == "room" {
            room.recover(kind: record.kind, event: try record.parsed(record.event))
        }
        let moves = try playbill.recover(record)
        entries += RecordChain.entries(of: moves, show: record.show, sequence: record.sequence)
    }

    /// Why a snapshot after the last record cannot be used, or says something else than the records.
    func problem(with snapshot: Snapshot) -> String? {
        do throws(ReadSnapshot.Problem) {
            let read = try ReadSnapshot(snapshot)
            if read.chain.hash != chain.hash || read.chain.offset != chain.offset {
                return "it is of another log"
            }
            if read.plugins.encodedSorted() != playbill.snapshot.encodedSorted()
                || !isSame(read.roomFacts)
            {
                return "it says something else than the records"
            }
        } catch {
            return error.description
        }
        return nil
    }

    /// Whether a snapshot's facts are those of the room's records. A room forgets mutes that have
    /// ended, which the records do not tell.
    private func isSame(_ facts: [(kind: String, event: JSON)]) -> Bool {
        func texts(_ facts: [(kind: String, event: JSON)]) -> Set<String> {
            Set(
                facts.map {
                    "\($0.kind) " + String(decoding: $0.event.encodedSorted(), as: UTF8.self)
                })
        }
        let recorded = room.summary
        let mutes = recorded.filter { $0.kind == "muted" }
        return texts(facts).isSubset(of: texts(recorded))
            && texts(recorded).subtracting(texts(mutes)).isSubset(of: texts(facts))
    }
}
