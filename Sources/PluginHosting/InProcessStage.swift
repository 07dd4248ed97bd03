import Clockwork
package import Scripting

/// Runs plays on a thread of this process: for tests, the author's tools, and a server whose plugins
/// are trusted.
///
/// One thread for all its plays: a handler that uses up its budget delays the others.
package final class InProcessStage: Stage {
    private let thread: ScriptThread
    private let plays: ScriptShelf<PlayID, OpenPlay>

    private let coverage: LineCoverage?
    private let isStopped = Lock(false)

    /// - Parameter coverage: Notes which lines of the program of its plays run; for tests of plugins.
    package init(coverage: LineCoverage? = nil) {
        self.coverage = coverage
        thread = ScriptThread()
        plays = ScriptShelf(on: thread)
    }

    deinit { thread.end() }

    /// Loses every play. Rooms may still ask for theirs while a server ends; they are told so.
    package func stop() async {
        isStopped.withLock { $0 = true }
        await plays.use { $0.removeAll() }
    }

    package func open(
        _ play: PlayID, program: PluginProgram, _ opening: StageOpening
    ) async throws(ScriptFault) {
        let opening = PlayOpening(program: program, stage: opening)
        let result = await plays.use { [coverage, isStopped] plays -> Result<Void, ScriptFault> in
            plays[play] = nil
            guard !isStopped.withLock({ $0 }) else {
                return .failure(ScriptFault(kind: .host, message: "the stage was stopped"))
            }
            do throws(ScriptFault) {
                plays[play] = try OpenPlay(opening, coverage: coverage)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Loses a play only if it was not opened, has been closed, or the stage was stopped.
    package func run(
        _ play: PlayID, _ calls: [StageCall]
    ) async throws(StageLoss) -> [ScriptOutcome] {
        let outcomes = await plays.use { plays in
            plays[play].map { $0.run(calls, clock: SystemClock()) }
        }
        guard let outcomes else { throw .innocent }
        return outcomes
    }

    package func state(of play: PlayID) async throws(ScriptFault) -> [UInt8] {
        let result = await plays.use { plays -> Result<[UInt8], ScriptFault> in
            guard let open = plays[play] else {
                return .failure(
                    ScriptFault(kind: .host, message: "\(play.plugin) is not on the stage"))
            }
            do throws(ScriptFault) {
                return .success(try open.state())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    package func close(_ play: PlayID) async {
        await plays.use { $0[play] = nil }
    }
}
