import Clockwork
import PluginContract
import PluginHosting
import Scripting
import Testing
import Wire

/// Reserving, granting and releasing: no prize is given twice, none is lost.
@Suite struct PrizeTests {
    /// A game that does with prizes what commands say.
    static let game = """
        local game = {}
        function game.on_start(room) end
        function game.on_command(room, command)
          local name, value = command.name, command.value
          local ana = { user = "ana", name = "Ana" }
          if name == "reserve" then room.state.last = room.prizes.reserve("coupon", value)
          elseif name == "grant" then room.prizes.grant("coupon", ana, value)
          elseif name == "release" then room.prizes.release("coupon")
          elseif name == "unknown" then room.prizes.reserve("gold", 1)
          elseif name == "crowd" then
            room.prizes.reserve("coupon", value)
            for index = 1, value do
              room.prizes.grant("coupon", { user = "u" .. index, name = "n" .. index })
            end
          elseif name == "all" then
            room.prizes.reserve("coupon", 5)
            room.prizes.grant("coupon", ana)
            room.prizes.grant("coupon", { user = "bo", name = "Bo" })
            room.prizes.grant("coupon", ana, 2)
            room.prizes.release("coupon")
            room.state.last = room.prizes.reserve("coupon", 7)
          end
        end
        return game
        """

    private func bench(_ count: Int64 = 10) -> PluginBench {
        PluginBench(lua: Self.game, pools: ["coupon": count])
    }

    @Test func `A reservation leaves the pool at once, and tells whether there was enough`()
        async throws
    {
        let room = bench()
        await room.start()
        await room.command("reserve", 10)
        #expect(try await room.state()["last"] == true)
        #expect(room.left(in: "coupon") == 0)
        await room.command("reserve", 1)
        #expect(try await room.state()["last"] == false)
        #expect(room.left(in: "coupon") == 0)
        #expect(room.journal.flatMap(\.moves).count == 1)
    }

    @Test func `A grant comes out of the reservation and no further`() async {
        let room = bench()
        await room.start()
        await room.command("reserve", 2)
        #expect(await room.command("grant", 3) == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("only 2 of pool \"coupon\" are reserved") == true)
        #expect(await room.command("grant", 2) == .reply([:]))
        #expect(await room.command("grant", 1) == .error(.unavailable, value: nil))
        #expect(room.granted("coupon") == ["ana"])
        #expect(room.left(in: "coupon") == 8)
    }

    @Test func `What is left of a reservation is returned once`() async {
        let room = bench()
        await room.start()
        await room.command("reserve", 4)
        await room.command("grant", 1)
        await room.command("release")
        #expect(room.left(in: "coupon") == 9)
        await room.command("release")
        await room.stop()
        #expect(room.left(in: "coupon") == 9)
        #expect(room.journal.flatMap(\.moves).map(\.kind) == [.reserve, .grant, .release])
    }

