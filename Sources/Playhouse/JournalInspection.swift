import Foundation
package import Journaling
package import Wire

/// Looks into a journal for people: which shows there are, and what happened in them.
package struct JournalInspection: Sendable {
    private let archive: JournalArchive

    package init(_ archive: JournalArchive) { self.archive = archive }

    /// Which records are wanted; nil for all.
    package struct Filter: Sendable {
        package var after: Int64 = 0
        /// The last sequence.
        package var until: Int64 = .max
        package var source: String?
        package var kind: String?

        package init() {}

        func admits(_ record: Record) -> Bool {
            (source ?? record.source) == record.source && (kind ?? record.kind) == record.kind
        }
    }

    /// Every show as one JSON object.
    package func shows() async throws(JournalError) -> [JSON] {
        try await archive.shows().map(\.json)
    }

    /// Every show as a line for people, below a line of headings.
    package func list() async throws(JournalError) -> [String] {
        let shows = try await archive.shows()
        let rows =
            [["show", "room", "records", "first", "last", "offset", "snapshot"]]
            + shows.map { show in
                [
                    show.header.show, show.header.room, "\(show.recordCount)",
                    Self.time(show.firstAtMilliseconds), Self.time(show.lastAtMilliseconds),
                    "\(show.offset)",
                    show.snapshotSequence == 0
                        ? "none" : "\(show.snapshotSequence) (\(show.snapshotBytes) bytes)",
                ]
            }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            return cells.joined(separator: "  ").trimmingCharacters(in: .whitespaces)
        }
    }

    /// Hands over the records of a show that a filter admits, in order.
    ///
    /// - Throws: When the show is unknown or cannot be read.
    package func records(
        show: String, _ filter: Filter, _ use: (Record) -> Void
    ) async throws(JournalError) {
        _ = try await archive.open(
            ShowHeader(show: show, room: "", epoch: "", beganAtMilliseconds: 0))
        var last = filter.after
        while last < filter.until {
            let records = try await archive.records(show: show, after: last, limit: 1_000)
            guard let end = records.last else { return }
            for record in records where record.sequence <= filter.until && filter.admits(record) {
                use(record)
            }
            last = end.sequence
        }
    }

    /// A record as one JSON object on one line, with everything that is in it.
    package static func export(_ record: Record) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in [
            ("show", record.show), ("source", record.source), ("kind", record.kind),
        ] {
            writer.name(name)
            writer.string(value)
        }
        for (name, value) in [
            ("sequence", record.sequence), ("offset", record.offset),
            ("at", record.atMilliseconds),
        ] {
            writer.name(name)
            writer.integer(value)
        }
        for (name, field) in [
            ("event", record.event), ("changes", record.changes), ("effects", record.effects),
            ("events", record.events),
        ] where !field.isEmpty {
            writer.name(name)
            writer.raw(field)
        }
        writer.name("hash")
        writer.string(record.hash.map { String(format: "%02x", $0) }.joined())
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    /// A record as one line for people, cut where it gets long.
    package static func line(_ record: Record) -> String {
        var text = String(decoding: record.event, as: UTF8.self)
        if !record.effects.isEmpty { text += " " + String(decoding: record.effects, as: UTF8.self) }
        if text.count > 160 { text = text.prefix(160) + " …" }
        return "\(record.sequence)  \(time(record.atMilliseconds))  \(record.source)  "
            + "\(record.kind)  \(text)"
    }

    private static func time(_ milliseconds: Int64) -> String {
        if milliseconds == 0 { return "never" }
        return Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

extension ShowListing {
    fileprivate var json: JSON {
        [
            "show": .string(header.show), "room": .string(header.room),
            "epoch": .string(header.epoch), "began": .integer(header.beganAtMilliseconds),
            "records": .integer(recordCount), "first": .integer(firstAtMilliseconds),
            "last": .integer(lastAtMilliseconds), "offset": .integer(offset),
            "snapshot": snapshotSequence == 0
                ? .null
                : ["sequence": .integer(snapshotSequence), "bytes": .integer(snapshotBytes)],
        ]
    }
}
