import Clockwork
import Foundation
import PluginContract
import PluginHosting
import Testing
import Wire

/// Plays the shipped price guess through; the rule ids are those of its README.
@Suite struct PriceGuessTests {
    private func bench(
        _ configuration: JSONObject = [:], pools: [String: Int64] = ["coupon": 10]
    ) throws -> PluginBench {
        var show: JSONObject = ["product": "oolong", "price": 5_000, "seconds": 30]
        for (name, value) in configuration { show[name] = value }
        return PluginBench(try .shipped("price-guess"), configuration: show, pools: pools)
    }

    private func accepted(_ value: JSON, _ position: Int64) -> PluginBench.Answer {
        .reply(["accepted": true, "value": value, "position": .integer(position)])
    }

    @Test func `PG-01 The closest guess that is not over wins`() async throws {
        let room = try bench()
        await room.start()
        #expect(room.status == "running")
        #expect(room.left(in: "coupon") == 9)
        #expect(await room.enter("ana", "guess", 4_900) == accepted(4_900, 1))
        #expect(await room.enter("bo", "guess", 4_999) == accepted(4_999, 2))
        #expect(await room.enter("cy", "guess", 5_001) == accepted(5_001, 3))
        await room.advance(30)
        #expect(room.granted("coupon") == ["bo"])
        #expect(room.left(in: "coupon") == 9)
        #expect(room.status == "idle")
        #expect(
            room.element("title") == [
                "kind": "title", "text": "won",
                "args": ["name": "Bo", "money": ["money": 4_999]],
            ])
        #expect(room.own("bo")?["result"] == ["text": "congratulations"])
        #expect(room.own("ana")?["result"] == nil)
        #expect(
            room.events.last { $0.name == "granted" }?.data
                == ["pool": "coupon", "count": 1, "winners": 1, "names": ["B***"]])
    }

    @Test func `PG-01 The price itself wins`() async throws {
        let room = try bench()
        await room.start()
        await room.enter("ana", "guess", 4_999)
        await room.enter("bo", "guess", 5_000)
        await room.advance(30)
        #expect(room.granted("coupon") == ["bo"])
    }

    @Test func `PG-03 A guess out of range does not use up the attempt`() async throws {
        let room = try bench(["max": 9_000])
        await room.start()
        for value: JSON in [0, 9_001, -1, "5000", 50.5, nil] {
            #expect(await room.enter("ana", "guess", value) == .error(.badRequest, value: nil))
        }
        #expect(await room.enter("ana", "guess", 9_000) == accepted(9_000, 1))
        #expect(await room.enter("bo", "guess", 1) == accepted(1, 2))
    }

    @Test func `PG-04 The price is nowhere to be seen before the end`() async throws {
        let room = try bench(["price": 4_321])
        await room.start()
        await room.enter("ana", "guess", 4_000)
        await room.enter("mallory", "guess", 1)
        for value in room.states.values + room.events.map(\.data) {
            let text = String(decoding: value.encoded(), as: UTF8.self)
            #expect(!text.contains("4321"))
            #expect(!text.contains("8800"))
        }
        await room.advance(30)
        #expect(
            room.element("text")
                == ["kind": "text", "text": "price_was", "args": ["price": ["money": 4_321]]])
        #expect(room.element("product")?["product"]?["priceMinor"] == 8_800)
    }

    @Test func `PG-06 The first guess counts, and a repeated one returns it`() async throws {
        let room = try bench()
        await room.start()
        await room.enter("ana", "guess", 100)
        #expect(await room.enter("ana", "guess", 5_000) == .error(.alreadyAnswered, value: 100))
        #expect(room.own("ana") == ["guess": ["locked": 100]])
        #expect(room.own("bo") == nil)
        await room.enter("bo", "guess", 200)
        await room.advance(30)
        #expect(room.granted("coupon") == ["bo"])
    }

    @Test func `PG-07 Of equal guesses the earlier one wins`() async throws {
        let room = try bench()
        await room.start()
        for user in ["zed", "ana", "bo"] { await room.enter(user, "guess", 4_900) }
        await room.advance(30)
        #expect(room.granted("coupon") == ["zed"])
    }

    @Test func `PG-08 Everyone over the price: nobody wins, the prizes go back`() async throws {
        let room = try bench(["winners": 3])
        await room.start()
        #expect(room.left(in: "coupon") == 7)
        await room.enter("ana", "guess", 5_001)
        await room.advance(30)
        #expect(room.granted("coupon") == [])
        #expect(room.left(in: "coupon") == 10)
        #expect(room.element("title")?["text"] == "nobody")
    }

    @Test func `PG-09 Nobody guesses: the round ends cleanly`() async throws {
        let room = try bench()
        await room.start()
        await room.advance(30)
        #expect(room.status == "idle")
        #expect(room.left(in: "coupon") == 10)
        #expect(room.element("title")?["text"] == "nobody_guessed")
        #expect(await room.start() == .reply([:]))
    }

    @Test func `PG-13 Viewers see how many guess, the host sees who`() async throws {
        let room = try bench()
        await room.start()
        for (index, user) in ["ana", "bo", "cy"].enumerated() {
            await room.enter(user, "guess", .integer(Int64(index) + 1_111))
        }
        #expect(room.element(labelled: "guess_count")?["value"] == 3)
        let viewers = String(decoding: room.panel()?.encoded() ?? [], as: UTF8.self)
        #expect(!viewers.contains("1111") && !viewers.contains("Ana"))
        #expect(
            room.element(labelled: "guesses", on: .host)?["items"] == [
                ["name": "Cy", "value": ["money": 1_113]],
                ["name": "Bo", "value": ["money": 1_112]],
                ["name": "Ana", "value": ["money": 1_111]],
            ])
        #expect(
            room.element(labelled: "best_so_far", on: .host)?["items"]
                == [["name": "Cy", "value": ["money": 1_113]]])
    }

    @Test func `PG-14 Hosts and operators do not take part`() async throws {
        let room = try bench()
        await room.start()
        for role in [Role.host, .operator] {
            let answer = await room.ask("mei", role, .act(name: "guess", value: 5_000))
            #expect(answer == .error(.forbidden, value: nil))
        }
    }

    @Test func `PG-16 As many win as there are prizes`() async throws {
        let room = try bench(["winners": 2])
        await room.start()
        for (user, value) in [("ana", 10), ("bo", 30), ("cy", 20), ("di", 9_000)] {
            await room.enter(user, "guess", .integer(Int64(value)))
        }
        await room.advance(30)
        #expect(room.granted("coupon") == ["bo", "cy"])
        #expect(room.left(in: "coupon") == 8)
    }

    @Test func `PG-16 Fewer prizes than winners: the start is refused and says so`() async throws {
        let room = try bench(["winners": 2], pools: ["coupon": 1])
        #expect(await room.start() == .error(.unavailable, value: nil))
        #expect(room.messages.last?.contains("pool \"coupon\" has fewer than 2 left") == true)
        #expect(room.left(in: "coupon") == 1)
        #expect(room.panel() == nil)
        #expect(try room.play.state.status == .idle)
    }

    @Test func `PG-16 A round without prizes can be played`() async throws {
        let room = try bench(["pool": ""], pools: [:])
        await room.start()
        await room.enter("ana", "guess", 1)
        await room.advance(30)
        #expect(room.element("title")?["text"] == "won")
        #expect(room.granted("coupon") == [])
    }

    @Test func `PG-17 The price defaults to the product's, in its currency`() async throws {
        let room = try bench(["price": nil])
        await room.start()
        #expect(room.element("money")?["currency"] == "CNY")
        await room.enter("ana", "guess", 8_800)
        await room.enter("bo", "guess", 8_801)
        await room.advance(30)
        #expect(room.granted("coupon") == ["ana"])
    }

    @Test func `PG-18 Late is late by log order, and a restart changes nothing`() async throws {
        let room = try bench()
        await room.start()
        #expect(await room.enter("ana", "guess", 4_000) == accepted(4_000, 1))
        let panel = room.panel()
        try await room.restart(afterSeconds: 10)
        #expect(room.panel() == panel)
        #expect(room.own("ana") == ["guess": ["locked": 4_000]])
        #expect(await room.enter("ana", "guess", 5_000) == .error(.alreadyAnswered, value: 4_000))
        #expect(await room.enter("bo", "guess", 4_500) == accepted(4_500, 2))
        // The lock falls due while nobody runs.
        try await room.restart(afterSeconds: 60)
        #expect(room.status == "idle")
        #expect(room.granted("coupon") == ["bo"])
        #expect(await room.enter("cy", "guess", 5_000) == .error(.notRunning, value: nil))
        try await room.restart()
        #expect(room.element("title")?["text"] == "won")
        #expect(room.left(in: "coupon") == 9)
    }

    @Test func `PG-18 The countdown shows the time that is left`() async throws {
        let room = try bench()
        await room.start()
        await room.advance(10)
        await room.enter("ana", "guess", 1)
        #expect(
            room.element("countdown") == [
                "kind": "countdown", "id": "lock",
                "endsAt": .integer(PluginBench.beganAt + 30_000), "seconds": 30,
            ])
        #expect(room.panel()?["now"] == .integer(PluginBench.beganAt + 10_000))
    }

    @Test func `The host locks the round early`() async throws {
        let room = try bench()
        await room.start()
        await room.enter("ana", "guess", 1)
        #expect(
            await room.enter("ana", "lock_now", nil) == .error(.noSuchAction, value: nil))
        let answer = await room.ask("mei", .host, .act(name: "lock_now", value: nil))
        #expect(answer == .reply(["accepted": true]))
        #expect(room.granted("coupon") == ["ana"])
        #expect(room.status == "idle")
    }

    @Test func `A stop in mid-round returns the prizes and clears the panels`() async throws {
        let room = try bench(["winners": 5])
        await room.start()
        await room.enter("ana", "guess", 1)
        #expect(await room.stop() == .reply([:]))
        #expect(room.left(in: "coupon") == 10)
        #expect(room.panel() == nil && room.panel(.host) == nil && room.own("ana") == nil)
        await room.advance(60)
        #expect(room.kinds.last == "on_stop")
    }

    @Test func `A price beyond the largest guess is refused`() async throws {
        let room = try bench(["max": 4_999])
        let texts: JSON = [
            "zh": "可猜的最大金额不能低于真实价格，否则没人能赢",
            "en": "the largest guess must be at least the price, or nobody can win",
        ]
        #expect(await room.start() == .error(.badConfig, value: texts))
        #expect(room.messages.last?.contains("(price <= max)") == true)
    }

    @Test func `Every text on its panels is in every locale file`() async throws {
        let room = try bench()
        await room.start()
        await room.advance(30)
        for value: JSON in [4_000, 9_000] {
            await room.start()
            await room.enter("ana", "guess", value)
            await room.advance(30)
        }
        var keys: Set<String> = ["congratulations"]
        for draft in room.journal {
            for case .state(_, let value, _) in draft.afterwards {
                for element in value["elements"]?.arrayValue ?? [] {
                    keys.formUnion([element["text"], element["label"]].compactMap(\.?.stringValue))
                }
            }
        }
        let expected: Set<String> = [
            "ask", "best_so_far", "committed", "congratulations", "coupons_used", "guess_count",
            "guesses",
            "lock_now", "nobody", "nobody_guessed", "price_was", "revealed", "rules", "verify",
            "winner",
            "won", "your_guess",
        ]
        #expect(keys == expected)
        for (locale, bytes) in room.program.locales {
            let texts = try JSON(parsing: bytes)
            #expect(keys.filter { texts[$0] == nil }.sorted() == [], "locales/\(locale).json")
        }
    }

    @Test func `A round with kills in it ends like one without`() async throws {
        let seed =
            ProcessInfo.processInfo.environment["PLAYHOUSE_FUZZ_SEED"].flatMap { UInt64($0) }
            ?? .random(in: 0...9_999)
        var random = SeededRandom(seed: seed)
        let comment: Comment = "PLAYHOUSE_FUZZ_SEED=\(seed)"
        for _ in 0..<5 {
            let calm = try bench(["winners": 3])
            let rough = try bench(["winners": 3])
            await calm.start()
            await rough.start()
            for index in 0..<40 {
                let user = "u\(Int.random(in: 0..<20, using: &random))"
                let value = JSON.integer(.random(in: 4_000...5_100, using: &random))
                let answer = await calm.enter(user, "guess", value)
                if index.isMultiple(of: 7) { try await rough.restart() }
                #expect(await rough.enter(user, "guess", value) == answer, comment)
                await calm.advance(0.5)
                await rough.advance(0.5)
            }
            await calm.advance(30)
            try await rough.restart(afterSeconds: 30)
            #expect(rough.granted("coupon") == calm.granted("coupon"), comment)
            #expect(rough.left(in: "coupon") == calm.left(in: "coupon"), comment)
            #expect(rough.panel()?["elements"] == calm.panel()?["elements"], comment)
            #expect(rough.states.count == calm.states.count, comment)
        }
    }

    @Test func `A burst of ten thousand guesses is a handful of calls`() async throws {
        let room = try bench()
        await room.start()
        let before = room.callCount
        let ids = (0..<10_000).map { index in
            room.request(
                "u\(index)", .viewer, .act(name: "guess", value: .integer(Int64(index % 6_000) + 1))
            )
        }
        await room.settle()
        #expect(room.answer(to: ids[9_999]) == accepted(4_000, 10_000))
        #expect(room.callCount - before == 10)
        #expect(room.element(labelled: "guess_count")?["value"] == 10_000)
        await room.advance(30)
        #expect(room.granted("coupon") == ["u4999"])
    }
}
