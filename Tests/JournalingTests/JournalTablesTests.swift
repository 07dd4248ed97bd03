import Testing

@testable import Journaling

@Suite struct JournalTablesTests {
    let folder: TemporaryFolder
    let connection: SQLiteConnection
    let tables: JournalTables

    init() throws {
        folder = try TemporaryFolder()
        connection = try SQLiteConnection(path: folder.file("journal.db"))
        try JournalSchema.prepare(connection)
        tables = try JournalTables(connection)
        try tables.transaction { () throws(JournalError) in _ = try tables.open(makeHeader()) }
    }

    private var recordsCount: Int64 {
        get throws { try connection.integer("SELECT count(*) FROM records") }
    }

    /// SQLite ends a transaction itself when the disk is full, but not when a page is damaged.
    @Test func `A transaction that something is thrown out of leaves nothing and blocks nothing`()
        throws
    {
        #expect(throws: JournalError.damaged("a page")) {
            try tables.transaction { () throws(JournalError) in
                try tables.append(makeRecord(1))
                throw .damaged("a page")
            }
        }
        #expect(try recordsCount == 0)
        try tables.transaction { () throws(JournalError) in try tables.append(makeRecord(1)) }
        #expect(try recordsCount == 1)
    }

    @Test func `A part that fails in another way than by conflict takes the transaction along`()
        throws
    {
        #expect(throws: JournalError.storage("the disk")) {
            try tables.transaction { () throws(JournalError) in
                try tables.append(makeRecord(1))
                _ = try tables.attempt { () throws(JournalError) in throw .storage("the disk") }
            }
        }
        #expect(try recordsCount == 0)
    }

    @Test func `A part that conflicts takes back what it did, and no more`() throws {
        try tables.transaction { () throws(JournalError) in
            let first = try tables.attempt { () throws(JournalError) in
                try tables.append(makeRecord(1))
            }
            #expect(first == nil)
            let second = try tables.attempt { () throws(JournalError) in
                try tables.append(makeRecord(2))
                try tables.append(makeRecord(3))
                try tables.append(makeRecord(3))
            }
            #expect(second == .wrongSequence(makeRecord(3), last: 3))
            try tables.append(makeRecord(2))
        }
        #expect(try recordsCount == 2)
    }

    /// Another writer of the same file, which the lock of the journal rules out.
    @Test func `A sequence that appeared behind our back is a conflict of the index`() throws {
        try tables.transaction { () throws(JournalError) in try tables.append(makeRecord(1)) }
        try connection.run(
            """
            INSERT INTO records SELECT NULL, show, 2, "offset", source, kind, at, event, changes,
            effects, events, hash FROM records
            """)
        try tables.transaction { () throws(JournalError) in
            let conflict = try tables.attempt { () throws(JournalError) in
                try tables.append(makeRecord(2))
            }
            guard case .conflict = conflict else {
                Issue.record("\(String(describing: conflict))")
                return
            }
        }
        #expect(try recordsCount == 2)
    }
}
