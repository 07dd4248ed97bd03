import Clockwork
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Testing
import Wire

@testable import Playhouse

/// Recovery that begins at a snapshot, and snapshots that cannot be used.
@Suite struct SnapshotTests {
    /// A show that has been through a scenario, and through what the room itself records.
    private func livedShow(
        seed: UInt64
    ) async throws -> (journal: MemoryJournal, program: PluginProgram, count: Int64) {
        let program = try PluginProgram.priceGuess()
        let stage = InProcessStage()
        var world = ShowWorld(
            program: program, stage: stage, disturbance: ShowWorld.Disturbance(),
            comment: "seed \(seed)")
        try await world.play(Scenario(seed: seed, length: 8, jumps: true))
        await stage.stop()
        let journal = world.journal.base
        var show = try await recover(journal, program)
        let facts: [(String, JSON)] = [
            ("muted", ["user": "u1", "by": "mei", "until": .integer(ShowWorld.beganAt * 2)]),
            ("banned", ["user": "u2", "by": "mei"]), ("liked", ["count": 40]),
            ("slowed", ["seconds": 7, "by": "mei"]), ("unbanned", ["user": "u2", "by": "mei"]),
            ("liked", ["count": 55]), ("banned", ["user": "u3", "by": "mei"]),
        ]
        let drafts = facts.map { Draft(source: "room", kind: $0.0, event: $0.1) }
        let (records, entries) = show.chain.records(
            of: drafts, atMilliseconds: ShowWorld.beganAt)
        try await journal.append(records, entries)
        return (journal, program, show.chain.sequence)
    }

    private func recover(
        _ journal: any Journal, _ program: PluginProgram
    ) async throws -> ShowRecovery.Show {
        try await ShowWorld.recovery(of: journal, program)
            .recover(nowMilliseconds: ShowWorld.beganAt)
    }

    /// A journal with the first records of another, and the snapshot after some of them.
    private func copy(
        _ journal: MemoryJournal, upTo last: Int64, snapshot: Snapshot?
    ) async throws -> MemoryJournal {
        let copy = MemoryJournal()
        _ = try await copy.open(
            ShowHeader(
                show: ShowWorld.show, room: "teahouse", epoch: "5f0c9a1e",
                beganAtMilliseconds: ShowWorld.beganAt))
        let records = try await journal.records(
            show: ShowWorld.show, after: 0, limit: Int(last))
        try await copy.append(records, [])
        if let snapshot { try await copy.save(snapshot) }
        return copy
    }

    private func expectSame(
        _ one: ShowRecovery.Show, _ other: ShowRecovery.Show, _ comment: Comment
    ) {
        #expect(one.chain.hash == other.chain.hash, comment)
        #expect(one.chain.offset == other.chain.offset, comment)
        #expect(one.playbill.plays.mapValues(\.state) == other.playbill.plays.mapValues(\.state))
        #expect(one.playbill.pools == other.playbill.pools, comment)
        #expect(one.playbill.states == other.playbill.states, comment)
        #expect(one.room.publicStates() == other.room.publicStates(), comment)
        let facts = (one.room.summary.map(\.event), other.room.summary.map(\.event))
        #expect(facts.0 == facts.1, comment)
        #expect(one.snapshot() == other.snapshot(), comment)
    }

    @Test(arguments: [3, 14, 159] as [UInt64])
    func `Recovery from a snapshot at any place equals recovery from record 1`(
        seed: UInt64
    ) async throws {
        let (journal, program, count) = try await livedShow(seed: seed)
        let whole = try await recover(journal, program)
        #expect(whole.snapshotSequence == 0)
        for cut in 1...count {
            let begun = try await recover(
                try await copy(journal, upTo: cut, snapshot: nil), program)
            let snapshot = begun.snapshot()
            #expect(snapshot.sequence == cut)
            let show = try await recover(
                try await copy(journal, upTo: count, snapshot: snapshot), program)
            #expect(show.snapshotSequence == cut)
            #expect(show.recordsFolded == Int(count - cut))
            expectSame(show, whole, "cut \(cut)")
        }
    }

    @Test func `A snapshot that is damaged anywhere is passed over`() async throws {
        let (journal, program, count) = try await livedShow(seed: 3)
        let whole = try await recover(journal, program)
        let good = whole.snapshot()
        var random = SeededRandom(seed: 3)
        for _ in 0..<40 {
            var bad = good
            let place = Int.random(in: 0..<bad.bytes.count, using: &random)
            if Bool.random(using: &random) {
                bad.bytes[place] ^= UInt8.random(in: 1...255, using: &random)
            } else {
                bad.bytes.removeSubrange(place...)
            }
            let show = try await recover(
                try await copy(journal, upTo: count, snapshot: bad), program)
            #expect(show.snapshotSequence == 0, "byte \(place)")
            #expect(show.recordsFolded == Int(count))
            expectSame(show, whole, "byte \(place)")
        }
    }

