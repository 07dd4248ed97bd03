import Testing

@testable import Scripting

@Suite struct ScriptBudgetTests {
    static let endless: [(String, ScriptFault.Kind)] = [
        ("while true do end", .budget),
        ("while true do pcall(function() while true do end end) end", .budget),
        ("while true do pcall(error, 'x') end", .budget),
        ("xpcall(function() while true do end end, function() while true do end end)", .budget),
        ("xpcall(error, function(m) while true do end end)", .budget),
        ("local c = coroutine.wrap(function() while true do end end) pcall(c) c()", .budget),
        ("while true do coroutine.wrap(function() for i = 1, 50 do end end)() end", .budget),
        (
            "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
            .budget
        ),
        ("local function f() local ok = pcall(f) while true do end end f()", .budget),
        ("('a'):rep(30):find(('.-'):rep(12) .. 'b')", .budget),
        ("('a'):rep(3e5):find('.-b')", .budget),
        ("('('):rep(3e5):find('%b()')", .budget),
        (
            "('x'):rep(1e5):gsub('x*$', '') return ('x'):rep(3e5):find(('x*'):rep(20) .. 'y')",
            .budget
        ),
        ("for w in ('a'):rep(3e5):gmatch('a-b') do end", .budget),
        ("('a'):rep(3e5):find(('a'):rep(1e5) .. 'b', 1, true) while true do end", .budget),
        (
            "local s = ('x'):rep(1000) while true do s:gsub('.', function(c) return c end) end",
            .budget
        ),
        ("table.move({}, 1, 1e15, 2)", .budget),
        ("table.insert(setmetatable({}, { __len = function() return 1e15 end }), 1, 1)", .budget),
        ("table.remove(setmetatable({}, { __len = function() return 1e15 end }), 1)", .budget),
        (
            "table.concat(setmetatable({}, { __len = function() return 1e15 end, __index = function() return '' end }))",
            .budget
        ),
        (
            "local t = {} for i = 1, 3e4 do t[i] = i % 7 end while true do table.sort(t, function() return true end) end",
            .budget
        ),
        ("while true do table.unpack({}, 1, 8000) end", .budget),
        ("local s = ('x'):rep(3e5) while true do s:upper() end", .budget),
        ("local s = ('x'):rep(3e5) while true do tonumber(s) utf8.len(s) end", .budget),
        ("while true do string.format('%99.99f', 1e308) end", .budget),
        (
            "local t = {} for i = 1, 1e4 do t[i] = i end while true do for k in next, t do end end",
            .budget
        ),
        (
            "local t = {} for i = 1, 1e4 do t[i] = i end while true do for k in pairs(t) do end end",
            .budget
        ),
        ("while true do room.state.x = (room.state.x or 0) + 1 end", .budget),
        ("local t = {} for i = 1, 25 do t = { t, t } end room.state.x = t", .budget),
        ("for i = 1, 2000 do room.collect(i) end", .budget),
        ("for i = 1, 20 do room.collect(('x'):rep(3e4)) end", .budget),
        ("for i = 1, 20 do room.state[i] = ('x'):rep(3e4) end", .budget),
        ("local t = {} for i = 1, 25 do t = { t, t } end room.collect(t)", .budget),
        ("local s = 'x' while true do s = s .. s end", .memory),
        ("local t = {} while true do t[#t + 1] = ('x'):rep(1e5) end", .memory),
        ("local t = {} while true do t[#t + 1] = {} pcall(error) end", .memory),
        ("local t = {} for i = 1, 1e5 do t['k' .. i] = i end", .memory),
        ("local t = {} for i = 1, 1e5 do t[i * 131071] = i end", .memory),
        ("local function f() return f() + 1 end f()", .memory),
        (
            "local t = {} for i = 1, 1e5 do t[i] = coroutine.create(type) coroutine.resume(t[i], 1) end while true do pcall(function() t[#t + 1] = ('x'):rep(1e5) end) end",
            .memory
        ),
        ("('x'):rep(1e4):gsub('.', ('y'):rep(1e4))", .memory),
        ("local t = {} for i = 1, 100 do t[i] = ('x'):rep(1e5) end table.concat(t)", .memory),
        (
            "while true do pcall(string.rep, 'x', 3e5) local a = ('x'):rep(3e5) a = a .. a end",
            .memory
        ),
    ]

