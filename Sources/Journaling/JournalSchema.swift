/// The tables of a journal file, and what tells such a file from any other.
///
/// Records and entries are append-only rowid tables: a row goes to the end of its table, whatever
/// show it belongs to. A show is named by a small integer in them. Format 2:
///
/// - `application_id` is "Play", `user_version` the format.
/// - `shows` has one row for each show, with its secret seed (``SecretSeed``): whoever may read the file
///   knows the draws of its running shows in advance.
/// - `records` has one row for each record, unique by show and sequence.
/// - `entries` has one row for each move of value, unique by show, plugin, sequence and index.
/// - `snapshots` has at most one row for each show.
///
/// Format 1 had no seeds. Opening such a file for writing makes it one of format 2.
enum JournalSchema {
    /// "Play" in ASCII.
    static let applicationID: Int64 = 0x506C_6179
    static let format: Int64 = 2

    /// Makes sure that a file is a journal of this format; an empty file and one of format 1 become one.
    ///
    /// Changes nothing in a file that is not.
    static func prepare(_ connection: SQLiteConnection) throws(JournalError) {
        let application = try connection.integer("PRAGMA application_id")
        let format = try connection.integer("PRAGMA user_version")
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema")
        let isEmpty = application == 0 && format == 0 && tables == 0
        if isEmpty {
            try connection.run("PRAGMA page_size = \(SQLiteJournal.pageBytes)")
        } else {
            try check(connection)
        }
        try connection.run("PRAGMA journal_mode = WAL")
        try configure(connection)
        let changes: String
        switch (isEmpty, format) {
        case (true, _): changes = definition
        case (false, 1): changes = seedsAdded
        case (false, _): return
        }
        do throws(JournalError) {
            try connection.run("BEGIN IMMEDIATE;\(changes) COMMIT")
        } catch {
            connection.rollBack()
            throw error
        }
    }

    /// Makes sure that a file is a journal of this format or of an earlier one.
    static func check(_ connection: SQLiteConnection) throws(JournalError) {
        let path = connection.path
        let application = try connection.integer("PRAGMA application_id")
        let format = try connection.integer("PRAGMA user_version")
        guard application == applicationID else {
            throw .damaged(
                "\(path) belongs to another application (application_id \(application)): "
                    + "name another file for the journal")
        }
        guard format <= self.format else {
            throw .damaged(
                "\(path) was written by a newer Playhouse (journal format \(format), this one "
                    + "knows \(self.format)): start that version, or name another file")
        }
        guard format >= 1 else {
            throw .damaged(
                "\(path) has journal format \(format), which this Playhouse never wrote: "
                    + "put a backup in its place")
        }
    }

    /// Sets what SQLite forgets with each connection.
    static func configure(_ connection: SQLiteConnection) throws(JournalError) {
        // FULL: a commit returns when the log is synced, so an acknowledged record survives a
        // power cut (https://www.sqlite.org/pragma.html#pragma_synchronous).
        try connection.run("PRAGMA synchronous = FULL")
        // On macOS fsync(2) alone leaves data in the drive's cache; ignored elsewhere.
        try connection.run("PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1")
        // After a burst the log file shrinks again when it is restarted.
        try connection.run("PRAGMA journal_size_limit = 67108864")
        connection.watchLogSize()
    }

    /// From format 1. Its shows get a seed when they are opened the next time.
    private static let seedsAdded = """
        ALTER TABLE shows ADD COLUMN seed BLOB NOT NULL DEFAULT x'';
        PRAGMA user_version = \(format);
        """

    private static let definition = """
        CREATE TABLE shows (
            id INTEGER PRIMARY KEY,
            show TEXT NOT NULL UNIQUE,
            room TEXT NOT NULL,
            epoch TEXT NOT NULL,
            began_at INTEGER NOT NULL,
            seed BLOB NOT NULL DEFAULT x''
        ) STRICT;
        CREATE TABLE records (
            id INTEGER PRIMARY KEY,
            show INTEGER NOT NULL,
            sequence INTEGER NOT NULL,
            "offset" INTEGER NOT NULL,
            source TEXT NOT NULL,
            kind TEXT NOT NULL,
            at INTEGER NOT NULL,
            event BLOB NOT NULL,
            changes BLOB NOT NULL,
            effects BLOB NOT NULL,
            events BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX records_by_sequence ON records (show, sequence);
        CREATE INDEX records_spoken ON records (show, sequence) WHERE events <> x'';
        CREATE TABLE entries (
            id INTEGER PRIMARY KEY,
            show INTEGER NOT NULL,
            plugin TEXT NOT NULL,
            sequence INTEGER NOT NULL,
            "index" INTEGER NOT NULL,
            pool TEXT NOT NULL,
            kind TEXT NOT NULL,
            user TEXT,
            count INTEGER NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX entries_by_key ON entries (show, plugin, sequence, "index");
        CREATE TABLE snapshots (
            show INTEGER PRIMARY KEY,
            sequence INTEGER NOT NULL,
            bytes BLOB NOT NULL
        ) STRICT;
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(format);
        """
}
