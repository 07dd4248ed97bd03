import Clockwork
import Testing

@testable import Journaling

/// What every journal promises.
@Suite struct JournalTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: JournalKind.allCases)
    func `A show keeps the header it was opened with first`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        #expect(try await journal.open(makeHeader()) == makeHeader())
        #expect(try await journal.open(makeHeader(epoch: "other")) == makeHeader())
        #expect(try await journal.open(makeHeader("other", epoch: "o")).epoch == "o")
        #expect(try await journal.allRecords() == [])
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `A show keeps its first seed, and tells it in no list`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        #expect(try await journal.open(makeHeader(seed: 1)).seed == SecretSeed(fixed: 1))
        #expect(try await journal.open(makeHeader(seed: 2)).seed == SecretSeed(fixed: 1))
        #expect(try await journal.open(makeHeader()).seed == SecretSeed(fixed: 1))
        #expect(try await journal.open(makeHeader("other", seed: 2)).seed == SecretSeed(fixed: 2))
        let listed = try await journal.shows(room: "teahouse", limit: 9)
        #expect(listed.count == 2 && listed.allSatisfy { $0.seed.isNone })
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `Every field comes back as it was written`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        let allBytes = [UInt8](0...255)
        let records = [
            Record(
                show: "spring-tea", sequence: 1, offset: .max, source: "", kind: "猜\u{0}价格",
                atMilliseconds: .min, event: allBytes, changes: [0], effects: [], events: allBytes,
                hash: [UInt8](repeating: 9, count: 32)),
            makeRecord(2),
        ]
        let entries = [
            makeEntry(1), makeEntry(1, index: 1, user: nil, count: .max),
            makeEntry(2, plugin: "other", user: "", count: -1),
        ]
        try await journal.append(records, entries)
        #expect(try await journal.allRecords() == records)
        #expect(try await journal.entries(show: "spring-tea") == entries)
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `Records are read from any place, as many as wanted`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        let records = makeRecords(1...10)
        try await journal.append(records, [])
        func read(after sequence: Int64, _ limit: Int) async throws -> [Int64] {
            try await journal.records(show: "spring-tea", after: sequence, limit: limit)
                .map(\.sequence)
        }
        #expect(try await read(after: 0, 3) == [1, 2, 3])
        #expect(try await read(after: 3, 3) == [4, 5, 6])
        #expect(try await read(after: 8, 3) == [9, 10])
        #expect(try await read(after: 10, 3) == [])
        #expect(try await read(after: .max, 3) == [])
        #expect(try await read(after: -1, 1) == [1])
        #expect(try await read(after: 0, 0) == [])
        #expect(try await read(after: 0, -1) == [])
        #expect(try await journal.records(show: "none", after: 0, limit: 3) == [])
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `The last records that spoke come oldest first`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        _ = try await journal.open(makeHeader("other"))
        let records = (1...9).map { makeRecord($0, events: $0 % 3 == 0 ? [1] : []) }
        try await journal.append(records, [])
        try await journal.append([makeRecord(1, show: "other", events: [1])], [])
        func read(_ limit: Int) async throws -> [Int64] {
            try await journal.spokenRecords(show: "spring-tea", limit: limit).map(\.sequence)
        }
        #expect(try await read(2) == [6, 9])
        #expect(try await read(3) == [3, 6, 9])
        #expect(try await read(100) == [3, 6, 9])
        #expect(try await read(0) == [])
        #expect(try await read(-1) == [])
        let last = try await journal.spokenRecords(show: "spring-tea", limit: 1)
        #expect(last == [records[8]])
        #expect(try await journal.spokenRecords(show: "none", limit: 1) == [])
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases, [[2], [1, 3], [1, 1], [0], [-1], [1, 2, 2], [.max]])
    func `A sequence with a gap or a repetition is a conflict and leaves nothing`(
        kind: JournalKind, sequences: [Int64]
    ) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        let refused = await outcome { () throws(JournalError) in
            try await journal.append(sequences.map { makeRecord($0) }, [makeEntry(1)])
        }
        #expect(refused.isConflict, "\(refused)")
        #expect(try await journal.allRecords() == [])
        #expect(try await journal.entries(show: "spring-tea") == [])
        try await journal.append(makeRecords(1...2), [makeEntry(1)])
        #expect(try await journal.allRecords() == makeRecords(1...2))
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `A show that was never opened is a conflict`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        let record = await outcome { () throws(JournalError) in
            try await journal.append([makeRecord(1)], [])
        }
        #expect(record.error == .unknownShow("spring-tea"))
        let entry = await outcome { () throws(JournalError) in
            try await journal.append([], [makeEntry(1)])
        }
        #expect(entry.error == .unknownShow("spring-tea"))
        let snapshot = await outcome { () throws(JournalError) in
            try await journal.save(Snapshot(show: "spring-tea", sequence: 0, bytes: []))
        }
        #expect(snapshot.error == .unknownShow("spring-tea"))
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `Shows do not mix, in one append or in several`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader("a"))
        _ = try await journal.open(makeHeader("b"))
        try await journal.append(
            [
                makeRecord(1, show: "a"), makeRecord(1, show: "b"), makeRecord(2, show: "a"),
            ], [makeEntry(1, show: "a"), makeEntry(1, show: "b")])
        try await journal.append([makeRecord(2, show: "b")], [])
        #expect(try await journal.allRecords("a") == makeRecords(1...2, show: "a"))
        #expect(try await journal.allRecords("b") == makeRecords(1...2, show: "b"))
        #expect(try await journal.entries(show: "b") == [makeEntry(1, show: "b")])
        let refused = await outcome { () throws(JournalError) in
            try await journal.append([makeRecord(3, show: "a"), makeRecord(9, show: "b")], [])
        }
        #expect(refused.isConflict)
        #expect(try await journal.allRecords("a").count == 2)
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `The shows of a room come newest first, as many as wanted`(
        kind: JournalKind
    ) async throws {
        let folder = try TemporaryFolder()
        let journal = try kind.make(in: folder)
        for show in ["a", "c", "b"] { _ = try await journal.open(makeHeader(show)) }
        var other = makeHeader("other")
        other.room = "elsewhere"
        _ = try await journal.open(other)
        _ = try await journal.open(makeHeader("a"))
        let all = try await journal.shows(room: "teahouse", limit: 9)
        #expect(all == ["b", "c", "a"].map { makeHeader($0) })
        #expect(try await journal.shows(room: "teahouse", limit: 1) == [makeHeader("b")])
        #expect(try await journal.shows(room: "nowhere", limit: 9) == [])
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `An entry that is there already is skipped`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        try await journal.append([makeRecord(1)], [makeEntry(1), makeEntry(1, index: 1)])
        try await journal.append(
            [makeRecord(2)], [makeEntry(1), makeEntry(2), makeEntry(2), makeEntry(1, index: 1)])
        try await journal.append([], [makeEntry(2)])
        let entries = [makeEntry(1), makeEntry(1, index: 1), makeEntry(2)]
        #expect(try await journal.entries(show: "spring-tea") == entries)
        #expect(try await journal.allRecords() == makeRecords(1...2))
        await journal.close()
    }

    @Test(
        arguments: JournalKind.allCases,
        [
            makeEntry(1, user: "bo"), makeEntry(1, user: nil), makeEntry(1, user: ""),
            makeEntry(1, count: 2), makeEntry(1, kind: "reserve"),
        ])
    func `Another entry under the same key is a conflict and leaves nothing`(
        kind: JournalKind, entry: LedgerEntry
    ) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        try await journal.append([makeRecord(1)], [makeEntry(1)])
        let refused = await outcome { () throws(JournalError) in
            try await journal.append([makeRecord(2)], [makeEntry(2), entry, makeEntry(3)])
        }
        #expect(refused.isConflict, "\(refused)")
        #expect(try await journal.allRecords() == makeRecords(1...1))
        #expect(try await journal.entries(show: "spring-tea") == [makeEntry(1)])
        try await journal.append([makeRecord(2)], [makeEntry(2)])
        #expect(try await journal.entries(show: "spring-tea") == [makeEntry(1), makeEntry(2)])
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `The newest snapshot is kept`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        func save(_ sequence: Int64, _ bytes: [UInt8]) async -> Result<Void, JournalError> {
            await outcome { () throws(JournalError) in
                try await journal.save(
                    Snapshot(show: "spring-tea", sequence: sequence, bytes: bytes))
            }
        }
        #expect(try await journal.snapshot(show: "spring-tea") == nil)
        #expect(try await journal.snapshot(show: "none") == nil)
        #expect(await save(1, [1]).isConflict, "a snapshot of a record that is not there")
        try await journal.append(makeRecords(1...3), [])
        _ = try await save(2, [2]).get()
        _ = try await save(1, [1]).get()
        #expect(try await journal.snapshot(show: "spring-tea")?.bytes == [2])
        _ = try await save(2, []).get()
        _ = try await save(3, [3, 3]).get()
        #expect(
            try await journal.snapshot(show: "spring-tea")
                == Snapshot(show: "spring-tea", sequence: 3, bytes: [3, 3]))
        #expect(await save(4, [4]).isConflict)
        #expect(try await journal.snapshot(show: "spring-tea")?.sequence == 3)
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `A record has eight mebibytes at most`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        let others = makeRecord(1)
        let othersCount =
            others.show.utf8.count + others.source.utf8.count + others.kind.utf8.count
            + others.event.count + others.effects.count + others.hash.count
        let most = [UInt8](repeating: 7, count: (8 << 20) - othersCount)
        try await journal.append([makeRecord(1, changes: most)], [])
        let refused = await outcome { () throws(JournalError) in
            try await journal.append([makeRecord(2, changes: most + [7])], [])
        }
        #expect(refused.sizeSentence?.contains("exceeds 8388608") == true, "\(refused)")
        #expect(try await journal.allRecords() == [makeRecord(1, changes: most)])
        let user = String(repeating: "u", count: 8 << 20)
        let entry = await outcome { () throws(JournalError) in
            try await journal.append([makeRecord(2)], [makeEntry(2, user: user)])
        }
        #expect(entry.sizeSentence?.contains("exceeds 8388608") == true, "\(entry)")
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `A snapshot has 32 mebibytes at most`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        let most = [UInt8](repeating: 7, count: 32 << 20)
        try await journal.save(Snapshot(show: "spring-tea", sequence: 0, bytes: most))
        let refused = await outcome { () throws(JournalError) in
            try await journal.save(Snapshot(show: "spring-tea", sequence: 0, bytes: most + [7]))
        }
        #expect(refused.sizeSentence?.contains("exceeds 33554432") == true, "\(refused)")
        #expect(try await journal.snapshot(show: "spring-tea")?.bytes.count == most.count)
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `Nothing to write is nothing`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        try await journal.append([], [])
        await journal.close()
    }

    @Test(arguments: JournalKind.allCases)
    func `A closed journal says so, and may be closed again`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        _ = try await journal.open(makeHeader())
        await journal.close()
        await journal.close()
        await #expect(throws: JournalError.closed) { try await journal.open(makeHeader()) }
        await #expect(throws: JournalError.closed) { try await journal.append([makeRecord(1)], []) }
        await #expect(throws: JournalError.closed) { try await journal.allRecords() }
        await #expect(throws: JournalError.closed) {
            try await journal.spokenRecords(show: "spring-tea", limit: 1)
        }
        await #expect(throws: JournalError.closed) { try await journal.entries(show: "spring-tea") }
        await #expect(throws: JournalError.closed) {
            try await journal.save(Snapshot(show: "spring-tea", sequence: 0, bytes: []))
        }
        await #expect(throws: JournalError.closed) {
            try await journal.snapshot(show: "spring-tea")
        }
    }

    @Test(arguments: JournalKind.allCases)
    func `Many rooms append at once and none sees another's`(kind: JournalKind) async throws {
        let journal = try kind.make(in: folder)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for room in 0..<20 {
                group.addTask {
                    let show = "show-\(room)"
                    _ = try await journal.open(makeHeader(show))
                    for sequence in 1...10 as ClosedRange<Int64> {
                        try await journal.append(
                            [makeRecord(sequence, show: show)], [makeEntry(sequence, show: show)])
                        let last = try await journal.records(
                            show: show, after: sequence - 1, limit: 2)
                        #expect(last == [makeRecord(sequence, show: show)])
                    }
                }
            }
            try await group.waitForAll()
        }
        for room in 0..<20 {
            let show = "show-\(room)"
            #expect(try await journal.allRecords(show) == makeRecords(1...10, show: show))
            #expect(try await journal.entries(show: show).count == 10)
        }
        await journal.close()
    }
}
