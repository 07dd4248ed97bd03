import Clockwork
import Journaling
import PluginHosting
import Rooms
import Testing
import Wire

@testable import Playhouse

/// A real room that keeps snapshots while it goes on.
@Suite struct LiveRoomSnapshotTests {
    @Test func `A room keeps a snapshot every so many records`() async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter)) {
            $0.snapshotRecords = 10
        }
        try await show.start()
        #expect(try await show.journal.snapshot(show: TestShow.show) == nil)
        for _ in 0..<8 { try await show.command("count") }
        await show.room.settled()
        await show.room.snapshots.writing?.value
        #expect(try await show.journal.snapshot(show: TestShow.show) == nil)
        for _ in 0..<20 { try await show.command("count") }
        await show.room.settled()
        await show.room.snapshots.writing?.value
        let kept = try await show.journal.snapshot(show: TestShow.show)
        #expect((10...29).contains(kept?.sequence ?? 0))
        try await expectSameRecovery(show)
    }

    @Test func `A busy room keeps snapshots that fit their records`() async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter)) {
            $0.snapshotRecords = 3
            $0.checker = nil
        }
        try await show.start()
        // Asked at once, so that commits, calls and snapshots overlap.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<120 {
                group.addTask {
                    if index.isMultiple(of: 3) {
                        try await show.ask(.pin(text: "\(index)"))
                    } else {
                        try await show.command("count")
                    }
                }
            }
            try await group.waitForAll()
        }
        await show.room.settled()
        await show.room.snapshots.writing?.value
        let kept = try await show.journal.snapshot(show: TestShow.show)
        #expect((kept?.sequence ?? 0) > 3)
        try await expectSameRecovery(show)
    }

    @Test func `The last record is in the snapshot of a drain`() async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter))
        try await show.start()
        try await show.command("count")
        await show.room.keepSnapshot()
        #expect(try await show.journal.snapshot(show: TestShow.show)?.sequence == 2)
        await show.room.keepSnapshot()
        #expect(try await show.journal.snapshot(show: TestShow.show)?.sequence == 2)
        let again = try await TestShow(
            TestShow.program(TestShow.counter), journal: show.journal)
        #expect(await again.state == ["count": 1])
        #expect(again.lines.containing("\"snapshot\":2").count == 1)
        try await again.command("count")
        #expect(await again.state == ["count": 2])
        try await expectSameRecovery(again)
    }

    @Test func `A journal that fails and answers wrongly loses nothing`() async throws {
        let journal = SimulatedJournal()
        for sequence in [2, 4] as [Int64] { journal.plan(.loseAnswer, at: sequence) }
        for _ in 0..<2 { journal.plan(.refuse, at: 3) }
        let show = try await TestShow(TestShow.program(TestShow.counter), journal: journal)
        try await show.start()
        for _ in 0..<4 {
            let reply = try await show.command("count")
            #expect(reply["type"] == "reply")
        }
        #expect(journal.faultCount == 4)
        #expect(await show.state == ["count": 4])
        #expect(try await show.records.count == 5)
        try await expectSameRecovery(show)
    }

    /// Recovery with the snapshot that was kept, without it, and the room itself agree.
    private func expectSameRecovery(_ show: TestShow) async throws {
        func recover(_ journal: any Journal) async throws -> ShowRecovery.Show {
            try await ShowRecovery(
                configuration: TestShow.configuration(),
                programs: [TestShow.plugin: TestShow.program(TestShow.counter)],
                journal: journal, log: show.lines.log()
            ).recover(nowMilliseconds: show.clock.unixMilliseconds)
        }
        let header = try await show.journal.open(
            ShowHeader(show: TestShow.show, room: "", epoch: "", beganAtMilliseconds: 0))
        let bare = MemoryJournal()
        _ = try await bare.open(header)
        try await bare.append(try await show.records, [])
        let whole = try await recover(bare)
        let quick = try await recover(show.journal)
        #expect(whole.snapshotSequence == 0)
        let kept = try await show.journal.snapshot(show: TestShow.show)
        #expect(quick.snapshotSequence == kept?.sequence ?? 0)
        #expect(quick.snapshot() == whole.snapshot())
        #expect(await show.state == whole.playbill.plays[TestShow.plugin]?.state.tree.json)
    }

    @Test func `Likes that were merged are in the records when a server has drained`() async throws
    {
        let show = try await TestShow(TestShow.program(TestShow.counter))
        try await show.ask(.like(count: 5))
        await show.room.settled()
        // Recorded a moment ago, so that these would wait for five seconds.
        try await show.ask(.like(count: 7))
        try await show.ask(.like(count: 8))
        await show.room.keepSnapshot()
        #expect(try await show.records.map(\.kind) == ["liked", "liked"])
        let again = try await TestShow(TestShow.program(TestShow.counter), journal: show.journal)
        #expect(await again.states()["likes"]?["count"] == 20)
    }
}
