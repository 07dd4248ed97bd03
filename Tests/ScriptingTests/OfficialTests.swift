import Foundation
import Testing

@testable import Scripting

/// Runs the tests of Lua 5.4.4 in the sandbox; `Tests/Conformance/run.sh` says where they are. What is
/// left out, and why, is in `Tests/Conformance/drops.txt`.
@Suite struct OfficialTests {
    static let folder = ProcessInfo.processInfo.environment["PLAYHOUSE_LUA_TESTS"]
    static let files = [
        "bitwise", "calls", "closure", "constructs", "coroutine", "cstack", "errors", "events",
        "goto", "literals", "locals", "math", "nextvar", "pm", "sort", "strings", "tpack", "utf8",
        "vararg",
    ]

    /// In place of the first line, which is a comment in every file.
    static let prelude = """
        collectgarbage = function() return 0 end \
        os = { clock = function() return 0 end, setlocale = function() end, exit = error } \
        package = { preload = {}, loaded = {} } \
        Message = function() end \
        require = function(name) \
        if package.preload[name] then return package.preload[name]() end \
        if name == "utf8" then return utf8 end \
        if name == "tracegc" then return { start = function() end, stop = function() end } end \
        return {} end

        """

    struct Drop: Sendable {
        var file: String
        var lines: ClosedRange<Int>
    }

    /// `file 12-34 reason`, or `file 12 reason`; `file - reason` for a whole one.
    static let drops: [Drop] = {
        let list = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Conformance/drops.txt")
        let text = (try? String(contentsOf: list, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, words[0] != "#" else { return nil }
            let ends = words[1].split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return Drop(file: String(words[0]), lines: first...last)
        }
    }()

    @Test("the list of what is left out can be read")
    func list() { #expect(Self.drops.count > 10) }

    @Test(
        "a test of the language passes in the sandbox", .enabled(if: folder != nil),
        arguments: files)
    func official(file: String) async throws {
        let path = URL(filePath: try #require(Self.folder)).appending(path: file + ".lua").path
        let bytes = try #require(FileManager.default.contents(atPath: path))
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        var dropped = 0
        for drop in Self.drops where drop.file == file {
            for line in drop.lines where line <= lines.count {
                lines[line - 1] = []
                dropped += 1
            }
        }
        lines[0] = Array((Self.prelude + (file == "strings" ? " _port = true" : "")).utf8)
            .filter { $0 != 0x0A }
        let text = Array(lines.joined(separator: [0x0A]))
        let thread = ScriptThread()
        let result = await thread.run {
            ScriptScratchpad.run(
                text, name: file + ".lua", isHandler: false, isRelaxed: true, seed: 1,
                functions: ["log"],
                budget: ScriptBudget(
                    instructions: 20_000_000_000, memoryBytes: 1 << 30, hostCalls: 1 << 30,
                    outputBytes: 1 << 30),
                cpuNanoseconds: 120_000_000_000
            ) { _, _ in .accepted(effect: [], value: []) }
        }
        await thread.stop()
        print(
            "\(file).lua: \(lines.count) lines, \(dropped) left out, \(result.fault?.message ?? "passed")"
        )
        #expect(result.fault == nil, "\(result.fault?.trace ?? "")")
    }
}
