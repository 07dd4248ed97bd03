import Clockwork
import PluginContract
import PluginHosting
import Scripting

/// Runs a chunk outside of any play, with all host functions there and none of them doing anything.
enum Scratchpad {
    /// Runs a chunk; processor time that is nil is what the budget is worth.
    static func run(
        _ evaluation: StageOrder.Evaluation, cpuNanoseconds: UInt64? = nil
    ) -> Evaluated {
        var calls = HostCalls(
            capabilities: Set(Capability.allCases),
            opening: StageOpening(configuration: [], products: Array("[]".utf8), state: []))
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds
        let result = ScriptScratchpad.run(
            evaluation.text, name: evaluation.name, isHandler: evaluation.isHandler,
            seed: evaluation.seed, functions: HostCalls.functions, budget: evaluation.budget,
            cpuNanoseconds: cpuNanoseconds ?? evaluation.budget.cpuNanoseconds
        ) { index, arguments in
            calls.answer(HostCalls.functions.paths[index], Array(arguments))
        }
        let end = clock.monotonicNanoseconds
        return Evaluated(
            outcome: outcome(of: result), value: result.value,
            message: result.fault?.message ?? "", trace: result.fault?.trace ?? "",
            effects: result.effects, instructions: result.instructions,
            peakBytes: Int64(result.peakBytes), nanoseconds: end - start)
    }

    private static func outcome(of result: ScriptScratchpad.Result) -> Evaluated.Outcome {
        switch result.fault?.kind {
        case nil: .ok
        case .budget: .budget
        case .memory: .memory
        case .syntax, .error, .host: result.isDenied ? .denied : .error
        }
    }
}

extension ScriptBudget {
    /// Processor time for a budget that may be far above what plugins get. An instruction takes about
    /// 10 ns.
    package var cpuNanoseconds: UInt64 {
        max(1_000_000_000, UInt64(clamping: min(instructions, 1 << 50)) * 40)
    }
}
