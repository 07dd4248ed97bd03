import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// Answers that are judged without Lua, and the order in which they reach it.
@Suite struct CollectorTests {
    static func game(keep: String = "first", onCollected: String = "") -> String {
        """
        local game = {}
        function game.on_start(room)
          room.state.log = {}
          room.collect("guess", { keep = "\(keep)" })
          room.timers.set("lock", 10)
          room.panel.show("viewer", { { "number", id = "guess", min = 0, max = 9 } })
        end
        function game.on_collected(room, name, batch)
          local log = room.state.log
          for _, g in ipairs(batch) do log[#log + 1] = g.viewer.user .. g.value end
          log[#log + 1] = "batch " .. #batch
          \(onCollected)
        end
        function game.on_timer(room, name)
          local log = room.state.log
          log[#log + 1] = name
          room.collect.close("guess")
          room.panel.hide("viewer")
        end
        function game.on_command(room, command)
          local name = command.name
          if name == "again" then room.collect("guess", { keep = "first" })
          elseif name == "show" then room.panel.show("viewer", {
            { "number", id = "guess", min = 0, max = 9 }, { "stat", "count", 1 } })
          elseif name == "other" then room.panel.show("viewer", { { "number", id = "other" } })
          elseif name == "extend" then room.timers.set("lock", command.value)
          elseif name == "cancel" then room.timers.cancel("lock")
          elseif name == "patch" then
            room.panel.patch({ user = "ana", name = "Ana" }, { guess = { disabled = command.value } })
          end
        end
        return game
        """
    }

    private func accepted(_ value: JSON, _ position: Int64) -> PluginBench.Answer {
        .reply(["accepted": true, "value": value, "position": .integer(position)])
    }

    private func guess(_ value: Int64) -> PluginRequest.Action {
        .act(name: "guess", value: .integer(value))
    }