    @Test("an exhausted budget ends the call, undone, and the next call works", arguments: endless)
    func ends(body: String, kind: ScriptFault.Kind) throws {
        let script = try Script.mock(
            """
            local calls = 0
            return {
              run = function(room)
                room.state.a.b = "changed" room.state.c = { 1 } calls = calls + 1
                \(body)
              end,
              again = function(room) calls = calls + 1 room.state.calls = calls end,
            }
            """)
        try script.restore(#"{"a":{"b":1}}"#)
        let fault = try #require(script.run().fault)
        #expect(fault.kind == kind, "\(fault)")
        #expect(fault.message.hasPrefix("main.lua:"), "\(fault.message)")
        #expect(try script.stateText() == #"{"a":{"b":1}}"#)
        // The program was loaded again.
        #expect(script.run("again").changesText == #"[[["calls"],1]]"#)
    }

    @Test(
        "endless recursion through C ends in an error that can be caught",
        arguments: [
            "local function f() return ('x'):gsub('.', f) end f()",
            "local function f() coroutine.wrap(f)() end f()",
            "local t t = setmetatable({}, { __index = function(_, k) return t[k] end }) return t.x",
            "local function f(a, b) table.sort({ 1, 2 }, f) end f()",
            "local t = setmetatable({}, {}) getmetatable(t).__tostring = tostring tostring(t)",
        ])
    func recursion(body: String) throws {
        let script = try Script.running(body)
        #expect(script.run().fault?.kind == .error)
        let caught = try Script.running(
            "room.state.ok = pcall(function() \(body) end)")
        #expect(caught.run().changesText == #"[[["ok"],false]]"#)
    }

    @Test("processor time ends what costs more than its instructions say")
    func processorTime() throws {
        let main =
            "return { run = function(room, n) local a, b, c = ('x'):rep(3e5), ('x'):rep(3e5), 0\nwhile c < n do if a <= b then c = c + 1 end end end }"
        let script = try Script.mock(main, cpuNanoseconds: 50_000_000)
        #expect(script.run("run", "[10]").fault == nil)
        let fault = try #require(script.run("run", "[1000000]").fault)
        #expect(fault.kind == .budget)
        #expect(fault.message == "main.lua:2: processor time is used up")
    }

    @Test("each limit holds on both sides")
    func bothSides() throws {
        let calls = try Script.running(
            "for i = 1, a do room.collect(i) end", budget: ScriptBudget(hostCalls: 10))
        #expect(calls.run("run", "[10]").effectsText != nil)
        #expect(calls.run("run", "[11]").fault?.message.contains("host calls") == true)

        let output = try Script.running(
            "room.state.x = ('x'):rep(a)", budget: ScriptBudget(outputBytes: 100))
        // [[["x"],"…"]] is 13 bytes around the text.
        #expect(output.run("run", "[85]").changesText != nil)
        #expect(output.run("run", "[90]").fault?.message.contains("output bytes") == true)

        let instructions = try Script.running(
            "for i = 1, a do end", budget: ScriptBudget(instructions: 100_000))
        #expect(instructions.run("run", "[90000]").changesText != nil)
        #expect(instructions.run("run", "[110000]").fault?.kind == .budget)

        let memory = try Script.running(
            "local t = {} for i = 1, a do t[i] = {} end", budget: ScriptBudget(memoryBytes: 1 << 20)
        )
        #expect(memory.run("run", "[5000]").changesText != nil)
        #expect(memory.run("run", "[50000]").fault?.kind == .memory)
    }

    @Test("a budget swept from nothing upwards never leaves a half-done call")
    func sweep() throws {
        let body = """
            local s = room.state
            s.l[1], s.l[2] = s.l[2], s.l[1]
            s.b, s.a = s.a, nil
            s.b.x = { { 1 }, { 2 } }
            table.sort(s.l, function(p, q) return p.i > q.i end)
            table.insert(s.l, 1, { i = 3 })
            local text = string.format("%s %d", ("ab"):gsub("a", "c"), 5)
            s.text = pcall(string.find, text, "c(.)") and text
            coroutine.wrap(function() s.co = 1 coroutine.yield() end)()
            """
        let before = #"{"a":{"y":{}},"l":[{"i":1},{"i":2}]}"#
        var after: [UInt8]?
        var doneCount = 0
        for instructions in stride(from: Int64(3_000), to: 40, by: -7) {
            // A small program, so that its load fits into the smallest budget of the sweep.
            guard
                let script = try? Script.running(
                    body, budget: ScriptBudget(instructions: instructions))
            else { break }
            try script.restore(before)
            let outcome = script.run()
            if let fault = outcome.fault {
                #expect(fault.kind == .budget)
                #expect(try script.stateText() == before)
            } else {
                doneCount += 1
                let state = try script.state()
                #expect(after == nil || after == state)
                after = state
            }
        }
        #expect(doneCount > 0)
    }

    @Test("a memory quota swept upwards never leaves a half-done call or a crash")
    func memorySweep() throws {
        let body = """
            local s = room.state
            s.b, s.a = s.a, nil
            local t = {} for i = 1, 40 do t[i] = { i = i } end
            s.t = t
            for i = 1, 20 do t[i], t[41 - i] = t[41 - i], t[i] end
            s.text = table.concat({ "a", "b", ("c"):rep(200) }, ",")
            """
        let before = #"{"a":{"y":{}},"l":[{"i":1},{"i":2}]}"#
        var kinds: Set<String> = []
        for bytes in stride(from: 8_000, to: 70_000, by: 331) {
            let script: Script
            do throws(ScriptFault) {
                script = try Script.running(body, budget: ScriptBudget(memoryBytes: bytes))
            } catch {
                #expect(error.kind == .memory)
                kinds.insert("load")
                continue
            }
            guard (try? script.restore(before)) != nil else { continue }
            let outcome = script.run()
            if let fault = outcome.fault {
                #expect(fault.kind == .memory)
                #expect(try script.stateText() == before)
                kinds.insert("fault")
            } else {
                kinds.insert("done")
            }
        }
        #expect(kinds == ["load", "fault", "done"])
    }
}
