import Journaling
import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

@testable import Playhouse

/// Recorded shows whose calls are made again.
@Suite struct ReplayTests {
    private func replay(
        _ journal: any Journal, _ show: String, _ program: PluginProgram,
        until last: Int64 = .max, differencesMax: Int = 3
    ) async throws -> ShowReplay.Report {
        let stage = InProcessStage()
        let header = try await journal.open(
            ShowHeader(show: show, room: "", epoch: "", beganAtMilliseconds: 0))
        var replay = ShowReplay(header, in: journal, on: stage)
        replay.differencesMax = differencesMax
        let reports = try await replay.run([program], until: last)
        await stage.stop()
        return try #require(reports.first)
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `A show of price guess comes out as recorded`(seed: UInt64) async throws {
        let program = try PluginProgram.priceGuess()
        let stage = InProcessStage()
        var world = ShowWorld(
            program: program, stage: stage, disturbance: ShowWorld.Disturbance(),
            comment: "seed \(seed)")
        try await world.play(Scenario(seed: seed, length: 10, jumps: true))
        await stage.stop()
        let report = try await replay(world.journal, ShowWorld.show, program)
        #expect(report.differenceCount == 0)
        #expect(report.callCount > 4 && report.skippedCount == 0)
        #expect(report.recordedPrograms == [program.mark])
        #expect(report.lines(show: "x").last?.hasSuffix("all as recorded") == true)
    }

    @Test func `Another version is compared record by record`() async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter))
        try await show.start()
        for name in ["count", "count", "fail", "count"] { try await show.command(name) }
        let same = try await replay(
            show.journal, TestShow.show, TestShow.program(TestShow.counter))
        #expect(same.differenceCount == 0 && same.callCount == 5)

        // Says two where it was one, once: no difference causes the next.
        let other = TestShow.counter.replacing(
            "room.state.count + 1",
            with: "room.state.count + (room.state.count == 1 and 2 or 1)")
        let report = try await replay(
            show.journal, TestShow.show, TestShow.program(other, version: "1.1.0"))
        #expect(report.differenceCount == 1)
        let difference = try #require(report.differences.first)
        #expect(difference.sequence == 3)
        #expect(difference.difference.hook == "on_command")
        let lines = report.lines(show: TestShow.show)
        #expect(lines.first == "--- recorded: spring-tea, record 3, game on_command")
        #expect(lines.contains("-      2") && lines.contains("+      3"))
        #expect(lines.last?.contains("recorded by 1.0.0") == true)
        #expect(report.json["differences"] == 1)

        // Nothing after `until` is looked at.
        let before = try await replay(
            show.journal, TestShow.show, TestShow.program(other), until: 2)
        #expect(before.differenceCount == 0 && before.callCount == 2)
    }

    @Test func `Faults are compared too`() async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter))
        try await show.start()
        for name in ["count", "fail"] { try await show.command(name) }
        let milder = TestShow.counter.replacing("error(\"as wished\")", with: "return")
        var report = try await replay(show.journal, TestShow.show, TestShow.program(milder))
        #expect(report.differences.map(\.sequence) == [3])
        #expect(report.differences.first?.difference.isNewFault == false)
        let harsher = TestShow.counter.replacing(
            "room.state.count + 1", with: "room.state.nothing.count + 1")
        report = try await replay(show.journal, TestShow.show, TestShow.program(harsher))
        #expect(report.differences.map(\.sequence) == [2])
        #expect(report.differences.first?.difference.isNewFault == true)
        report = try await replay(show.journal, TestShow.show, TestShow.program("return 1 +"))
        #expect(report.differenceCount == 3)
        report = try await replay(
            show.journal, TestShow.show, TestShow.program("return 1 +"), differencesMax: 1)
        #expect(report.differenceCount == 3 && report.differences.count == 1)
    }

    @Test func `A damaged show is not replayed past the damage`() async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter))
        try await show.start()
        try await show.command("count")
        var records = try await show.records
        records[1].atMilliseconds += 1
        let journal = MemoryJournal()
        _ = try await journal.open(
            ShowHeader(
                show: TestShow.show, room: "teahouse", epoch: "e", beganAtMilliseconds: 0))
        try await journal.append(records, [])
        await #expect(throws: DamagedShow.self) {
            try await replay(journal, TestShow.show, TestShow.program(TestShow.counter))
        }
    }
}

