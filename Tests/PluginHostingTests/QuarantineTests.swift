import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// Programs that fail, again and again, and stages that do.
@Suite struct QuarantineTests {
    static let game = """
        local game = {}
        function game.on_start(room)
          room.state.count = 0
          room.prizes.reserve("coupon", 1)
          room.timers.set("tick", 100)
          room.panel.show("viewer", { { "button", id = "tap" } })
        end
        function game.on_command(room, command)
          room.state.count = room.state.count + 1
          if command.name == "fail" then error("failed") end
          if command.name == "timers" then
            for n = 1, command.value do room.timers.set("t" .. n, 1000) end
          end
        end
        function game.on_timer(room, name) room.state.last = name end
        return game
        """

    private func bench() -> PluginBench {
        PluginBench(lua: Self.game, pools: ["coupon": 1])
    }

    @Test func `The fifth fault within a minute pauses the play, visibly`() async throws {
        let room = bench()
        await room.start()
        for _ in 0..<4 { await room.command("fail") }
        #expect(room.status == "running")
        await room.advance(59)
        await room.command("fail")
        #expect(room.status == "paused")
        #expect(
            room.events.last
                == PublicEvent(name: "paused", from: "room", data: ["plugin": "game"]))
        #expect(room.panel() != nil)
        #expect(await room.enter("ana", "tap", nil) == .error(.paused, value: nil))
        #expect(await room.command("go") == .error(.paused, value: nil))
        try await room.restart()
        #expect(room.status == "paused")
        let count = room.journal.count
        await room.advance(200)
        #expect(room.journal.count == count)
    }

    @Test func `Four faults a minute do not`() async {
        let room = bench()
        await room.start()
        for _ in 0..<4 {
            await room.command("fail")
            await room.command("fail")
            await room.advance(30)
        }
        #expect(room.status == "running")
        for _ in 0..<2 { await room.command("fail") }
        #expect(room.status == "running")
        await room.command("fail")
        #expect(room.status == "paused")
    }

    @Test func `A new start ends the quarantine and gives back what was held`() async throws {
        let room = bench()
        await room.start()
        for _ in 0..<5 { await room.command("fail") }
        #expect(room.left(in: "coupon") == 0)
        #expect(await room.start() == .reply([:]))
        #expect(room.status == "running")
        #expect(room.left(in: "coupon") == 0)
        #expect(try await room.state()["count"] == 0)
        for _ in 0..<4 { await room.command("fail") }
        #expect(room.status == "running")
    }

    @Test func `A paused play is stopped without asking it`() async {
        let room = bench()
        await room.start()
        for _ in 0..<5 { await room.command("fail") }
        #expect(await room.stop() == .reply([:]))
        #expect(room.kinds.last == "stopped")
        #expect(room.status == "idle")
        #expect(room.panel() == nil)
        #expect(room.left(in: "coupon") == 1)
    }

    @Test
    func `A handler that breaks a limit of the host is undone, and Lua goes on from the record`()
        async throws
    {
        let room = bench()
        await room.start()
        await room.command("go")
        #expect(await room.command("timers", 31) == .reply([:]))
        #expect(await room.command("timers", 32) == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("more than 32 timers") == true)
        #expect(try room.play.state.tree.json["count"] == 2)
        await room.command("go")
        #expect(try await room.state()["count"] == 3)
    }

    @Test func `A stage that dies costs the running call and nothing else`() async throws {
        let room = bench()
        await room.start()
        await room.command("go")
        var bill = room.bill
        let before = bill
        _ = bill.request(
            PluginRequest(
                plugin: "game", by: Person(user: "mei", name: "Mei", role: .host),
                session: SessionID(raw: 1), requestID: "x", action: .command(name: "go", value: 1)),
            nowMilliseconds: room.now)
        #expect(bill.step("game", nowMilliseconds: room.now).calls.count == 1)
        let fault = ScriptFault(kind: .host, message: "the stage was killed")
        let outputs = bill.stageFailed("game", fault, nowMilliseconds: room.now)
        guard outputs.count == 2, case .closeStage = outputs[0], case .draft(let draft) = outputs[1]
        else {
            Issue.record("no fault was recorded")
            return
        }
        #expect(draft.kind == "fault")
        #expect(bill.plays["game"]?.state.tree == before.plays["game"]?.state.tree)
        // Dying between calls costs nothing; the next call opens the play with its state.
        #expect(bill.stageFailed("game", fault, nowMilliseconds: room.now).isEmpty)
        let step = bill.step("game", nowMilliseconds: room.now + 100_000)
        guard case .openStage(_, let opening)? = step.outputs.first else {
            Issue.record("the stage was not opened again")
            return
        }
        #expect(try JSON(parsing: opening.state) == ["count": 1])
        #expect(step.calls.first?.call.hook == "on_timer")
    }

    @Test(arguments: ["", "{", "{}", "[5]", "[{\"do\":\"dance\"}]"])
    func `A stage that returns nonsense is a fault, not a crash`(text: String) async throws {
        let room = bench()
        await room.start()
        for part in 0..<2 {
            var bill = room.bill
            _ = bill.request(
                PluginRequest(
                    plugin: "game", by: Person(user: "mei", name: "Mei", role: .host),
                    session: SessionID(raw: 1), requestID: "x",
                    action: .command(name: "go", value: 1)),
                nowMilliseconds: room.now)
            _ = bill.step("game", nowMilliseconds: room.now)
            let bytes = Array(text.utf8)
            let outputs = bill.finished(
                "game",
                [
                    .done(
                        changes: part == 0 ? bytes : [], effects: part == 1 ? bytes : [],
                        use: ScriptUse(instructions: 0))
                ], nowMilliseconds: room.now)
            let kinds = outputs.compactMap { output in
                if case .draft(let draft) = output { draft.kind } else { nil }
            }
            #expect(kinds == [text.isEmpty ? "on_command" : "fault"])
        }
    }

    /// No budget allows it, but a stage that was broken out of may return anything.
    @Test(arguments: [0, 1])
    func `What a stage returns beyond a record's size is a fault, and undone`(
        excess: Int
    ) async {
        let room = bench()
        await room.start()
        var bill = room.bill
        let asked = PluginRequest(
            plugin: "game", by: Person(user: "mei", name: "Mei", role: .host),
            session: SessionID(raw: 1), requestID: "1",
            action: .command(name: "go", value: .null))
        _ = bill.request(asked, nowMilliseconds: room.now)
        #expect(bill.step("game", nowMilliseconds: room.now).calls.count == 1)
        let before = bill.plays["game"]?.state.tree
        let frame = #"[[["text"],""]]"#.utf8.count
        let text = String(repeating: "x", count: PlayLimits().outputBytesMax - frame + excess)
        let outputs = bill.finished(
            "game",
            [
                .done(
                    changes: Array(#"[[["text"],"\#(text)"]]"#.utf8), effects: [],
                    use: ScriptUse(instructions: 0))
            ],
            nowMilliseconds: room.now)
        let kinds = outputs.compactMap {
            if case .draft(let draft) = $0 { draft.kind } else { nil }
        }
        #expect(kinds == [excess == 0 ? "on_command" : "fault"])
        #expect((bill.plays["game"]?.state.tree == before) == (excess > 0))
    }
}
