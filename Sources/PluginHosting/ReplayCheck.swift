import Clockwork
import PluginContract
package import Scripting
import Wire

/// A live call that is to be made again elsewhere: the state before it, and what came of it.
///
/// Holds values that the play gave away; what costs time, encoding them, is left to whoever runs it.
package struct ReplayCheck: Sendable {
    package let program: PluginProgram
    private let call: PlayCall
    private let configuration: JSONObject
    private let products: JSON
    private let tree: StateTree
    private let memory: HostMemory

    /// What came of it.
    package enum Verdict: Sendable, Equatable {
        case same
        case different(ReplayDifference)
        /// One of the two was cut short by something that need not happen again.
        case inconclusive
    }

    init(_ play: Play, _ call: PlayCall) {
        program = play.program
        self.call = call
        configuration = play.state.configuration
        products = play.state.products
        tree = play.state.tree
        memory = play.state.memory
    }

    /// Makes the call again and compares.
    ///
    /// - Parameters:
    ///   - outcome: What came of the live call.
    ///   - stage: Not the one on which it ran.
    ///   - id: Free on that stage.
    /// - Returns: How it went.
    package func run(
        comparing outcome: ScriptOutcome, on stage: any Stage, as id: PlayID
    ) async -> Verdict {
        var state = PlayState()
        state.configuration = configuration
        state.products = products
        state.tree = tree
        state.memory = memory
        let step = Replay.Step(
            opensFirst: true, call: call.stageCall, recordedCall: call, state: state)
        let again = await stage.outcome(of: step, id, program: program)
        await stage.close(id)
        let live = ReplayOutcome(outcome)
        let replayed = ReplayOutcome(again)
        if live == replayed { return .same }
        if outcome.isCutShort || again.isCutShort { return .inconclusive }
        return .different(
            ReplayDifference(hook: call.hook.functionName, recorded: live, replayed: replayed))
    }
}

extension ScriptOutcome {
    /// Whether a budget, memory or the stage ended the call: that depends on more than the call.
    fileprivate var isCutShort: Bool {
        guard case .fault(let fault) = self else { return false }
        return fault.kind == .budget || fault.kind == .memory || fault.kind == .host
    }
}

extension Play {
    /// The check of a call that is about to be folded, if it is one of those that are made again: one
    /// in `share`, by its seed; 0 for none.
    func check(_ call: PlayCall, oneIn share: UInt64) -> ReplayCheck? {
        guard share > 0 else { return nil }
        // The seed itself is what the program's random numbers come from.
        var random = SeededRandom(seed: call.seed ^ 0x7265_706C_6179_3F21)
        return random.next() % share == 0 ? ReplayCheck(self, call) : nil
    }
}
