import Clockwork
import Foundation
import Testing

@testable import Scripting

/// Our own library functions against those of the system's Lua, on generated arguments.
@Suite struct LibraryComparisonTests {
    static let describe = """
        local function describe(...)
          local r = {}
          for i = 1, select("#", ...) do r[i] = tostring((select(i, ...))) end
          return table.concat(r, "|")
        end

        """

    static let patterns =
        describe + """
            local out = {}
            local function add(...) out[#out + 1] = describe(...) end
            for _, init in ipairs { 1, 3, -2, 100 } do
              add(pcall(string.find, text, other, init))
              add(pcall(string.match, text, other, init))
            end
            add(pcall(string.find, text, other, 1, true))
            add(pcall(string.gsub, text, other, "<%0>"))
            add(pcall(string.gsub, text, other, "%1%%", 2))
            add(pcall(string.gsub, text, other, "%2"))
            add(pcall(string.gsub, text, other, { a = "1", b = true, ab = false, [1] = "p" }))
            add(pcall(string.gsub, text, other, function(...) return #describe(...) > 2 and describe(...) or nil end))
            for _, init in ipairs { 1, 4, -3 } do
              add(pcall(function()
                local r = {}
                for a, b, c in string.gmatch(text, other, init) do r[#r + 1] = describe(a, b, c) end
                return table.concat(r, ",")
              end))
            end
            return table.concat(out, "\\n")
            """

    static let formats =
        describe + """
            local out = {}
            for _, v in ipairs { 0, 1, -7, 255, 1.5, -0.1, 1e100, 2^53, 1/0, -1/0, 3.0, "text", "5", "a\\nb\\"\\\\", true, math.mininteger } do
              out[#out + 1] = describe(pcall(string.format, other, v, 3))
            end
            return (table.concat(out, "\\n"):gsub("[^ -~]", function(c) return "<" .. c:byte() .. ">" end))
            """

    static let tables =
        describe + """
            local seed = tonumber(other)
            local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648 return seed // 65536 % n end
            local out = {}
            local function add(...) out[#out + 1] = describe(...) end
            local t = {}
            for i = 1, random(20) do t[i] = random(10) end
            for i = 1, 20 do
              local kind, a, b, c = random(8), random(12) - 1, random(12) - 1, random(12) - 1
              if kind == 0 then add(pcall(table.insert, t, a, i))
              elseif kind == 1 then add(pcall(table.remove, t, a))
              elseif kind == 2 then add(#table.move(t, a, b, c, {}))
              elseif kind == 3 then add(pcall(table.concat, t, ";", a, b))
              elseif kind == 4 then add(pcall(table.unpack, t, a, b))
              elseif kind == 5 then add(pcall(table.insert, t, i))
              elseif kind == 6 then table.sort(t, random(2) == 0 and function(x, y) return x > y end or nil)
              else add(table.pack(table.unpack(t)).n, select("#", table.unpack(t)))
              end
              add(table.concat(t, ","))
            end
            add(string.rep(text, random(4), ","), string.rep(text, -1), string.rep("", 5))
            return table.concat(out, "\\n")
            """

    @Test("patterns give what the reference implementation gives")
    func patterns() throws {
        let items = [
            "a", "b", "c", "1", " ", ".", "%a", "%d", "%w", "%s", "%p", "%A", "%x", "%%", "%.",
            "[ab]", "[^ab]", "[a-c]", "[%a_]", "[%w-]", "[]a]", "[^]]", "[a-]", "%b()", "%bab",
            "%f[%w]", "%f[^a]", "()", "(", ")", "(a", "b)", "(.-)", "(%w+)", "%1", "%2", "*", "+",
            "-", "?", "^", "$", "[", "]", "%", "%b", "%f", "[a", "[%", "[^", "\0", "%z", "%0",
        ]
        try compare(Self.patterns, rounds: 300) { random in
            (0..<Int.random(in: 0...7, using: &random)).map { _ in
                items.randomElement(using: &random) ?? ""
            }.joined()
        }
    }

    @Test("format gives what the reference implementation gives")
    func format() throws {
        let parts = ["-", "+", " ", "#", "0", "1", "5", "10", "99", "100", ".", ".3", ".0", ".99"]
        try compare(Self.formats, rounds: 200) { random in
            (0..<Int.random(in: 1...2, using: &random)).map { _ in
                "<%"
                    + (0..<Int.random(in: 0...3, using: &random)).map { _ in
                        parts.randomElement(using: &random) ?? ""
                    }.joined()
                    + (Array("cdiuoxXaAfeEgGqs%yF").randomElement(using: &random).map(String.init)
                        ?? "")
            }.joined(separator: ">")
        }
    }

    @Test("table functions and rep give what the reference implementation gives")
    func tables() throws {
        try compare(Self.tables, rounds: 100) { String(UInt32.random(in: 0 ... .max, using: &$0)) }
    }

    private func compare(
        _ chunk: String, rounds: Int, _ generate: (inout SeededRandom) -> String
    ) throws {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 0 ... .max)
        let rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? rounds
        print("LibraryComparisonTests: PLAYHOUSE_FUZZ_SEED=\(seed)")
        var random = SeededRandom(seed: seed)
        let stock = try #require(StockLua())
        // An endless pattern is the stock library's trouble; the texts are short.
        let script = try Script.mock(
            """
            local function probe(text, other)
            \(chunk)
            end
            return { run = function(room, text, other, expected)
              local found = probe(text, other)
              room.state.found = found ~= expected and found or nil
            end }
            """, budget: ScriptBudget(instructions: 50_000_000))
        for _ in 0..<rounds {
            let text = String(
                (0..<Int.random(in: 0...14, using: &random)).map { _ in
                    Array("aabbc1 ()x,.\0").randomElement(using: &random) ?? "a"
                })
            let other = generate(&random)
            let expected = stock.run("local text, other = ...\n" + chunk, [text, other])
            let arguments = [text, other, expected].map(quoted).joined(separator: ",")
            let outcome = script.run("run", "[\(arguments)]")
            let note = "seed \(seed): text \(quoted(text)), argument \(quoted(other))"
            #expect(
                outcome.changesText == "[]", "\(note): expected \(quoted(expected)); \(outcome)")
            guard outcome.changesText == "[]" else {
                Issue.record("\(outcome.changesText ?? "")")
                return
            }
        }
    }

    private func quoted(_ text: String) -> String {
        "\""
            + text.unicodeScalars.map { scalar in
                scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
                    ? "\\u" + String(0x10000 + scalar.value, radix: 16).dropFirst()
                    : String(scalar)
            }.joined() + "\""
    }
}
