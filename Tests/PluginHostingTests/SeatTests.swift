import PluginContract
import PluginHosting
import Testing
import Wire

/// Seats beside the host: leases that hold until they are taken back.
@Suite struct SeatTests {
    private static let lua = """
        local function who(name) return { user = name, name = name:upper() } end
        local game = {}
        function game.on_start(room) end
        function game.on_command(room, command)
          local seat, name = tostring(command.value):match("^(-?%d+) ?(%a*)$")
          seat = tonumber(seat)
          if command.name == "grant" then room.seats.grant(seat, who(name)) end
          if command.name == "mute" then
            room.seats.grant(seat, who(name), { audio = false, screen = true })
          end
          if command.name == "swap" then room.seats.swap(seat, seat + 1) end
          if command.name == "revoke" then room.seats.revoke(seat) end
          if command.name == "fail" then room.seats.revoke(1) error("no") end
          if command.name == "finish" then room.finish() end
          room.state.list = room.seats.list()
        end
        function game.on_timer(room, name) error("no") end
        return game
        """

    private func bench(limits: PlayLimits = PlayLimits()) async -> PluginBench {
        let room = PluginBench(lua: Self.lua, limits: limits)
        await room.start()
        return room
    }

    private func seat(
        _ number: Int64, _ user: String, lease: Int64 = 1, audio: Bool = true, video: Bool = true,
        screen: Bool = false
    ) -> JSON {
        [
            "seat": .integer(number), "user": .string(user), "name": .string(user.uppercased()),
            "audio": .bool(audio), "video": .bool(video), "screen": .bool(screen),
            "lease": .integer(lease), "plugin": "game",
        ]
    }

    private func seats(_ room: PluginBench) -> JSON? { room.states["seats"] }

    @Test func `A seat has one person, a person one seat`() async throws {
        let room = await bench()
        await room.command("grant", "2 ana")
        await room.command("grant", "1 bo")
        #expect(seats(room) == [seat(1, "bo", lease: 2), seat(2, "ana")])
        await room.command("grant", "3 bo")
        #expect(seats(room) == [seat(2, "ana"), seat(3, "bo", lease: 2)])
        await room.command("grant", "2 cy")
        #expect(seats(room) == [seat(2, "cy", lease: 3), seat(3, "bo", lease: 2)])
        #expect(try await room.state()["list"]?[0]?["user"] == "cy")
        await room.command("revoke", "2")
        await room.command("revoke", "9")
        #expect(seats(room) == [seat(3, "bo", lease: 2)])
        await room.command("revoke", "3")
        #expect(seats(room) == nil)
    }

    @Test func `What may be sent changes with another grant`() async {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.command("mute", "1 ana")
        #expect(seats(room) == [seat(1, "ana", audio: false, screen: true)])
    }

    @Test func `Seats are exchanged with their leases, also with an empty one`() async {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.command("grant", "2 bo")
        await room.command("swap", "1")
        #expect(seats(room) == [seat(1, "bo", lease: 2), seat(2, "ana")])
        await room.command("swap", "2")
        #expect(seats(room) == [seat(1, "bo", lease: 2), seat(3, "ana")])
        await room.command("swap", "8")
        #expect(seats(room) == [seat(1, "bo", lease: 2), seat(3, "ana")])
    }

    @Test func `No two leases of a show have one number, not those of different runs either`() async
    {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.command("revoke", "1")
        await room.command("grant", "1 ana")
        #expect(seats(room) == [seat(1, "ana", lease: 2)])
        await room.stop()
        await room.start()
        await room.command("grant", "1 ana")
        #expect(seats(room) == [seat(1, "ana", lease: 3)])
    }

    @Test(arguments: [(0, false), (1, true), (16, true), (17, false)])
    func `Seats have numbers from 1 to 16`(number: Int, isTaken: Bool) async {
        let room = await bench()
        let answer = await room.command("grant", .string("\(number) ana"))
        #expect((answer == .reply([:])) == isTaken)
        #expect((seats(room) != nil) == isTaken)
    }

    @Test func `Leases outlive a restart, and not a call that failed`() async throws {
        let room = await bench()
        await room.command("grant", "1 ana")
        await room.command("fail")
        #expect(seats(room) == [seat(1, "ana")])
        try await room.restart()
        #expect(seats(room) == [seat(1, "ana")])
        await room.command("list", "0")
        #expect(try await room.state()["list"]?[0]?["user"] == "ana")
    }

    @Test(arguments: ["finish", "stop", "pause", "start"])
    func `No lease outlives its run`(ending: String) async throws {
        var limits = PlayLimits()
        limits.faultsMax = 1
        let room = await bench(limits: limits)
        await room.command("grant", "1 ana")
        switch ending {
        case "finish": await room.command("finish", "0")
        case "stop": await room.stop()
        case "pause": await room.command("fail")
        default:
            await room.stop()
            await room.start()
        }
        #expect(seats(room) == nil)
        try await room.restart()
        #expect(seats(room) == nil)
    }

    @Test func `Snapshots keep leases, and read older ones without`() throws {
        var memory = HostMemory()
        memory.apply(.seatGrant(SeatLease(seat: 4, viewer: Viewer(user: "ana", name: "Ana"))))
        #expect(HostMemory(json: memory.json) == memory)
        #expect(!memory.seating.isEmpty)
        var older = try #require(HostMemory().json.objectValue)
        older["seats"] = JSON?.none
        #expect(HostMemory(json: .object(older)) == HostMemory())
    }
}
