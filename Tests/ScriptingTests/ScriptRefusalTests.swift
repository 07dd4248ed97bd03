import Testing

@testable import Scripting

@Suite struct ScriptRefusalTests {
    @Test(
        "what a handler may not do is refused at its line, in words",
        arguments: [
            ("room.state.a = function() end", "room.state.a: a function is not plain data"),
            ("room.state.l.x = { y = { print } }", "room.state.l.x.y[1]: a function is not"),
            ("room.state.a = coroutine.create(print)", "room.state.a: a thread is not plain"),
            ("room.state.a = 0/0", "room.state.a: not a finite number"),
            ("room.state.a = -1/0", "room.state.a: not a finite number"),
            ("room.state.a = '\\xff'", "room.state.a: the text is not valid UTF-8"),
            ("room.state['\\xff'] = 1", "the key is not valid UTF-8"),
            ("room.state[true] = 1", "a key must be a text or an integer, not a boolean"),
            ("room.state[1.5] = 1", "a key must be a text or an integer, not a fraction"),
            ("room.state.a = { [{}] = 1 }", "a key must be a text or an integer, not a table"),
            ("room.state.a = room.state.l", "room.state.a: this table is already at room.state.l"),
            ("local t = {} room.state.a = { t, t }", "room.state.a[2]: this table is already at"),
            ("room.state.l.x = room.state", "room.state.l.x: this table is already at room.state;"),
            ("room.state.l.m.x = room.state.l", "room.state.l.m.x: this table is already at room"),
            ("local t = {} t.t = t room.state.a = t", "nested deeper than 32 tables, or contains"),
            ("room.state.a = setmetatable({}, {})", "a table with a metatable is not plain data"),
            ("room.state.a = room.config.list", "this table is read-only and cannot become part"),
            ("room.state = {}", "room.state cannot be replaced; set its fields"),
            ("room.x = 1", "room is read-only; keep state in room.state"),
            ("room.panel.show = 1", "room.panel is read-only"),
            ("room.config.price = 1", "room.config is read-only"),
            ("table.insert(room.config.list, 1)", "room.config is read-only"),
            ("rawset(room.config, 'x', 1)", "room.config is read-only"),
            ("room.prizes.grant()", "room.prizes does not exist; there are: collect, config, log"),
            ("room.panel.hide()", "room.panel.hide does not exist; there are: show"),
            ("room.panel()", "attempt to call a table value (field 'panel')"),
            ("room.collect(print)", "collect, argument 1: a function is not plain data"),
            ("room.collect(1, { a = { 0/0 } })", "collect, argument 2.a[1]: not a finite number"),
            ("room.collect({ [1] = 1, ['1'] = 2 })", "a key both as a number and as a text"),
            ("room.collect({ [1.5] = 1 })", "keys must be texts or integers"),
            ("room.collect('\\xff')", "collect, argument 1: not valid UTF-8"),
            ("count = 1", "assignment to global 'count': keep state in room.state"),
            ("_ENV.count = 1", "assignment to global 'count': keep state in room.state"),
            ("rawset(_ENV, 'count', 1)", "assignment to global 'count'"),
            ("helper = 2", "assignment to global 'helper': keep state in room.state"),
            ("return counter.x", "attempt to index a nil value (global 'counter')"),
            ("string.x = 1", "string is read-only"),
            ("rawset(table, 'x', 1)", "table is read-only"),
            ("setmetatable(string, {})", "it cannot have a metatable"),
            ("setmetatable(room.state, {})", "it cannot have a metatable"),
            ("setmetatable({}, room.state)", "it cannot be a metatable"),
            ("setmetatable({}, { __gc = print })", "the metamethod __gc is not available"),
            ("setmetatable({}, { __mode = 'k' })", "the metamethod __mode is not available"),
            ("setmetatable({}, { __concat = print })", "the metamethod __concat is not available"),
            ("local m = {} local x <close> = setmetatable({}, m)", "got a non-closable value"),
            ("for k in pairs({ [{}] = 1 }) do end", "a table as key has no fixed order"),
            ("next({ [print] = 1 })", "a function as key has no fixed order"),
            ("require 'lib.none'", "there is no 'lib.none' in this plugin"),
            ("require '../main'", "there is no '../main' in this plugin"),
            ("require '/etc/passwd'", "there is no '/etc/passwd' in this plugin"),
            ("string.rep('x', 1e9)", "resulting string too large"),
            ("table.unpack({}, 1, 1e6)", "too many results to unpack"),
            ("string.format('%y', 1)", "invalid conversion '%y' to 'format'"),
            ("error({})", "the error is a value of type table"), ("error('plain', 0)", "plain"),
            ("error()", "the error is a value of type nil"),
            ("table.sort({ {}, {} })", "attempt to compare two table values"),
        ])
    func refused(body: String, message: String) throws {
        let script = try Script.mock(
            "function helper() end\nreturn { run = function(room)\n\(body)\nend }",
            files: ["lib/x.lua": "return 1"])
        try script.restore(#"{"l":{"m":{}}}"#)
        let fault = try #require(script.run().fault)
        #expect(fault.kind == .error)
        #expect(fault.message.hasPrefix("main.lua:3: "), "\(fault.message)")
        #expect(fault.message.contains(message), "\(fault.message)")
        #expect(try script.stateText() == #"{"l":{"m":{}}}"#)
    }

    @Test(
        "what is not on the allow-list does not exist",
        arguments: [
            "load", "loadstring", "loadfile", "dofile", "collectgarbage", "io", "os", "debug",
            "package", "warn", "arg", "newproxy", "print2",
        ])
    func missingGlobal(name: String) throws {
        let script = try Script.running("room.state.r = \(name) == nil and _G.\(name) == nil")
        #expect(script.run().changesText == #"[[["r"],true]]"#)
        let call = try Script.running("return \(name)()")
        #expect(
            call.run().fault?.message
                == "main.lua:2: attempt to call a nil value (global '\(name)')")
    }