/// Live calls that are made again in the background.
@Suite struct ReplayCheckerTests {
    /// A stage whose programs remember more than their state: what replay must find out.
    private final class ForgetfulStage: Stage {
        let base = InProcessStage()
        let lie: [UInt8]

        init(lie: String) { self.lie = Array(lie.utf8) }

        func open(
            _ play: PlayID, program: PluginProgram, _ opening: StageOpening
        ) async throws(ScriptFault) {
            try await base.open(play, program: program, opening)
        }

        func run(
            _ play: PlayID, _ calls: [StageCall]
        ) async throws(StageLoss) -> [ScriptOutcome] {
            try await base.run(play, calls).map { outcome in
                guard case .done(let changes, let effects, let use) = outcome,
                    String(decoding: changes, as: UTF8.self).contains("2")
                else { return outcome }
                return .done(changes: lie, effects: effects, use: use)
            }
        }

        func state(of play: PlayID) async throws(ScriptFault) -> [UInt8] {
            try await base.state(of: play)
        }

        func close(_ play: PlayID) async { await base.close(play) }

        func stop() async { await base.stop() }
    }

    @Test func `Calls that do the same again are counted and no more`() async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter))
        try await show.start()
        for name in ["count", "fail", "count"] {
            try await show.command(name)
            await show.checker.settled()
        }
        #expect(show.checker.counts.checks == 4)
        #expect(show.checker.counts.differences == 0)
        #expect(show.lines.containing("\"level\":\"error\"") == [])
    }

    @Test func `A difference is reported with show, sequence and plugin`() async throws {
        let show = try await TestShow(
            TestShow.program(TestShow.counter),
            checkStage: ForgetfulStage(lie: #"[[["count"],7]]"#))
        try await show.start()
        try await show.command("count")
        try await show.command("count")
        try await show.command("count")
        await show.checker.settled()
        #expect(show.checker.counts.differences == 1)
        #expect(show.checker.counts.checks == 4)
        let errors = show.lines.containing("\"level\":\"error\"")
        #expect(errors.count == 1)
        let error = try JSON(parsing: Array((errors.first ?? "").utf8))
        #expect(error["show"] == "spring-tea" && error["plugin"] == "game")
        #expect(error["sequence"] == 3)
        let kind = try await show.records.first { $0.sequence == 3 }?.kind
        #expect(kind == "on_command")
    }

    @Test(arguments: [(0, 0...0), (1, 400...400), (10, 20...70)] as [(UInt64, ClosedRange<Int>)])
    func `The share is what was asked for`(
        oneIn: UInt64, expected: ClosedRange<Int>
    ) async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter)) {
            $0.replayOneIn = oneIn
        }
        try await show.start()
        for _ in 0..<399 { try await show.command("count") }
        await show.checker.settled()
        let counts = show.checker.counts
        #expect(expected.contains(counts.checks + counts.skips), "\(counts)")
        #expect(counts.differences == 0)
    }

    @Test func `What comes while too many wait is left out`() async throws {
        let show = try await TestShow(TestShow.program(TestShow.counter))
        let checker = ReplayChecker(
            stage: InProcessStage(), log: show.lines.log(), waitingMax: 0)
        let busy = try await TestShow(TestShow.program(TestShow.counter)) {
            $0.checker = checker
        }
        try await busy.start()
        await checker.settled()
        #expect(checker.counts == ReplayChecker.Counts(checks: 0, differences: 0, skips: 1))
    }
}
