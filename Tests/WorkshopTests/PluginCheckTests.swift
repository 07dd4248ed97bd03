import Foundation
import Testing
import Wire

@testable import Workshop

/// What `playhouse plugin check` finds, and what it leaves alone.
@Suite struct PluginCheckTests {
    /// One thing that is wrong with a plugin in which everything else is right.
    struct Case: CustomTestStringConvertible, Sendable {
        var rule: String
        var level = Finding.Level.error
        /// `file:line:column`.
        var place: String
        /// Files in place of those of the counter.
        var files: [String: String]
        var says = ""
        var testDescription: String { "\(rule) \(place) \(says)" }
    }

    private static func main(_ body: String, _ before: String = "") -> [String: String] {
        [
            "main.lua": """
            local game = {}
            \(before)
            function game.on_start(room)
              room.prizes.reserve("coupon", 1)
              room.panel.show("viewer", { { "button", id = "more" }, { "stat", "count", 1 } })
              \(body)
            end
            return game
            """
        ]
    }

    private static func manifest(_ members: String) -> [String: String] {
        [
            "plugin.json": """
            {
              "id": "counter", "version": "1.0.0", "api": 1,
              "title": {"zh": "计数", "en": "Counter"},
              \(members)
            }
            """
        ]
    }

    static let cases: [Case] = [
        Case(rule: "global", place: "main.lua:6:3", files: main("x = 1")),
        Case(rule: "global", place: "main.lua:6:13", files: main("local y = x"), says: "\"x\""),
        Case(rule: "global", place: "main.lua:2:10", files: main("", "function helper() end")),
        Case(rule: "forbidden", place: "main.lua:6:3", files: main("os.time()")),
        Case(rule: "forbidden", place: "main.lua:6:3", files: main("math.randomseed(1)")),
        Case(
            rule: "forbidden", place: "main.lua:6:13", files: main("local f = string.dump(print)")),
        Case(
            rule: "forbidden", place: "main.lua:6:22",
            files: main("setmetatable({}, { __gc = print })"), says: "__gc"),
        Case(
            rule: "forbidden", place: "main.lua:6:9", files: main("local x <close> = nil"),
            says: "<close>"),
        Case(
            rule: "state-outside", level: .warning, place: "main.lua:6:3",
            files: main("calls = 1", "local calls = 0")),
        Case(
            rule: "state-outside", level: .warning, place: "main.lua:6:3",
            files: main("cache[1] = 1", "local cache = {}")),
        Case(rule: "require", place: "main.lua:6:3", files: main("require 'lib.cards'")),
        Case(
            rule: "host-api", place: "main.lua:6:3", files: main("room.prices.grant('a')"),
            says: "room.prices.grant"),
        Case(
            rule: "host-api", place: "main.lua:6:3", files: main("room.panel.draw('viewer')"),
            says: "room.panel.draw"),
        Case(rule: "host-api", place: "main.lua:6:3", files: main("room.panel('viewer')")),
        Case(
            rule: "capability-undeclared", place: "main.lua:6:3",
            files: main("room.timers.set('a', 1)"), says: "\"timers\""),
        Case(
            rule: "capability-undeclared", place: "main.lua:7:3",
            files: main("local t = room.timers\n  t.cancel('a')"), says: "\"timers\""),
        Case(
            rule: "capability-undeclared", place: "main.lua:2:10",
            files: main("", "function game.on_danmaku(room, batch) end"), says: "\"chat\""),
        Case(
            rule: "hook", place: "main.lua:2:10",
            files: main("", "function game.on_tick(room) end"), says: "on_tick"),
        Case(
            rule: "hook", place: "main.lua:2:31",
            files: main("", "function game.on_stop(room)   room.panel.hide('viewer') end"),
            says: "cannot be called in on_stop"),
        Case(
            rule: "surface", place: "main.lua:6:3",
            files: main("room.panel.show('operator', {})"), says: "\"operator\""),
        Case(
            rule: "config-undeclared", place: "main.lua:6:13",
            files: main("local n = room.config.seconds")),
        Case(
            rule: "config-undeclared", place: "main.lua:7:13",
            files: main("local config = room.config\n  local n = config.seconds")),
        Case(
            rule: "config-unused", level: .warning, place: "plugin.json:4:104",
            files: manifest(
                #""capabilities": ["panel", "prizes"], "surfaces": ["viewer"], "rules": [], "budgets": {}, "config": { "n": {"type": "integer"} }"#
            )),
        Case(
            rule: "capability-unused", level: .warning, place: "plugin.json:4:39",
            files: manifest(
                #""capabilities": ["panel", "prizes", "kv"], "surfaces": ["viewer"]"#)),
        Case(
            rule: "surface-unused", level: .warning, place: "plugin.json:4:63",
            files: manifest(
                #""capabilities": ["panel", "prizes"], "surfaces": ["viewer", "host"]"#)),
        Case(
            rule: "manifest", place: "plugin.json:4:40",
            files: manifest(#""capabilities": ["panel", "prizes"], "surface": ["viewer"]"#)),
        Case(
            rule: "text-missing", place: "main.lua:6:39",
            files: main("room.panel.show('viewer', {{'title','ask'}, { 'button', id = 'more' }})"),
            says: "\"ask\""),
        Case(
            rule: "text-missing", place: "main.lua:6:50",
            files: main(
                "room.panel.patch(a, { more = { label = won and 'yes' or nil } })", "local a, won"),
            says: "\"yes\""),
        Case(
            rule: "text-literal", level: .warning, place: "main.lua:6:42",
            files: main("room.panel.show('viewer', { { 'title', 'Hello!' } })")),
        Case(
            rule: "text-argument", place: "main.lua:6:41",
            files: main("room.panel.show('viewer', { { 'text', 'who' } })").merging([
                "locales/en.json": #"{"more": "More", "count": "So far", "who": "{name} won"}"#,
                "locales/zh.json": #"{"more": "更多", "count": "次数", "who": "{name} 赢了"}"#,
            ]) { $1 }, says: "{name}"),
        Case(
            rule: "text-unused", level: .warning, place: "locales/en.json:1:37",
            files: [
                "locales/en.json": #"{"more": "More", "count": "So far", "x": "X"}"#,
                "locales/zh.json": #"{"more": "更多", "count": "次数",     "x": "X"}"#,
            ]),
        Case(
            rule: "locale-missing", place: "locales/en.json:1:2",
            files: ["locales/zh.json": #"{"count": "次数"}"#], says: "locales/zh.json"),
        Case(
            rule: "locale-argument", place: "locales/en.json:1:2",
            files: ["locales/en.json": #"{"more": "More {n}", "count": "So far"}"#]),
        Case(
            rule: "locale-empty", place: "locales/en.json:1:2",
            files: ["locales/en.json": #"{"more": "", "count": "So far"}"#]),
        Case(rule: "file", place: "locales/en.json:1:1", files: ["locales/en.json": "{"]),
        Case(rule: "lua", place: "main.lua:1:1", files: ["main.lua": "local game ="]),
        Case(
            rule: "lua", place: "main.lua:2:1", files: ["main.lua": "local a\na.b = 1\nreturn {}"]),
        Case(rule: "tests", place: "tests/count.lua:1:1", files: ["tests/count.lua": "test("]),
    ]

    @Test(arguments: cases)
    func `What is wrong is found where it is`(item: Case) async throws {
        let folder = try Folder.plugin(item.files)
        let findings = await PluginCheck(folder: folder.path).run()
        let found = findings.filter {
            $0.rule == item.rule && "\($0.file):\($0.line):\($0.column)" == item.place
                && $0.level == item.level
                && "\($0.message) \($0.remedy)".contains(item.says.isEmpty ? " " : item.says)
        }
        #expect(found.count >= 1, "\(findings.map(\.text))")
        #expect(findings.allSatisfy { !$0.remedy.isEmpty })
    }

    @Test func `A plugin in which nothing is amiss has no findings`() async throws {
        let folder = try Folder.plugin()
        #expect(await PluginCheck(folder: folder.path).run().map(\.text) == [])
    }

    /// Things that look suspicious and are not.
    static let innocent = [
        "local s, config = room.state, room.config\n  s.x = config",
        "local x = 1\n  x = 2",
        "local list = {}\n  list[1] = 2\n  for k, v in pairs(list) do k, v = v, k end",
        "room.state.on_tick = 1",
        "local room2 = room\n  room2.state.x = 1",
        "print(room.now, _VERSION, utf8.char(65), table.unpack({}))",
        "local t = { 'title' }\n  t[2] = 'x'",
        "goto done\n  ::done::",
        "local function again(n) if n > 0 then again(n - 1) end end\n  again(3)",
    ]

    @Test(arguments: innocent)
    func `What is right is left alone`(body: String) async throws {
        let folder = try Folder.plugin(Self.main(body))
        #expect(await PluginCheck(folder: folder.path).run().map(\.text) == [])
    }

    @Test func `A plugin without tests is warned about`() async throws {
        let folder = try Folder.plugin()
        try FileManager.default.removeItem(atPath: folder.path + "/tests")
        let findings = await PluginCheck(folder: folder.path).run()
        #expect(findings.map(\.rule) == ["tests"] && findings[0].level == .warning)
    }

    @Test func `A folder that is none says so`() async {
        let findings = await PluginCheck(folder: "/nowhere/at/all").run()
        #expect(findings.count == 1 && findings[0].level == .error)
    }
}
