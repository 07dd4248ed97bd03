import Testing

@testable import Scripting

@Suite struct ScriptTests {
    @Test("a minigame changes its state and asks for effects")
    func minigame() throws {
        let script = try Script.mock(
            """
            local game = {}
            function game.on_start(room, who)
              local s = room.state
              s.phase, s.best = "open", nil
              room.collect("guess", { keep = "first" })
              room.panel.show("viewer", { { "title", "ask" }, { "money", id = "guess", max = room.config.price } })
            end
            function game.on_collected(room, name, batch)
              for _, g in ipairs(batch) do room.state.best = g end
            end
            return game
            """)
        #expect(script.hooks == ["on_start", "on_collected"])
        let start = script.run("on_start")
        #expect(start.changesText == #"[[["phase"],"open"]]"#)
        #expect(
            start.effectsText
                == #"[["guess",{"keep":"first"}],["viewer",[["title","ask"],{"1":"money","id":"guess","max":100}]]]"#
        )
        let collected = script.run("on_collected", #"["guess",[{"viewer":"ana","value":4900}]]"#)
        #expect(collected.changesText == #"[[["best"],{"value":4900,"viewer":"ana"}]]"#)
        #expect(
            try script.stateText() == #"{"best":{"value":4900,"viewer":"ana"},"phase":"open"}"#)
    }

    @Test("a missing hook is absent and changes nothing")
    func absent() throws {
        let script = try Script.mock("return { other = 1 }")
        #expect(script.hooks.isEmpty)
        #expect(script.run("other") == .absent)
        #expect(script.run("on_start") == .absent)
    }

    @Test("a table put into the state stays the author's and its later writes are tracked")
    func inPlace() throws {
        let script = try Script.running(
            """
            local t = { list = { 1 } }
            room.state.t = t
            t.x = 1
            table.insert(t.list, 2)
            """)
        #expect(script.run().changesText == #"[[["t"],{"list":[1,2],"x":1}]]"#)
    }

