import Foundation

/// What a journal holds of one show, in figures.
package struct ShowListing: Sendable, Equatable {
    package var header: ShowHeader
    package var recordCount: Int64
    /// Unix times of the earliest and the latest record; 0 without records.
    package var firstAtMilliseconds: Int64
    package var lastAtMilliseconds: Int64
    /// Of the last public event.
    package var offset: Int64
    /// 0 without a snapshot.
    package var snapshotSequence: Int64
    package var snapshotBytes: Int64
}

/// Reads a journal file and changes nothing in it; takes no lock, so that a server may be writing to it
/// meanwhile. What is refused is whatever would write.
package final class JournalArchive: Journal {
    private let path: String
    private let reader: JournalReader

    /// Opens the file of a journal.
    ///
    /// - Throws: ``JournalError/storage(_:)`` when there is none or it cannot be read,
    ///   ``JournalError/damaged(_:)`` when it is not a journal of this format.
    package init(path: String) throws(JournalError) {
        guard FileManager.default.fileExists(atPath: path) else {
            throw .storage("\(path): there is no journal")
        }
        self.path = path
        reader = try JournalReader(archive: path)
    }

    package func shows(room: String, limit: Int) async throws(JournalError) -> [ShowHeader] {
        try await reader.read { queries throws(JournalError) in
            try queries.shows(room: room, limit: max(0, limit))
        }
    }

    /// Every show, in the order in which they began.
    package func shows() async throws(JournalError) -> [ShowListing] {
        try await reader.read { queries throws(JournalError) in try queries.shows() }
    }

    package func open(_ header: ShowHeader) async throws(JournalError) -> ShowHeader {
        let known = try await shows().first { $0.header.show == header.show }
        guard let known else { throw .storage("\(path) has no show \"\(header.show)\"") }
        return known.header
    }

    package func records(
        show: String, after sequence: Int64, limit: Int
    ) async throws(JournalError) -> [Record] {
        try await reader.read { queries throws(JournalError) in
            try queries.records(show: show, after: sequence, limit: max(0, limit))
        }
    }

    package func spokenRecords(show: String, limit: Int) async throws(JournalError) -> [Record] {
        try await reader.read { queries throws(JournalError) in
            try queries.spokenRecords(show: show, limit: max(0, limit))
        }
    }

    package func entries(show: String) async throws(JournalError) -> [LedgerEntry] {
        try await reader.read { queries throws(JournalError) in
            try queries.entries(show: show)
        }
    }

    package func snapshot(show: String) async throws(JournalError) -> Snapshot? {
        try await reader.read { queries throws(JournalError) in
            try queries.snapshot(show: show)
        }
    }

    package func append(
        _ records: [Record], _ entries: [LedgerEntry]
    ) async throws(JournalError) {
        throw .storage("\(path) is open for reading only")
    }

    package func save(_ snapshot: Snapshot) async throws(JournalError) {
        throw .storage("\(path) is open for reading only")
    }

    package func close() async { await reader.close() }
}
