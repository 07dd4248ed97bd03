import Testing

@testable import Scripting

@Suite struct ScriptDeterminismTests {
    /// Uses everything whose order, text or value could depend on the process.
    static let main = """
        local game = {}
        local function spread(room, key)
          local t = {}
          for i = 1, 40 do t["k" .. math.random(1000)] = math.random() end
          local names = {}
          for k, v in pairs(t) do names[#names + 1] = k .. "=" .. v end
          room.state[key] = names
          room.collect(t)
        end
        function game.on_a(room, x)
          spread(room, "a")
          room.state.text = tostring({}) .. tostring(print) .. string.format("%p %s", spread, coroutine.create(spread))
          room.state.numbers = { math.random(10), math.random(5, 6), math.random(0), x, room.now }
        end
        function game.on_b(room)
          local sparse = {}
          for i = 1, 60 do sparse[math.random(50)] = i end
          for i = 1, 20 do sparse[math.random(50)] = nil end
          room.state.length = #sparse
          local list = {}
          for i = 1, 50 do list[i] = { math.random(5), i } end
          table.sort(list, function(p, q) return p[1] < q[1] end)
          room.state.sorted = list
          spread(room, "b" .. math.random(3))
          if math.random(2) == 1 then error("sometimes") end
        end
        function game.on_c(room) while true do room.state[math.random(100)] = {} end end
        return game
        """

    private func play(_ script: Script, restoring: Bool = false) throws -> [ScriptOutcome] {
        var script = script
        return try (0..<30).map { index in
            if restoring, index % 3 == 0 {
                let state = try script.state()
                script = try Script.mock(Self.main, budget: ScriptBudget(instructions: 200_000))
                try script.restore(state: state)
            }
            let hook = ["on_a", "on_b", "on_a", "on_b", "on_c"][index % 5]
            return script.run(hook, "[\(index)]", now: Int64(index) * 100, seed: UInt64(index))
        }
    }

    @Test("equal calls on equal states give equal bytes, in a restored script too")
    func equalBytes() throws {
        let budget = ScriptBudget(instructions: 200_000)
        let first = try Script.mock(Self.main, budget: budget)
        // Other programs in between, so that the second one lives elsewhere in memory.
        let others = try (0..<20).map { try Script.mock("return { x\($0) = function() end }") }
        let second = try Script.mock(Self.main, budget: budget)
        let outcomes = try play(first)
        #expect(outcomes.contains { $0.fault?.kind == .error })
        #expect(outcomes.contains { $0.fault?.kind == .budget })
        #expect(try play(second) == outcomes)
        #expect(try first.state() == second.state())
        let restored = try play(Script.mock(Self.main, budget: budget), restoring: true)
        for (left, right) in zip(restored, outcomes) {
            #expect(left.changesText == right.changesText)
            #expect(left.effectsText == right.effectsText)
            #expect(left.fault == right.fault)
        }
        #expect(others.count == 20)
    }

    @Test("the bytes are the recorded ones, in every process")
    func recorded() throws {
        let script = try Script.mock(
            """
            return { run = function(room)
              local t = {}
              for i = 1, 12 do t["k" .. math.random(100)] = i end
              local names = {}
              for k in pairs(t) do names[#names + 1] = k end
              room.state.r = { table.concat(names, " "), math.random(), tostring(t), math.random(0) }
            end }
            """)
        #expect(
            script.run(seed: 42).changesText
                == #"[[["r"],["k22 k23 k34 k51 k55 k57 k62 k67 k78 k8 k85",0.7075404682957579,"table: 0x00000001",-5389598474018795718]]]"#
        )
    }

    @Test("another seed gives other numbers")
    func seeds() throws {
        let script = try Script.running("room.state.r = math.random(0)")
        let values = Set((0..<20).map { script.run(seed: $0).changesText })
        #expect(values.count == 20)
    }

    @Test("random numbers stay within their bounds")
    func randomBounds() throws {
        let script = try Script.running(
            """
            for i = 1, 2000 do
              local a, b, c = math.random(3), math.random(-2, 2), math.random()
              assert(a >= 1 and a <= 3 and b >= -2 and b <= 2 and c >= 0 and c < 1)
              assert(math.random(math.mininteger, math.maxinteger))
            end
            assert(not pcall(math.random, 0, -1) and not pcall(math.random, 1, 2, 3))
            """)
        #expect(script.run().fault == nil)
    }

    @Test("the hash seed is set by the program: equal programs lay their tables out alike")
    func hashSeed() throws {
        let first = try Script.mock("return {}")
        let second = try Script.mock("return {}")
        let other = try Script.mock("return { }")
        #expect(first.isSeedSet)
        #expect(first.keyOrder == second.keyOrder)
        #expect(first.keyOrder != other.keyOrder)
    }
}
