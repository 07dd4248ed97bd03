import PluginContract
import PluginHosting
import Testing
import Wire

/// What plugins hear of the chat, collect from it, and do in it.
@Suite struct ChatTests {
    private static let entries = """
        local game = {}
        function game.on_start(room)
          room.state.seen = {}
          room.chat.collect("enter", { "抽奖", "I'm in" }, OPTIONS)
          room.panel.show("viewer", PANEL)
        end
        function game.on_collected(room, name, batch)
          for _, e in ipairs(batch) do
            table.insert(room.state.seen, e.viewer.user .. ":" .. e.value .. ":" .. e.message)
          end
        end
        function game.on_command(room, command) room.chat.collect.close("enter") end
        return game
        """

    private func entries(_ options: String, panel: String = "{}") async -> PluginBench {
        let room = PluginBench(
            lua: Self.entries.replacing("OPTIONS", with: options).replacing("PANEL", with: panel))
        await room.start()
        return room
    }

    private func seen(_ room: PluginBench) async throws -> [String] {
        let texts = try await room.state()["seen"]?.arrayValue?.compactMap(\.stringValue)
        return texts ?? []
    }

    @Test func `A text that needs no arguments is said without them`() async {
        let room = PluginBench(
            lua: """
                local game = {}
                function game.on_start(room) room.chat.say("hello") end
                return game
                """)
        await room.start()
        #expect(
            room.events.last { $0.name == "said" }?.data == ["text": "hello", "args": [:]])
    }

    @Test func `Danmaku that are a phrase after normalisation are collected, the first counts`()
        async throws
    {
        let room = await entries("{}")
        await room.say("ana", " 抽 奖！")
        await room.say("bo", "i’m IN")
        await room.say("cy", "我要抽奖")  // contains, and is not
        await room.say("ana", "I'm in")  // the first counts
        await room.say("mei", "抽奖", .host)  // staff does not take part
        #expect(try await seen(room) == ["ana:抽奖:m1", "bo:I'm in:m2"])
        await room.command("close")
        await room.say("di", "抽奖")
        #expect(try await seen(room).count == 2)
    }

    @Test func `A phrase may stand inside, the last may count, staff may take part`() async throws {
        let room = await entries(#"{ match = "contains", keep = "last", staff = true }"#)
        await room.say("ana", "我要抽奖了")
        await room.say("ana", "so i'm in, yes")
        await room.say("mei", "抽奖", .host)
        await room.say("bo", "抽")
        #expect(try await seen(room) == ["ana:抽奖:m1", "ana:I'm in:m2", "mei:抽奖:m3"])
    }

    @Test func `Who entered sees it where the panel has a place for it`() async throws {
        let plain = await entries("{}")
        await plain.say("ana", "抽奖")
        #expect(plain.own("ana") == nil)
        let shown = await entries("{}", panel: #"{ { "text", "entered", id = "enter" } }"#)
        await shown.say("ana", "抽奖")
        #expect(shown.own("ana") == ["enter": ["locked": "抽奖"]])
    }

    @Test func `Entries survive a restart, and an action cannot forge one`() async throws {
        let room = await entries("{}", panel: #"{ { "number", id = "enter" } }"#)
        await room.say("ana", "抽奖")
        try await room.restart()
        await room.say("ana", "抽奖")
        await room.say("bo", "抽奖")
        #expect(try await seen(room) == ["ana:抽奖:m1", "bo:抽奖:m3"])
        #expect(await room.enter("cy", "enter", 1) == .error(.noSuchAction, value: nil))
    }

    @Test func `A phrase needs a letter or a digit`() async throws {
        let room = PluginBench(
            lua: #"return { on_start = function(room) room.chat.collect("a", "!?") end }"#)
        await room.start()
        #expect(
            room.messages.last?.contains(
                #"chat.collect: the phrase "!?" has neither letters nor digits"#) == true)
    }

    @Test func `A burst of ten thousand entries is a handful of calls`() async throws {
        let room = PluginBench(
            lua: """
                return {
                  on_start = function(room) room.chat.collect("enter", "go"); room.state.n = 0 end,
                  on_collected = function(room, name, batch) room.state.n = room.state.n + #batch end,
                }
                """)
        await room.start()
        let before = room.callCount
        for index in 0..<10_000 { room.hear("u\(index)", "GO") }
        await room.settle()
        #expect(try await room.state()["n"] == 10_000)
        // One of them finds that there is no on_danmaku.
        #expect(room.callCount - before <= 12)
    }

    private static let listener = """
        local game = {}
        function game.on_start(room) room.state.calls, room.state.last, room.state.n = 0, {}, 0 end
        function game.on_danmaku(room, batch)
          local s = room.state
          s.calls, s.n, s.last = s.calls + 1, s.n + #batch, batch[#batch]
          for _, d in ipairs(batch) do
            if d.text == "spam" then room.chat.hide(d.message) end
          end
        end
        return game
        """

    @Test func `Danmaku are told at once, then at most four times a second`() async throws {
        let room = PluginBench(lua: Self.listener)
        await room.start()
        await room.say("ana", "好香")
        #expect(try await room.state()["calls"] == 1)
        #expect(
            try await room.state()["last"] == [
                "message": "m1", "viewer": ["user": "ana", "name": "Ana"], "role": "viewer",
                "text": "好香",
            ])
        for text in ["a", "b", "c"] { await room.say("bo", text) }
        #expect(try await room.state()["calls"] == 1)
        await room.advance(0.249)
        #expect(try await room.state()["calls"] == 1)
        await room.advance(0.001)
        #expect(try await room.state()["calls"] == 2)
        #expect(try await room.state()["n"] == 4)
    }

    @Test func `A batch is bounded, and so is what waits; the oldest is not told`() async throws {
        let room = PluginBench(lua: Self.listener)
        await room.start()
        for index in 1...1_300 { room.hear("ana", "\(index)") }
        await room.settle()
        #expect(try await room.state()["n"] == 200)
        #expect(try await room.state()["last"]?["text"] == "500")
        await room.advance(10)
        #expect(try await room.state()["n"] == 1_000)
        #expect(try await room.state()["calls"] == 5)
        #expect(try await room.state()["last"]?["text"] == "1300")
    }

    @Test func `A program without the hook is asked once, and nothing is recorded`() async throws {
        let room = PluginBench(lua: "return { on_start = function(room) end }")
        await room.start()
        let before = (room.callCount, room.journal.count)
        for _ in 0..<5 {
            await room.say("ana", "hello")
            await room.advance(1)
        }
        #expect(room.callCount == before.0 + 1)
        #expect(room.journal.count == before.1)
        #expect(room.bill.nextDueMilliseconds == nil)
    }

    @Test func `Without the capability nothing is heard`() async throws {
        let room = PluginBench(lua: Self.listener, capabilities: [.panel])
        await room.start()
        await room.say("ana", "hello")
        #expect(try await room.state()["calls"] == 0)
    }

    @Test func `A hidden danmaku is told to everybody and taken from the history`() async throws {
        let room = PluginBench(lua: Self.listener)
        await room.start()
        await room.say("ana", "spam")
        #expect(room.hidden == ["m1"])
        #expect(
            room.events.last
                == PublicEvent(
                    name: "deleted", from: "room", data: ["message": "m1", "by": "plugin:game"]))
    }
}

@Suite struct PresenceTests {
    private static let program = """
        local game = {}
        function game.on_start(room) room.state.log, room.state.calls = {}, 0 end
        local function note(room, what, people)
          room.state.calls = room.state.calls + 1
          for _, p in ipairs(people) do
            table.insert(room.state.log, what .. p.user .. ":" .. p.role)
          end
        end
        function game.on_join(room, people) note(room, "+", people) end
        function game.on_leave(room, people) note(room, "-", people) end
        function game.on_command(room) room.state.count = room.presence.count() end
        return game
        """

    private func log(_ room: PluginBench) async throws -> [String] {
        try await room.state()["log"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    @Test func `Coming and going is told merged, at most once a second`() async throws {
        let room = PluginBench(lua: Self.program)
        await room.come("early")  // before the start
        await room.start()
        await room.come("ana")
        #expect(try await log(room) == ["+ana:viewer"])
        await room.come("bo", "cy", "di")
        await room.go("cy")
        await room.advance(0.999)
        #expect(try await log(room) == ["+ana:viewer"])
        await room.advance(0.001)
        // Whoever came and went between two calls has never been there.
        #expect(try await log(room) == ["+ana:viewer", "+bo:viewer", "+di:viewer"])
        await room.go("ana", "bo")
        await room.come("bo")
        await room.advance(2)
        let told = try await log(room)
        #expect(Set(told.dropFirst(3)).isSubset(of: ["-ana:viewer", "-bo:viewer", "+bo:viewer"]))
        #expect(told.contains("-ana:viewer"))
        await room.command("count")
        #expect(try await room.state()["count"] == 3)
    }

    @Test func `A crowd is told in batches of a thousand, a second apart`() async throws {
        let room = PluginBench(lua: Self.program)
        await room.start()
        for index in 0..<2_500 { room.arrive("u\(index)") }
        await room.settle()
        #expect(try await log(room).count == 1_000)
        await room.advance(1)
        #expect(try await log(room).count == 2_000)
        await room.advance(1)
        #expect(try await log(room).count == 2_500)
        #expect(try await log(room).last == "+u2499:viewer")
        #expect(try await room.state()["calls"] == 3)
    }

    @Test func `The count is part of the record`() async throws {
        let room = PluginBench(lua: Self.program)
        await room.come("ana", "bo")
        await room.start()
        await room.command("count")
        #expect(room.journal.last?.event["present"] == 2)
        let other = PluginBench(lua: Self.program, capabilities: [.panel])
        await other.start()
        #expect(other.journal.last?.event["present"] == nil)
        await other.command("count")
        #expect(
            other.messages.last?.contains(
                "capability \"presence\" is not declared in plugin.json") == true)
    }
}
