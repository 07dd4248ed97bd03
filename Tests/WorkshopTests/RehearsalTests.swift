import Testing
import Workshop

/// What tests can do to a show and see of it, each told in the tests' own language.
@Suite struct RehearsalTests {
    /// What a test does, and a plugin for it.
    struct Story: CustomTestStringConvertible, Sendable {
        var name: String
        var capabilities: String
        var lua: String
        var test: String
        var testDescription: String { name }
    }

    static let stories: [Story] = [
        Story(
            name: "several devices of one person are one person", capabilities: "panel presence",
            lua: """
                function game.on_start(room) room.state.here = room.presence.count() end
                function game.on_join(room, people) room.state.here = room.presence.count() end
                function game.on_leave(room, people) room.state.here = room.presence.count() end
                """,
            test: """
                show:start()
                local ana = show:join("ana")
                show:advance(2)
                expect(show:state().here):equals(2)
                local phone = ana:another_device()
                ana:leave()
                show:advance(2)
                expect(show:state().here):equals(2)
                phone:leave()
                show:advance(2)
                expect(show:state().here):equals(1)
                ana:join()
                show:advance(2)
                expect(show:state().here):equals(2)
                """),
        Story(
            name: "what is done together arrives in one batch", capabilities: "panel collect",
            lua: """
                function game.on_start(room)
                  room.state.batches = {}
                  room.collect("n")
                  room.panel.show("viewer", { { "number", id = "n" } })
                end
                function game.on_collected(room, name, batch)
                  table.insert(room.state.batches, #batch)
                end
                """,
            test: """
                local crowd = show:crowd(5)
                show:start()
                crowd[1]:enter("n", 1)
                local answers = {}
                show:together(function()
                  for index = 2, 5 do answers[index] = crowd[index]:enter("n", index) end
                end)
                expect(answers[5]):is_accepted { position = 5 }
                expect(show:state().batches):equals { 1, 4 }
                """),
        Story(
            name: "a server that dies in a turn takes what was not durable with it",
            capabilities: "panel collect",
            lua: """
                function game.on_start(room)
                  room.collect("n")
                  room.panel.show("viewer", { { "number", id = "n" } })
                end
                """,
            test: """
                local ana = show:join("ana")
                show:start()
                local answer
                show:together(function()
                  answer = ana:enter("n", 1)
                  show:kill()
                end)
                expect(answer):is_refused("LOST")
                expect(ana:enter("n", 2)):is_accepted { position = 1 }
                """),
        Story(
            name: "ten minutes pass, and timers fire at their moment", capabilities: "timers",
            lua: """
                function game.on_start(room) room.state.at = {} room.timers.set("tick", 60) end
                function game.on_timer(room, name)
                  table.insert(room.state.at, room.now)
                  room.timers.set("tick", 60)
                end
                """,
            test: """
                show:start()
                show:advance(600)
                local at = show:state().at
                expect(at):has_length(10)
                expect(at[10]):equals(600)
                expect(show:timers()):equals { tick = 60 }
                expect(show:now()):equals(600)
                """),
        Story(
            name: "a service answers, fails, or is too late", capabilities: "webhook",
            lua: """
                function game.on_start(room)
                  room.state.results = {}
                  for index = 1, 3 do room.webhook.send("orders", { index = index }) end
                end
                function game.on_result(room, result)
                  table.insert(room.state.results, result.error or result.value)
                end
                """,
            test: """
                show:start()
                expect(show:requests()):has_length(3)
                show:respond(1, "fine")
                show:fail_request(2, "REFUSED")
                show:kill()
                expect(show:requests()):has_length(1)
                show:advance(6)
                expect(show:state().results):equals { "fine", "REFUSED", "TIMEOUT" }
                """),
        Story(
            name: "values are kept from show to show", capabilities: "kv",
            lua: """
                function game.on_start(room)
                  local count = (room.kv.get("count") or 0) + 1
                  room.kv.set("count", count)
                  room.state.count = count
                end
                """,
            test: """
                show:start()
                expect(show:kept()):equals { count = 1 }
                show:next_show()
                expect(show:status()):equals("idle")
                show:start()
                expect(show:state().count):equals(2)
                """),
        Story(
            name: "points, products on air, logs and chat can be seen",
            capabilities: "leaderboard products chat",
            lua: """
                function game.on_start(room)
                  room.products.pin("gaiwan")
                  room.chat.say("hello")
                  room.log("info", "it began")
                end
                function game.on_command(room, command)
                  room.leaderboard.add(command.by, 5)
                end
                """,
            test: """
                local ana = show:join("ana")
                show:start()
                show:command("points")
                ana:say("nice")
                expect(show.host:points()):equals(5)
                expect(show:leaderboard()[1]):contains { user = "host", rank = 1 }
                expect(show:on_air().id):equals("gaiwan")
                expect(show:said()):equals { { text = "hello", args = {} } }
                expect(show:log()[1].text):equals("it began")
                expect(show:chat()[1]):contains { text = "nice", user = "ana" }
                expect(show:effects("products.pin")):has_length(1)
                expect(show:records()):contains("on_command")
                """),
        Story(
            name: "seats are given and taken back", capabilities: "seats",
            lua: """
                function game.on_start(room) end
                function game.on_command(room, command)
                  room.seats.grant(1, command.by, { video = false })
                end
                """,
            test: """
                show:start()
                show:command("seat")
                show:kill()
                expect(show:seats()):has_length(1)
                expect(show:seats()[1]):contains { seat = 1, user = "host", audio = true, video = false }
                show:stop()
                expect(show:seats()):equals {}
                """),
        Story(
            name: "what one person sees is not on the others' screens", capabilities: "panel",
            lua: """
                function game.on_start(room)
                  room.panel.show("viewer", { { "button", id = "go" } })
                  room.panel.show("host", { { "text", "only for you" } })
                end
                function game.on_action(room, action)
                  room.panel.patch(action.viewer, { go = { label = "done", disabled = true } })
                end
                """,
            test: """
                local ana, bo = show:join("ana", "bo")
                show:start()
                ana:press("go")
                expect(ana):shows("go", { disabled = true })
                expect(bo):hides("go", { disabled = true })
                expect(show.host):shows("only for you")
                expect(show.host:screen("viewer")):shows("go")
                expect(function() ana:screen("host") end):fails("does not see")
                expect(ana:press("go")):is_refused("NO_SUCH_ACTION")
                """),
        Story(
            name: "moderation goes through the room", capabilities: "panel",
            lua: """
                function game.on_start(room)
                  room.panel.show("viewer", { { "button", id = "go" } })
                end
                """,
            test: """
                local ana, bo = show:join("ana", "bo")
                show:start()
                show.host:mute(ana, 60)
                expect(ana:say("hi")):is_refused("MUTED")
                show:advance(61)
                expect(ana:say("hi")):is_accepted()
                show.host:ban(bo)
                expect(function() bo:press("go") end):fails("not there")
                """),
        Story(
            name: "configuration can be changed while it runs", capabilities: "panel",
            lua: """
                function game.on_start(room) room.state.word = room.config.word end
                function game.on_command(room) room.state.word = room.config.word end
                """,
            test: """
                show:start { word = "tea" }
                expect(show:state().word):equals("tea")
                show:configure { word = "coffee" }
                show:command("look")
                expect(show:state().word):equals("coffee")
                expect(show:config()):equals { word = "coffee" }
                """),
    ]

    @Test(arguments: stories)
    func `Stories come true`(story: Story) async throws {
        let capabilities = story.capabilities.split(separator: " ").map { "\"\($0)\"" }
        let folder = try Folder([
            "plugin.json": """
            {"id": "story", "version": "1.0.0", "api": 1, "title": {"zh": "故事", "en": "Story"},
             "capabilities": [\(capabilities.joined(separator: ", "))],
             "config": {"word": {"type": "string", "default": ""}}}
            """,
            "main.lua": "local game = {}\n\(story.lua)\nreturn game\n",
            "locales/en.json": "{}", "locales/zh.json": "{}",
            "tests/story.lua": "test(\"it comes true\", function(show)\n\(story.test)\nend)\n",
        ])
        let report = try await TestRun(folder: folder.path).run()
        #expect(report.isPassed, "\(report.text)")
    }
}