    @Test(
        "a table moves, swaps and leaves within one call",
        arguments: [
            ("s.b, s.a = s.a, nil s.b.x = 1", #"[[["a"]],[["b"],{"n":{"m":1},"x":1}]]"#),
            ("s.l[1], s.l[2] = s.l[2], s.l[1]", #"[[["l",1],{"i":2}],[["l",2],{"i":1}]]"#),
            ("local n = s.a.n s.a = nil n.m = 2 s.z = n", #"[[["a"]],[["z"],{"m":2}]]"#),
            ("local t = table.remove(s.l, 1) t.i = 9", #"[[["l",2]],[["l",1],{"i":2}]]"#),
            (
                "table.sort(s.l, function(x, y) return x.i > y.i end)",
                #"[[["l",1],{"i":2}],[["l",2],{"i":1}]]"#
            ),
            ("local t = s.a s.a = nil t.self = t", #"[[["a"]]]"#),
            ("local t = s.a s.a = nil s.a = t", "[]"),
            ("s.a.n.m = 1", "[]"), ("s.a.n.m = 1.0", #"[[["a","n","m"],1.0]]"#),
            ("s.x = 1 s.x = nil", "[]"), ("s.l[5] = 5", #"[[["l",5],5]]"#),
        ])
    func moves(body: String, changes: String) throws {
        let script = try Script.running("local s = room.state " + body)
        try script.restore(#"{"a":{"n":{"m":1}},"l":[{"i":1},{"i":2}]}"#)
        let twin = try Script.running("")
        try twin.restore(state: try script.state())
        let outcome = script.run()
        #expect(outcome.changesText == changes, "\(outcome)")
        try twin.apply(changes: Array(changes.utf8))
        #expect(try twin.state() == script.state())
    }

    @Test("a table that left the state is plain again")
    func detached() throws {
        let script = try Script.mock(
            """
            local kept
            return {
              take = function(room) kept = room.state.a room.state.a = nil end,
              use = function(room)
                kept.f = print -- plain tables may hold anything
                kept.f = nil
                setmetatable(kept, nil)
                local keys = {}
                for k in pairs(kept) do keys[#keys + 1] = k end
                room.state.keys = table.concat(keys, ",")
              end,
            }
            """)
        try script.restore(#"{"a":{"x":1,"y":{"z":2}}}"#)
        #expect(script.run("take").changesText == #"[[["a"]]]"#)
        #expect(script.run("use").changesText == #"[[["keys"],"x,y"]]"#)
    }

    @Test(
        "the state survives its text exactly",
        arguments: [
            #"{}"#, #"{"a":[1,2.0,-0.0,1e+300,0.1],"b":{"c":{}}}"#,
            ###"{"#-3":1,"#1":true,"##1":"x","1":"y","t":{"#2":2}}"###,
            #"{"text":"\"\\\n\u0001é中😀","truth":[true,false]}"#,
            #"{"big":[9223372036854775807,-9223372036854775808]}"#,
        ])
    func roundTrip(text: String) throws {
        let script = try Script.running("")
        try script.restore(text)
        #expect(try script.stateText() == text)
    }

    @Test(
        "a text that is no state is refused",
        arguments: [
            "", "[", "[1]x", "1", "{\"a\":}", "{\"a\":1,}", "{\"#x\":1}", "{\"a\":\"\\ud800\"}",
            "{\"a\":01}", "{\"a\":1e999}", "{\"a\":\"\u{1}\"}", "nul", "{\"a\":-}",
        ])
    func badState(text: String) throws {
        let script = try Script.running("room.state.ok = true")
        #expect(throws: ScriptFault.self) { try script.restore(text) }
        #expect(script.run().changesText == #"[[["ok"],true]]"#)
    }

    @Test("a state text is accepted 32 tables deep and refused beyond")
    func depth() throws {
        let script = try Script.running("")
        func text(_ depth: Int) -> String {
            String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        }
        try script.restore(text(32))
        #expect(try script.stateText() == text(32))
        #expect(throws: ScriptFault.self) { try script.restore(text(33)) }
    }

    @Test("a state of control characters can be written, though its text is six times as long")
    func controlCharacters() throws {
        let script = try Script.running("room.state[a] = ('\\1'):rep(40000)")
        for index in 0..<20 { #expect(script.run("run", "[\(index)]").fault == nil) }
        #expect(try script.state().count > 20 * 40_000 * 6)
    }

    @Test("a named type keeps its name in texts")
    func namedType() throws {
        let script = try Script.running(
            """
            local t = setmetatable({}, { __name = ("n"):rep(2000) })
            print(("x"):rep(2000), t, t)
            room.state.n = #string.format("%s%s%s", ("x"):rep(2000), t, t)
            """)
        #expect(script.run().changesText == #"[[["n"],6024]]"#)
    }

    @Test("null is nil: an absent field, a hole in a list, an argument")
    func null() throws {
        let script = try Script.running(
            "room.state.r = { a == nil, b.x == nil, b.l[1] == nil, b.l[2] }")
        #expect(
            script.run("run", #"[null,{"x":null,"l":[null,5]}]"#).changesText
                == #"[[["r"],[true,true,true,5]]]"#)
    }

    @Test("room has the time, the configuration and nothing else")
    func room() throws {
        let script = try Script.running(
            """
            local c = room.config
            room.state.r = { room.now, c.price, #c.list, c.list[2].x, rawlen(c.list), (next(c)) }
            """)
        #expect(script.run().changesText == #"[[["r"],[12.345,100,2,2,2,"list"]]]"#)
    }

    @Test("library functions work on tracked tables")
    func libraries() throws {
        let script = try Script.running(
            """
            local s = room.state
            local l = s.l
            table.insert(l, 1, "first")
            table.move(l, 1, 2, 5)
            local r = { table.concat(l, ","), select("#", table.unpack(l)), #l, rawlen(l), next(l) }
            local keys = {}
            for k, v in pairs(l) do keys[#keys + 1] = k end
            for i, v in ipairs(l) do keys[#keys + 1] = v end
            for k, v in next, l do keys[#keys + 1] = k end
            rawset(s, "raw", rawget(l, 1))
            s.r, s.keys = r, keys
            """)
        try script.restore(#"{"l":["a","b","c"]}"#)
        let outcome = script.run()
        #expect(
            try script.stateText()
                == #"{"keys":[1,2,3,4,5,6,"first","a","b","c","first","a",1,2,3,4,5,6],"l":["first","a","b","c","first","a"],"r":["first,a,b,c,first,a",6,6,6,1,"first"],"raw":"first"}"#,
            "\(outcome)")
    }

    @Test("pairs goes through numbers, texts and booleans in order, whatever the table's history")
    func order() throws {
        let script = try Script.running(
            """
            local function keys(t) local r = {} for k in pairs(t) do r[#r + 1] = tostring(k) end return table.concat(r, " ") end
            local up, down = {}, {}
            for i = 1, 50 do up["k" .. i] = i down["k" .. (51 - i)] = i end
            room.state.r = { keys{ b = 1, a = 2, [3] = 1, [1.5] = 1, [true] = 1, [false] = 1, [-1] = 1, [2^53] = 1 }, keys(up) == keys(down) }
            """)
        #expect(
            script.run().changesText
                == #"[[["r"],["-1 1.5 3 9007199254740992 a b false true",true]]]"#)
    }

    @Test("a fault names file, line and trace, and leaves no trace in the state")
    func fault() throws {
        let script = try Script.mock(
            """
            local lib = require "lib.deep"
            return { run = function(room)
              room.state.x = 1
              room.state.a.b = { 2 }
              room.collect("x")
              lib.fail(room)
            end }
            """,
            files: [
                "lib/deep.lua":
                    "return { fail = function(room)\n  room.state.a = nil\n  local x = nil + 1\nend }"
            ])
        try script.restore(#"{"a":{"b":1}}"#)
        let fault = script.run().fault
        #expect(fault?.kind == .error)
        #expect(fault?.message == "lib/deep.lua:3: attempt to perform arithmetic on a nil value")
        #expect(
            fault?.trace == "lib/deep.lua:3: in function fail\nmain.lua:6: in hook run")
        #expect(try script.stateText() == #"{"a":{"b":1}}"#)
    }

    @Test("an error that the script catches itself keeps what was written before it")
    func caught() throws {
        let script = try Script.running(
            """
            pcall(function() room.state.x = 1 error("no") end)
            local co = coroutine.wrap(function() room.state.y = 2 coroutine.yield() error("co") end)
            co() room.state.ok = pcall(co)
            """)
        #expect(script.run().changesText == #"[[["ok"],false],[["x"],1],[["y"],2]]"#)
    }

    @Test("a refusal of the host is raised at the author's line and can be caught")
    func refusal() throws {
        let script = try Script.mock(
            """
            return {
              bare = function(room)
                room.collect("x")
              end,
              caught = function(room) local ok, e = pcall(room.collect, "x") room.state.e = tostring(ok) end,
            }
            """
        ) { _, _ in .refused("capability \"collect\" is not declared") }
        #expect(
            script.run("bare").fault?.message
                == "main.lua:3: capability \"collect\" is not declared")
        #expect(script.run("caught").changesText == #"[[["e"],"false"]]"#)
    }

    @Test("the host's value is returned to the script")
    func hostValue() throws {
        let script = try Script.mock(
            "return { run = function(room) room.state.v = room.collect() room.state.c = room.collect.close(1) end }"
        ) { index, arguments in
            .accepted(
                effect: [], value: Array((index == 2 ? #"{"n":[1,null]}"# : "").utf8))
        }
        #expect(script.run().changesText == #"[[["v"],{"n":[1]}]]"#)
    }

    @Test("host bytes that are no JSON are the host's fault")
    func hostFault() throws {
        let script = try Script.mock("return { run = function(room) room.collect() end }") {
            _, _ in .accepted(effect: [], value: Array("{".utf8))
        }
        #expect(script.run().fault?.kind == .host)
        #expect(script.run("run", "{}").fault?.kind == .host)
        #expect(throws: ScriptFault.self) { try Script.mock("return {}", configuration: "[") }
    }

    @Test("print is the host function log with the texts joined")
    func print() throws {
        let script = try Script.running("print('a', 1, 2.0, nil, true, {})")
        #expect(
            script.run().effectsText
                == #"[["info","a\t1\t2.0\tnil\ttrue\ttable: 0x00000001"]]"#)
        let silent = try Script.mock("return { run = function() print(1) end }", functions: [])
        #expect(
            silent.run().fault?.message
                == "main.lua:1: attempt to call a nil value (global 'print')")
    }

    @Test("changes that do not fit are refused as a whole")
    func badChanges() throws {
        let script = try Script.running("")
        try script.restore(#"{"a":1}"#)
        for changes in [
            #"[[["b"],2],[["x","y"],1]]"#, #"[[[],1]]"#, "{", #"[1]"#, #"[[["a","b"],1]]"#,
        ] {
            #expect(throws: ScriptFault.self) { try script.apply(changes: Array(changes.utf8)) }
            #expect(try script.stateText() == #"{"a":1}"#)
        }
    }
}
