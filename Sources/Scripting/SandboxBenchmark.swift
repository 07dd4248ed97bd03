internal import CSandbox
internal import Clockwork

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Measures what the sandbox costs: chunks in it beside the same chunks in the distribution's Lua
/// without hook, budget or allowed list.
package enum SandboxBenchmark {
    /// A chunk and how much slower than stock it may be.
    package struct Case: Sendable {
        package var name: String
        package var ratioMax: Double
        var text: String
    }

    /// The best of several runs of each, taken in turns.
    package struct Result: Sendable {
        package var name: String
        package var stockSeconds: Double
        package var sandboxSeconds: Double
        package var ratioMax: Double
        package var ratio: Double { sandboxSeconds / stockSeconds }
    }

    /// Tight loops lose to the hook; patterns must not lose to our matcher.
    package static let cases: [Case] = [
        Case(
            name: "loop: integer additions", ratioMax: 2.2,
            text: "local s = 0 for i = 1, 20000000 do s = s + i end return s"),
        Case(
            name: "loop: floats and a branch", ratioMax: 2.2,
            text:
                "local s = 0.0 for i = 1, 10000000 do if i % 3 == 0 then s = s + i * 0.5 end end"),
        Case(
            name: "loop: list of 1,000", ratioMax: 2.2,
            text:
                "local t = {} for j = 1, 5000 do for i = 1, 1000 do t[i] = (t[i] or 0) + j end end"),
        Case(
            name: "loop: calls", ratioMax: 2.2,
            text:
                "local function f(a, b) return a + b end local s = 0 for i = 1, 5000000 do s = f(s, i) end"
        ),
        Case(
            name: "loop: fields and methods", ratioMax: 2.2,
            text: """
                local o = { n = 0 } function o.step(self, by) self.n = self.n + by end
                for i = 1, 3000000 do o:step(i) end
                """),
        Case(
            name: "find: a word in 200 bytes", ratioMax: 1,
            text: patterns("for i = 1, 300000 do s:find('price') end")),
        Case(
            name: "find: %d+ in 200 bytes", ratioMax: 1,
            text: patterns("for i = 1, 100000 do s:find('%d+') end")),
        Case(
            name: "match: (%w+)=(%w+)", ratioMax: 1,
            text: patterns("for i = 1, 400000 do k:match('(%w+)=(%w+)') end")),
        Case(
            name: "match: ^%s*(.-)%s*$", ratioMax: 1,
            text: patterns("for i = 1, 150000 do l:match('^%s*(.-)%s*$') end")),
        Case(
            name: "match: [%a_][%w_]*", ratioMax: 1,
            text: patterns("for i = 1, 400000 do k:match('[%a_][%w_]*') end")),
        Case(
            name: "gsub: %s+ to one space", ratioMax: 1,
            text: patterns("for i = 1, 30000 do s:gsub('%s+', ' ') end")),
        Case(
            name: "gsub: %a+ by a function", ratioMax: 1,
            text: patterns(
                "local f = function(w) return w end for i = 1, 10000 do s:gsub('%a+', f) end")),
        Case(
            name: "gmatch: words", ratioMax: 1,
            text: patterns("for i = 1, 10000 do for w in s:gmatch('%a+') do end end")),
    ]

    private static func patterns(_ body: String) -> String {
        """
        local s = ("the quick brown  fox jumps over the lazy dog and sells it "):rep(3) .. "for a price of 42"
        local k, l = "amount=1200", "   some text with spaces around it   "
        \(body)
        """
    }

    /// Runs all cases. Must be called on a thread with a stack of 8 MiB or more.
    package static func run(rounds: Int = 5) -> [Result] {
        cases.compactMap { item in
            let text = Array(item.text.utf8)
            var stock = Double.infinity
            var sandbox = Double.infinity
            for _ in 0..<rounds {
                let seconds = text.withSandboxBytes { sandbox_stock_seconds($0) }
                guard seconds > 0, let own = sandboxSeconds(text) else { return nil }
                stock = min(stock, seconds)
                sandbox = min(sandbox, own)
            }
            return Result(
                name: item.name, stockSeconds: stock, sandboxSeconds: sandbox,
                ratioMax: item.ratioMax)
        }
    }

    /// Processor time with all budgets on; nil if it failed.
    private static func sandboxSeconds(_ text: [UInt8]) -> Double? {
        // The text is compiled and the state is made within this time too: some 50 µs.
        let start = processorSeconds()
        let result = ScriptScratchpad.run(
            text, name: "measured.lua", isHandler: false, seed: 1, functions: [],
            budget: ScriptBudget(instructions: 1 << 40), cpuNanoseconds: 600_000_000_000
        ) { _, _, _ in .accepted(effect: [], value: []) }
        return result.fault == nil ? processorSeconds() - start : nil
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
