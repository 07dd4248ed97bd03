import Clockwork
import Foundation
import Testing

@testable import Journaling

/// Goes on by a millisecond whenever it is asked.
private final class SteppingClock: Clock {
    private let readings = Lock<UInt64>(0)

    var unixMilliseconds: Int64 { Int64(monotonicNanoseconds / 1_000_000) }
    var monotonicNanoseconds: UInt64 {
        readings.withLock { readings in
            readings += 1
            return readings * 1_000_000
        }
    }
}

@Suite struct GroupCommitTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func makeJournal(
        shows: Int, options: SQLiteJournal.Options = .init()
    ) async throws -> SQLiteJournal {
        let journal = try SQLiteJournal(
            path: folder.file("journal.db"), options: options, clock: SteppingClock())
        for show in 0..<shows { _ = try await journal.open(makeHeader("show-\(show)")) }
        return journal
    }

    private struct Append {
        var records: [Record]
        var entries: [LedgerEntry] = []
    }

    /// Runs calls that are all waiting before the first is looked at, in unknown order.
    private func meet(
        _ journal: SQLiteJournal, _ calls: [Append]
    ) async -> [Result<Void, JournalError>] {
        journal.suspendWriting()
        return await withTaskGroup(of: (Int, Result<Void, JournalError>).self) { group in
            for (index, call) in calls.enumerated() {
                group.addTask {
                    let result = await outcome { () throws(JournalError) in
                        try await journal.append(call.records, call.entries)
                    }
                    return (index, result)
                }
            }
            while journal.statistics.waiting < calls.count { await Task.yield() }
            journal.resumeWriting()
            var results = [Result<Void, JournalError>](repeating: .success(()), count: calls.count)
            for await (index, result) in group { results[index] = result }
            return results
        }
    }

    @Test func `Calls that wait together share one commit`() async throws {
        let journal = try await makeJournal(shows: 50)
        let before = journal.statistics
        let results = await meet(
            journal,
            (0..<50).map { show in
                Append(records: makeRecords(1...2, show: "show-\(show)"))
            })
        #expect(results.allSatisfy { $0.error == nil })
        let after = journal.statistics
        #expect(after.commits == before.commits + 1)
        #expect(after.records == 100)
        #expect(after.recordsPerCommitMax == 100)
        #expect(after.callsPerCommitMax == 50)
        #expect(after.calls == before.calls + 50)
        #expect(after.commitMicrosecondsTotal == before.commitMicrosecondsTotal + 1_000)
        #expect(after.commitMicrosecondsMax == 1_000)
        #expect(after.waiting == 0)
        await journal.close()
    }

    @Test func `A conflict fails its own call and nobody else's`() async throws {
        let journal = try await makeJournal(shows: 3)
        let results = await meet(
            journal,
            [
                Append(
                    records: makeRecords(1...3, show: "show-0"),
                    entries: [makeEntry(1, show: "show-0")]),
                // Good records first, so that there is something to undo.
                Append(
                    records: [makeRecord(1, show: "show-1"), makeRecord(3, show: "show-1")],
                    entries: [makeEntry(1, show: "show-1")]),
                Append(records: [makeRecord(1, show: "show-2")]),
                Append(records: [makeRecord(1, show: "never-opened")]),
            ])
        #expect(results[0].error == nil)
        #expect(results[1].isConflict)
        #expect(results[2].error == nil)
        #expect(results[3].isConflict)
        #expect(journal.statistics.conflicts == 2)
        #expect(journal.statistics.callsPerCommitMax == 2)
        #expect(try await journal.allRecords("show-0") == makeRecords(1...3, show: "show-0"))
        #expect(try await journal.allRecords("show-1") == [])
        #expect(try await journal.entries(show: "show-1") == [])
        // The sequence that was taken back is free.
        try await journal.append([makeRecord(1, show: "show-1")], [])
        await journal.close()
    }

    @Test func `Of two writers of one show that meet, one wins and one conflicts`() async throws {
        let journal = try await makeJournal(shows: 1)
        let results = await meet(
            journal, (0..<2).map { _ in Append(records: [makeRecord(1, show: "show-0")]) })
        #expect(results.count { $0.isConflict } == 1)
        #expect(try await journal.allRecords("show-0").count == 1)
        await journal.close()
    }

    @Test func `A full disk fails the whole group, conflicts included`() async throws {
        let journal = try await makeJournal(shows: 2)
        try await journal.limit(pages: 1)
        let big = [UInt8](repeating: 1, count: 100_000)
        let results = await meet(
            journal,
            [
                Append(records: [makeRecord(1, show: "show-0", changes: big)]),
                Append(records: [makeRecord(7, show: "show-1", changes: big)]),
            ])
        #expect(results.allSatisfy { $0.isFull }, "\(results)")
        #expect(journal.statistics.commitFailures == 1)
        await journal.close()
    }

    @Test func `One call more than may wait is refused, and the others are not`() async throws {
        var options = SQLiteJournal.Options()
        options.waitingCallsMax = 3
        let journal = try await makeJournal(shows: 4, options: options)
        journal.suspendWriting()
        await withTaskGroup(of: Result<Void, JournalError>.self) { group in
            for show in 0..<4 {
                group.addTask {
                    await outcome { () throws(JournalError) in
                        try await journal.append([makeRecord(1, show: "show-\(show)")], [])
                    }
                }
            }
            // The writer stands still, so only a refusal can come first.
            let first = await group.next()
            #expect(first?.storageSentence == "3 calls wait for the disk, the most allowed")
            journal.resumeWriting()
            for await result in group { #expect(result.error == nil) }
        }
        #expect(journal.statistics.records == 3)
        await journal.close()
    }

    @Test func `Calls that wait when the journal is closed are finished`() async throws {
        let journal = try await makeJournal(shows: 5)
        journal.suspendWriting()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for show in 0..<5 {
                group.addTask {
                    try await journal.append([makeRecord(1, show: "show-\(show)")], [])
                }
            }
            while journal.statistics.waiting < 5 { await Task.yield() }
            group.addTask { await journal.close() }
            journal.resumeWriting()
            try await group.waitForAll()
        }
        let again = try SQLiteJournal(path: folder.file("journal.db"))
        for show in 0..<5 { #expect(try await again.allRecords("show-\(show)").count == 1) }
        await again.close()
    }

    /// With 1, every checkpoint is overdue and the writer takes part in it.
    @Test(arguments: [1, 20])
    func `A long log is moved into the database while commits go on`(
        checkpointPages: Int
    ) async throws {
        var options = SQLiteJournal.Options()
        options.checkpointPages = checkpointPages
        let journal = try await makeJournal(shows: 1, options: options)
        let changes = [UInt8](repeating: 1, count: 5_000)
        for sequence in 1...200 as ClosedRange<Int64> {
            let record = makeRecord(sequence, show: "show-0", changes: changes)
            try await journal.append([record], [])
        }
        let statistics = journal.statistics
        #expect(statistics.checkpoints > 0)
        #expect(statistics.checkpointFailures == 0)
        // 200 records need 400 pages and more; without a restart the log would hold all of them.
        #expect(statistics.walPages < 400)
        #expect(try await journal.allRecords("show-0").count == 200)
        await journal.close()
        #expect(folder.size("journal.db-wal") == 0)
    }

    /// The clock stands still, so that the pause of a busy journal never ends by itself.
    @Test func `A call that waits for others to gather is finished when the journal is closed`()
        async throws
    {
        let clock = VirtualClock()
        let journal = try SQLiteJournal(path: folder.file("journal.db"), clock: clock)
        _ = try await journal.open(makeHeader())
        var pace = CommitPace()
        _ = pace.pause(nowNanoseconds: clock.monotonicNanoseconds, waitingCount: 1)
        var last: Int64 = 0
        while pace.pause(nowNanoseconds: clock.monotonicNanoseconds, waitingCount: 1) == 0 {
            last += 1
            try await journal.append([makeRecord(last)], [])
        }
        let waiting = Task { [last] in try await journal.append([makeRecord(last + 1)], []) }
        while journal.statistics.waiting == 0 { await Task.yield() }
        await journal.close()
        try await waiting.value
        let again = try SQLiteJournal(path: folder.file("journal.db"))
        #expect(try await again.allRecords() == makeRecords(1...last + 1))
        await again.close()
    }

    @Test func `Damage that one call meets does not fail those it shares a commit with`()
        async throws
    {
        // Three shows, of which the middle one is long: the first and the last share few pages.
        let journal = try await makeJournal(shows: 3)
        for (show, count) in [("show-0", 300), ("show-1", 1_200), ("show-2", 300)] {
            try await journal.append(makeRecords(1...Int64(count), show: show), [])
        }
        await journal.close()
        let whole = folder.read("journal.db")
        var isolatedCount = 0
        for page in stride(from: 4_096, to: whole.count, by: 4_096) {
            var bytes = whole
            for index in page..<page + 4_096 { bytes[index] = 0xA5 }
            let alone = await append(["show-2"], to: bytes)
            let together = await append(["show-0", "show-2"], to: bytes)
            // What the last show is answered does not depend on the company it is in.
            #expect(together?[1] == alone?[0], "page \(page / 4_096 + 1)")
            if let together, !together[0], together[1] { isolatedCount += 1 }
        }
        #expect(isolatedCount > 0)
    }

    /// Appends one record to each show in one commit, in a copy of a file.
    ///
    /// - Returns: Which were taken; nil when the copy does not open.
    private func append(_ shows: [String], to bytes: [UInt8]) async -> [Bool]? {
        let path = folder.file("copy-\(UUID().uuidString).db")
        guard (try? Data(bytes).write(to: URL(fileURLWithPath: path))) != nil,
            let journal = try? SQLiteJournal(path: path)
        else { return nil }
        journal.suspendWriting()
        let taken = await withTaskGroup(of: (Int, Bool).self) { group in
            for (index, show) in shows.enumerated() {
                group.addTask {
                    let refused = await outcome { () throws(JournalError) in
                        try await journal.append([makeRecord(301, show: show)], [])
                    }
                    return (index, refused.error == nil)
                }
            }
            while journal.statistics.waiting < shows.count { await Task.yield() }
            journal.resumeWriting()
            var taken = shows.map { _ in false }
            for await (index, isTaken) in group { taken[index] = isTaken }
            return taken
        }
        await journal.close()
        return taken
    }
}
