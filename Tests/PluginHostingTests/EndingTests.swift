import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// A run that somebody wants to stop, and that may want to end what it has promised.
@Suite struct EndingTests {
    static func game(_ onEnding: String) -> String {
        """
        local game = {}
        function game.on_start(room)
          room.state.asked = 0
          room.prizes.reserve("coupon", 1)
          room.collect("guess")
          room.panel.show("viewer", { { "number", id = "guess", min = 0, max = 9 } })
        end
        function game.on_collected(room, name, batch) room.state.heard = #batch end
        function game.on_timer(room) room.finish() end
        function game.on_ending(room)
          room.state.asked = room.state.asked + 1
          \(onEnding)
        end
        return game
        """
    }

    private func bench(_ onEnding: String) -> PluginBench {
        PluginBench(lua: Self.game(onEnding), pools: ["coupon": 1])
    }

    @Test func `A run that lingers goes on, and ends by itself`() async throws {
        let room = bench(#"room.linger() room.timers.set("end", 5)"#)
        await room.start()
        #expect(await room.stop() == .reply([:]))
        #expect(room.status == "running")
        #expect(room.left(in: "coupon") == 0)
        #expect(
            await room.enter("ana", "guess", 4)
                == .reply(["accepted": true, "value": 4, "position": 1]))
        try await room.restart()
        await room.advance(5)
        #expect(room.status == "idle")
        #expect(room.left(in: "coupon") == 1)
        #expect(room.kinds.filter { $0 == "on_ending" }.count == 1)
        #expect(!room.kinds.contains("on_stop"))
    }

    @Test func `What a run shows in the end stays, although it was stopped`() async {
        let room = bench("room.linger() room.finish()")
        await room.start()
        #expect(await room.stop() == .reply([:]))
        #expect(room.status == "idle")
        #expect(room.panel() != nil)
        await room.stop()
        #expect(room.panel() == nil)
    }

    @Test func `A second stop is not asked about, also after a restart`() async throws {
        let room = bench("room.linger()")
        await room.start()
        await room.stop()
        try await room.restart()
        #expect(room.status == "running")
        #expect(await room.stop() == .reply([:]))
        #expect(room.status == "idle")
        #expect(room.kinds.suffix(2) == ["on_ending", "on_stop"])
        #expect(room.panel() == nil)
    }

    @Test(arguments: ["", #"error("no")"#])
    func `Without lingering, or with a fault, the stop is at once`(onEnding: String) async {
        let room = bench(onEnding)
        await room.start()
        #expect(await room.stop() == .reply([:]))
        #expect(room.status == "idle")
        #expect(room.left(in: "coupon") == 1)
        #expect(room.panel() == nil)
    }

    @Test func `A plugin that is not interested leaves no record of being asked`() async {
        let room = PluginBench(
            lua: Self.game("").replacing("game.on_ending", with: "game.on_other"),
            pools: ["coupon": 1])
        await room.start()
        await room.stop()
        #expect(room.kinds == ["on_start", "on_stop"])
        // The next run is one of its own.
        await room.start()
        await room.stop()
        #expect(room.status == "idle")
    }

    @Test func `Each run is asked anew, and answers come before the question`() async throws {
        let room = bench(#"if room.state.heard == 2 then room.linger() end"#)
        for _ in 0..<2 {
            await room.start()
            for user in ["ana", "bo"] {
                _ = room.request(user, .viewer, .act(name: "guess", value: 1))
            }
            await room.stop()
            #expect(room.status == "running")
            #expect(try await room.state()["asked"] == 1)
            await room.stop()
            #expect(room.status == "idle")
        }
    }
}
