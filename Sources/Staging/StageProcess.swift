package import Clockwork
package import PluginHosting
package import Scripting

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Runs plays in caged processes, which it starts, watches and replaces.
///
/// A process that dies or hangs loses nothing: the play that it was running is charged
/// (``StageLoss/charged(_:)``), every other one is told that it was lost (``StageLoss/innocent``), and
/// goes on in the next process when it is opened there with the state of the journal. See
/// SDK-docs/security.md for what the cage holds.
package final class StageProcess: Stage {
    private let keeper: StageKeeper

    /// Processes that there are as soon as all has started: the active one and its spare.
    package static let countAtStart = 2

    /// Starts the first processes.
    ///
    /// - Parameters:
    ///   - executable: The program `playhouse`, which is started with the word `stage`.
    ///   - limits: How long processes are waited for.
    ///   - clock: Only its monotonic time is used.
    ///   - note: Told what happens to processes, on a thread that must not be kept waiting.
    package init(
        executable: String = StageProcess.ownExecutable, limits: StageLimits = StageLimits(),
        clock: any Clock = SystemClock(),
        note: @escaping @Sendable (StageNote) -> Void = { _ in }
    ) {
        keeper = StageKeeper(executable: executable, limits: limits, clock: clock, note: note)
    }

    deinit { keeper.requestStop() }

    /// The program that is running. On Linux the very file, even if it has been replaced on disk by
    /// another version.
    package static var ownExecutable: String {
        #if os(Linux)
            "/proc/self/exe"
        #else
            CommandLine.arguments[0]
        #endif
    }

    /// The processes as they were a moment ago.
    package var figures: StageFigures { keeper.figures }

    /// Ends all processes, and waits for that. Whoever waits for an outcome has lost the play.
    package func stop() async { await keeper.stop() }

    package func open(
        _ play: PlayID, program: PluginProgram, _ opening: StageOpening
    ) async throws(ScriptFault) {
        let order = StageOrder.open(PlayOpening(program: program, stage: opening))
        switch await ask(play, order) {
        case .answer(.failed(let fault)): throw fault
        case .answer: break
        case .lost: throw ScriptFault(kind: .host, message: "the stage was stopped")
        case .charged(let why): throw ScriptFault(kind: .host, message: why)
        }
    }

    package func run(
        _ play: PlayID, _ calls: [StageCall]
    ) async throws(StageLoss) -> [ScriptOutcome] {
        switch await ask(play, .run(calls)) {
        case .answer(.outcomes(let outcomes)): return outcomes
        case .answer, .lost: throw .innocent
        case .charged(let why): throw .charged(ScriptFault(kind: .host, message: why))
        }
    }

    package func state(of play: PlayID) async throws(ScriptFault) -> [UInt8] {
        switch await ask(play, .state) {
        case .answer(.state(let state)): return state
        case .answer(.failed(let fault)): throw fault
        case .answer, .lost:
            throw ScriptFault(kind: .host, message: "\(play.plugin) is not on the stage")
        case .charged(let why): throw ScriptFault(kind: .host, message: why)
        }
    }

    package func close(_ play: PlayID) async { _ = await ask(play, .close) }

    /// Runs one chunk outside of any play.
    ///
    /// - Throws: `host` when the process died of it or took too long.
    package func evaluate(
        _ evaluation: StageOrder.Evaluation
    ) async throws(ScriptFault) -> Evaluated {
        switch await ask(nil, .evaluate(evaluation)) {
        case .answer(.evaluated(let evaluated)): return evaluated
        case .answer(.failed(let fault)): throw fault
        case .answer, .lost: throw ScriptFault(kind: .host, message: "the stage was stopped")
        case .charged(let why): throw ScriptFault(kind: .host, message: why)
        }
    }

    private func ask(_ play: PlayID?, _ order: StageOrder) async -> Supervision.Reply {
        // Encoded here, so that the one thread of the keeper need not.
        let order = Supervision.Order(order)
        return await withCheckedContinuation { continuation in
            keeper.post(
                StageKeeper.Ask(play: play, order: order) { continuation.resume(returning: $0) })
        }
    }
}
