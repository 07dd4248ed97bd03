package import Clockwork
import Foundation

/// Keeps the journal in one SQLite file, in WAL mode with a full sync on every commit.
///
/// Disk layout: `NAME` is the database (its tables: ``JournalSchema``), `NAME-wal` the write-ahead
/// log with what was committed last, `NAME-shm` its index, `NAME.lock` says who owns them. A backup
/// takes all but the last two, or uses `sqlite3 NAME .backup`. A new file may be read by its owner only.
///
/// Fault model: what was acknowledged survives the death of the process and of the machine, as
/// far as the disk keeps what it has synced. A torn or unfinished commit is dropped as a whole on
/// the next opening. After a failed commit the journal goes on when the cause is gone.
///
/// Threading: one serial queue writes, one reads, one moves pages from the log to the database;
/// each has its own connection, and none runs on the threads of Swift's tasks.
package final class SQLiteJournal: Journal {
    /// What an operator or a test may set.
    package struct Options: Sendable {
        /// The length of the write-ahead log, in pages, from which it is moved into the database.
        package var checkpointPages = 2_000
        /// Length that the write-ahead log's file gets at the opening, so that commits need not make it
        /// longer; 0 to let it grow. A server that commits all day takes what a log comes to.
        package var logBytesAhead = 0
        /// Calls that may wait for the writer; one more is refused.
        package var waitingCallsMax = JournalLimits.waitingCallsMax

        /// Sets what suits a server.
        package init() {}
    }

    /// Bytes in a page of a new file. One that was made with SQLite's own 4 KiB keeps them. A busy
    /// journal writes half as often with twice as much; a lone commit writes larger pages.
    package static let pageBytes = 8_192

    private let writer: JournalWriter
    private let reader: JournalReader

    /// Opens a journal, creating the file and its parent folders where they are missing.
    ///
    /// Blocks the caller for a few reads and, on first use, a few syncs.
    ///
    /// - Throws: ``JournalError/storage(_:)`` when the file cannot be opened or another process
    ///   owns it; ``JournalError/damaged(_:)`` when it is not a journal of this format.
    package init(
        path: String, options: Options = Options(), clock: any Clock = SystemClock()
    ) throws(JournalError) {
        // Resolved, so that one file has one lock whatever it is called.
        let file = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        let folder = file.deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .storage(
                "\(folder.path): the folder cannot be made; give this user the right, or name "
                    + "another with \"data\" or --data")
        }
        let lock = try FileLock(for: file.path)
        // It will hold the seeds of draws, so that nobody else may read it. SQLite gives its other
        // files the permissions of the database.
        if !FileManager.default.fileExists(atPath: file.path) {
            _ = FileManager.default.createFile(
                atPath: file.path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        let connection = try SQLiteConnection(path: file.path)
        try JournalSchema.prepare(connection)
        LogSpace.prepare(file.path + "-wal", bytes: options.logBytesAhead)
        writer = try JournalWriter(connection, lock: lock, options: options, clock: clock)
        reader = try JournalReader(path: file.path)
    }

    /// What this journal has done so far; a snapshot, may be read at any time.
    package var statistics: JournalStatistics { writer.statistics }

    package func open(_ header: ShowHeader) async throws(JournalError) -> ShowHeader {
        try await writer.open(header)
    }

    package func append(
        _ records: [Record], _ entries: [LedgerEntry]
    ) async throws(JournalError) {
        try JournalLimits.check(records, entries)
        try await writer.append(records, entries)
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

    package func save(_ snapshot: Snapshot) async throws(JournalError) {
        try JournalLimits.check(snapshot)
        try await writer.save(snapshot)
    }

    package func snapshot(show: String) async throws(JournalError) -> Snapshot? {
        try await reader.read { queries throws(JournalError) in
            try queries.snapshot(show: show)
        }
    }

    package func shows(room: String, limit: Int) async throws(JournalError) -> [ShowHeader] {
        try await reader.read { queries throws(JournalError) in
            try queries.shows(room: room, limit: max(0, limit))
        }
    }

    /// Finishes what waits, empties the write-ahead log and gives the file free. May be repeated.
    package func close() async {
        await reader.close()
        await writer.close()
    }

    /// Makes the disk full for a test or a drill: the database may not grow past a number of
    /// pages, nor below what it has now. Nil makes room again.
    package func limit(pages: Int64?) async throws(JournalError) {
        try await writer.limit(pages: pages)
    }

    /// Lets calls wait until ``resumeWriting()``; for tests of group commit.
    func suspendWriting() { writer.suspend() }

    func resumeWriting() { writer.resume() }
}
