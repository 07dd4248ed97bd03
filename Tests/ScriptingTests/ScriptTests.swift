import Testing

@testable import Scripting

@Suite struct ScriptTests {
    @Test("a hook changes the state and asks for effects")
    func hookRuns() throws {
        let script = try Script(
            source: ScriptSource(
                name: "test",
                files: [
                    "main.lua": Array(
                        """
                        local game = {}
                        function game.on_start(room, who)
                          local s = room.state
                          s.phase = "open"
                          s.list = { 1, 2.5, { a = who } }
                          room.panel.show("viewer", { { "title", "ask" }, { "product", 7, price = "hidden" } })
                        end
                        return game
                        """.utf8)
                ]),
            functions: [HostFunction(path: "panel.show")], configuration: Array("{}".utf8),
            budget: ScriptBudget()
        ) { _, arguments, hook in
            .accepted(effect: Array(arguments), value: [])
        }
        let outcome = script.call(
            ScriptCall(
                hook: "on_start", arguments: Array("[\"ana\"]".utf8), nowMilliseconds: 1000, seed: 1
            ))
        guard case .done(let changes, let effects, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        print(String(decoding: changes, as: UTF8.self), String(decoding: effects, as: UTF8.self))
        print(String(decoding: try script.state(), as: UTF8.self), script.memoryBytes)
    }
}
