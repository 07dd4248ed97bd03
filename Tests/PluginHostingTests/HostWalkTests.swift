import Clockwork
import PluginContract
import Scripting
import Testing
import Wire

@testable import PluginHosting

/// Walks host function × hook × capability from Lua, through sandbox and host: a call that the table
/// forbids ends the hook with the table's own sentence and leaves no effect, any other gets past it.
///
/// That the table says what it should is tested where it stands (`HostAPITests`).
@Suite struct HostWalkTests {
    @Test(arguments: HostAPI.functions.map(\.path))
    func `What the table forbids is refused in the hook, and nothing else is`(
        path: String
    ) async throws {
        let function = try #require(HostAPI.function(at: path))
        var sets: [Set<Capability>] = [Set(Capability.allCases), []]
        if let capability = function.capability {
            sets.append([capability])
            sets.append(Set(Capability.allCases).subtracting([capability]))
        }
        for hook in Hook.allCases {
            for capabilities in sets {
                let outcome = try await outcome(of: path, in: hook, capabilities)
                let refusal = refusal(path, hook, capabilities)
                let place = Comment(rawValue: "\(path) in \(hook) with \(capabilities)")
                switch outcome {
                case .fault(let fault):
                    let refusal = try #require(refusal, "\(path) in \(hook): \(fault.message)")
                    #expect(fault.kind == .error, place)
                    #expect(fault.message == "main.lua:1: " + refusal, place)
                    #expect(fault.trace.contains(hook.functionName), place)
                case .done(_, let effects, _):
                    #expect(refusal == nil, place)
                    #expect(function.isRead == false || effects == Array("[]".utf8), place)
                case .absent: Issue.record("there is no \(hook.functionName)")
                }
            }
        }
    }

    /// Calls the function without arguments, which most of them want: what they say then comes behind
    /// capability and hook.
    private func outcome(
        of path: String, in hook: Hook, _ capabilities: Set<Capability>
    ) async throws -> ScriptOutcome {
        let name = hook.functionName
        let lua = "return { \(name) = function(room) room.\(path)() end }"
        let thread = ScriptThread()
        let result = await thread.run { () -> Result<ScriptOutcome?, any Error> in
            Result {
                let play = try OpenPlay(
                    PlayOpening(
                        source: ScriptSource(name: "walk", files: ["main.lua": Array(lua.utf8)]),
                        capabilities: capabilities, budget: ScriptBudget(),
                        stage: StageOpening(
                            configuration: Array("{}".utf8), products: Array("[]".utf8),
                            state: Array("{}".utf8))))
                let call = ScriptCall(
                    hook: name, arguments: Array("[]".utf8), nowMilliseconds: 0, seed: 1)
                return play.run([StageCall(call: call)], clock: SystemClock()).first
            }
        }
        await thread.stop()
        return try #require(try result.get())
    }

    /// What the table says about the call, or about its arguments.
    private func refusal(
        _ path: String, _ hook: Hook, _ capabilities: Set<Capability>
    ) -> String? {
        do throws(HostCallError) {
            _ = try HostAPI.check(path, hook: hook, capabilities: capabilities, arguments: [])
            return nil
        } catch {
            return error.description
        }
    }
}
