import CSQLite

/// One connection to a database file, closed when the last reference to it or to one of its
/// statements goes.
///
/// Not thread-safe, and opened without SQLite's own mutex: whoever owns it uses it from one serial
/// queue. Every failure is thrown as a ``JournalError`` that names the file.
final class SQLiteConnection {
    let path: String
    let handle: OpaquePointer
    /// The size of the write-ahead log after this connection's last commit, in pages.
    private(set) var walPages = 0

    /// Opens a file, creating an empty one where there is none unless it is only to be read.
    init(path: String, isReadOnly: Bool = false) throws(JournalError) {
        self.path = path
        _ = Self.configuration
        var opened: OpaquePointer?
        let mode =
            isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let flags = mode | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard let opened else { throw .storage("\(path): no memory for a connection") }
        handle = opened
        guard code == SQLITE_OK else { throw error() }
        sqlite3_extended_result_codes(handle, 1)
        // Nobody else of this program takes a lock for long; a person with the sqlite3 shell may.
        sqlite3_busy_timeout(handle, 5_000)
    }

    deinit { sqlite3_close_v2(handle) }

    /// Done once, before the first connection; refused without harm where SQLite is in use already.
    private static let configuration = playhouse_sqlite_skip_statistics()

    /// Runs SQL that returns no rows that matter; for settings and transactions.
    func run(_ sql: String) throws(JournalError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error() }
    }

    /// Returns the first column of the first row.
    func integer(_ sql: String) throws(JournalError) -> Int64 {
        let statement = try SQLiteStatement(sql, on: self)
        return try statement.rows([]) { $0.integer(0) }.first ?? 0
    }

    /// Gives up the transaction that is open, if there is one.
    ///
    /// After a full disk or an I/O error SQLite may have done so itself.
    func rollBack() {
        guard sqlite3_get_autocommit(handle) == 0 else { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
    }

    /// Begins to keep ``walPages``, and turns SQLite's checkpoint inside of commits off.
    func watchLogSize() {
        sqlite3_wal_autocheckpoint(handle, 0)
        // The context is unretained: the hook runs inside of calls on this object only.
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue()
                    .walPages = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Moves pages from the write-ahead log to the database file.
    ///
    /// - Parameter truncating: Whether to wait for everybody and empty the log; otherwise nobody
    ///   is made to wait, and pages that somebody still reads stay.
    /// - Returns: Pages in the log that were not moved.
    /// - Throws: What the storage said; the log keeps what was not moved.
    func checkpoint(truncating: Bool = false) throws(JournalError) -> Int {
        var pages: Int32 = 0
        var moved: Int32 = 0
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &moved)
        // Busy: another checkpoint or a reader is there; the rest is moved the next time.
        guard code == SQLITE_OK || code == SQLITE_BUSY else { throw error() }
        return max(0, Int(pages - moved))
    }

    /// What the last call that failed means to the user of a journal.
    func error() -> JournalError {
        let code = sqlite3_extended_errcode(handle)
        let text = String(cString: sqlite3_errmsg(handle))
        let sentence = "\(path): \(text) (SQLite error \(code))"
        switch code & 0xFF {
        case SQLITE_FULL:
            return .full("\(sentence): free some space, the journal goes on by itself")
        case SQLITE_CORRUPT:
            return .damaged("\(sentence): put a backup in its place")
        case SQLITE_NOTADB:
            return .damaged("\(sentence): this is no journal, name another file")
        case SQLITE_CONSTRAINT:
            return .conflict(sentence)
        case SQLITE_TOOBIG:
            return .tooLarge(sentence)
        default:
            return .storage(sentence)
        }
    }
}
