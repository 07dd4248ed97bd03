import Foundation
import Journaling
import PluginContract
import PluginHosting
import Rooms
import Testing
import Wire

@testable import Playhouse

/// Plugins that change on disk while their show runs.
@Suite struct HotReloadTests {
    private static let manifest = """
        { "id": "game", "version": "VERSION", "api": 1, "title": { "zh": "g", "en": "g" },
          "capabilities": ["prizes", "chat", "timers"] CONFIG }
        """

    /// A show whose plugin lies in a folder.
    private struct Bench {
        let folder: TemporaryFolder
        let show: TestShow
        let reload: HotReload

        init(_ lua: String) async throws {
            folder = try TemporaryFolder()
            try Self.write(lua, "1.0.0", to: folder)
            let program = try ProgramLoader().load(folder: folder.file("game"))
            show = try await TestShow(program)
            reload = HotReload(
                folder: { [path = folder.path] in path + "/" + $0 },
                programs: [TestShow.plugin: program], rooms: [show.room],
                trial: ReloadTrial(stage: InProcessStage(), journal: show.journal),
                log: show.lines.log())
        }

        static func write(
            _ lua: String, _ version: String, config: String = "", to folder: TemporaryFolder
        ) throws {
            try folder.write(
                HotReloadTests.manifest.replacing("VERSION", with: version)
                    .replacing("CONFIG", with: config), to: "game/plugin.json")
            try folder.write(lua, to: "game/main.lua")
        }

        func change(_ lua: String, _ version: String = "1.1.0", config: String = "") async throws {
            try Self.write(lua, version, config: config, to: folder)
            await reload.look()
        }

        /// The version in the state that everybody sees.
        var version: String? {
            get async { await show.states()["plugins"]?["game"]?["version"]?.stringValue }
        }

        /// What the staff is told of files that were not taken over.
        var told: JSON? {
            get async throws {
                var room = await show.room.room
                let host = Person(user: "mei", name: "Mei", role: .host)
                var outputs: [RoomOutput] = []
                room.handle(
                    [.join(SessionID(raw: 1 << 50), Guest(person: host, requestID: "h"))],
                    nowMilliseconds: 0, into: &outputs)
                for case .admit(_, _, _, let welcome, _) in outputs {
                    return try JSON(parsing: welcome)["states"]?["reload:game"]
                }
                return nil
            }
        }

        var failure: String? {
            show.lines.containing("did not pass").last
        }
    }

    private let byTen = TestShow.counter.replacing(
        "room.state.count + 1", with: "room.state.count + 10")

