package import Clockwork
package import PluginContract
package import Scripting

/// How much of a stage's time and of its pipe calls that follow each other may take. Only who waits
/// how long depends on it, never what comes of a call.
package enum BatchLimit {
    /// Behind a call that ends later than this no other one begins.
    static let nanoseconds: UInt64 = 5_000_000
    /// Behind a call with which changes and effects reach this, no other one begins.
    package static let outputBytes = 256 << 10
}

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
        ) { index, arguments in
            host.calls.answer(HostCalls.functions.paths[index], Array(arguments))
        }
        try script.restore(state: opening.stage.state)
    }

    /// Runs calls in order, and stops where the next one should not follow at once: behind a call
    /// that did not end well, that moved prizes (the next is to be told how many are left), or that
    /// ended the run; and when the calls have taken their time, so that other plays get theirs. What
    /// is left is sent again, if it is still wanted.
    package func run(_ calls: [StageCall], clock: any Clock) -> [ScriptOutcome] {
        var outcomes: [ScriptOutcome] = []
        outcomes.reserveCapacity(calls.count)
        let start = clock.monotonicNanoseconds
        var outputBytes = 0
        for call in calls {
            host.calls.begin(call)
            let outcome = script.call(call.call)
            host.calls.end(outcome)
            outcomes.append(outcome)
            guard case .done(let changes, let effects, _) = outcome, !host.calls.endsBatch else {
                break
            }
            outputBytes += changes.count + effects.count
            if outputBytes >= BatchLimit.outputBytes
                || clock.monotonicNanoseconds - start >= BatchLimit.nanoseconds
            {
                break
            }
        }
        return outcomes
    }

    /// `room.state` as JSON text.
    package func state() throws(ScriptFault) -> [UInt8] { try script.state() }
}
