import Dispatch

/// Answers questions on a connection of its own: in WAL mode a reader waits for no writer, and sees
/// everything that was acknowledged before it asked.
///
/// - Important: Sendable because `queries` is touched on `queue` only, after `init`.
final class JournalReader: @unchecked Sendable {
    private let queue = DispatchQueue(label: "playhouse.journal.read")
    private var queries: JournalQueries?

    init(path: String) throws(JournalError) {
        let connection = try SQLiteConnection(path: path)
        try JournalSchema.configure(connection)
        try connection.run("PRAGMA query_only = 1")
        queries = try JournalQueries(connection)
    }

    /// Reads a file that another process may own.
    init(archive path: String) throws(JournalError) {
        let connection = try SQLiteConnection(path: path, isReadOnly: true)
        try JournalSchema.check(connection)
        queries = try JournalQueries(connection)
    }

    func read<Answer: Sendable>(
        _ ask: @escaping @Sendable (JournalQueries) throws(JournalError) -> Answer
    ) async throws(JournalError) -> Answer {
        let answer = await withCheckedContinuation {
            (done: CheckedContinuation<Result<Answer, JournalError>, Never>) in
            queue.async {
                done.resume(
                    returning: Result { () throws(JournalError) in
                        guard let queries = self.queries else { throw JournalError.closed }
                        return try ask(queries)
                    })
            }
        }
        return try answer.get()
    }

    /// Closes the connection after the questions that were asked before.
    func close() async {
        await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
            queue.async {
                self.queries = nil
                done.resume()
            }
        }
    }
}

/// The questions, each a statement that is compiled once.
final class JournalQueries {
    private let records: SQLiteStatement
    private let spoken: SQLiteStatement
    private let entries: SQLiteStatement
    private let snapshot: SQLiteStatement
    private let listings: SQLiteStatement
    private let ofRoom: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(JournalError) {
        let columns = """
            records.sequence, "offset", source, kind, at, event, changes, effects, events, hash
            """
        let show = "(SELECT id FROM shows WHERE show = ?1)"
        records = try SQLiteStatement(
            """
            SELECT \(columns) FROM records WHERE show = \(show) AND sequence > ?2
            ORDER BY sequence LIMIT ?3
            """, on: connection)
        spoken = try SQLiteStatement(
            """
            SELECT \(columns) FROM records WHERE show = \(show) AND events <> x''
            ORDER BY sequence DESC LIMIT ?2
            """, on: connection)
        entries = try SQLiteStatement(
            """
            SELECT plugin, sequence, "index", pool, kind, user, count FROM entries
            WHERE show = \(show) ORDER BY id
            """, on: connection)
        snapshot = try SQLiteStatement(
            "SELECT sequence, bytes FROM snapshots WHERE show = \(show)", on: connection)
        ofRoom = try SQLiteStatement(
            """
            SELECT show, room, epoch, began_at FROM shows WHERE room = ?1
            ORDER BY id DESC LIMIT ?2
            """, on: connection)
        listings = try SQLiteStatement(
            """
            SELECT shows.show, shows.room, shows.epoch, shows.began_at, count(records.id),
                coalesce(min(records.at), 0), coalesce(max(records.at), 0),
                coalesce(max(records."offset"), 0), coalesce(snapshots.sequence, 0),
                coalesce(length(snapshots.bytes), 0)
            FROM shows LEFT JOIN records ON records.show = shows.id
                LEFT JOIN snapshots ON snapshots.show = shows.id
            GROUP BY shows.id ORDER BY shows.id
            """, on: connection)
    }

    func shows() throws(JournalError) -> [ShowListing] {
        try listings.rows([]) { row in
            ShowListing(
                header: ShowHeader(
                    show: row.text(0), room: row.text(1), epoch: row.text(2),
                    beganAtMilliseconds: row.integer(3)),
                recordCount: row.integer(4), firstAtMilliseconds: row.integer(5),
                lastAtMilliseconds: row.integer(6), offset: row.integer(7),
                snapshotSequence: row.integer(8), snapshotBytes: row.integer(9))
        }
    }

    func shows(room: String, limit: Int) throws(JournalError) -> [ShowHeader] {
        try ofRoom.rows([.text(room), .integer(Int64(limit))]) { row in
            ShowHeader(
                show: row.text(0), room: row.text(1), epoch: row.text(2),
                beganAtMilliseconds: row.integer(3))
        }
    }

    func records(show: String, after sequence: Int64, limit: Int) throws(JournalError) -> [Record] {
        let values: [SQLiteValue] = [.text(show), .integer(sequence), .integer(Int64(limit))]
        return try records.rows(values) { $0.record(of: show) }
    }

    func spokenRecords(show: String, limit: Int) throws(JournalError) -> [Record] {
        let values: [SQLiteValue] = [.text(show), .integer(Int64(limit))]
        return try spoken.rows(values) { $0.record(of: show) }.reversed()
    }

    func entries(show: String) throws(JournalError) -> [LedgerEntry] {
        try entries.rows([.text(show)]) { row in
            LedgerEntry(
                show: show, plugin: row.text(0), sequence: row.integer(1), index: row.integer(2),
                pool: row.text(3), kind: row.text(4), user: row.optionalText(5),
                count: row.integer(6))
        }
    }

    func snapshot(show: String) throws(JournalError) -> Snapshot? {
        try snapshot.rows([.text(show)]) { row in
            Snapshot(show: show, sequence: row.integer(0), bytes: row.bytes(1))
        }.first
    }
}

extension SQLiteStatement {
    fileprivate func record(of show: String) -> Record {
        Record(
            show: show, sequence: integer(0), offset: integer(1), source: text(2), kind: text(3),
            atMilliseconds: integer(4), event: bytes(5), changes: bytes(6), effects: bytes(7),
            events: bytes(8), hash: bytes(9))
    }
}