    @Test func `One handler reserves, grants and releases in its order`() async throws {
        let room = bench()
        await room.start()
        await room.command("all")
        // 10 - 5 + 1 left over, then 7 more are too many.
        #expect(try await room.state()["last"] == false)
        #expect(room.left(in: "coupon") == 6)
        let grants = room.events.filter { $0.name == "granted" }.map(\.data)
        #expect(
            grants == [
                ["pool": "coupon", "count": 1, "winners": 2, "names": ["A***", "B***"]],
                ["pool": "coupon", "count": 2, "winners": 1, "names": ["A***"]],
            ])
    }

    @Test func `Everybody hears how many won, winners what is theirs, and the staff who won`() async
    {
        let room = bench()
        await room.start()
        #expect(room.states["winners:game"] == nil)
        await room.command("all")
        // Of the three grants of one call each winner is told once, with the sum.
        #expect(room.states["granted:game ana"] == ["coupon": 3])
        #expect(room.states["granted:game bo"] == ["coupon": 1])
        #expect(
            room.states["winners:game"] == [
                "count": 3,
                "latest": [
                    ["user": "ana", "name": "Ana", "pool": "coupon", "count": 2],
                    ["user": "bo", "name": "Bo", "pool": "coupon", "count": 1],
                    ["user": "ana", "name": "Ana", "pool": "coupon", "count": 1],
                ],
            ])
        // It is of the show, not of the run, and outlives the server.
        await room.stop()
        #expect(room.states["granted:game bo"] == ["coupon": 1])
        for state in room.bill.states where state.key == "granted:game" {
            #expect(state.audience == .user("ana") || state.audience == .user("bo"))
        }
        #expect(room.bill.states.count { $0.key == "granted:game" } == 2)
    }

    @Test(arguments: [(10, 10), (11, 10), (100, 10), (101, 10)])
    func `Of very many winners a few are named, and the newest hundred are told to staff`(
        count: Int, names: Int
    ) async {
        let room = bench(200)
        await room.start()
        await room.command("crowd", .integer(Int64(count)))
        let data = room.events.last { $0.name == "granted" }?.data
        #expect(data?["winners"] == .integer(Int64(count)))
        #expect(data?["names"]?.arrayValue?.count == names)
        let told = room.states["winners:game"]
        #expect(told?["count"] == .integer(Int64(count)))
        #expect(told?["latest"]?.arrayValue?.count == min(count, 100))
        #expect(told?["latest"]?[0]?["user"] == .string("u\(count)"))
        #expect(room.states["granted:game u1"] == ["coupon": 1])
    }

    @Test func `What was granted is told for the whole show, over runs, faults and restarts`()
        async throws
    {
        let room = PluginBench(
            lua: """
                local game = {}
                local ana = { user = "ana", name = "Ana" }
                function game.on_start(room) room.state.known = room.prizes.granted("coupon", ana) end
                function game.on_command(room, command)
                  room.prizes.reserve("coupon", command.value)
                  room.prizes.grant("coupon", ana, command.value)
                  room.state.known = room.prizes.granted("coupon", ana)
                  room.state.show = room.show.id()
                  room.state.other = room.prizes.granted("coupon", { user = "bo", name = "Bo" })
                  if command.name == "fail" then error("no") end
                end
                return game
                """, pools: ["coupon": 10])
        await room.start()
        await room.command("grant", 2)
        #expect(try await room.state()["known"] == 2)
        #expect(try await room.state()["other"] == 0)
        #expect(try await room.state()["show"] == .string(room.playID.show))
        #expect(await room.command("fail", 3) == .error(.unavailable, value: nil))
        await room.stop()
        try await room.restart()
        await room.start()
        #expect(try await room.state()["known"] == 2)
        await room.command("grant", 1)
        #expect(try await room.state()["known"] == 3)
    }

    @Test func `A pool that the show does not have is named`() async {
        let room = bench()
        await room.start()
        await room.command("unknown")
        #expect(
            room.messages.last?.contains(
                "this show has no prize pool \"gold\"; it has \"coupon\"") == true)
    }

    @Test func `A stop and a new start return what was reserved`() async throws {
        let room = bench()
        await room.start()
        await room.command("reserve", 10)
        try await room.restart()
        #expect(room.left(in: "coupon") == 0)
        await room.stop()
        #expect(room.left(in: "coupon") == 10)
    }

    @Test func `Two plugins that reach for the last prize: one gets it, the other is told`()
        throws
    {
        let manifest = { (id: String) in
            Manifest(
                id: id, version: "1.0.0", title: ["zh": id, "en": id], capabilities: [.prizes])
        }
        let entries = ["alpha", "beta"].map { id in
            Playbill.Entry(
                program: PluginProgram(
                    manifest: manifest(id), source: ScriptSource(name: id, files: [:]),
                    locales: [:], contentHash: ""))
        }
        var bill = Playbill(
            show: "show", beganAtMilliseconds: 0, entries: entries, products: [],
            pools: PoolBalances(["coupon": 1]), seed: SecretSeed(fixed: 1))
        for (plugin, id) in [("alpha", "1"), ("beta", "2")] {
            _ = bill.request(
                PluginRequest(
                    plugin: plugin, by: Person(user: "mei", name: "Mei", role: .host),
                    session: SessionID(raw: 1), requestID: id, action: .start(config: [:])),
                nowMilliseconds: 0)
        }
        let calls = ["alpha", "beta"].map { bill.step($0, nowMilliseconds: 0).calls }
        // Both run with one prize in the pool, and both take it.
        #expect(calls.allSatisfy { $0.first?.pools["coupon"]?.available == 1 })
        let reserve = Effect.prizeReserve(pool: "coupon", count: 1).json
        let taken = ScriptOutcome.done(
            changes: [], effects: JSON.array([reserve]).encoded(), use: ScriptUse(instructions: 1))
        let first = bill.finished("alpha", [taken], nowMilliseconds: 0)
        #expect(first.count == 1)
        let second = bill.finished("beta", [taken], nowMilliseconds: 0)
        guard case .closeStage? = second.first, second.count == 1 else {
            Issue.record("the second call was not undone")
            return
        }
        #expect(bill.pools.available == ["coupon": 0])
        // The second call is made again, with what is left.
        let again = bill.step("beta", nowMilliseconds: 0)
        #expect(again.calls.first?.pools["coupon"]?.available == 0)
        guard case .openStage? = again.outputs.first else {
            Issue.record("the stage was not opened again")
            return
        }
        let refused = ScriptOutcome.done(changes: [], effects: [], use: ScriptUse(instructions: 1))
        #expect(bill.finished("beta", [refused], nowMilliseconds: 0).count == 1)
        #expect(bill.plays["beta"]?.state.status == .running)
    }
}
