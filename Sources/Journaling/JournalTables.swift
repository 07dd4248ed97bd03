import Clockwork

/// Writes to the tables of a journal, in transactions made of parts.
///
/// Remembers the last sequence of every show it wrote to, so that an append looks nothing up. The
/// memory follows the transaction: a part that is undone is undone in it too.
final class JournalTables {
    private struct Place {
        var show: String
        var id: Int64
        var lastSequence: Int64
    }

    private let connection: SQLiteConnection
    private var places: [String: Place] = [:]
    /// The places as they were before the part that is being attempted, oldest first.
    private var placesBefore: [Place] = []
    /// More shows than any node has running; old ones are looked up again.
    private let placesMax = 10_000

    private let begin: SQLiteStatement
    private let commit: SQLiteStatement
    private let beginPart: SQLiteStatement
    private let keepPart: SQLiteStatement
    private let undoPart: SQLiteStatement
    private let insertShow: SQLiteStatement
    private let updateSeed: SQLiteStatement
    private let selectShow: SQLiteStatement
    private let selectLast: SQLiteStatement
    private let insertRecord: SQLiteStatement
    private let selectEntry: SQLiteStatement
    private let insertEntry: SQLiteStatement
    private let selectSnapshot: SQLiteStatement
    private let writeSnapshot: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(JournalError) {
        self.connection = connection
        // Immediate: a write lock that is taken late can fail in mid-transaction.
        begin = try SQLiteStatement("BEGIN IMMEDIATE", on: connection)
        commit = try SQLiteStatement("COMMIT", on: connection)
        beginPart = try SQLiteStatement("SAVEPOINT part", on: connection)
        keepPart = try SQLiteStatement("RELEASE part", on: connection)
        undoPart = try SQLiteStatement("ROLLBACK TO part", on: connection)
        insertShow = try SQLiteStatement(
            "INSERT INTO shows (show, room, epoch, began_at, seed) VALUES (?1, ?2, ?3, ?4, ?5)",
            on: connection)
        updateSeed = try SQLiteStatement(
            "UPDATE shows SET seed = ?2 WHERE show = ?1", on: connection)
        selectShow = try SQLiteStatement(
            "SELECT id, show, room, epoch, began_at, seed FROM shows WHERE show = ?1",
            on: connection)
        selectLast = try SQLiteStatement(
            "SELECT coalesce(max(sequence), 0) FROM records WHERE show = ?1", on: connection)
        insertRecord = try SQLiteStatement(
            """
            INSERT INTO records (show, sequence, "offset", source, kind, at, event, changes,
                effects, events, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """, on: connection)
        selectEntry = try SQLiteStatement(
            """
            SELECT pool, kind, user, count FROM entries
            WHERE show = ?1 AND plugin = ?2 AND sequence = ?3 AND "index" = ?4
            """, on: connection)
        insertEntry = try SQLiteStatement(
            """
            INSERT INTO entries (show, plugin, sequence, "index", pool, kind, user, count)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """, on: connection)
        selectSnapshot = try SQLiteStatement(
            "SELECT sequence FROM snapshots WHERE show = ?1", on: connection)
        writeSnapshot = try SQLiteStatement(
            "INSERT OR REPLACE INTO snapshots (show, sequence, bytes) VALUES (?1, ?2, ?3)",
            on: connection)
    }

    /// Runs a transaction; nothing of it stays when something is thrown.
    func transaction(_ body: () throws(JournalError) -> Void) throws(JournalError) {
        do throws(JournalError) {
            try begin.run([])
            try body()
            try commit.run([])
        } catch {
            connection.rollBack()
            places = [:]
            throw error
        }
    }

    /// Runs a part of the transaction of which nothing stays when it is refused as a conflict.
    ///
    /// - Returns: The conflict, if there was one.
    /// - Throws: Any other error; the transaction is lost then.
    func attempt(_ body: () throws(JournalError) -> Void) throws(JournalError) -> JournalError? {
        placesBefore = []
        try beginPart.run([])
        do throws(JournalError) {
            try body()
        } catch {
            guard case .conflict = error else { throw error }
            for place in placesBefore.reversed() { places[place.show] = place }
            try undoPart.run([])
            try keepPart.run([])
            return error
        }
        try keepPart.run([])
        return nil
    }