    @Test func `State stays, code changes`() async throws {
        let bench = try await Bench(TestShow.counter)
        try await bench.show.start()
        try await bench.show.command("count")
        await bench.reload.look()
        #expect(bench.reload.counts == HotReload.Counts())
        try await bench.change(byTen)
        #expect(bench.reload.counts == HotReload.Counts(passes: 1, failures: 0))
        #expect(await bench.version == "1.1.0")
        try await bench.show.command("count")
        #expect(await bench.show.state == ["count": 11])
        // The log of the show tells which program did what.
        #expect(
            try await bench.show.records.map(\.kind)
                == ["on_start", "on_command", "loaded", "on_command"])
        let loaded = try #require(bench.reload.program("game"))
        let record = try await bench.show.records[2]
        let event = try JSON(parsing: record.event)
        #expect(event["program"] == loaded.mark.json)
        let figures = bench.show.room.latestFigures.programs
        #expect(figures == [LiveRoom.RoomFigures.Program(plugin: "game", mark: loaded.mark)])
        let lines = bench.show.lines.containing("plugin reloaded")
        #expect(lines.count == 1)
        #expect(lines.first?.contains(String(loaded.contentHash.prefix(12))) == true)
        // The new code is what recovery goes on with, and the state is the recorded one.
        let again = try await TestShow(loaded, journal: bench.show.journal)
        try await again.command("count")
        #expect(await again.state == ["count": 21])
        #expect(try await again.records.map(\.kind).filter { $0 == "loaded" }.count == 1)
    }

    @Test func `A start is not preceded by a record of loading`() async throws {
        let bench = try await Bench(TestShow.counter)
        try await bench.change(byTen)
        #expect(await bench.version == "1.1.0")
        try await bench.show.start()
        try await bench.show.command("count")
        #expect(try await bench.show.records.map(\.kind) == ["on_start", "on_command"])
        #expect(await bench.show.state == ["count": 10])
    }

    @Test(arguments: [
        ("return 1 +", "main.lua"),
        ("error('at the top')", "at the top"),
        ("return { on_command = function(room) room.state.list.x = 1 end }", "record 2"),
        (
            "local t = {} return { on_command = function(room) while true do end end }",
            "a budget is not enough"
        ),
    ])
    func `What fails its check leaves the old one running and says why`(
        lua: String, reason: String
    ) async throws {
        let bench = try await Bench(TestShow.counter)
        try await bench.show.start()
        try await bench.show.command("count")
        try await bench.change(lua)
        #expect(bench.reload.counts == HotReload.Counts(passes: 0, failures: 1))
        #expect(bench.failure?.contains(reason) == true, "\(bench.failure ?? "")")
        #expect(await bench.version == "1.0.0")
        try await bench.show.command("count")
        #expect(await bench.show.state == ["count": 2])
        // It is not tried again and again, and the next change is.
        await bench.reload.look()
        #expect(bench.reload.counts.failures == 1)
        try await bench.change(byTen)
        #expect(await bench.version == "1.1.0")
    }

    @Test func `A broken manifest and another id are failures`() async throws {
        let bench = try await Bench(TestShow.counter)
        try bench.folder.write("{", to: "game/plugin.json")
        await bench.reload.look()
        #expect(bench.failure?.contains("plugin.json") == true)
        try bench.folder.write(
            Self.manifest.replacing("\"game\"", with: "\"other\"")
                .replacing("VERSION", with: "1.0.0").replacing("CONFIG", with: ""),
            to: "game/plugin.json")
        await bench.reload.look()
        #expect(bench.failure?.contains("other") == true)
        #expect(bench.reload.counts.failures == 2)
    }

    @Test func `The staff is told where a changed plugin is broken, until it is mended`()
        async throws
    {
        let bench = try await Bench(TestShow.counter)
        #expect(try await bench.told == nil)
        try await bench.change("local game = {}\nreturn game game")
        let reason = try #require(try await bench.told?["reason"]?.stringValue)
        #expect(reason.contains("main.lua:2"), "\(reason)")
        #expect(await bench.show.states()["reload:game"] == nil)
        try await bench.change(TestShow.counter, "1.0.0")
        #expect(try await bench.told ?? .null == .null)
    }

    @Test func `A configuration that would not fit is a failure`() async throws {
        let bench = try await Bench(TestShow.counter)
        try await bench.change(
            TestShow.counter,
            config: #", "config": { "product": { "type": "product", "required": true } }"#)
        #expect(bench.failure?.contains("configuration") == true)
        #expect(await bench.version == "1.0.0")
    }

    @Test func `A fault in a round that is over does not count`() async throws {
        let bench = try await Bench(TestShow.counter)
        try await bench.show.start()
        try await bench.show.command("count")
        try await bench.show.ask(.stop(plugin: "game"))
        // Its state has another shape: harmless, because the next thing to come is a start.
        let renamed = TestShow.counter.replacing("room.state.count", with: "room.state.tally.n")
            .replacing("room.state.tally.n = 0 end", with: "room.state.tally = { n = 0 } end")
        try await bench.change(renamed)
        #expect(await bench.version == "1.1.0", "\(bench.failure ?? "")")
        try await bench.show.start()
        try await bench.show.command("count")
        #expect(await bench.show.state == ["tally": ["n": 1]])
    }

    @Test func `A play that holds prizes is pinned until it does not`() async throws {
        let holding = """
            local game = {}
            function game.on_start(room) room.prizes.reserve("coupon", 2) end
            function game.on_command(room, command)
              room.state.last = "old"
              if command.name == "release" then room.prizes.release("coupon") end
            end
            return game
            """
        let bench = try await Bench(holding)
        try await bench.show.start()
        try await bench.change(holding.replacing("\"old\"", with: "\"new\""))
        #expect(bench.reload.counts.passes == 1)
        #expect(await bench.version == "1.0.0")
        #expect(await bench.show.room.isReloading)
        #expect(bench.show.lines.containing("waits until the play holds no prizes").count == 1)
        try await bench.show.command("still")
        #expect(await bench.show.state == ["last": "old"])
        try await bench.show.command("release")
        await bench.show.room.settled()
        #expect(await bench.version == "1.1.0")
        try await bench.show.command("now")
        #expect(await bench.show.state == ["last": "new"])
    }

    @Test func `Changed back while pinned, nothing is exchanged`() async throws {
        let holding = """
            return { on_start = function(room) room.prizes.reserve("coupon", 2) end }
            """
        let bench = try await Bench(holding)
        try await bench.show.start()
        try await bench.change(holding + "\n-- changed")
        #expect(await bench.show.room.isReloading)
        try await bench.change(holding, "1.0.0")
        #expect(await bench.show.room.isReloading == false)
        #expect(bench.reload.counts == HotReload.Counts(passes: 2, failures: 0))
    }

    @Test func `Only the newest thousand records are looked at`() async throws {
        let bench = try await Bench(TestShow.counter)
        try await bench.show.start()
        for _ in 0..<20 { try await bench.show.command("count") }
        let trial = ReloadTrial(
            stage: InProcessStage(), journal: bench.show.journal, recordsMax: 5)
        let standing = try #require(await bench.show.room.standing(of: "game"))
        func check() async throws -> ReloadTrial.Passed {
            try await trial.check(
                standing.play.program, for: standing.play, show: standing.show,
                beganAtMilliseconds: standing.beganAtMilliseconds, upTo: standing.sequence)
        }
        // The state before them is not known.
        #expect(try await check() == ReloadTrial.Passed(callCount: 0, differenceCount: 0))
        // After a snapshot among them it is.
        let header = try await bench.show.journal.open(
            ShowHeader(show: TestShow.show, room: "", epoch: "", beganAtMilliseconds: 0))
        let copy = MemoryJournal()
        _ = try await copy.open(header)
        try await copy.append(Array(try await bench.show.records.prefix(18)), [])
        let cut = try await ShowRecovery(
            configuration: TestShow.configuration(),
            programs: ["game": standing.play.program], journal: copy,
            log: bench.show.lines.log()
        ).recover(nowMilliseconds: 0)
        try await bench.show.journal.save(cut.snapshot())
        #expect(try await check() == ReloadTrial.Passed(callCount: 3, differenceCount: 0))
    }

    @Test func `A version of another kind takes over what it can migrate`() async throws {
        let bench = try await Bench(TestShow.counter)
        try await bench.show.start()
        try await bench.show.command("count")
        let lua = """
            return {
              on_migrate = function(room, from)
                room.state.total, room.state.count = room.state.count * 100, nil
                room.state.from = from
              end,
              on_command = function(room) room.state.total = room.state.total + 1 end,
            }
            """
        try await bench.change(lua, "2.0.0")
        #expect(
            bench.failure?.contains("name it in \\\"migrations\\\"") == true,
            "\(bench.failure ?? "")")
        #expect(await bench.version == "1.0.0")
        let migrations = #", "migrations": ["1"]"#
        try await bench.change("return {}", "2.0.0", config: migrations)
        #expect(bench.failure?.contains("it has no on_migrate") == true, "\(bench.failure ?? "")")
        try await bench.change(
            "return { on_migrate = function(room) error('no') end }", "2.0.0", config: migrations)
        #expect(bench.failure?.contains("on_migrate fails: main.lua:1: no") == true)
        #expect(await bench.version == "1.0.0")
        try await bench.change(lua, "2.0.1", config: migrations)
        #expect(await bench.version == "2.0.1", "\(bench.failure ?? "")")
        try await bench.show.command("count")
        #expect(await bench.show.state == ["total": 101, "from": "1.0.0"])
        #expect(
            try await bench.show.records.map(\.kind).suffix(2) == ["on_migrate", "on_command"])
    }
}
