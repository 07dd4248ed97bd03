import Clockwork
import Foundation
import Journaling
import Playhouse
import PluginContract
import PluginHosting
import Testing
import Wire

/// Whatever befalls a server, its show ends as if nothing had.
@Suite struct SimulationTests {
    /// How a show ended.
    private struct Ending: Equatable {
        /// Of the last record: equal hashes mean equal logs.
        var hash: [UInt8]
        var records: [String]
        var entries: [LedgerEntry]
        var answers: [String: String]
        var snapshot: [UInt8]
        var newcomerSees: [StateValue]
    }

    /// Of each test; a round is two runs of a show, one of them disturbed.
    private static let rounds =
        ["PLAYHOUSE_FUZZ_ROUNDS", "PLAYHOUSE_SIMULATION_ROUNDS"]
        .lazy.compactMap { ProcessInfo.processInfo.environment[$0].flatMap(Int.init) }
        .first ?? 1_000
    private static let seed =
        ProcessInfo.processInfo.environment["PLAYHOUSE_FUZZ_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0...99_999)

    private static let program = Result { try PluginProgram.priceGuess() }

    /// Most shows are short, so that there can be many; every hundredth is long.
    private static func scenario(_ seed: UInt64, _ round: UInt64, jumps: Bool) -> Scenario {
        round.isMultiple(of: 100)
            ? Scenario(seed: seed, rounds: 2, length: 8, jumps: jumps)
            : Scenario(seed: seed, rounds: 1, length: 3, jumps: jumps)
    }

    private func play(
        _ scenario: Scenario, _ disturbance: ShowWorld.Disturbance, on stage: any Stage,
        _ comment: Comment
    ) async throws -> (world: ShowWorld, ending: Ending) {
        let program = try Self.program.get()
        var world = ShowWorld(
            program: program, stage: stage, disturbance: disturbance, comment: comment)
        try await world.play(scenario)
        let show = try await ShowWorld.recovery(of: world.journal, program)
            .recover(nowMilliseconds: world.clock.unixMilliseconds)
        let records = try await world.journal.records(
            show: ShowWorld.show, after: 0, limit: .max)
        let entries = try await world.journal.entries(show: ShowWorld.show)
        try checkLedger(entries, show, comment)
        for events in world.eventStreams {
            #expect(Int64(events.count) == show.chain.offset, comment)
        }
        return (
            world,
            Ending(
                hash: show.chain.hash,
                records: records.map {
                    "\($0.kind) \(String(decoding: $0.event + $0.changes, as: UTF8.self))"
                }, entries: entries, answers: world.answers, snapshot: show.snapshot().bytes,
                newcomerSees: show.playbill.states)
        )
    }

    /// Every reserved unit was granted, returned, or is still reserved by a running round.
    private func checkLedger(
        _ entries: [LedgerEntry], _ show: ShowRecovery.Show, _ comment: Comment
    ) throws {
        var reserved: Int64 = 0
        var granted: Int64 = 0
        var winners: Set<String> = []
        for entry in entries {
            switch entry.kind {
            case "reserve":
                reserved += entry.count
                winners = []
            case "release": reserved -= entry.count
            default:
                reserved -= entry.count
                granted += entry.count
                // One prize for each winner of a round.
                #expect(winners.insert(entry.user ?? "").inserted, comment)
            }
            #expect(reserved >= 0, comment)
        }
        #expect(show.playbill.pools.available["coupon"] == 500 - granted - reserved, comment)
        let play = try #require(show.playbill.plays["price-guess"])
        #expect(play.state.reservations["coupon", default: 0] == reserved, comment)
        #expect(play.state.status == .idle && reserved == 0, comment)
    }

    @Test func `A server killed after every record ends as one that never was`() async throws {
        let stage = InProcessStage()
        var deaths = 0
        for round in 0..<UInt64(Self.rounds) {
            let seed = Self.seed &+ round
            let comment: Comment = "PLAYHOUSE_FUZZ_SEED=\(seed)"
            let scenario = Self.scenario(seed, round, jumps: round.isMultiple(of: 2))
            let calm = try await play(scenario, ShowWorld.Disturbance(), on: stage, comment)
            let count = Int64(calm.ending.records.count)
            var disturbance = ShowWorld.Disturbance()
            disturbance.commitsSingly = true
            disturbance.deathsAfter = Set(1...count)
            disturbance.takesSnapshots = round.isMultiple(of: 3)
            let rough = try await play(scenario, disturbance, on: stage, comment)
            #expect(rough.world.deaths == Int(count), comment)
            #expect(rough.ending == calm.ending, comment)
            deaths += rough.world.deaths
        }
        #expect(deaths > Self.rounds * 3)
        await stage.stop()
    }

    @Test func `Kills, full disks and lost answers in any mixture change nothing`() async throws {
        let stage = InProcessStage()
        var faults = 0
        for round in 0..<UInt64(Self.rounds) {
            let seed = Self.seed &+ 1_000_000 &+ round
            let comment: Comment = "PLAYHOUSE_FUZZ_SEED=\(Self.seed &+ round)"
            let scenario = Self.scenario(seed, round, jumps: !round.isMultiple(of: 2))
            let calm = try await play(scenario, ShowWorld.Disturbance(), on: stage, comment)
            var random = SeededRandom(seed: seed)
            var disturbance = ShowWorld.Disturbance()
            disturbance.chance = random.next()
            disturbance.commitsSingly = Bool.random(using: &random)
            disturbance.takesSnapshots = Bool.random(using: &random)
            for sequence in 1...Int64(calm.ending.records.count) {
                switch Int.random(in: 0..<8, using: &random) {
                case 0: disturbance.deathsBefore.insert(sequence)
                case 1: disturbance.deathsAfter.insert(sequence)
                case 2: disturbance.refusals[sequence] = Int.random(in: 1...3, using: &random)
                case 3: disturbance.lostAnswers.insert(sequence)
                default: break
                }
            }
            let rough = try await play(scenario, disturbance, on: stage, comment)
            #expect(rough.ending == calm.ending, comment)
            faults += rough.world.journal.faultCount
        }
        #expect(faults > Self.rounds)
        await stage.stop()
    }
}

extension PluginProgram {
    /// The plugin of this repository.
    static func priceGuess() throws -> PluginProgram {
        try ProgramLoader().load(folder: priceGuessFolder)
    }

    static var priceGuessFolder: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Plugins/price-guess").path
    }
}
