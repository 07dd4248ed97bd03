import Clockwork
import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// A stage that loses plays: innocent ones, or by charging them.
private actor LossyStage: Stage {
    private let stage = InProcessStage()
    private var random = SeededRandom(seed: 5)
    private let lossesOfTen: Int
    private let fault: ScriptFault?
    private(set) var losses = 0

    init(lossesOfTen: Int, fault: ScriptFault? = nil) {
        self.lossesOfTen = lossesOfTen
        self.fault = fault
    }

    func open(
        _ play: PlayID, program: PluginProgram, _ opening: StageOpening
    ) async throws(ScriptFault) {
        try await stage.open(play, program: program, opening)
    }

    func run(
        _ play: PlayID, _ calls: [StageCall]
    ) async throws(StageLoss) -> [ScriptOutcome] {
        guard Int.random(in: 0..<10, using: &random) < lossesOfTen else {
            return try await stage.run(play, calls)
        }
        losses += 1
        // It may have run, wholly or in part; nobody will know.
        if Bool.random(using: &random) { _ = try await stage.run(play, calls) }
        await stage.close(play)
        throw fault.map { .charged($0) } ?? .innocent
    }

    func state(of play: PlayID) async throws(ScriptFault) -> [UInt8] {
        try await stage.state(of: play)
    }

    func close(_ play: PlayID) async { await stage.close(play) }

    func stop() async { await stage.stop() }
}

@Suite struct StageLossTests {
    private static let lua = """
        return {
          on_start = function(room)
            room.state.rolls = { room.config.sides }
            room.timers.set("next", 1)
          end,
          on_timer = function(room)
            local rolls = room.state.rolls
            rolls[#rolls + 1] = math.random(room.config.sides)
            if #rolls < 30 then room.timers.set("next", 1) end
          end,
        }
        """

    private func bench(_ stage: any Stage) throws -> PluginBench {
        let manifest = try Manifest.parse(
            Array(
                """
                {"id": "game", "version": "1.0.0", "api": 1, "title": {"zh": "g", "en": "g"},
                 "capabilities": ["timers"],
                 "config": {"sides": {"type": "integer", "default": 6}}}
                """.utf8), file: "plugin.json")
        return PluginBench(
            PluginProgram(
                manifest: manifest,
                source: ScriptSource(name: "game", files: ["main.lua": Array(Self.lua.utf8)]),
                locales: [:], contentHash: ""), stage: stage)
    }

    @Test func `A play that is lost again and again does as one that is not`() async throws {
        let stage = LossyStage(lossesOfTen: 4)
        let (lossy, calm) = (try bench(stage), try bench(InProcessStage()))
        for bench in [lossy, calm] {
            // A start with its own configuration, then one with another.
            await bench.start(["sides": 20])
            await bench.advance(40)
            await bench.start(["sides": 100])
            await bench.stop()
            await bench.start(["sides": 100])
            await bench.advance(10)
        }
        #expect(await stage.losses > 10)
        #expect(lossy.kinds == calm.kinds)
        #expect(!lossy.kinds.contains("fault"))
        // They are two shows, and a start tells which.
        func events(_ bench: PluginBench) -> [JSONObject] {
            bench.journal.compactMap { draft in
                var event = draft.event.objectValue
                event?["show"] = JSON?.none
                return event
            }
        }
        #expect(events(lossy) == events(calm))
        #expect(lossy.journal.map(\.changes) == calm.journal.map(\.changes))
        #expect(lossy.journal.map(\.effects) == calm.journal.map(\.effects))
        #expect(lossy.journal.count > 40)
    }

    @Test func `A play that takes its stage with it is charged and then paused`() async throws {
        let fault = ScriptFault(kind: .host, message: "the stage process died")
        let stage = LossyStage(lossesOfTen: 10, fault: fault)
        let bench = PluginBench(
            try bench(stage).program, limits: PlayLimits(), stage: stage)
        for _ in 0..<20 where bench.status != "paused" {
            await bench.start()
            await bench.advance(1)
        }
        #expect(bench.kinds.contains("fault"))
        #expect(!bench.kinds.contains("call"))
        let last = bench.journal.last { $0.kind == "fault" }
        #expect(last?.event["message"] == "the stage process died")
    }
}
