import PluginContract
import PluginHosting
import Testing
import Wire

/// What plugins are told of danmaku that were deleted, and of people who were muted or banned.
@Suite struct ModerationTests {
    private static let lua = """
        local game = {}
        local function note(room, text) table.insert(room.state.told, text) end
        function game.on_start(room)
          room.state.told = {}
          room.chat.collect("enter", "tea")
          room.timers.set("close", 10)
        end
        function game.on_collected(room, name, batch)
          for _, entry in ipairs(batch) do note(room, entry.message .. " counts") end
        end
        function game.on_moderated(room, acts)
          for _, act in ipairs(acts) do
            note(room, act.act .. " " .. (act.message or act.user) .. (act.ends and " " .. act.ends or ""))
          end
          note(room, "of " .. #acts)
        end
        function game.on_timer(room) note(room, "closed") end
        return game
        """

    private func bench(
        _ lua: String = lua, capabilities: Set<Capability> = Set(Capability.allCases)
    ) -> PluginBench { PluginBench(lua: lua, capabilities: capabilities) }

    private func told(_ room: PluginBench) async throws -> [String] {
        try await room.state()["told"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private static let soon = PluginBench.beganAt + 60_500

    @Test func `Acts are told together, with what they are about, in their order`() async throws {
        let room = bench()
        await room.start()
        room.moderate(
            .deleted(message: "m7"), .muted(user: "ana", untilMilliseconds: Self.soon),
            .banned(user: "bo"), .unmuted(user: "ana"), .unbanned(user: "bo"))
        await room.settle()
        #expect(
            try await told(room) == [
                "deleted m7", "muted ana 60.5", "banned bo", "unmuted ana", "unbanned bo", "of 5",
            ])
        #expect(room.kinds.filter { $0 == "on_moderated" }.count == 1)
    }

    @Test func `An entry is told before its deletion, and both before a timer of the same moment`()
        async throws
    {
        let room = bench()
        await room.start()
        await room.advance(9)
        await room.say("ana", "tea")
        room.moderate(.deleted(message: "m1"))
        await room.advance(1)
        #expect(try await told(room) == ["m1 counts", "deleted m1", "of 1", "closed"])
    }

    @Test func `200 acts are told in one call, the next in another`() async throws {
        let room = bench()
        await room.start()
        for index in 1...201 { room.moderate(.deleted(message: "m\(index)")) }
        await room.settle()
        #expect(try await told(room).filter { $0.hasPrefix("of") } == ["of 200", "of 1"])
    }

    @Test func `10,000 acts wait, one more is not told`() async throws {
        let quiet = Self.lua.replacing(
            "for _, act in ipairs(acts)", with: "for _, act in ipairs({})")
        let room = bench(quiet)
        await room.start()
        for index in 1...10_001 { room.moderate(.deleted(message: "m\(index)")) }
        await room.settle()
        #expect(try await told(room) == Array(repeating: "of 200", count: 50))
    }

    @Test func `Whoever is muted or banned when a run begins is told then, and nobody else`()
        async throws
    {
        let room = bench()
        room.moderate(
            .muted(user: "over", untilMilliseconds: PluginBench.beganAt),
            .muted(user: "ana", untilMilliseconds: Self.soon), .banned(user: "bo"),
            .banned(user: "cy"), .unbanned(user: "cy"),
            .muted(user: "di", untilMilliseconds: Self.soon), .unmuted(user: "di"))
        await room.start()
        #expect(try await told(room) == ["banned bo", "muted ana 60.5", "of 2"])
        await room.stop()
        await room.start()
        #expect(try await told(room) == ["banned bo", "muted ana 60.5", "of 2"])
    }

    @Test func `Without the capability, the hook or a run nothing is told and nothing is recorded`()
        async throws
    {
        let deaf = bench(capabilities: Set(Capability.allCases).subtracting([.chat]))
        await deaf.start()
        let without = bench(
            Self.lua.replacing("function game.on_moderated", with: "function game.on_other"))
        await without.start()
        let idle = bench()
        for room in [deaf, without, idle] {
            let records = room.kinds.filter { $0 != "fault" }.count
            for _ in 1...2 {
                room.moderate(.banned(user: "bo"))
                await room.settle()
            }
            #expect(room.kinds.filter { $0 != "fault" }.count == records)
            #expect(!room.kinds.contains("on_moderated"))
        }
    }
}
