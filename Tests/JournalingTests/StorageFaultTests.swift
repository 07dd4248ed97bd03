import Clockwork
import Foundation
import Testing

@testable import Journaling

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct StorageFaultTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder.file("journal.db") }

    private func opening(_ path: String? = nil) -> Result<SQLiteJournal, JournalError> {
        Result { () throws(JournalError) in try SQLiteJournal(path: path ?? self.path) }
    }

    /// Writes a journal of some size and closes it.
    private func makeFile(records: Int64 = 50) async throws {
        let journal = try SQLiteJournal(path: path)
        _ = try await journal.open(makeHeader())
        let changes = [UInt8](repeating: 5, count: 1_000)
        for sequence in 1...records {
            try await journal.append(
                [makeRecord(sequence, changes: changes)], [makeEntry(sequence)])
        }
        await journal.close()
    }

    private func run(_ sql: String, in name: String = "journal.db") throws {
        try SQLiteConnection(path: folder.file(name)).run(sql)
    }

    // MARK: Full disk

    @Test func `A full disk refuses with nothing half-written, and room makes it go on`()
        async throws
    {
        let journal = try SQLiteJournal(path: path)
        _ = try await journal.open(makeHeader())
        try await journal.append([makeRecord(1)], [makeEntry(1)])
        try await journal.limit(pages: 1)
        let changes = [UInt8](repeating: 5, count: 50_000)
        for _ in 0..<3 {
            let refused = await outcome { () throws(JournalError) in
                try await journal.append(
                    [makeRecord(2), makeRecord(3, changes: changes)], [makeEntry(2)])
            }
            #expect(refused.isFull, "\(refused)")
        }
        #expect(journal.statistics.commitFailures == 3)
        #expect(try await journal.allRecords() == makeRecords(1...1))
        #expect(try await journal.entries(show: "spring-tea") == [makeEntry(1)])

        try await journal.limit(pages: nil)
        try await journal.append([makeRecord(2), makeRecord(3, changes: changes)], [makeEntry(2)])
        #expect(try await journal.allRecords().map(\.sequence) == [1, 2, 3])
        await journal.close()

        let again = try opening().get()
        #expect(try await again.allRecords().map(\.sequence) == [1, 2, 3])
        #expect(try await again.entries(show: "spring-tea") == [makeEntry(1), makeEntry(2)])
        await again.close()
    }

    @Test func `Small records still fit into a full disk's last pages, then it is full`()
        async throws
    {
        let journal = try SQLiteJournal(path: path)
        _ = try await journal.open(makeHeader())
        try await journal.limit(pages: 1)
        var kept: Int64 = 0
        var refused: Result<Void, JournalError> = .success(())
        while kept < 1_000 {
            refused = await outcome { () throws(JournalError) in
                try await journal.append([makeRecord(kept + 1)], [makeEntry(kept + 1)])
            }
            guard case .success = refused else { break }
            kept += 1
        }
        #expect(refused.isFull)
        #expect(try await journal.allRecords().count == Int(kept))
        #expect(try await journal.entries(show: "spring-tea").count == Int(kept))
        await journal.close()
    }

    @Test(arguments: [0, 1, 31, 500, 4_120, 5_000, 12_345])
    func `A commit torn by the kernel leaves nothing, and the journal goes on`(roomBytes: Int)
        async throws
    {
        await #expect(processExitsWith: .success) {
            [path = path as String, roomBytes] in
            // The limit holds for the whole process, therefore one of its own.
            signal(SIGXFSZ, SIG_IGN)
            let journal = try SQLiteJournal(path: path)
            _ = try await journal.open(makeHeader())
            try await journal.append([makeRecord(1)], [makeEntry(1)])

            let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")
            let size = try #require(log[.size] as? Int)
            try limitFileSize(rlim_t(size + roomBytes))
            let changes = [UInt8](repeating: 5, count: 20_000)
            for _ in 0..<3 {
                let refused = await outcome { () throws(JournalError) in
                    try await journal.append([makeRecord(2, changes: changes)], [makeEntry(2)])
                }
                #expect(refused.storageSentence?.contains(path) == true, "\(refused)")
                #expect(try await journal.allRecords() == makeRecords(1...1))
            }

            try limitFileSize(rlim_t.max)
            try await journal.append([makeRecord(2, changes: changes)], [makeEntry(2)])
            await journal.close()
            let again = try SQLiteJournal(path: path)
            #expect(
                try await again.allRecords() == [makeRecord(1), makeRecord(2, changes: changes)])
            #expect(try await again.entries(show: "spring-tea") == [makeEntry(1), makeEntry(2)])
            await again.close()
        }
    }

    // MARK: Settings

    @Test func `Every connection syncs each commit and leaves checkpoints alone`() throws {
        _ = try opening().get()
        let connection = try SQLiteConnection(path: path)
        try JournalSchema.configure(connection)
        #expect(try connection.integer("PRAGMA synchronous") == 2)
        #expect(try connection.integer("PRAGMA wal_autocheckpoint") == 0)
        let isWAL = "SELECT journal_mode = 'wal' FROM pragma_journal_mode"
        #expect(try connection.integer(isWAL) == 1)
    }

    // MARK: The wrong file

    @Test func `A file that is no database is damaged, and stays as it is`() throws {
        let text = Array(String(repeating: "This is a letter to Ana. ", count: 100).utf8)
        try folder.write(text, to: "journal.db")
        let sentence = try #require(opening().damageSentence)
        #expect(sentence.contains(path) && sentence.contains("name another file"), "\(sentence)")
        #expect(folder.read("journal.db") == text)
    }

    @Test(arguments: [
        "PRAGMA application_id = 7; CREATE TABLE notes (text)", "CREATE TABLE notes (text)",
        "PRAGMA application_id = 7", "PRAGMA user_version = 1",
    ])
    func `A database of another application is refused, and stays as it is`(sql: String) throws {
        try run(sql)
        let before = folder.read("journal.db")
        let sentence = try #require(opening().damageSentence)
        #expect(sentence.contains(path) && sentence.contains("another application"), "\(sentence)")
        #expect(folder.read("journal.db") == before)
    }

    @Test func `A journal of a newer format is refused, and stays as it is`() async throws {
        try await makeFile()
        try run("PRAGMA journal_mode = DELETE; PRAGMA user_version = 3")
        let before = folder.read("journal.db")
        let sentence = try #require(opening().damageSentence)
        #expect(sentence.contains(path) && sentence.contains("newer Playhouse"), "\(sentence)")
        #expect(folder.read("journal.db") == before)
        try run("PRAGMA user_version = 2")
        #expect(opening().error == nil)
    }

    @Test
    func `A journal from before there were seeds is opened, and its shows get seeds that stay`()
        async throws
    {
        try await makeFile()
        try run("ALTER TABLE shows DROP COLUMN seed; PRAGMA user_version = 1")
        // Looking into it changes nothing.
        let archive = try JournalArchive(path: path)
        #expect(try await archive.shows().map(\.recordCount) == [50])
        await archive.close()
        let connection = try SQLiteConnection(path: path)
        #expect(try connection.integer("PRAGMA user_version") == 1)

        var journal = try opening().get()
        #expect(try await journal.open(makeHeader(seed: 7)).seed == SecretSeed(fixed: 7))
        #expect(try await journal.allRecords().count == 50)
        await journal.close()
        journal = try opening().get()
        #expect(try await journal.open(makeHeader(seed: 8)).seed == SecretSeed(fixed: 7))
        await journal.close()
        #expect(try connection.integer("PRAGMA user_version") == JournalSchema.format)
    }

    @Test func `Nobody but its owner may read a new journal`() async throws {
        try await makeFile(records: 1)
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect((permissions as? NSNumber)?.intValue == 0o600)
    }

    @Test func `An empty file becomes a journal`() async throws {
        try folder.write([], to: "journal.db")
        let journal = try opening().get()
        _ = try await journal.open(makeHeader())
        await journal.close()
    }

    @Test func `A creation that was cut off in the middle is begun again`() async throws {
        try run("PRAGMA journal_mode = WAL")
        #expect(folder.size("journal.db") > 0)
        let journal = try opening().get()
        _ = try await journal.open(makeHeader())
        await journal.close()
    }

    // MARK: Damage

    @Test func `A journal with a page overwritten says that it is damaged`() async throws {
        try await makeFile()
        var bytes = folder.read("journal.db")
        // Every page but the first, so that whichever the reader needs is hit.
        for index in 4_096..<bytes.count { bytes[index] = 0xA5 }
        try folder.write(bytes, to: "journal.db")
        guard case .success(let journal) = opening() else { return }
        let read = await outcome { () throws(JournalError) in
            try await journal.records(show: "spring-tea", after: 0, limit: 100)
        }
        #expect(read.damageSentence?.contains(path) == true, "\(read)")
        let written = await outcome { () throws(JournalError) in
            try await journal.append([makeRecord(51)], [])
        }
        #expect(written.damageSentence?.contains(path) == true, "\(written)")
        await journal.close()
    }

    @Test func `A journal that ends too early says that it is damaged`() async throws {
        try await makeFile()
        let bytes = folder.read("journal.db")
        try folder.write(bytes.prefix(bytes.count / 4_096 / 2 * 4_096), to: "journal.db")
        let result: Result<[Record], JournalError>
        switch opening() {
        case .failure(let error): result = .failure(error)
        case .success(let journal):
            result = await outcome { () throws(JournalError) in
                try await journal.records(show: "spring-tea", after: 0, limit: 100)
            }
            await journal.close()
        }
        #expect(result.damageSentence?.contains(path) == true, "\(result)")
    }

    // MARK: Opening

    @Test func `Missing parent folders are made`() async throws {
        let deep = folder.file("a/b/c/journal.db")
        let journal = try SQLiteJournal(path: deep)
        await journal.close()
        #expect(FileManager.default.fileExists(atPath: deep))
    }

    @Test func `A folder or a path through a file is a storage error with its name`() throws {
        let inner = folder.file("folder")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        let sentence = try #require(opening(inner).storageSentence)
        #expect(sentence.contains(inner))
        try folder.write([1], to: "file")
        let through = try #require(opening(folder.file("file/journal.db")).storageSentence)
        #expect(through.contains(folder.file("file")))
    }

    @Test func `A journal has one owner at a time, whatever it is called`() async throws {
        let journal = try opening().get()
        let sentence = try #require(opening().storageSentence)
        #expect(sentence.contains(path) && sentence.contains("in use"), "\(sentence)")
        let link = folder.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(opening(link).storageSentence?.contains("in use") == true)
        await journal.close()
        let again = try opening(link).get()
        await again.close()
    }

    @Test func `A journal that was dropped without being closed may be opened again`()
        async throws
    {
        do {
            let journal = try opening().get()
            _ = try await journal.open(makeHeader())
            try await journal.append(makeRecords(1...3), [])
        }
        // Its thread may still be on the way out.
        var opened = opening()
        for _ in 0..<6_000 where opened.storageSentence?.contains("in use") == true {
            try await Task.sleep(for: .milliseconds(10))
            opened = opening()
        }
        let again = try opened.get()
        #expect(try await again.allRecords() == makeRecords(1...3))
        await again.close()
    }

    // MARK: Error codes

    @Test func `Each kind of failure has its own error`() throws {
        let connection = try SQLiteConnection(path: path)
        try connection.run("CREATE TABLE numbers (number INTEGER UNIQUE); PRAGMA query_only = 1")
        let readOnly = Result { () throws(JournalError) in
            try connection.run("INSERT INTO numbers VALUES (1)")
        }
        #expect(readOnly.storageSentence?.contains(path) == true, "\(readOnly)")
        try connection.run("PRAGMA query_only = 0; INSERT INTO numbers VALUES (1)")
        let constraint = Result { () throws(JournalError) in
            try connection.run("INSERT INTO numbers VALUES (1)")
        }
        #expect(constraint.isConflict)
    }
}

/// Sets the size from which the kernel refuses to write to a file (`setrlimit(2)`).
private func limitFileSize(_ bytes: rlim_t) throws {
    var limit = rlimit()
    #if canImport(Glibc)
        let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
    #else
        let resource = RLIMIT_FSIZE
    #endif
    try #require(getrlimit(resource, &limit) == 0)
    limit.rlim_cur = min(bytes, limit.rlim_max)
    try #require(setrlimit(resource, &limit) == 0)
}