    @Test func `A snapshot of a newer version is passed over, and the log says so`() async throws {
        let (journal, program, _) = try await livedShow(seed: 3)
        var snapshot = try await recover(journal, program).snapshot()
        let text = String(decoding: snapshot.bytes, as: UTF8.self)
        snapshot.bytes = Array(text.replacing("{\"format\":1,", with: "{\"format\":2,").utf8)
        try await journal.save(snapshot)
        let lines = Lock<[String]>([])
        var recovery = ShowWorld.recovery(of: journal, program)
        recovery.log = Log(format: .json, level: .warning, clock: VirtualClock()) { line in
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
        let show = try await recovery.recover(nowMilliseconds: ShowWorld.beganAt)
        #expect(show.snapshotSequence == 0)
        let logged = lines.withLock { $0 }
        #expect(logged.count == 1)
        #expect(logged.first?.contains("it has format 2, this version reads 1") == true)
    }

    @Test func `A snapshot of another log is passed over`() async throws {
        let (journal, program, count) = try await livedShow(seed: 3)
        let (other, _, otherCount) = try await livedShow(seed: 14)
        let snapshot = try await recover(other, program).snapshot()
        let last = min(count, otherCount)
        let cut = try await recover(try await copy(other, upTo: last, snapshot: nil), program)
        #expect(snapshot.sequence == otherCount)
        let copied = try await copy(journal, upTo: last, snapshot: cut.snapshot())
        #expect(try await recover(copied, program).snapshotSequence == 0)
    }

    @Test func `More coupons in the configuration are more coupons after a snapshot too`()
        async throws
    {
        let (journal, program, _) = try await livedShow(seed: 3)
        var recovery = ShowWorld.recovery(of: journal, program)
        recovery.configuration.pools = ["coupon": 600]
        let folded = try await recovery.recover(nowMilliseconds: ShowWorld.beganAt)
        try await journal.save(try await recover(journal, program).snapshot())
        let show = try await recovery.recover(nowMilliseconds: ShowWorld.beganAt)
        #expect(show.snapshotSequence > 0)
        #expect(show.playbill.pools == folded.playbill.pools)
        #expect((show.playbill.pools.available["coupon"] ?? 0) > 500)
    }

    @Test func `A plugin that leaves the show and comes back goes on`() async throws {
        let (journal, program, _) = try await livedShow(seed: 3)
        let whole = try await recover(journal, program)
        #expect(whole.playbill.pools.available["coupon"] != 500)
        var without = ShowWorld.recovery(of: journal, program)
        without.configuration.plugins = []
        let gone = try await without.recover(nowMilliseconds: ShowWorld.beganAt)
        #expect(gone.playbill.plays.isEmpty)
        #expect(gone.playbill.pools == whole.playbill.pools)
        try await journal.save(gone.snapshot())
        let back = try await recover(journal, program)
        #expect(back.snapshotSequence > 0)
        expectSame(back, whole, "back again")
    }

    @Test func `A log that was altered is reported with show and record`() async throws {
        let (journal, program, count) = try await livedShow(seed: 3)
        let records = try await journal.records(show: ShowWorld.show, after: 0, limit: .max)
        for place in records.indices {
            for change in 0..<3 {
                var altered = records
                switch change {
                case 0: altered[place].atMilliseconds += 1
                case 1: altered[place].event += Array(" ".utf8)
                default: altered[place].hash[7] ^= 1
                }
                let copy = MemoryJournal()
                _ = try await copy.open(
                    ShowHeader(
                        show: ShowWorld.show, room: "teahouse", epoch: "5f0c9a1e",
                        beganAtMilliseconds: ShowWorld.beganAt))
                try await copy.append(altered, [])
                let damage = await #expect(throws: DamagedShow.self) {
                    try await recover(copy, program)
                }
                #expect(damage?.show == ShowWorld.show)
                #expect(damage?.sequence == Int64(place + 1))
            }
        }
        #expect(records.count == Int(count))
    }

    @Test func `A snapshot that cannot be read is passed over, unless that may be otherwise later`()
        async throws
    {
        let (base, program, count) = try await livedShow(seed: 3)
        let whole = try await recover(base, program)
        try await base.save(whole.snapshot())
        let damaged = SimulatedJournal(base)
        damaged.failSnapshots(with: .damaged("a page"))
        let show = try await recover(damaged, program)
        #expect(show.snapshotSequence == 0 && show.recordsFolded == Int(count))
        expectSame(show, whole, "without it")
        let failing = SimulatedJournal(base)
        failing.failSnapshots(with: .storage("input/output error"))
        await #expect(throws: JournalError.self) { try await recover(failing, program) }
    }

    @Test func `Verification tells a snapshot whose room facts are not the records'`() async throws
    {
        let (journal, program, _) = try await livedShow(seed: 3)
        let header = try await journal.open(
            ShowHeader(show: ShowWorld.show, room: "", epoch: "", beganAtMilliseconds: 0))
        var show = try await recover(journal, program)
        try await journal.save(show.snapshot())
        #expect(try await JournalVerification.verify(header, in: journal).problems == [])
        // A mute that has ended may be left out.
        show.room.recover(kind: "unmuted", event: ["user": "u1", "by": "mei"])
        try await journal.save(show.snapshot())
        #expect(try await JournalVerification.verify(header, in: journal).problems == [])
        for fact in [
            ("unbanned", ["user": "u3", "by": "mei"]), ("liked", ["count": 56]),
            ("slowed", ["seconds": 8, "by": "mei"]), ("banned", ["user": "u4", "by": "mei"]),
        ] as [(String, JSON)] {
            var other = show
            other.room.recover(kind: fact.0, event: fact.1)
            try await journal.save(other.snapshot())
            let problems = try await JournalVerification.verify(header, in: journal).problems
            #expect(problems.count == 1, "\(fact)")
        }
    }
}
