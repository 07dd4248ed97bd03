package import PluginContract
package import Scripting

/// What is needed to open a play, wherever the stage is.
package struct PlayOpening: Sendable {
    package var source: ScriptSource
    package var capabilities: Set<Capability>
    package var budget: ScriptBudget
    package var stage: StageOpening

    package init(
        source: ScriptSource, capabilities: Set<Capability>, budget: ScriptBudget,
        stage: StageOpening
    ) {
        self.source = source
        self.capabilities = capabilities
        self.budget = budget
        self.stage = stage
    }

    package init(program: PluginProgram, stage: StageOpening) {
        let budgets = program.manifest.budgets
        self.init(
            source: program.source, capabilities: program.manifest.capabilities,
            // The budgets of a manifest are within the platform's limits.
            budget: ScriptBudget(
                instructions: budgets.instructions, memoryBytes: Int(budgets.memoryBytes),
                hostCalls: Int(budgets.hostCalls), outputBytes: Int(budgets.outputBytes)),
            stage: stage)
    }
}

/// A play on a stage: its script, and the host functions that answer it. The same in a stage process
/// and in process. Stays on the thread of its script.
package final class OpenPlay {
    private let script: Script
    private let host: Host

    private final class Host {
        var calls: HostCalls
        init(_ calls: HostCalls) { self.calls = calls }
    }

    /// Loads the program and gives it its state; `coverage` notes which lines run.
    ///
    /// - Throws: What ``Script`` throws.
    package init(
        _ opening: PlayOpening, coverage: LineCoverage? = nil
    ) throws(ScriptFault) {
        let host = Host(
            HostCalls(capabilities: opening.capabilities, opening: opening.stage))
        self.host = host
        script = try Script(
            source: opening.source, functions: HostCalls.functions,
            configuration: opening.stage.configuration, budget: opening.budget, coverage: coverage
        ) { index, arguments, _ in
            host.calls.answer(HostCalls.functions[index].path, Array(arguments))
        }
        try script.restore(state: opening.stage.state)
    }

    /// Runs one call of a hook.
    package func run(_ call: StageCall) -> ScriptOutcome {
        host.calls.begin(call)
        let outcome = script.call(call.call)
        host.calls.end(outcome)
        return outcome
    }

    /// `room.state` as JSON text.
    package func state() throws(ScriptFault) -> [UInt8] { try script.state() }
}
