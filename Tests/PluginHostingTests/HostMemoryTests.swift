import PluginContract
import PluginHosting
import Testing
import Wire

/// Points, values, products on air: what the host keeps for a plugin.
@Suite struct HostMemoryTests {
    /// Runs Lua text as the body of `on_command`; `room` and `command` are there.
    private func bench(_ body: String, start: String = "") async -> PluginBench {
        let room = PluginBench(
            lua: """
                local game = {}
                function game.on_start(room) \(start) end
                function game.on_command(room, command) \(body) end
                return game
                """)
        await room.start()
        return room
    }

    @Test func `Points rank viewers, equals share a rank, the earlier is first`() async throws {
        let room = await bench(
            """
            local add = room.leaderboard.add
            local function v(user) return { user = user, name = user:upper() } end
            add(v"ana", 10) add(v"bo", 30) add(v"cy", 10) add(v"ana", 0) add(v"di", 50)
            add(v"di", -45)
            room.state.top = room.leaderboard.top(3)
            room.state.all = #room.leaderboard.top()
            room.state.bo, room.state.none =
              room.leaderboard.points(v"bo"), room.leaderboard.points(v"zed")
            """)
        #expect(await room.command("go") == .reply([:]))
        let state = try await room.state()
        #expect(
            state["top"] == [
                ["rank": 1, "user": "bo", "name": "BO", "points": 30],
                ["rank": 2, "user": "ana", "name": "ANA", "points": 10],
                ["rank": 2, "user": "cy", "name": "CY", "points": 10],
            ])
        #expect(state["all"] == 4 && state["bo"] == 30 && state["none"] == 0)
    }

    @Test func `A leaderboard on a panel follows the points, also over a restart and a fault`()
        async throws
    {
        let room = await bench(
            """
            room.leaderboard.add({ user = "ana", name = "Ana" }, command.value)
            if command.name == "fail" then error("no") end
            """, start: #"room.panel.show("viewer", { { "leaderboard", "best", top = 2 } })"#)
        func points() -> JSON? { room.element("leaderboard")?["items"]?[0]?["points"] }
        #expect(
            room.element("leaderboard")
                == ["kind": "leaderboard", "label": "best", "top": 2, "items": []])
        await room.command("add", 3)
        #expect(points() == 3)
        // What a failed call asked for has never been, on the stage neither.
        await room.command("fail", 100)
        await room.command("add", 3)
        #expect(points() == 6)
        try await room.restart()
        #expect(points() == 6)
        await room.command("add", 1)
        #expect(points() == 7)
        await room.stop()
        await room.start()
        #expect(points() == nil)
    }

    @Test func `Points have bounds`() {
        var board = Leaderboard()
        for index in 0..<Leaderboard.viewersMax {
            board.add(1, to: Viewer(user: "u\(index)", name: "u"))
        }
        #expect(board.hasRoom(for: "u1") && !board.hasRoom(for: "new"))
        var memory = HostMemory()
        memory.leaderboard = board
        let new = Viewer(user: "new", name: "n")
        #expect(memory.problem(with: .leaderboardAdd(new, points: 1))?.contains("20000") == true)
        #expect(
            memory.problem(with: .leaderboardAdd(Viewer(user: "u1", name: "u"), points: 1)) == nil)
        for _ in 0..<3 { board.add(Leaderboard.pointsMax, to: new) }
        #expect(board.points(of: "new") == Leaderboard.pointsMax)
        #expect(board.top(100).count == 100)
        #expect(Leaderboard(json: board.json) == board)
    }

    @Test func `Values are kept from run to run, from show to show, and over restarts`()
        async throws
    {
        let lua = """
            return {
              on_start = function(room)
                room.state.runs = (room.kv.get("runs") or 0) + 1
                room.kv.set("runs", room.state.runs)
                room.kv.set("gone")
              end,
              on_command = function(room, command)
                room.kv.set("runs", 100)
                if command.name == "fail" then error("no") end
              end,
            }
            """
        let room = PluginBench(lua: lua, values: ["runs": 7, "gone": true])
        await room.start()
        #expect(try await room.state()["runs"] == 8)
        #expect(try room.play.state.memory.values == ["runs": 8])
        await room.stop()
        try await room.restart()
        await room.start()
        #expect(try await room.state()["runs"] == 9)
        #expect(room.journal.last?.event["values"] == ["runs": 8])
        await room.command("fail")
        try await room.restart()
        #expect(try room.play.state.memory.values == ["runs": 9])
    }

    @Test func `All values together are bounded on both sides`() async throws {
        let room = await bench(
            """
            for index = 1, 4 do room.kv.set("k" .. index, ("x"):rep(4000)) end
            room.kv.set("k5", ("x"):rep(command.value))
            """)
        // {"k1":"…",…,"k5":"…"}: 5 × 7 for names and quotes, 4 commas, 2 braces.
        let left = HostMemory.valueBytesMax - 4 * 4_000 - 5 * 7 - 4 - 2
        #expect(
            await room.command("go", .integer(Int64(left) + 1)) == .error(.unavailable, value: nil))
        #expect(
            room.messages.last?.contains("kv.set: the values would have 16385 bytes") == true)
        #expect(await room.command("go", .integer(Int64(left))) == .reply([:]))
    }

    @Test func `Products are read as they were at the start`() async throws {
        let room = await bench(
            """
            room.state.list = room.products.list()
            room.state.one = room.products.get("oolong").priceMinor
            room.state.none = room.products.get("green") == nil
            """)
        await room.command("go")
        let state = try await room.state()
        #expect(state["list"] == [PluginBench.oolong.json()])
        #expect(state["one"] == 8_800 && state["none"] == true)
    }

    @Test func `A product is put on air and taken off`() async throws {
        let room = await bench(
            """
            if command.value then room.products.pin(command.value) else room.products.unpin() end
            """)
        await room.command("pin", "oolong")
        #expect(room.states["product"] == PluginBench.oolong.json())
        try await room.restart()
        #expect(room.states["product"] == PluginBench.oolong.json())
        await room.command("unpin")
        #expect(room.states["product"] == nil)
        #expect(await room.command("pin", "green") == .error(.unavailable, value: nil))
        #expect(
            room.messages.last?.contains(
                #"products.pin: this show has no product "green"; it has "oolong""#) == true)
        await room.command("pin", "oolong")
        await room.stop()
        #expect(room.states["product"] == nil)
    }

    @Test func `What is left of a pool is told as it stands`() async throws {
        let room = PluginBench(
            lua: """
                return { on_start = function(room)
                  room.state.before = room.prizes.left("coupon")
                  room.prizes.reserve("coupon", 3)
                  room.state.after = room.prizes.left("coupon")
                end }
                """, pools: ["coupon": 5])
        await room.start()
        #expect(try await room.state() == ["before": 5, "after": 2])
    }

    @Test func `Panels appear on the surfaces of the manifest`() async throws {
        let lua = """
            return { on_start = function(room)
              room.panel.show("operator", { { "button", id = "skip" } })
            end, on_action = function(room, action) room.state.by = action.viewer.user end }
            """
        let plain = PluginBench(lua: lua)
        #expect(await plain.start() == .error(.unavailable, value: nil))
        #expect(
            plain.messages.last?.contains("surface \"operator\" is not declared in plugin.json")
                == true)
        let room = PluginBench(lua: lua, surfaces: [.operator])
        await room.start()
        #expect(room.element("button", on: .operator)?["id"] == "skip")
        #expect(room.bill.states.first { $0.key.hasSuffix("operator") }?.audience == .staff)
        #expect(await room.enter("ana", "skip", nil) == .error(.noSuchAction, value: nil))
        #expect(
            await room.ask("mei", .operator, .act(name: "skip", value: nil))
                == .reply(["accepted": true]))
    }

    @Test func `A run is configured anew, immutable fields and rules aside`() async throws {
        let schema = try Manifest.parse(
            Array(
                """
                {"id":"a","version":"1.0.0","api":1,"title":{"zh":"甲","en":"A"},
                 "config":{"seconds":{"type":"integer","default":30},
                           "mode":{"type":"string","default":"a","immutable":true}}}
                """.utf8), file: "plugin.json"
        ).configuration
        let room = PluginBench(
            lua: """
                return {
                  on_start = function(room) room.state.x = 1 end,
                  on_command = function(room)
                    room.state.seconds, room.state.mode = room.config.seconds, room.config.mode
                  end,
                }
                """, config: schema)
        #expect(await room.configure(["seconds": 5]) == .error(.notRunning, value: nil))
        await room.start(["mode": "b"])
        #expect(await room.configure(["seconds": 5]) == .reply([:]))
        await room.command("go")
        #expect(try await room.state() == ["x": 1, "seconds": 5, "mode": "b"])
        #expect(await room.configure(["mode": "c"]) == .error(.badConfig, value: nil))
        try await room.restart()
        await room.command("go")
        #expect(try await room.state() == ["x": 1, "seconds": 5, "mode": "b"])
    }
}