    /// Finds or creates a show.
    func open(_ header: ShowHeader) throws(JournalError) -> ShowHeader {
        let found = try selectShow.rows([.text(header.show)]) { row in
            (
                header: ShowHeader(
                    show: row.text(1), room: row.text(2), epoch: row.text(3),
                    beganAtMilliseconds: row.integer(4)), seed: row.bytes(5)
            )
        }
        if var found = found.first {
            if found.seed.count == SecretSeed.byteCount {
                found.header.seed = SecretSeed(found.seed)
            } else if !header.seed.isNone {
                found.header.seed = header.seed
                try updateSeed.run([.text(header.show), .bytes(header.seed.bytes)])
            }
            return found.header
        }
        try insertShow.run([
            .text(header.show), .text(header.room), .text(header.epoch),
            .integer(header.beganAtMilliseconds), .bytes(header.seed.bytes),
        ])
        return header
    }

    func append(_ record: Record) throws(JournalError) { try append([record]) }

    func append(_ records: [Record]) throws(JournalError) {
        guard let first = records.first else { return }
        var place = try place(of: first.show)
        placesBefore.append(place)
        // A span lends its elements where a loop over the array would copy each.
        let records = records.span
        for index in records.indices {
            if records[index].show != place.show {
                places[place.show] = place
                place = try self.place(of: records[index].show)
                placesBefore.append(place)
            }
            guard records[index].sequence == place.lastSequence + 1 else {
                throw .wrongSequence(records[index], last: place.lastSequence)
            }
            try insert(records[index], of: place.id)
            place.lastSequence = records[index].sequence
        }
        places[place.show] = place
    }

    private func insert(_ record: Record, of show: Int64) throws(JournalError) {
        try insertRecord.run([
            .integer(show), .integer(record.sequence), .integer(record.offset),
            .text(record.source), .text(record.kind), .integer(record.atMilliseconds),
            .bytes(record.event), .bytes(record.changes), .bytes(record.effects),
            .bytes(record.events), .bytes(record.hash),
        ])
    }

    func append(_ entry: LedgerEntry) throws(JournalError) {
        let show = try place(of: entry.show).id
        let key: [SQLiteValue] = [
            .integer(show), .text(entry.plugin), .integer(entry.sequence), .integer(entry.index),
        ]
        let present = try selectEntry.rows(key) { row in
            LedgerEntry(
                show: entry.show, plugin: entry.plugin, sequence: entry.sequence,
                index: entry.index, pool: row.text(0), kind: row.text(1),
                user: row.optionalText(2), count: row.integer(3))
        }
        if let present = present.first {
            guard present == entry else { throw entry.conflict }
            return
        }
        try insertEntry.run(
            key + [
                .text(entry.pool), .text(entry.kind),
                entry.user.map { .text($0) } ?? .null, .integer(entry.count),
            ])
    }

    /// Replaces the snapshot of a show unless it has a newer one.
    func save(_ snapshot: Snapshot) throws(JournalError) {
        let place = try place(of: snapshot.show)
        guard snapshot.sequence <= place.lastSequence else {
            throw .snapshotAhead(snapshot, last: place.lastSequence)
        }
        let present = try selectSnapshot.rows([.integer(place.id)]) { $0.integer(0) }
        guard snapshot.sequence >= present.first ?? 0 else { return }
        try writeSnapshot.run([
            .integer(place.id), .integer(snapshot.sequence), .bytes(snapshot.bytes),
        ])
    }

    private func place(of show: String) throws(JournalError) -> Place {
        if let place = places[show] { return place }
        guard let id = try selectShow.rows([.text(show)], { $0.integer(0) }).first else {
            throw .unknownShow(show)
        }
        let last = try selectLast.rows([.integer(id)]) { $0.integer(0) }.first ?? 0
        let place = Place(show: show, id: id, lastSequence: last)
        if places.count >= placesMax { places = [:] }
        places[show] = place
        return place
    }
}
