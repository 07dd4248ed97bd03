import Clockwork
import PluginContract
package import Scripting

/// Runs plays on a thread of this process: for tests, the author's tools, and a server whose plugins
/// are trusted.
///
/// One thread for all its plays: a handler that uses up its budget delays the others.
package final class InProcessStage: Stage {
    private let thread: ScriptThread
    private let scripts: ScriptShelf<PlayID>
    /// What the host functions of each open play know. Touched on the thread while a hook runs, and
    /// between calls by ``run(_:_:)``, which waits for the thread.
    private let hosts = Lock<[PlayID: Lock<HostCalls>]>([:])

    package init() {
        thread = ScriptThread()
        scripts = ScriptShelf(on: thread)
    }

    /// Ends the thread. The stage must not be used afterwards.
    package func stop() async {
        await scripts.use { $0.removeAll() }
        await thread.stop()
    }

    package func open(
        _ play: PlayID, program: PluginProgram, _ opening: StageOpening
    ) async throws(ScriptFault) {
        let host = Lock(
            HostCalls(capabilities: program.manifest.capabilities, opening: opening))
        let result = await scripts.use { scripts -> Result<Void, ScriptFault> in
            scripts[play] = nil
            do throws(ScriptFault) {
                let script = try Script(
                    source: program.source, functions: HostCalls.functions,
                    configuration: opening.configuration,
                    budget: ScriptBudget(program.manifest.budgets)
                ) { index, arguments, _ in
                    host.withLock {
                        $0.answer(HostCalls.functions[index].path, Array(arguments))
                    }
                }
                try script.restore(state: opening.state)
                scripts[play] = script
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        hosts.withLock { $0[play] = host }
    }

    package func run(_ play: PlayID, _ calls: [StageCall]) async -> [ScriptOutcome] {
        let host = hosts.withLock { $0[play] }
        return await scripts.use { scripts in
            calls.map { call in
                guard let host, let script = scripts[play] else {
                    return .fault(
                        ScriptFault(kind: .host, message: "\(play.plugin) is not on the stage"))
                }
                host.withLock { $0.begin(call) }
                let outcome = script.call(call.call)
                host.withLock { $0.end(outcome) }
                return outcome
            }
        }
    }

    package func state(of play: PlayID) async throws(ScriptFault) -> [UInt8] {
        let result = await scripts.use { scripts -> Result<[UInt8], ScriptFault> in
            guard let script = scripts[play] else {
                return .failure(
                    ScriptFault(kind: .host, message: "\(play.plugin) is not on the stage"))
            }
            do throws(ScriptFault) {
                return .success(try script.state())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    package func close(_ play: PlayID) async {
        hosts.withLock { $0[play] = nil }
        await scripts.use { $0[play] = nil }
    }
}

extension ScriptBudget {
    /// The budgets of a manifest, which are within the platform's limits.
    init(_ budgets: Budgets) {
        self.init(
            instructions: budgets.instructions, memoryBytes: Int(budgets.memoryBytes),
            hostCalls: Int(budgets.hostCalls), outputBytes: Int(budgets.outputBytes))
    }
}