    @Test(
        "library functions that break the sandbox do not exist",
        arguments: ["string.dump", "('').dump"])
    func missingField(name: String) throws {
        let script = try Script.running("room.state.r = \(name) == nil")
        #expect(script.run().changesText == #"[[["r"],true]]"#)
    }

    @Test("data is accepted up to 32 tables and refused beyond")
    func depth() throws {
        // room.state is the first.
        for (depth, isAccepted) in [(31, true), (32, false)] {
            let literal =
                String(repeating: "{", count: depth) + String(repeating: "}", count: depth)
            let script = try Script.running("room.state.x = \(literal)")
            #expect((script.run().changesText != nil) == isAccepted)
            let chained = try Script.running(
                "local t = room.state for i = 1, \(depth) do t.x = {} t = t.x end")
            #expect((chained.run().changesText != nil) == isAccepted)
            if isAccepted {
                let twin = try Script.running("")
                try twin.restore(state: try script.state())
                #expect(try twin.state() == script.state())
            }
        }
    }

    @Test(
        "a program that does not load says where and why",
        arguments: [
            ("return {", ScriptFault.Kind.syntax, "main.lua:1: unexpected symbol near <eof>"),
            ("\nlocal x = nil + 1\nreturn {}", .error, "main.lua:2: attempt to perform arithmetic"),
            ("x = y.z\nreturn {}", .error, "main.lua:1: attempt to index a nil value (global 'y')"),
            ("return 1", .error, "main.lua must end with `return` and the table of its hooks"),
            ("while true do end", .budget, "main.lua:1: budget of 5000000 instructions is used up"),
            ("local s = 'x' while true do s = s .. s end", .memory, "main.lua:1: a text is larger"),
            ("\u{1b}Lua", .syntax, "attempt to load a binary chunk"),
            ("require 'main'", .error, "main.lua:1: "),
            ("require 'lib.bad'", .error, "lib/bad.lua:1: "),
            ("require 'lib.loop'", .error, "'lib.loop' requires itself"),
        ])
    func load(main: String, kind: ScriptFault.Kind, message: String) {
        do throws(ScriptFault) {
            _ = try Script.mock(
                main, files: ["lib/bad.lua": "return (", "lib/loop.lua": "require 'lib.loop'"])
            Issue.record("loaded")
        } catch {
            #expect(error.kind == kind)
            #expect(error.message.contains(message), "\(error.message)")
        }
    }

    @Test("chains of suffixes are accepted up to 200 and refused beyond")
    func chains() throws {
        for (count, isAccepted) in [(200, true), (201, false)] {
            let chain = String(repeating: ".x", count: count)
            let source = "local t = {} return { run = function() return t\(chain) end }"
            let script = try? Script.mock(source)
            #expect((script != nil) == isAccepted)
            // The same number of suffixes in comments and texts is no chain.
            let quiet = try? Script.mock(
                "--[==[\(chain)]==] local a = [[\(chain)]] return {} -- \(chain)")
            #expect(quiet != nil)
        }
    }
}
