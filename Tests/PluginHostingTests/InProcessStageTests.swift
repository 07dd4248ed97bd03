import PluginContract
import Scripting
import Testing

@testable import PluginHosting

/// The stage on a thread of this process, at its end.
@Suite struct InProcessStageTests {
    private static let opening = StageOpening(
        configuration: Array("{}".utf8), products: Array("[]".utf8), state: Array("{}".utf8))

    private static let program = PluginProgram(
        manifest: Manifest(id: "game", version: "1.0.0", title: ["zh": "g", "en": "g"]),
        source: ScriptSource(
            name: "game", files: ["main.lua": Array("return { on_timer = function() end }".utf8)]),
        locales: [:], contentHash: "")

    @Test func `Who asks a stage that was stopped is told so`() async throws {
        let stage = InProcessStage()
        let id = PlayID(show: "show", plugin: "game")
        let call = StageCall(
            call: ScriptCall(
                hook: "on_timer", arguments: Array("[]".utf8), nowMilliseconds: 1, seed: 1))
        try await stage.open(id, program: Self.program, Self.opening)
        #expect(try await stage.run(id, [call]).count == 1)
        await stage.stop()
        await #expect(throws: StageLoss.innocent) { try await stage.run(id, [call]) }
        await #expect(throws: ScriptFault.self) {
            try await stage.open(id, program: Self.program, Self.opening)
        }
        await #expect(throws: ScriptFault.self) { try await stage.state(of: id) }
        await stage.close(id)
        await stage.stop()
    }
}
