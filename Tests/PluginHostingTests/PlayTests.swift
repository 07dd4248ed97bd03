import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// Starting, stopping, commands, actions and faults, with small Lua programs.
@Suite struct PlayTests {
    static let buttons = """
        local game = {}
        function game.on_start(room)
          room.state.taps = 0
          room.panel.show("viewer", {
            { "button", id = "tap" }, { "button", id = "off", disabled = true } })
        end
        function game.on_action(room, action)
          if action.viewer.user == "mallory" then room.state.taps = 99 error("secret") end
          room.state.taps = room.state.taps + 1
          room.state.last = action.viewer.name .. " " .. action.role
        end
        function game.on_command(room, command)
          if command.name == "fail" then error("no") end
          room.state.command = command.by.name .. " " .. command.name .. " " .. command.value
        end
        return game
        """

    @Test func `A start runs on_start and tells everybody`() async throws {
        let room = PluginBench(lua: Self.buttons)
        #expect(await room.start() == .reply([:]))
        #expect(room.kinds == ["on_start"])
        #expect(room.status == "running")
        #expect(
            room.events == [
                PublicEvent(
                    name: "started", from: "room", data: ["plugin": "game", "by": "mei"])
            ])
        #expect(try await room.state() == ["taps": 0])
    }

    @Test func `Requests fit the status of the play`() async {
        let room = PluginBench(lua: Self.buttons)
        #expect(await room.stop() == .error(.notRunning, value: nil))
        #expect(await room.command("go", 1) == .error(.notRunning, value: nil))
        #expect(await room.enter("ana", "tap", nil) == .error(.notRunning, value: nil))
        await room.start()
        #expect(await room.start() == .error(.alreadyRunning, value: nil))
        await room.stop()
        #expect(await room.stop() == .error(.notRunning, value: nil))
        #expect(room.events.map(\.name) == ["started", "stopped"])
    }

    @Test func `A configuration that does not fit starts nothing`() async {
        var seconds = ConfigSchema.Field(name: "seconds", type: .integer)
        seconds.maximum = 600
        let room = PluginBench(lua: Self.buttons, config: ConfigSchema(fields: [seconds]))
        #expect(await room.start(["seconds": 601]) == .error(.badConfig, value: nil))
        #expect(room.messages.last?.contains("config.seconds") == true)
        #expect(room.journal.isEmpty)
        #expect(await room.start(["seconds": 600]) == .reply([:]))
    }

    @Test func `An action reaches the program with its viewer`() async throws {
        let room = PluginBench(lua: Self.buttons)
        await room.start()
        #expect(await room.enter("ana", "tap", nil) == .reply(["accepted": true]))
        #expect(try await room.state() == ["taps": 1, "last": "Ana viewer"])
    }

    @Test func `An action needs an element that is there, enabled, and fits`() async {
        let room = PluginBench(lua: Self.buttons)
        await room.start()
        #expect(await room.enter("ana", "tip", nil) == .error(.noSuchAction, value: nil))
        #expect(await room.enter("ana", "off", nil) == .error(.noSuchAction, value: nil))
        #expect(await room.enter("ana", "tap", 1) == .error(.badRequest, value: nil))
        #expect(room.kinds == ["on_start"])
    }

    @Test func `A program without the hook has no such action, and no record`() async {
        let room = PluginBench(
            lua: """
                return { on_start = function(room)
                  room.panel.show("viewer", { { "button", id = "tap" } })
                end }
                """)
        await room.start()
        #expect(await room.enter("ana", "tap", nil) == .error(.noSuchAction, value: nil))
        #expect(await room.command("go") == .error(.noSuchAction, value: nil))
        #expect(room.kinds == ["on_start"])
        #expect(await room.stop() == .reply([:]))
    }

    @Test func `A command reaches the program with who gave it`() async throws {
        let room = PluginBench(lua: Self.buttons)
        await room.start()
        #expect(await room.command("go", 5) == .reply([:]))
        #expect(try await room.state()["command"] == "Mei go 5")
    }

    @Test func `A failing handler leaves a fault and nothing else`() async throws {
        let room = PluginBench(lua: Self.buttons)
        await room.start()
        await room.enter("ana", "tap", nil)
        #expect(await room.enter("mallory", "tap", nil) == .error(.unavailable, value: nil))
        #expect(room.kinds == ["on_start", "on_action", "fault"])
        #expect(try await room.state()["taps"] == 1)
        let event = try #require(room.journal.last?.event)
        #expect(event["hook"] == "on_action")
        #expect(event["message"]?.stringValue?.hasPrefix("main.lua:8: secret") == true)
        // A viewer is not told what the program said.
        #expect(room.messages.last?.contains("secret") == false)
        #expect(await room.command("fail", 0) == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("main.lua:13: no") == true)
        #expect(await room.enter("ana", "tap", nil) == .reply(["accepted": true]))
    }

    @Test func `A failing start leaves the play as it was`() async throws {
        let room = PluginBench(
            lua: """
                return { on_start = function(room)
                  room.panel.show("viewer", { { "celebrate" } })
                  room.prizes.reserve("coupon", 1)
                  error("not today")
                end }
                """, pools: ["coupon": 1])
        #expect(await room.start() == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("main.lua:4: not today") == true)
        #expect(room.panel() == nil)
        #expect(room.left(in: "coupon") == 1)
        #expect(room.kinds == ["fault"])
        #expect(room.events.isEmpty)
    }

    @Test func `A program that cannot be loaded is refused at the start`() async {
        let room = PluginBench(lua: "return {")
        #expect(await room.start() == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("main.lua:1:") == true)
        #expect(room.kinds == ["fault"])
    }

    @Test func `A stop is not refused by a program that fails`() async {
        let room = PluginBench(
            lua: """
                return {
                  on_start = function(room) room.panel.show("viewer", { { "celebrate" } }) end,
                  on_stop = function(room) error("never") end }
                """)
        await room.start()
        #expect(await room.stop() == .reply([:]))
        #expect(room.kinds == ["on_start", "fault"])
        #expect(room.panel() == nil)
        #expect(room.events.map(\.name) == ["started", "stopped"])
        #expect(await room.start() == .reply([:]))
    }

    @Test func `A finished run keeps its panels until a stop`() async throws {
        let room = PluginBench(
            lua: """
                return { on_start = function(room)
                  room.prizes.reserve("coupon", 2)
                  room.timers.set("lock", 1)
                  room.panel.show("viewer", { { "celebrate" } })
                  room.finish()
                end }
                """, pools: ["coupon": 2])
        await room.start()
        #expect(try room.play.state.status == .idle)
        #expect(room.left(in: "coupon") == 2)
        #expect(room.element("celebrate") != nil)
        await room.advance(5)
        #expect(room.kinds == ["on_start"])
        #expect(
            room.events.map(\.data) == [
                ["plugin": "game", "by": "mei"], ["plugin": "game", "by": nil],
            ])
        try await room.restart()
        #expect(room.element("celebrate") != nil)
        #expect(await room.stop() == .reply([:]))
        #expect(room.panel() == nil)
        #expect(room.kinds == ["on_start", "stopped"])
    }

    @Test func `An undeclared capability is named with the line`() async {
        let room = PluginBench(
            lua: """
                return { on_start = function(room)
                  room.prizes.reserve("coupon", 1)
                end }
                """, capabilities: [.panel], pools: ["coupon": 1])
        await room.start()
        let expected = "main.lua:2: capability \"prizes\" is not declared in plugin.json"
        #expect(room.messages.last?.contains(expected) == true, "\(room.messages)")
    }

    @Test func `What a plugin says is a public event`() async {
        let room = PluginBench(
            lua: """
                return { on_start = function(room)
                  room.chat.say("hello", { count = 3, who = { viewer = { user = "a", name = "A" } } })
                end }
                """)
        await room.start()
        #expect(
            room.events.last
                == PublicEvent(
                    name: "said", from: "plugin:game",
                    data: [
                        "text": "hello",
                        "args": ["count": 3, "who": ["viewer": ["user": "a", "name": "A"]]],
                    ]))
    }

    @Test func `The host panel is for staff only`() async throws {
        let room = PluginBench(
            lua: """
                return {
                  on_start = function(room)
                    room.panel.show("host", { { "button", id = "go" } })
                  end,
                  on_action = function(room, action) room.panel.hide("host") end }
                """)
        await room.start()
        let audiences = try #require(room.journal.last).afterwards.compactMap { afterwards in
            if case .state("panel:game:host", _, let audience) = afterwards {
                audience
            } else {
                nil
            }
        }
        #expect(audiences == [Audience.staff])
        #expect(await room.enter("ana", "go", nil) == .error(.noSuchAction, value: nil))
        let answer = await room.ask("mei", .operator, .act(name: "go", value: nil))
        #expect(answer == .reply(["accepted": true]))
        #expect(room.panel(.host) == nil)
    }

    @Test func `A call recorded is a call that can be made again`() async throws {
        let room = PluginBench(
            lua: """
                return { on_start = function(room)
                  room.state.dice = math.random(1, 1000000)
                  room.state.enough = room.prizes.reserve("coupon", 3)
                  room.state.now = room.now
                end }
                """, pools: ["coupon": 2])
        await room.advance(2)
        await room.start()
        let event = try #require(room.journal.last?.event)
        #expect(event["now"] == 2_000)
        #expect(event["pools"] == ["coupon": ["available": 2, "reserved": 0]])
        let seed = UInt64(bitPattern: try #require(event["seed"]?.integerValue))
        let state = try await room.state()
        #expect(state["enough"] == false)
        // The same call on another stage, made of what the record says.
        let stage = InProcessStage()
        let play = PlayID(show: "again", plugin: "game")
        try await stage.open(
            play, program: room.program,
            StageOpening(
                configuration: Array("{}".utf8), products: Array("[]".utf8),
                state: Array("{}".utf8)))
        let outcomes = try await stage.run(
            play,
            [
                StageCall(
                    call: ScriptCall(
                        hook: "on_start", arguments: Array("[]".utf8), nowMilliseconds: 2_000,
                        seed: seed),
                    pools: ["coupon": PoolStanding(available: 2, reserved: 0)])
            ])
        #expect(outcomes.count == 1)
        #expect(try JSON(parsing: await stage.state(of: play)) == state)
        await stage.stop()
    }

    @Test func `An unknown plugin is refused`() async {
        let room = PluginBench(lua: Self.buttons)
        let request = PluginRequest(
            plugin: "other", by: Person(user: "ana", name: "Ana", role: .viewer),
            session: SessionID(raw: 1), requestID: "1", action: .stop)
        var bill = room.bill
        let outputs = bill.request(request, nowMilliseconds: room.now)
        guard case .afterwards(.refuse(_, "1", let error))? = outputs.first else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == .unknownPlugin)
    }
}
