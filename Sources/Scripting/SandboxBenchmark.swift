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
        /// What of it is not measured.
        var baseline: String?
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
        loop("integer additions", "local s = 0 for i = 1, 20000000 do s = s + i end"),
        loop(
            "floats and a branch",
            "local s = 0.0 for i = 1, 10000000 do if i % 3 == 0 then s = s + i * 0.5 end end"),
        loop(
            "a list of 1,000",
            "local t = {} for j = 1, 5000 do for i = 1, 1000 do t[i] = (t[i] or 0) + j end end"),
        loop(
            "calls",
            """
            local function f(a, b) return a + b end
            local s = 0
            for i = 1, 5000000 do s = f(s, i) end
            """),
        loop(
            "fields and methods",
            """
            local o = { n = 0 }
            function o.step(self, by) self.n = self.n + by end
            for i = 1, 3000000 do o:step(i) end
            """),
        pattern("find: a word in 200 bytes", 300_000, "s:find('price')"),
        pattern("find: %d+ in 200 bytes", 100_000, "s:find('%d+')"),
        pattern("match: (%w+)=(%w+)", 400_000, "k:match('(%w+)=(%w+)')"),
        pattern("match: ^%s*(.-)%s*$", 150_000, "l:match('^%s*(.-)%s*$')"),
        pattern("match: [%a_][%w_]*", 400_000, "k:match('[%a_][%w_]*')"),
        pattern("gsub: %s+ to one space", 30_000, "s:gsub('%s+', ' ')"),
        pattern("gsub: %a+ in brackets", 10_000, "s:gsub('%a+', '<%0>')"),
        pattern("gmatch: words", 10_000, "for w in s:gmatch('%a+') do end"),
    ]

    private static func loop(_ name: String, _ text: String) -> Case {
        Case(name: "loop: " + name, ratioMax: 2.2, text: text)
    }

    /// The time of the loop is taken off, with a call of a function that does nothing: the hook's price is
    /// measured above.
    private static func pattern(_ name: String, _ count: Int, _ body: String) -> Case {
        let head = """
            local s = ("the quick brown  fox jumps over the lazy dog and sells it "):rep(3)
              .. "for a price of 42"
            local k, l, none = "amount=1200", "   some text with spaces around it   ", rawequal
            for i = 1, \(count) do

            """
        return Case(
            name: name, ratioMax: 1, text: head + body + " end",
            baseline: head + "none(s, s) end")
    }

    /// Runs all cases. Must be called on a thread with a stack of 8 MiB or more.
    package static func run(rounds: Int = 5) -> [Result] {
        cases.compactMap { item in
            guard let whole = measure(item.text, rounds) else { return nil }
            var rest = (stock: 0.0, sandbox: 0.0)
            if let baseline = item.baseline {
                guard let measured = measure(baseline, rounds) else { return nil }
                rest = measured
            }
            return Result(
                name: item.name, stockSeconds: whole.stock - rest.stock,
                sandboxSeconds: whole.sandbox - rest.sandbox, ratioMax: item.ratioMax)
        }
    }

    private static func measure(
        _ text: String, _ rounds: Int
    ) -> (stock: Double, sandbox: Double)? {
        let text = Array(text.utf8)
        var best = (stock: Double.infinity, sandbox: Double.infinity)
        for _ in 0..<rounds {
            let stock = text.withSandboxBytes { sandbox_stock_seconds($0) }
            guard stock > 0, let own = sandboxSeconds(text) else { return nil }
            best = (min(best.stock, stock), min(best.sandbox, own))
        }
        return best
    }

    /// Processor time with all budgets on; nil if it failed.
    private static func sandboxSeconds(_ text: [UInt8]) -> Double? {
        // The text is compiled and the state is made within this time too: some 50 µs.
        let start = processorSeconds()
        let result = ScriptScratchpad.run(
            text, name: "measured.lua", isHandler: false, seed: 1, functions: [],
            budget: ScriptBudget(instructions: 1 << 40), cpuNanoseconds: 600_000_000_000
        ) { _, _ in .accepted(effect: [], value: []) }
        return result.fault == nil ? processorSeconds() - start : nil
    }

    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
