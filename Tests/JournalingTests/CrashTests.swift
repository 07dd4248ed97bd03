import Clockwork
import Foundation
import Testing

@testable import Journaling

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What is left after the process, or the machine, stopped in the middle of something.
@Suite struct CrashTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private let changes = [UInt8](repeating: 3, count: 2_000)

    private func record(_ sequence: Int64) -> Record {
        makeRecord(sequence, changes: changes, events: sequence % 4 == 0 ? [1] : [])
    }

    /// Appends records one by one and notes how long the log was when each was acknowledged.
    private func writeLog(records count: Int64) async throws -> [Int] {
        var options = SQLiteJournal.Options()
        options.checkpointPages = .max
        let journal = try SQLiteJournal(path: folder.file("journal.db"), options: options)
        _ = try await journal.open(makeHeader())
        var sizes: [Int] = []
        for sequence in 1...count {
            try await journal.append([record(sequence)], [makeEntry(sequence)])
            sizes.append(folder.size("journal.db-wal"))
        }
        // Copied before closing moves the log into the database.
        for name in ["journal.db", "journal.db-wal"] {
            try folder.write(folder.read(name), to: "cut-\(name)")
        }
        await journal.close()
        return sizes
    }

    /// Opens a copy whose log ends with the given bytes, and checks what is left.
    private func check(log: [UInt8], acknowledged: Int, _ remark: String) async throws {
        try folder.write(folder.read("cut-journal.db"), to: "copy.db")
        try folder.write(log, to: "copy.db-wal")
        let journal = try SQLiteJournal(path: folder.file("copy.db"))
        // A log cut before the first commit holds no show yet.
        _ = try await journal.open(makeHeader())
        let records = try await journal.allRecords()
        #expect(records.count >= acknowledged, "\(remark)")
        let expected = (0..<Int64(records.count)).map { record($0 + 1) }
        #expect(records == expected, "\(remark)")
        #expect(
            try await journal.entries(show: "spring-tea")
                == expected.map { makeEntry($0.sequence) },
            "\(remark)")
        let spoken = try await journal.spokenRecords(show: "spring-tea", limit: 100)
        #expect(spoken == expected.filter { $0.isSpoken }, "\(remark)")
        // And it goes on from there.
        let next = Int64(records.count) + 1
        try await journal.append([record(next)], [makeEntry(next)])
        #expect(try await journal.allRecords().count == records.count + 1, "\(remark)")
        await journal.close()
        for name in ["copy.db", "copy.db-wal", "copy.db-shm"] {
            try? FileManager.default.removeItem(atPath: folder.file(name))
        }
    }

    @Test func `A log cut at any frame keeps every record that was acknowledged before`()
        async throws
    {
        let sizes = try await writeLog(records: 12)
        let log = folder.read("cut-journal.db-wal")
        // A log is a header of 32 bytes, then frames of 24 bytes and a page.
        for end in stride(from: 32, through: log.count, by: 24 + 4_096) {
            let acknowledged = sizes.count { $0 <= end }
            try await check(
                log: Array(log.prefix(end)), acknowledged: acknowledged, "cut at \(end)")
        }
        #expect(sizes.last == log.count, "the last cut is none at all")
    }

    @Test func `A log cut or torn anywhere keeps what was acknowledged before that place`()
        async throws
    {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        let rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap(Int.init) ?? 20
        print("PLAYHOUSE_FUZZ_SEED=\(seed)")
        var random = SeededRandom(seed: seed)
        let sizes = try await writeLog(records: 12)
        let log = folder.read("cut-journal.db-wal")
        for round in 0..<rounds {
            let place = Int.random(in: 0..<log.count, using: &random)
            var torn = log
            if round % 2 == 0 {
                torn.removeSubrange(place...)
            } else {
                // A sector that was never written, or not all of it.
                let end = min(log.count, place + Int.random(in: 1...512, using: &random))
                for index in place..<end { torn[index] = ~torn[index] }
            }
            let acknowledged = sizes.count { $0 <= place }
            try await check(
                log: torn, acknowledged: acknowledged, "seed \(seed), round \(round), at \(place)")
        }
    }

    @Test func `What a killed process had acknowledged is there, and its lock is gone`()
        async throws
    {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            var options = SQLiteJournal.Options()
            // Short, so that the end may well come in the middle of a checkpoint.
            options.checkpointPages = 10
            let journal = try SQLiteJournal(path: "\(path)/journal.db", options: options)
            let notes = open("\(path)/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o644)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for room in 0..<4 as Range<UInt8> {
                    group.addTask {
                        let show = "show-\(room)"
                        _ = try await journal.open(makeHeader(show))
                        for sequence in 1... as PartialRangeFrom<Int64> {
                            try await journal.append(
                                [makeRecord(sequence, show: show)],
                                [makeEntry(sequence, show: show)])
                            // One byte for each acknowledgement, written before the next append.
                            var note = room
                            guard write(notes, &note, 1) == 1 else { abort() }
                            if room == 0 && sequence == 60 { kill(getpid(), SIGKILL) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let acknowledged = folder.read("acknowledged")
        #expect(acknowledged.count >= 60)
        let journal = try SQLiteJournal(path: folder.file("journal.db"))
        for room in 0..<4 as Range<UInt8> {
            let show = "show-\(room)"
            let count = acknowledged.count { $0 == room }
            let records = try await journal.allRecords(show)
            // One append was under way at most; it may have become durable unacknowledged.
            #expect((count...count + 1).contains(records.count), "\(show)")
            let last = Int64(records.count)
            #expect(records == (last == 0 ? [] : makeRecords(1...last, show: show)))
            #expect(try await journal.entries(show: show).count == records.count)
        }
        await journal.close()
    }
}
