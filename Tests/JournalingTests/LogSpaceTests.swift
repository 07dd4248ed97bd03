import Testing

@testable import Journaling

/// A log whose file is longer than what is written in it.
@Suite struct LogSpaceTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private let bytesAhead = 1 << 20

    private func journal(_ name: String) throws -> SQLiteJournal {
        var options = SQLiteJournal.Options()
        options.logBytesAhead = bytesAhead
        return try SQLiteJournal(path: folder.file(name), options: options)
    }

    @Test func `the file has its length from the beginning, and commits do not change it`()
        async throws
    {
        let journal = try journal("journal.db")
        #expect(folder.size("journal.db-wal") == bytesAhead)
        _ = try await journal.open(makeHeader())
        for sequence in 1...20 { try await journal.append([makeRecord(Int64(sequence))], []) }
        #expect(folder.size("journal.db-wal") == bytesAhead)
        await journal.close()
        // A second life begins anew and finds what the first one wrote.
        let next = try self.journal("journal.db")
        #expect(folder.size("journal.db-wal") == bytesAhead)
        #expect(try await next.allRecords() == makeRecords(1...20))
        await next.close()
    }

    @Test func `a log that is longer already keeps its bytes`() throws {
        try folder.write([1, 2, 3, 4], to: "log")
        LogSpace.prepare(folder.file("log"), bytes: 3)
        #expect(folder.read("log") == [1, 2, 3, 4])
        LogSpace.prepare(folder.file("log"), bytes: 6)
        #expect(folder.read("log") == [1, 2, 3, 4, 0, 0])
        LogSpace.prepare(folder.file("absent"), bytes: 6)
        #expect(folder.size("absent") == 0)
    }

    @Test func `after a crash every acknowledged record is there, wherever the zeros begin`()
        async throws
    {
        let journal = try journal("journal.db")
        _ = try await journal.open(makeHeader())
        var lengths: [Int] = []
        for sequence in 1...8 {
            try await journal.append([makeRecord(Int64(sequence))], [])
            let log = folder.read("journal.db-wal")
            lengths.append((log.lastIndex { $0 != 0 } ?? -1) + 1)
        }
        let database = folder.read("journal.db")
        let log = folder.read("journal.db-wal")
        await journal.close()
        #expect(lengths == lengths.sorted() && Set(lengths).count == 8)

        let end = lengths[7]
        for cut in stride(from: end, through: 0, by: -1_009) + [0, 31, 32, 33] {
            try folder.write(database, to: "copy.db")
            try folder.write(
                log[..<cut] + [UInt8](repeating: 0, count: bytesAhead - cut), to: "copy.db-wal")
            let copy = try self.journal("copy.db")
            _ = try await copy.open(makeHeader())
            let records = try await copy.allRecords()
            let acknowledged = lengths.count { $0 <= cut }
            #expect(records.count >= acknowledged, "cut at \(cut)")
            #expect(records == Array(makeRecords(1...8).prefix(records.count)), "cut at \(cut)")
            await copy.close()
        }
    }
}
