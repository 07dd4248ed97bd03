import Clockwork
import Foundation
import PluginHosting
import Scripting
import Testing

@testable import Workshop

/// The reader of Lua texts, against Lua itself.
@Suite struct LuaParserTests {
    private static let thread = ScriptThread()

    /// Whether the sandbox, with Lua's own parser, takes a text.
    private func isTakenByLua(_ text: [UInt8]) async -> Bool {
        await Self.thread.run {
            let result = ScriptScratchpad.run(
                // Never runs: a text that is taken ends at once.
                Array("do return end ".utf8) + text, name: "a.lua", isHandler: false, seed: 1,
                functions: [], budget: ScriptBudget()
            ) { _, _ in .refused("") }
            return result.fault?.kind != .syntax
        }
    }

    private func isTaken(_ text: [UInt8]) -> Bool { (try? LuaParser.parse(text)) != nil }

    @Test(arguments: [
        "", "return", "return 1, 2;", ";;;", "local a <const>, b <close> = 1, nil",
        "goto done ::done::", "a.b.c:d 'x' {1} (2)[3].e = 5", "a = -2 ^ -x .. 'y' .. #z",
        "for i = 1, 2 do end for k, v in pairs(t) do break end",
        "repeat local x = 1 until x == 1", "while true do if a then elseif b then else end end",
        "local function f(a, ...) return ... end function a.b:c() end",
        "x = {1, 2; [3] = 4, five = 5, 'six',}", "x = [==[ ]] ]=] ]==] .. [[\n\n]]",
        "x = 'a\\z   b\\x41\\u{4e2d}\\065\\n\\\n'", "x = 0x1p4 + 0xA.8 + 1e-3 + .5 + 3. + 1//2",
        "-- a comment\n--[[ long\n]] x = 1 --[==[ ]] ]==]", "#!/bin/lua\nx = 1",
        "x = not a and b or c == d ~= e < f > g <= h >= i | j ~ k & l << m >> n",
        "f{}", "f''", "(f)()", "x = function() end", "local x = a.b[c](d):e(f)",
    ])
    func `Lua is read`(text: String) throws {
        _ = try LuaParser.parse(Array(text.utf8))
    }

    @Test(arguments: [
        ("x =", 1, 4), ("x = 1 1", 1, 7), ("\n  if a then", 2, 12), ("x = 'a", 1, 5),
        ("x = [[a", 1, 5), ("f(", 1, 3), ("1 = 2", 1, 1), ("a.b", 1, 4), ("(a) = 1", 1, 5),
        ("x = 1e", 1, 5), ("x = 0x", 1, 5), ("x = '\\q'", 1, 7), ("end", 1, 1),
        ("local x <foo> = 1", 1, 10), ("x = 中", 1, 5), ("中 = 1", 1, 1), ("'中' x", 1, 1),
        ("return 1 x = 2", 1, 10),
    ])
    func `What is no Lua is told with its place`(text: String, line: Int, column: Int) {
        do throws(LuaSyntaxError) {
            _ = try LuaParser.parse(Array(text.utf8))
            Issue.record("it was read")
        } catch {
            #expect(
                error.position == LuaPosition(line: line, column: column), "\(error.message)")
        }
    }

    @Test func `Escapes have the values of Lua`() throws {
        let tokens = try LuaLexer.tokens(Array(#"'a\65\x42\u{4e2d}\z   \n\'' [[]]"#.utf8))
        #expect(tokens[0].kind == .text("aAB中\n'"))
        #expect(tokens[1].kind == .text(""))
    }

    @Test(arguments: [149, 151])
    func `Nesting is bounded`(depth: Int) {
        let text =
            "x = " + String(repeating: "(", count: depth / 2)
            + "1" + String(repeating: ")", count: depth / 2)
        // Each bracket is one level of expressions, below one of blocks.
        #expect(isTaken(Array(text.utf8)))
        let blocks =
            String(repeating: "do ", count: depth)
            + String(repeating: "end ", count: depth)
        #expect(isTaken(Array(blocks.utf8)) == (depth < 150))
    }

    @Test(arguments: [400, 402])
    func `Chains of operators are bounded`(count: Int) {
        let text = "x = 1" + String(repeating: " + 1", count: count)
        #expect(isTaken(Array(text.utf8)) == (count <= 400))
    }

    /// Texts to begin with: those of the repository.
    private static func samples() throws -> [[UInt8]] {
        var samples: [[UInt8]] = []
        for folder in ["Plugins/price-guess", "Sources/Workshop/Lua", "Sources/Workshop/Templates"]
        {
            let root = Folder.root + "/" + folder
            for path in try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
            where path.hasSuffix(".lua") {
                samples.append(
                    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(path)"))))
            }
        }
        return samples
    }

    @Test func `Every Lua file of the repository is read`() throws {
        let samples = try Self.samples()
        #expect(samples.count > 8)
        for sample in samples { _ = try LuaParser.parse(sample) }
    }

    @Test func `Fuzz: what Lua takes is read, and nothing else does harm`() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...9_999)
        let rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 300
        let comment: Comment = "PLAYHOUSE_FUZZ_SEED=\(seed)"
        var random = SeededRandom(seed: seed)
        let lines = try Self.samples().flatMap { $0.split(separator: UInt8(ascii: "\n")) }
            .map(Array.init)
        let snippets = [
            "local x = 1", "end", "do", "if a then", "return", "..", "::a::", "function f()", "(",
            ")", "{", "}", "'", "[[", "]]", "--", "~=", "goto a", "break", "x", "=", ",", "...",
        ].map { Array($0.utf8) }
        var taken = 0
        for _ in 0..<rounds {
            var parts: [[UInt8]] = []
            let start = Int.random(in: 0..<lines.count, using: &random)
            for line in lines[start...].prefix(Int.random(in: 0...12, using: &random)) {
                parts.append(line)
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let at = Int.random(in: 0...parts.count, using: &random)
                parts.insert(snippets.randomElement(using: &random) ?? [], at: at)
            }
            var text = Array(parts.joined(separator: [UInt8(ascii: "\n")]))
            if Int.random(in: 0..<4, using: &random) == 0, !text.isEmpty {
                let at = Int.random(in: 0..<text.count, using: &random)
                text[at] = UInt8.random(in: 0...255, using: &random)
            }
            let isTakenByLua = await isTakenByLua(text)
            let isTaken = isTaken(text)
            if isTakenByLua {
                taken += 1
                #expect(isTaken, "\(comment): \(String(decoding: text, as: UTF8.self))")
            }
            if let block = try? LuaParser.parse(text) { _ = LuaSurvey(block) }
        }
        #expect(rounds < 100 || taken > 0, comment)
    }
}
