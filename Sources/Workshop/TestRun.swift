import Journaling
import Playhouse
import PluginContract
package import PluginHosting
import Rooms
import Scripting
import Wire

/// Runs the behaviour tests of one plugin.
package struct TestRun: Sendable {
    /// What is run, and how.
    package struct Options: Sendable {
        /// Only tests whose name contains this.
        package var filter: String?
        package var seed: UInt64 = 1
        /// Only these deeds of each test are done; nil for all of them.
        package var only: [Int]?
        /// Whether lines of the plugin that run are noted.
        package var covers = false
        /// Whether the server is killed before every deed, by which nothing may change.
        package var restarts = false

        package init() {}
    }

    private let folder: String
    private let options: Options

    /// - Parameters:
    ///   - folder: The plugin's.
    ///   - options: What is run, and how.
    package init(folder: String, options: Options = Options()) {
        self.folder = folder
        self.options = options
    }

    /// Runs every test that is chosen, one after the other, each with a show of its own.
    ///
    /// - Throws: ``ProgramError`` when the plugin or its tests cannot be read.
    package func run() async throws(ProgramError) -> TestReport {
        let program = try ProgramLoader().load(folder: folder)
        let files = try TestFile.all(in: folder, of: program)
        let coverage = options.covers ? LineCoverage(of: program.source) : nil
        let stage = InProcessStage(coverage: coverage)
        let thread = ScriptThread()
        var report = TestReport(
            plugin: program.manifest.id, version: program.manifest.version, folder: folder,
            seed: options.seed)
        for file in files {
            for outcome in await outcomes(of: file, program, thread, stage, coverage) {
                report.outcomes.append(outcome)
            }
        }
        await stage.stop()
        await thread.stop()
        report.coverage = coverage.map { CoverageReport(program: program, $0) }
        return report
    }

    private func outcomes(
        of file: TestFile, _ program: PluginProgram, _ thread: ScriptThread,
        _ stage: InProcessStage, _ coverage: LineCoverage?
    ) async -> [TestOutcome] {
        let listed = await thread.run { () -> Result<[TestCase], ScriptFault> in
            do throws(ScriptFault) {
                return .success(try TestScript.list(file))
            } catch {
                return .failure(error)
            }
        }
        let tests: [TestCase]
        switch listed {
        case .success(let found): tests = found
        case .failure(let fault):
            let test = TestCase(
                file: file.path, index: 0, name: "the file can be read", place: file.path,
                isSkipped: false)
            return [TestOutcome(test: test, failure: TestFailure(fault: fault))]
        }
        var outcomes: [TestOutcome] = []
        let bench = Bench(
            file: file, program: program, thread: thread, stage: stage, coverage: coverage,
            seed: options.seed, restarts: options.restarts)
        for test in tests where options.filter.map({ test.name.contains($0) }) ?? true {
            if test.isSkipped {
                outcomes.append(TestOutcome(test: test, isSkipped: true))
                continue
            }
            var outcome = await bench.run(test, chosen: options.only.map { Set($0) })
            if outcome.failure != nil, options.only == nil {
                if let shortest = await shortest(outcome, bench) {
                    outcome.shortest = shortest.lines
                    outcome.shortestFailure = shortest.failure
                }
            }
            outcomes.append(outcome)
        }
        return outcomes
    }

    /// Shorter lists are tried until so many deeds were done.
    private static let shrinkDeedsMax = 100_000
    private static let shrinkRunsMax = 300

    private func shortest(_ outcome: TestOutcome, _ bench: Bench) async -> TestOutcome? {
        guard let failure = outcome.failure, outcome.deedCount > 1 else { return nil }
        let numbers = outcome.lines.map(\.number)
        let runs = min(Self.shrinkRunsMax, Self.shrinkDeedsMax / max(1, numbers.count))
        let kept = await Shrinking.shortest(numbers, runsMax: runs) { numbers in
            failure.isLike(await bench.run(outcome.test, chosen: Set(numbers)).failure)
        }
        guard kept.count < numbers.count else { return nil }
        return await bench.run(outcome.test, chosen: Set(kept))
    }
}

/// What the runs of one file's tests share.
private struct Bench {
    var file: TestFile
    var program: PluginProgram
    var thread: ScriptThread
    var stage: InProcessStage
    var coverage: LineCoverage?
    var seed: UInt64
    var restarts: Bool

    /// Runs a test once; `chosen` are the deeds that are done.
    func run(_ test: TestCase, chosen: Set<Int>?) async -> TestOutcome {
        let (file, program, stage, seed, restarts) = (file, program, stage, seed, restarts)
        // Of lists that are tried out nothing is noted.
        let coverage = chosen == nil ? coverage : nil
        let (outcome, rehearsal) = await thread.run { () -> (TestOutcome, Rehearsal?) in
            let door = TestDoor(
                program: program, seed: seed, stage: stage, chosen: chosen, restarts: restarts)
            let failure = TestScript.run(
                test, of: file, seed: seed, at: door, coverage: coverage)
            return (
                TestOutcome(
                    test: test, failure: failure, lines: door.lines, deedCount: door.deedCount),
                door.rehearsal
            )
        }
        guard let rehearsal else { return outcome }
        var checked = outcome
        if checked.failure == nil {
            checked.failure = await rehearsal.hiddenProblem(of: test, program, stage)
        }
        checked.showSeconds = await rehearsal.secondsPassed
        await rehearsal.close()
        return checked
    }
}

extension Rehearsal {
    /// Show time that has passed.
    fileprivate var secondsPassed: Double {
        Double(now - RehearsalPlan.beganAtMilliseconds) / 1_000
    }

    fileprivate func close() async { await stage.close(playID) }

    /// What is wrong though every expectation was met: the books, or a call that does something else when
    /// it is made again.
    fileprivate func hiddenProblem(
        of test: TestCase, _ program: PluginProgram, _ stage: InProcessStage
    ) async -> TestFailure? {
        if let problem = await ledgerProblem() {
            return TestFailure(kind: "ledger", place: test.place, message: problem)
        }
        let header = ShowHeader(
            show: show, room: RehearsalPlan.room, epoch: plan.epoch,
            beganAtMilliseconds: live.room.beganAtMilliseconds)
        let reports: [ShowReplay.Report]
        do {
            reports = try await ShowReplay(header, in: journal, on: stage)
                .run([program], until: .max)
        } catch {
            return TestFailure(
                kind: "replay", place: test.place, message: "the records cannot be read: \(error)")
        }
        await stage.close(PlayID(show: "replay:" + show, plugin: plugin))
        guard let first = reports.first?.differences.first else { return nil }
        var failure = TestFailure(
            kind: "replay", place: test.place,
            message: "\(first.difference.hook) does something else when it is called again with the"
                + " same state, as after a restart; keep what it depends on in room.state")
        failure.details = first.difference.lines(linesMax: 30)
        return failure
    }
}
