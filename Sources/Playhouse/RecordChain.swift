import Cryptography
package import Journaling
package import PluginContract
package import Wire

/// Turns drafts into the records of one show: sequence, offset, ledger keys, and a hash that each
/// record takes over from the one before it. Recovery does not verify the chain yet.
package struct RecordChain: Sendable {
    package let show: String
    package private(set) var sequence: Int64 = 0
    package private(set) var offset: Int64 = 0
    private var hash = [UInt8](repeating: 0, count: 32)

    package init(show: String) { self.show = show }

    /// Goes on after a record that was read back.
    package mutating func resume(after record: Record) {
        sequence = record.sequence
        offset = record.offset
        hash = record.hash
    }

    /// Writes drafts down, in order.
    package mutating func records(
        of drafts: [Draft], atMilliseconds: Int64
    ) -> (records: [Record], entries: [LedgerEntry]) {
        var records: [Record] = []
        var entries: [LedgerEntry] = []
        for draft in drafts {
            sequence += 1
            offset += Int64(draft.events.count)
            var record = Record(
                show: show, sequence: sequence, offset: offset, source: draft.source,
                kind: draft.kind, atMilliseconds: atMilliseconds, event: bytes(draft.event),
                changes: bytes(draft.changes), effects: bytes(draft.effects),
                events: bytes(of: draft.events), hash: [])
            hash = Self.hash(of: record, after: hash)
            record.hash = hash
            records.append(record)
            for (index, move) in draft.moves.enumerated() {
                entries.append(
                    LedgerEntry(
                        show: show, plugin: move.plugin, sequence: sequence, index: Int64(index),
                        pool: move.pool, kind: move.kind.rawValue, user: move.user,
                        count: move.count))
            }
        }
        return (records, entries)
    }

    /// The hash that a record must carry.
    package static func hash(of record: Record, after previous: [UInt8]) -> [UInt8] {
        var stream = SHA256Stream()
        stream.update(previous)
        var header = JSONWriter()
        header.beginArray()
        header.string(record.show)
        header.integer(record.sequence)
        header.integer(record.offset)
        header.string(record.source)
        header.string(record.kind)
        header.integer(record.atMilliseconds)
        for field in [record.event, record.changes, record.effects, record.events] {
            header.integer(Int64(field.count))
        }
        header.endArray()
        stream.update(header.bytes)
        for field in [record.event, record.changes, record.effects, record.events] {
            stream.update(field)
        }
        return stream.finalize()
    }

    private func bytes(_ value: JSON) -> [UInt8] {
        switch value {
        case .null, .array([]): []
        default: value.encoded()
        }
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
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }
}

extension Record {
    /// What the record said in public, each with its offset.
    package var publicEvents: [(offset: Int64, event: PublicEvent)] {
        guard !events.isEmpty, let list = (try? JSON(parsing: events))?.arrayValue else {
            return []
        }
        let first = offset - Int64(list.count) + 1
        return list.enumerated().compactMap { index, value in
            guard let name = value["name"]?.stringValue, let from = value["from"]?.stringValue
            else { return nil }
            return (
                first + Int64(index),
                PublicEvent(name: name, from: from, data: value["data"] ?? .null)
            )
        }
    }

    /// A field as JSON; null where it is empty.
    package func json(_ field: KeyPath<Record, [UInt8]>) -> JSON {
        let bytes = self[keyPath: field]
        return bytes.isEmpty ? .null : (try? JSON(parsing: bytes)) ?? .null
    }
}
