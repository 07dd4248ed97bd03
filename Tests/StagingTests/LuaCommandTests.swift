import Foundation
import Testing
import Wire

/// `playhouse lua`, cage included.
@Suite struct LuaCommandTests {
    private func run(_ text: String, _ words: String...) async throws -> (JSON, Int32) {
        try await Program.withFile(text) { file in
            let result = try Program.run(["lua", file, "--json"] + words)
            #expect(result.errors == "")
            return (try JSON(parsing: Array(result.output.utf8)), result.code)
        }
    }

    static let outcomes: [(String, [String], String, JSON)] = [
        ("return 1 + 1", [], "ok", 2),
        ("return { 1, 'x', { a = 0.5 } }, 2", [], "ok", [1, "x", ["a": 0.5]]),
        ("x = 5 return x", [], "ok", 5),
        ("return print", [], "ok", "function"),
        ("return 0/0", [], "ok", "nan"),
        ("return '\\xff<\\n>'", [], "ok", "\u{FFFD}<?>"),
        ("local t = {} t.t = t return t", [], "ok", "table"),
        ("return room.state ~= nil", ["--handler"], "ok", true),
        ("room.state.a = { 1 } return room.state.a[1]", ["--handler"], "ok", 1),
        ("print('hello') return 1", [], "ok", 1),
        ("return 1 +", [], "error", .null),
        ("error('x')", [], "error", .null),
        ("error({})", [], "error", .null),
        ("end return 1", ["--handler"], "error", .null),
        ("x = 5", ["--handler"], "denied", .null),
        ("return io", [], "ok", .null),
        ("return io.open", [], "denied", .null),
        ("return _G.load('x')", [], "denied", .null),
        ("", [], "ok", .null),
        ("#!/usr/bin/env playhouse lua\nreturn 1", [], "ok", 1),
        ("\u{FEFF}return 1", [], "ok", 1),
        ("\u{FEFF}return room ~= nil", ["--handler"], "ok", true),
        ("return 1\r\n-- x\r\n", [], "ok", 1),
        ("return #'a\0b'", [], "ok", 3),
        ("return \0", [], "error", .null),
        (String(repeating: " ", count: 1 << 18), [], "ok", .null),
        (String(repeating: " ", count: (1 << 18) + 1), [], "error", .null),
        (
            "local t = {} for i = 1, 60 do t['k' .. i] = i end local n = 0 for k in pairs(t) do n = n + 1 end return n",
            [], "ok", 60
        ),
        ("error(42)", [], "error", .null),
        ("os.execute('true')", [], "denied", .null),
        ("string.x = 1", [], "denied", .null),
        ("return string.dump(print)", [], "denied", .null),
        ("setmetatable({}, { __gc = print })", [], "denied", .null),
        ("room.fly()", ["--handler"], "denied", .null),
        ("\u{1B}Lua", [], "denied", .null),
        ("pcall(function() x = 5 end) error('y')", ["--handler"], "error", .null),
        ("while true do end", [], "budget", .null),
        ("while true do pcall(error) end", ["--instructions", "20000"], "budget", .null),
        ("local t = {} while true do t[#t + 1] = {} end", [], "memory", .null),
        (
            "local t = {} for i = 1, 1e5 do t[i] = i end", ["--memory", "200000"], "memory", .null
        ),
    ]

    @Test(arguments: outcomes)
    func `A chunk ends in one of five ways`(
        text: String, words: [String], outcome: String, value: JSON
    ) async throws {
        try await Program.withFile(text) { file in
            let result = try Program.run(["lua", file, "--json"] + words)
            let object = try JSON(parsing: Array(result.output.utf8))
            #expect(object["outcome"]?.stringValue == outcome, "\(result)")
            #expect(object["value"] == value)
            #expect(result.code == (outcome == "ok" ? 0 : 1))
            #expect((object["message"]?.stringValue == "") == (outcome == "ok"))
        }
    }

    @Test func `It says what was used, and numbers come from the seed`() async throws {
        let text = "local t = {} for i = 1, 1e4 do t[i] = i end return math.random(1e9)"
        let (first, code) = try await run(text, "--seed", "7")
        #expect(code == 0)
        let names = first.objectValue?.members.map(\.0)
        #expect(
            names == ["outcome", "value", "message", "instructions", "peakBytes", "milliseconds"])
        #expect(try #require(first["instructions"]?.integerValue) > 10_000)
        #expect(try #require(first["peakBytes"]?.integerValue) > 160_000)
        let (again, _) = try await run(text, "--seed", "7")
        #expect(again["value"] == first["value"])
        #expect(again["instructions"] == first["instructions"])
        #expect(again["peakBytes"] == first["peakBytes"])
        let (other, _) = try await run(text, "--seed", "8")
        #expect(other["value"] != first["value"])
    }

    @Test func `An error names the author's file and line`() async throws {
        let (error, _) = try await run("local x = 1\nerror('no')")
        #expect(error["message"] == "chunk.lua:2: no")
        let (handler, _) = try await run("local x = 1\nerror('no')", "--handler")
        #expect(handler["message"] == "chunk.lua:2: no")
    }

    @Test func `For people it prints what the chunk printed, and its value`() async throws {
        try await Program.withFile("print('a', 1) return 'b'") { file in
            let result = try Program.run(["lua", file])
            #expect(result.output == "a\t1\n\"b\"\n")
            #expect(result.errors.contains("instructions"))
        }
    }

    @Test func `A minus reads the standard input, and a device without end is cut`() throws {
        let result = try Program.run(["lua", "-", "--json"])
        #expect(try JSON(parsing: Array(result.output.utf8))["outcome"] == "ok")
        let endless = try Program.run(["lua", "/dev/zero", "--json"])
        #expect(try JSON(parsing: Array(endless.output.utf8))["outcome"] == "error")
        #expect(endless.code == 1)
    }

    @Test func `Wrong usage is told apart from a failed chunk`() throws {
        #expect(try Program.run(["lua"]).code == 2)
        #expect(try Program.run(["lua", "/nowhere.lua"]).code == 2)
        #expect(try Program.run(["lua", "/nowhere.lua", "--memory", "1"]).code == 2)
    }
}