    @Test func `Answers of one batch are one record and one call`() async throws {
        let room = PluginBench(lua: Self.game())
        await room.start()
        let ids = ["ana", "bo", "ana", "cy"].enumerated().map { index, user in
            room.request(user, .viewer, guess(Int64(index)))
        }
        await room.settle()
        #expect(room.kinds == ["on_start", "answered", "on_collected"])
        #expect(
            ids.map(room.answer) == [
                accepted(0, 1), accepted(1, 2), .error(.alreadyAnswered, value: 0), accepted(3, 3),
            ])
        #expect(try await room.state()["log"] == ["ana0", "bo1", "cy3", "batch 3"])
        let answers = try #require(room.journal[1].event["answers"]?.arrayValue)
        #expect(
            answers.first == [
                "collector": "guess", "user": "ana", "name": "Ana", "value": 0, "position": 1,
                "at": 0,
            ])
    }

    @Test func `An answer is told with the time of the log, the same after a restart`() async throws
    {
        let room = PluginBench(lua: Self.game(onCollected: "room.state.at = batch[1].at"))
        await room.start()
        await room.advance(1.25)
        _ = await room.enter("ana", "guess", 1)
        #expect(try await room.state()["at"] == .double(1.25))
        try await room.restart()
        await room.command("cancel")
        #expect(try await room.state()["at"] == .double(1.25))
    }

    @Test(arguments: [("first", "locked", JSON.integer(1)), ("last", "value", JSON.integer(2))])
    func `The recorded answer is shown to whoever gave it, as final or not`(
        keep: String, attribute: String, expected: JSON
    ) async throws {
        let room = PluginBench(lua: Self.game(keep: keep))
        await room.start()
        for value: Int64 in [1, 2] { _ = await room.enter("ana", "guess", .integer(value)) }
        #expect(room.own("ana")?["guess"] == [attribute: expected])
        try await room.restart()
        #expect(room.own("ana")?["guess"] == [attribute: expected])
        await room.command("again")
        #expect(room.own("ana")?["guess"] == nil)
    }

    @Test func `Answers are told in calls of a bounded size`() async throws {
        var limits = PlayLimits()
        limits.answersPerCallMax = 2
        let room = PluginBench(lua: Self.game(), limits: limits)
        await room.start()
        for user in ["a", "b", "c", "d", "e"] { _ = room.request(user, .viewer, guess(1)) }
        await room.settle()
        #expect(
            try await room.state()["log"]
                == ["a1", "b1", "batch 2", "c1", "d1", "batch 2", "e1", "batch 1"])
        #expect(room.kinds.filter { $0 == "answered" }.count == 3)
    }

    @Test func `A timer has seen every answer before it in the log, and none after it`()
        async throws
    {
        let room = PluginBench(lua: Self.game())
        await room.start()
        await room.advance(9.999)
        let early = room.request("ana", .viewer, guess(1))
        // The timer is due between the two requests.
        let play = try room.play
        #expect(play.nextDueMilliseconds == PluginBench.beganAt + 10_000)
        await room.advance(0.001)
        let late = room.request("bo", .viewer, guess(2))
        await room.settle()
        #expect(room.answer(to: early) == accepted(1, 1))
        #expect(room.answer(to: late) == .error(.late, value: nil))
        #expect(try await room.state()["log"] == ["ana1", "batch 1", "lock"])
    }

    @Test func `An input behind a due timer is judged after it, without a pause between`()
        async throws
    {
        let room = PluginBench(lua: Self.game())
        await room.start()
        var bill = room.bill
        let request = { (id: String) in
            PluginRequest(
                plugin: "game", by: Person(user: id, name: id, role: .viewer),
                session: SessionID(raw: 1), requestID: id, action: .act(name: "guess", value: 1))
        }
        let due = PluginBench.beganAt + 10_000
        _ = bill.request(request("ana"), nowMilliseconds: due - 1)
        _ = bill.request(request("bo"), nowMilliseconds: due)
        let step = bill.step("game", nowMilliseconds: due)
        // Ana's answer is told first; the timer and Bo wait for what comes of it.
        #expect(step.calls.map(\.call.hook) == ["on_collected"])
        #expect(step.outputs.count == 1)
        #expect(bill.step("game", nowMilliseconds: due).calls.isEmpty)
        _ = bill.finished("game", [.absent], nowMilliseconds: due)
        let next = bill.step("game", nowMilliseconds: due)
        #expect(next.calls.map(\.call.hook) == ["on_timer"])
    }

    @Test func `What waits while a handler runs is judged by what the handler does`() async throws {
        let room = PluginBench(lua: Self.game(onCollected: "room.collect.close('guess')"))
        await room.start()
        let first = room.request("ana", .viewer, guess(1))
        let second = room.request("bo", .viewer, guess(2))
        var bill = room.bill
        #expect(bill.step("game", nowMilliseconds: room.now).calls.count == 1)
        await room.settle()
        #expect(room.answer(to: first) == accepted(1, 1))
        #expect(room.answer(to: second) == accepted(2, 2))
        #expect(await room.enter("cy", "guess", 3) == .error(.late, value: nil))
        #expect(await room.enter("ana", "guess", 3) == .error(.alreadyAnswered, value: 1))
    }

    @Test func `The last answer counts where the collector says so`() async throws {
        let room = PluginBench(lua: Self.game(keep: "last"))
        await room.start()
        #expect(await room.enter("ana", "guess", 1) == accepted(1, 1))
        #expect(await room.enter("ana", "guess", 2) == accepted(2, 2))
        #expect(room.own("ana") == ["guess": ["value": 2]])
        #expect(try room.play.state.collectors["guess"]?.answers["ana"]?.value == 2)
        await room.advance(10)
        #expect(await room.enter("ana", "guess", 3) == .error(.late, value: nil))
    }

    @Test func `A question asked again unlocks every answer`() async {
        let room = PluginBench(lua: Self.game())
        await room.start()
        await room.enter("ana", "guess", 1)
        #expect(room.own("ana") == ["guess": ["locked": 1]])
        await room.command("show")
        #expect(room.own("ana") == ["guess": ["locked": 1]])
        await room.command("again")
        #expect(room.own("ana") == nil)
        #expect(await room.enter("ana", "guess", 2) == accepted(2, 2))
        await room.command("other")
        #expect(room.own("ana") == nil)
        #expect(await room.enter("bo", "guess", 2) == .error(.noSuchAction, value: nil))
    }

    @Test func `A patch concerns one viewer`() async {
        let room = PluginBench(lua: Self.game())
        await room.start()
        await room.command("patch", true)
        #expect(room.own("ana") == ["guess": ["disabled": true]])
        #expect(await room.enter("ana", "guess", 1) == .error(.noSuchAction, value: nil))
        #expect(await room.enter("bo", "guess", 1) == accepted(1, 1))
        await room.command("patch", false)
        #expect(await room.enter("ana", "guess", 1) == accepted(1, 2))
    }

    @Test func `A timer set anew moves the countdown, also when it was due already`() async throws {
        let room = PluginBench(lua: Self.game())
        await room.start()
        await room.advance(9)
        // The command is in the queue before the timer falls due.
        _ = room.request("mei", .host, .command(name: "extend", value: 5))
        await room.advance(2)
        #expect(try room.play.state.tree.json["log"] == [:])
        await room.advance(3.9)
        #expect(!room.kinds.contains("on_timer"))
        await room.advance(5)
        #expect(try room.play.state.tree.json["log"] == ["lock"])
        #expect(room.kinds.filter { $0 == "on_timer" }.count == 1)
    }

    @Test func `A cancelled timer does not fire`() async {
        let room = PluginBench(lua: Self.game())
        await room.start()
        await room.command("cancel")
        await room.advance(60)
        #expect(!room.kinds.contains("on_timer"))
    }

    @Test func `The queue holds so many viewers and a few more for the staff`() async {
        var limits = PlayLimits()
        limits.queueMax = 2
        let room = PluginBench(lua: Self.game(), limits: limits)
        await room.start()
        let ids = ["ana", "bo", "cy"].map { room.request($0, .viewer, guess(1)) }
        let stop = room.request("mei", .host, .stop)
        #expect(room.answer(to: ids[2]) == .error(.busy, value: nil))
        await room.settle()
        #expect(room.answer(to: ids[1]) == accepted(1, 2))
        #expect(room.answer(to: stop) == .reply([:]))
    }

    @Test func `A collector takes so many viewers`() async {
        var limits = PlayLimits()
        limits.answersPerCollectorMax = 2
        let room = PluginBench(lua: Self.game(), limits: limits)
        await room.start()
        #expect(await room.enter("ana", "guess", 1) == accepted(1, 1))
        #expect(await room.enter("bo", "guess", 1) == accepted(1, 2))
        #expect(await room.enter("cy", "guess", 1) == .error(.busy, value: nil))
        #expect(await room.enter("bo", "guess", 1) == .error(.alreadyAnswered, value: 1))
    }

    @Test func `An answer that was acknowledged reaches the program after a crash`() async throws {
        let room = PluginBench(lua: Self.game())
        await room.start()
        #expect(await room.enter("ana", "guess", 7) == accepted(7, 1))
        #expect(room.kinds == ["on_start", "answered", "on_collected"])
        try await room.restart(losing: 1)
        #expect(try await room.state()["log"] == ["ana7", "batch 1"])
        #expect(await room.enter("ana", "guess", 8) == .error(.alreadyAnswered, value: 7))
    }

    @Test
    func `Answers of a batch that fails are told again one by one, and only the bad one is spent`()
        async throws
    {
        let room = PluginBench(
            lua: Self.game(
                onCollected:
                    #"for _, g in ipairs(batch) do if g.value == 7 then error("seven") end end"#))
        await room.start()
        for (user, value) in [("ana", 1), ("bo", 7), ("cy", 3)] as [(String, Int64)] {
            _ = room.request(user, .viewer, guess(value))
        }
        await room.settle()
        #expect(try await room.state()["log"] == ["ana1", "batch 1", "cy3", "batch 1"])
        #expect(
            room.kinds == [
                "on_start", "answered", "fault", "on_collected", "fault", "on_collected",
            ])
        // The next ones come in one batch again.
        for user in ["di", "ed"] { _ = room.request(user, .viewer, guess(2)) }
        await room.settle()
        #expect(try await room.state()["log"]?.arrayValue?.last == "batch 2")
    }

    @Test(arguments: 0...3)
    func `A server that is killed between them goes on one by one, before any later event`(
        lost: Int
    ) async throws {
        let room = PluginBench(
            lua: Self.game(onCollected: #"if #batch > 1 then error("too many") end"#))
        await room.start()
        for user in ["ana", "bo", "cy"] { _ = room.request(user, .viewer, guess(1)) }
        await room.settle()
        try await room.restart(losing: lost)
        await room.advance(10)
        #expect(
            try await room.state()["log"] == [
                "ana1", "batch 1", "bo1", "batch 1", "cy1", "batch 1", "lock",
            ])
    }

    @Test func `A plugin that no batch suits is paused, with the answers in the journal`() async {
        let room = PluginBench(lua: Self.game(onCollected: #"error("never")"#))
        await room.start()
        for index in 1...9 { _ = room.request("u\(index)", .viewer, guess(1)) }
        await room.settle()
        #expect(room.status == "paused")
        // The batch, and four by themselves: the other five were not told, and are not spent.
        #expect(room.kinds.filter { $0 == "fault" }.count == 5)
        #expect(
            room.bill.plays["game"]?.state.undelivered.map(\.viewer.user) == [
                "u5", "u6", "u7", "u8", "u9",
            ])
    }
}
