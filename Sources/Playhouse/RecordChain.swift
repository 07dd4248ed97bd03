import Cryptography
package import Journaling
package import PluginContract
package import Wire

/// Turns drafts into the records of one show: sequence, offset, ledger keys, and a hash that each
/// record takes over from the one before it, so that a log cannot be altered in the middle unseen.
package struct RecordChain: Sendable {
    package let show: String
    package private(set) var sequence: Int64 = 0
    package private(set) var offset: Int64 = 0
    /// Of the last record; 32 zero bytes before the first.
    package private(set) var hash = [UInt8](repeating: 0, count: 32)

    package init(show: String) { self.show = show }

    /// Goes on after a record whose place and hash are known from elsewhere.
    package init(show: String, sequence: Int64, offset: Int64, hash: [UInt8]) {
        self.show = show
        self.sequence = sequence
        self.offset = offset
        self.hash = hash
    }

    /// Goes on after a record that was read back, if it is the one that follows.
    ///
    /// - Throws: ``DamagedShow`` for a record that is missing before it, or that is not what was
    ///   written.
    package mutating func resume(after record: Record) throws(DamagedShow) {
        guard record.sequence == sequence + 1 else {
            throw DamagedShow(
                show: show, sequence: sequence + 1,
                reason: "the record is missing; \(record.sequence) is the next")
        }
        guard record.hash == Self.hash(of: record, after: hash) else {
            throw DamagedShow(
                show: show, sequence: record.sequence,
                reason: "its hash does not fit its content and the record before it")
        }
        sequence = record.sequence
        offset = record.offset
        hash = record.hash
    }

    /// Writes drafts down, in order.
    package mutating func records(
        of drafts: [Draft], atMilliseconds: Int64
    ) -> (records: [Record], entries: [LedgerEntry]) {
        var records: [Record] = []
        records.reserveCapacity(drafts.count)
        var entries: [LedgerEntry] = []
        var writer = JSONWriter()
        // Where they lie: a loop over the elements would copy each draft whole.
        for index in drafts.indices {
            sequence += 1
            offset += Int64(drafts[index].events.count)
            var record = Record(
                show: show, sequence: sequence, offset: offset, source: drafts[index].source,
                kind: drafts[index].kind, atMilliseconds: atMilliseconds,
                event: drafts[index].recordedEvent.bytes,
                changes: drafts[index].recordedChanges.bytes,
                effects: drafts[index].recordedEffects.bytes,
                events: bytes(of: drafts[index].events), hash: [])
            hash = Self.hash(of: record, after: hash, &writer)
            record.hash = hash
            records.append(record)
            if !drafts[index].moves.isEmpty {
                entries += Self.entries(of: drafts[index].moves, show: show, sequence: sequence)
            }
        }
        return (records, entries)
    }

    /// The ledger entries of a record's moves.
    static func entries(
        of moves: [LedgerMove], show: String, sequence: Int64
    ) -> [LedgerEntry] {
        moves.enumerated().map { index, move in
            LedgerEntry(
                show: show, plugin: move.plugin, sequence: sequence, index: Int64(index),
                pool: move.pool, kind: move.kind.rawValue, user: move.user, count: move.count)
        }
    }

    /// The hash that a record must carry.
    package static func hash(of record: Record, after previous: [UInt8]) -> [UInt8] {
        var header = JSONWriter()
        return hash(of: record, after: previous, &header)
    }

    // `header` is room for what is written, used again for the next record.
    private static func hash(
        of record: Record, after previous: [UInt8], _ header: inout JSONWriter
    ) -> [UInt8] {
        var stream = SHA256Stream()
        stream.update(previous)
        header.removeAll()
        header.beginArray()
        header.string(record.show)
        header.integer(record.sequence)
        header.integer(record.offset)
        header.string(record.source)
        header.string(record.kind)
        header.integer(record.atMilliseconds)
        header.integer(Int64(record.event.count))
        header.integer(Int64(record.changes.count))
        header.integer(Int64(record.effects.count))
        header.integer(Int64(record.events.count))
        header.endArray()
        stream.update(header.bytes)
        stream.update(record.event)
        stream.update(record.changes)
        stream.update(record.effects)
        stream.update(record.events)
        return stream.finalize()
    }

    private func bytes(of events: [PublicEvent]) -> [UInt8] {
        guard !events.isEmpty else { return [] }
        var writer = JSONWriter()
        writer.beginArray()
        for event in events {
            writer.beginObject()
            writer.name("name")
            writer.string(event.name)
            writer.name("from")
            writer.string(event.from)
            writer.name("data")
            event.data.appendEncoded(to: &writer)
            if let picture = event.pictureMilliseconds {
                writer.name("picture")
                writer.integer(picture)
            }
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }
}

extension Record {
    /// What the record said in public, each with its offset.
    package var publicEvents: [(offset: Int64, event: PublicEvent)] {
        guard !events.isEmpty,
            let list = (try? JSON(parsing: events, limits: .recorded))?.arrayValue
        else {
            return []
        }
        let first = offset - Int64(list.count) + 1
        return list.enumerated().compactMap { index, value in
            guard let name = value["name"]?.stringValue, let from = value["from"]?.stringValue
            else { return nil }
            return (
                first + Int64(index),
                PublicEvent(
                    name: name, from: from, data: value["data"] ?? .null,
                    pictureMilliseconds: value["picture"]?.integerValue)
            )
        }
    }

    /// One of its fields as JSON; null where it is empty.
    ///
    /// - Throws: ``DamagedShow`` when it is no JSON.
    package func parsed(_ bytes: [UInt8]) throws(DamagedShow) -> JSON {
        if bytes.isEmpty { return .null }
        do throws(JSONError) {
            return try JSON(parsing: bytes, limits: .recorded)
        } catch {
            throw DamagedShow(
                show: show, sequence: sequence, reason: "it cannot be read: \(error)")
        }
    }
}

extension JSONLimits {
    /// What records and snapshots may hold: state is 32 tables deep at most, and lies inside others.
    static let recorded = JSONLimits(
        depthMax: 96, bytesMax: JournalLimits.snapshotBytesMax, membersMax: 1_000_000)
}
