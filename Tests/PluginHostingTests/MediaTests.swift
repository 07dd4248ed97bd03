import PluginContract
import PluginHosting
import Testing
import Wire

/// What becomes of the media that leases allow.
@Suite struct MediaTests {
    private static let lua = """
        local game = {}
        local function who(name) return { user = name, name = name:upper() } end
        function game.on_start(room) room.state.told = {} end
        function game.on_command(room, command)
          local seat, name = tostring(command.value):match("^(%d+) ?(%a*)$")
          if command.name == "grant" then room.seats.grant(tonumber(seat), who(name)) end
          if command.name == "revoke" then room.seats.revoke(tonumber(seat)) end
          if command.name == "swap" then room.seats.swap(1, 2) end
        end
        function game.on_media(room, media)
          table.insert(room.state.told, media.seat .. " " .. media.viewer.user .. " "
            .. (media.up and "up" or media.reason))
          if media.reason == "banned" then room.seats.revoke(media.seat) end
          if media.up and media.viewer.user == "eve" then error("no") end
        end
        return game
        """

    private func bench(capabilities: Set<Capability> = Set(Capability.allCases)) async
        -> PluginBench
    {
        let room = PluginBench(lua: Self.lua, capabilities: capabilities)
        await room.start()
        return room
    }

    private func told(_ room: PluginBench) async throws -> JSON? { try await room.state()["told"] }

    @Test func `Media of a lease that come and go are told, with seat and person`() async throws {
        let room = await bench()
        await room.command("grant", "2 ana")
        await room.signal(1, .up)
        await room.signal(1, .lost)
        await room.signal(1, .up)
        #expect(try await told(room) == ["2 ana up", "2 ana lost", "2 ana up"])
        #expect(room.kinds.filter { $0 == "on_media" }.count == 3)
    }

    @Test func `What is known already, and what is of no lease, is not told`() async throws {
        let room = await bench()
        await room.signal(1, .up)
        await room.command("grant", "2 ana")
        await room.signal(1, .lost)
        await room.signal(9, .up)
        await room.signal(1, .up)
        await room.signal(1, .up)
        await room.command("revoke", "2")
        await room.signal(1, .lost)
        // The same person again: what is left of the lease before says nothing about this one.
        await room.command("grant", "2 ana")
        await room.signal(1, .up)
        #expect(try await told(room) == ["2 ana up"])
    }

    @Test func `A lease keeps its media through a move, and loses them with a grant to another`()
        async throws
    {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.command("grant", "2 bo")
        await room.signal(1, .up)
        await room.command("swap")
        await room.signal(1, .lost)
        await room.signal(1, .up)
        await room.command("grant", "2 cy")
        await room.signal(1, .lost)
        await room.signal(3, .up)
        #expect(
            try await told(room) == ["1 ana up", "2 ana lost", "2 ana up", "2 cy up"])
    }

    @Test func `What waits together is told as it stands in the end`() async throws {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.signal(1, .up)
        for _ in 0..<500 {
            room.post(1, .lost)
            room.post(1, .up)
        }
        await room.settle()
        #expect(try await told(room) == ["1 ana up"])
        room.post(1, .up)
        room.post(1, .lost)
        await room.settle()
        #expect(try await told(room) == ["1 ana up", "1 ana lost"])
    }

    @Test func `A ban is told whether something was sent or not, and nothing takes it back`()
        async throws
    {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.command("grant", "2 bo")
        await room.signal(2, .up)
        await room.ban("ana")
        room.post(2, .banned)
        room.post(2, .lost)
        await room.settle()
        await room.ban("cy")
        #expect(try await told(room) == ["2 bo up", "1 ana banned", "2 bo banned"])
        #expect(room.states["seats"] == nil)
    }

    @Test func `After a restart nothing arrives any more, and that is told`() async throws {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.command("grant", "2 bo")
        await room.signal(1, .up)
        try await room.restart()
        await room.loseMedia()
        #expect(try await told(room) == ["1 ana up", "1 ana restart"])
        // Told once: the record stands.
        try await room.restart()
        await room.loseMedia()
        await room.command("none")
        #expect(try await told(room) == ["1 ana up", "1 ana restart"])
    }

    @Test func `A restart before the record is durable tells it again`() async throws {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.signal(1, .up)
        try await room.restart()
        await room.loseMedia()
        try await room.restart(losing: 1)
        await room.loseMedia()
        #expect(try await told(room) == ["1 ana up", "1 ana restart"])
    }

    @Test func `A hook that fails has been told all the same`() async throws {
        let room = await bench()
        await room.command("grant", "1 eve")
        await room.signal(1, .up)
        #expect(room.kinds.last == "fault")
        let count = room.kinds.count
        await room.signal(1, .up)
        #expect(room.kinds.count == count)
        await room.signal(1, .lost)
        #expect(try await told(room) == ["1 eve lost"])
    }

    @Test func `Nobody is told when the run is over`() async {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.stop()
        let count = room.kinds.count
        await room.signal(1, .up)
        await room.ban("ana")
        #expect(room.kinds.count == count)
    }

    @Test func `Snapshots keep which media arrive, and read older ones without`() async throws {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.signal(1, .up)
        let state = try room.play.state
        #expect(state.liveLeases == [1])
        #expect(PlayState(json: state.json) == state)
        var older = try #require(state.json.objectValue)
        older["live"] = JSON?.none
        #expect(PlayState(json: .object(older))?.liveLeases == [])
    }
}

/// What a plugin answers when nothing comes of a request.
@Suite struct RefusalTests {
    private static let lua = """
        local game = {}
        function game.on_start(room)
          room.panel.show("viewer", { { "button", id = "tap" } })
        end
        function game.on_action(room, action)
          room.state.by = action.viewer.user
          room.refuse("FULL")
          room.refuse("OTHER")
        end
        function game.on_command(room, command)
          room.state.role = command.role
          if command.name == "no" then room.refuse("NOT_YOU") end
          if command.name == "long" then room.refuse(string.rep("x", command.value)) end
        end
        function game.on_timer(room) room.refuse("NOW") end
        return game
        """

    @Test func `The first reason is told, and what the call has done stands`() async throws {
        let room = PluginBench(lua: Self.lua)
        await room.start()
        #expect(await room.enter("ana", "tap", .null) == .error(.refused, value: "FULL"))
        #expect(await room.command("no") == .error(.refused, value: "NOT_YOU"))
        #expect(try await room.state() == ["by": "ana", "role": "host"])
        #expect(await room.command("yes") == .reply([:]))
        try await room.restart()
        #expect(try room.play.state.tree.json == ["by": "ana", "role": "host"])
    }

    @Test(arguments: [(1, true), (64, true), (65, false), (0, false)])
    func `A reason has 1 to 64 characters`(length: Int64, isTaken: Bool) async {
        let room = PluginBench(lua: Self.lua)
        await room.start()
        let answer = await room.command("long", .integer(length))
        if isTaken {
            let reason = String(repeating: "x", count: Int(length))
            #expect(answer == .error(.refused, value: .string(reason)))
        } else {
            #expect(answer == .error(.unavailable, value: nil))
        }
    }
}
