import Clockwork
import Foundation
import Journaling
import PluginHosting
import Rooms
import Testing
import Wire

@testable import Playhouse

/// What `playhouse journal` shows and finds.
@Suite struct JournalInspectionTests {
    /// A journal file that a server has open, with one show in it.
    private func served(
        _ folder: TemporaryFolder
    ) async throws -> (journal: SQLiteJournal, show: TestShow) {
        let journal = try SQLiteJournal(path: folder.file("journal.sqlite"))
        let show = try await TestShow(TestShow.program(TestShow.counter), journal: journal)
        try await show.start()
        for name in ["count", "count", "fail", "count"] { try await show.command(name) }
        try await show.ask(.pin(text: "八点整"))
        return (journal, show)
    }

    @Test func `Shows are listed while the server has the journal open`() async throws {
        let folder = try TemporaryFolder()
        let (journal, show) = try await served(folder)
        let archive = try JournalArchive(path: folder.file("journal.sqlite"))
        let inspection = JournalInspection(archive)
        var listed = try #require(try await inspection.shows().first)
        #expect(listed["show"] == "spring-tea" && listed["room"] == "teahouse")
        #expect(listed["records"] == 6)
        // started, three times said, pinned
        #expect(listed["offset"] == 5)
        #expect(listed["snapshot"] == JSON.null)
        // Written meanwhile, and seen.
        try await show.command("count")
        await show.room.keepSnapshot()
        listed = try #require(try await inspection.shows().first)
        #expect(listed["records"] == 7)
        #expect(listed["snapshot"]?["sequence"] == 7)
        let lines = try await inspection.list()
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("show") && lines[1].hasPrefix("spring-tea  teahouse  7"))
        // The server's own files were not touched: it goes on writing.
        try await show.command("count")
        #expect(try await show.records.count == 8)
        await archive.close()
        await journal.close()
    }

    @Test func `Records are filtered by sequence, source and kind`() async throws {
        let folder = try TemporaryFolder()
        let (journal, _) = try await served(folder)
        let inspection = JournalInspection(
            try JournalArchive(path: folder.file("journal.sqlite")))
        func sequences(
            _ change: (inout JournalInspection.Filter) -> Void
        ) async throws -> [Int64] {
            var filter = JournalInspection.Filter()
            change(&filter)
            let found = Lock<[Int64]>([])
            try await inspection.records(show: TestShow.show, filter) { record in
                found.withLock { $0.append(record.sequence) }
            }
            return found.withLock { $0 }
        }
        #expect(try await sequences { _ in } == [1, 2, 3, 4, 5, 6])
        #expect(try await sequences { $0.after = 4 } == [5, 6])
        #expect(try await sequences { $0.until = 2 } == [1, 2])
        #expect(try await sequences { ($0.after, $0.until) = (2, 2) } == [])
        #expect(try await sequences { $0.source = "room" } == [6])
        #expect(try await sequences { $0.kind = "on_command" } == [2, 3, 5])
        #expect(
            try await sequences { ($0.kind, $0.source) = ("fault", "plugin:game") } == [4])
        await #expect(throws: JournalError.self) {
            try await inspection.records(show: "nosuch", JournalInspection.Filter()) { _ in }
        }
        await journal.close()
    }

    @Test func `An exported record has everything in it`() async throws {
        let folder = try TemporaryFolder()
        let (journal, show) = try await served(folder)
        for record in try await show.records {
            let line = JournalInspection.export(record)
            #expect(line.last == UInt8(ascii: "\n"))
            #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
            let json = try JSON(parsing: line)
            #expect(json["sequence"] == .integer(record.sequence))
            #expect(json["offset"] == .integer(record.offset))
            #expect(json["at"] == .integer(record.atMilliseconds))
            #expect(json["event"]?.encoded() == record.event)
            #expect(json["changes"]?.encoded() ?? [] == record.changes)
            #expect(json["effects"]?.encoded() ?? [] == record.effects)
            #expect(json["events"]?.encoded() ?? [] == record.events)
            #expect(json["hash"]?.stringValue?.count == 64)
            #expect(JournalInspection.line(record).contains(record.kind))
        }
        await journal.close()
    }

    @Test func `A file that is missing or is no journal is refused and not made`() async throws {
        let folder = try TemporaryFolder()
        #expect(throws: JournalError.self) {
            try JournalArchive(path: folder.file("journal.sqlite"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("journal.sqlite")))
        try folder.write("not a database, but long enough to look at", to: "other.sqlite")
        #expect(throws: JournalError.self) {
            try JournalArchive(path: folder.file("other.sqlite"))
        }
    }

    @Test func `An archive refuses to write`() async throws {
        let folder = try TemporaryFolder()
        let (journal, show) = try await served(folder)
        let archive = try JournalArchive(path: folder.file("journal.sqlite"))
        var record = try #require(try await show.records.last)
        record.sequence += 1
        let next = record
        await #expect(throws: JournalError.self) { try await archive.append([next], []) }
        await #expect(throws: JournalError.self) {
            try await archive.save(Snapshot(show: TestShow.show, sequence: 1, bytes: []))
        }
        #expect(try await show.records.count == 6)
        await journal.close()
    }

    private func verify(
        _ records: [Record], _ entries: [LedgerEntry], _ snapshot: Snapshot?,
        _ header: ShowHeader
    ) async throws -> JournalVerification {
        let journal = MemoryJournal()
        _ = try await journal.open(header)
        try await journal.append(records, entries)
        if let snapshot { try await journal.save(snapshot) }
        return try await JournalVerification.verify(header, in: journal)
    }

    @Test func `Verification finds what does not fit`() async throws {
        let lua = """
            local game = {}
            function game.on_start(room) room.prizes.reserve("coupon", 3) end
            function game.on_command(room, command)
              room.state[command.name] = true
              room.prizes.grant("coupon", { user = "ana", name = "Ana" })
            end
            return game
            """
        let show = try await TestShow(TestShow.program(lua))
        try await show.start()
        for name in ["a", "b"] { try await show.command(name) }
        try await show.ask(.stop(plugin: TestShow.plugin))
        try await show.ask(.pin(text: "hello"))
        await show.room.keepSnapshot()
        let header = try await show.journal.open(
            ShowHeader(show: TestShow.show, room: "", epoch: "", beganAtMilliseconds: 0))
        let records = try await show.records
        let entries = try await show.journal.entries(show: TestShow.show)
        let snapshot = try #require(try await show.journal.snapshot(show: TestShow.show))
        #expect(entries.map(\.kind) == ["reserve", "grant", "grant", "release"])

        let good = try await verify(records, entries, snapshot, header)
        #expect(good.problems == [])
        #expect(good.recordCount == 5 && good.entryCount == 4 && good.snapshotSequence == 5)

        var altered = records
        altered[2].event[3] ^= 1
        var bad = try await verify(altered, entries, nil, header)
        #expect(bad.problems.count == 1)
        #expect(bad.problems.first?.hasPrefix("show \"spring-tea\", record 3: ") == true)

        bad = try await verify(records, Array(entries.dropLast()), snapshot, header)
        #expect(bad.problems.first?.contains("ledger") == true)
        var greedy = entries
        greedy[1].count = 2
        bad = try await verify(records, greedy, snapshot, header)
        #expect(bad.problems.first?.contains("ledger") == true)

        // A snapshot that is whole and says something else.
        let other = Snapshot(
            show: snapshot.show, sequence: 4,
            bytes: ShowSnapshot(
                chain: RecordChain(
                    show: TestShow.show, sequence: 4, offset: records[3].offset,
                    hash: records[3].hash), roomFacts: [],
                playbill: Playbill(
                    show: TestShow.show, beganAtMilliseconds: 0, entries: [], products: [],
                    pools: PoolBalances(), seed: .none)
            ).encoded().bytes)
        bad = try await verify(records, entries, other, header)
        #expect(bad.problems.first?.contains("something else than the records") == true)
        #expect(bad.snapshotSequence == 0)
    }
}
