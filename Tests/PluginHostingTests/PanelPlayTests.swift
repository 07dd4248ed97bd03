import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// Panels of a play: what one viewer sees, what viewers may enter, what the desk is told.
@Suite struct PanelPlayTests {
    @Test func `The meter tells what the last call of each hook has used, and of how much`()
        async throws
    {
        let room = PluginBench(
            lua: """
                local game = {}
                function game.on_start(room)
                  room.timers.set("a", 9)
                  room.timers.set("b", 9)
                  local list = {}
                  for index = 1, 20000 do list[index] = index end
                end
                return game
                """)
        #expect(await room.start() == .reply([:]))
        let meter = try #require(room.states["meter:game"])
        let budgets = Budgets()
        for (name, most) in [
            ("instructions", budgets.instructions), ("memoryBytes", budgets.memoryBytes),
            ("hostCalls", budgets.hostCalls), ("outputBytes", budgets.outputBytes),
        ] {
            #expect(meter[name + "Max"] == .integer(most))
            let used = try #require(meter[name]?["on_start"]?.integerValue)
            #expect(used > 0 && used < most, "\(name)")
        }
        #expect(meter["hostCalls"]?["on_start"] == 2)
        #expect(meter["effects"]?["on_start"] == 2)
        // What is garbage by the end was in use.
        #expect(try #require(meter["memoryBytes"]?["on_start"]?.integerValue) > 300_000)
    }

    @Test func `A slot and a hidden button are for the viewer who was given them`() async throws {
        let room = PluginBench(
            lua: """
                return {
                  on_start = function(room)
                    room.panel.show("viewer", {
                      { "slot", id = "ticket", { "text", "none" } },
                      { "row", { "button", id = "claim", hidden = true } },
                    })
                    room.panel.patch({ user = "ana", name = "Ana" }, {
                      ticket = { elements = { { "stat", "number", 7 } } }, claim = { hidden = false },
                    })
                  end,
                  on_action = function(room, action) room.state.claimed = action.viewer.user end }
                """)
        await room.start()
        #expect(
            room.own("ana") == [
                "claim": ["hidden": false],
                "ticket": ["elements": [["kind": "stat", "label": "number", "value": 7]]],
            ])
        #expect(room.own("bo") == nil)
        #expect(await room.enter("bo", "claim", nil) == .error(.noSuchAction, value: nil))
        #expect(await room.enter("ana", "claim", nil) == .reply(["accepted": true]))
        try await room.restart()
        #expect(room.own("ana")?["claim"] == ["hidden": false])
    }

    @Test func `Several options are one answer, which Lua gets as a list`() async throws {
        let room = PluginBench(
            lua: """
                return {
                  on_start = function(room)
                    room.collect("snacks")
                    room.panel.show("viewer", { { "choice", id = "snacks", picks = 2,
                      options = { { "nuts", "n" }, { 2, "p" }, { "cake", "c" } } } })
                  end,
                  on_collected = function(room, name, batch)
                    room.panel.show("host", { { "text", batch[1].value[1] .. batch[1].value[2] } })
                  end }
                """)
        await room.start()
        #expect(
            await room.enter("ana", "snacks", ["nuts", 2, "cake"])
                == .error(.badRequest, value: nil))
        let answer = await room.enter("ana", "snacks", ["nuts", 2])
        guard case .reply(let reply) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(reply["value"] == ["nuts", 2])
        #expect(room.own("ana") == ["snacks": ["locked": ["nuts", 2]]])
        #expect(room.element("text", on: .host)?["text"] == "nuts2")
    }

    @Test func `One call may change a surface ten times, and not eleven`() async {
        let room = PluginBench(
            lua: """
                return { on_command = function(room, command)
                  for n = 1, command.value do room.panel.show("viewer", { { "stat", "n", n } }) end
                  room.panel.show("host", { { "stat", "n", 1 } })
                end }
                """)
        await room.start()
        #expect(await room.command("show", 10) == .reply([:]))
        #expect(room.element("stat")?["value"] == 10)
        guard case .error(.unavailable, _) = await room.command("show", 11) else {
            Issue.record("eleven changes were taken")
            return
        }
        #expect(room.messages.last?.contains("changed more than 10 times in one call") == true)
        #expect(room.element("stat")?["value"] == 10)
    }

    @Test func `The desk is told settings, budget and the last fault, and no secrets`() async throws
    {
        var price = ConfigSchema.Field(name: "price", type: .money)
        price.isSecret = true
        price.defaultValue = 4_900
        var seconds = ConfigSchema.Field(name: "seconds", type: .integer)
        seconds.defaultValue = 30
        let room = PluginBench(
            lua: """
                local function fail() error("no luck") end
                return { on_command = function(room, command) fail() end }
                """, config: ConfigSchema(fields: [price, seconds]))
        await room.start(["seconds": 45])
        let desk = try #require(room.states["desk:game"])
        #expect(desk["run"] == ["seconds": 45])
        #expect(desk["fields"]?[0]?["secret"] == true)
        #expect(desk["fields"]?[0]?["default"] == nil)
        #expect(desk["fault"] == .null)
        #expect(room.states["meter:game"]?["instructionsMax"] == .integer(Budgets().instructions))
        await room.command("fail")
        let fault = try #require(room.states["desk:game"]?["fault"])
        #expect(fault["hook"] == "on_command")
        #expect(fault["message"]?.stringValue?.contains("main.lua:1: no luck") == true)
        #expect(fault["trace"]?.stringValue?.contains("main.lua:2: in hook on_command") == true)
        #expect(room.states["desk:game"]?["faults"] == 1)
        // A new server reads the fault back from the records.
        try await room.restart()
        #expect(room.states["desk:game"]?["fault"] == fault)
    }
}
