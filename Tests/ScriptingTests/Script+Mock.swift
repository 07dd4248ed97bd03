@testable import Scripting

extension Script {
    /// A script of one file. Host functions accept everything and record their arguments as effect.
    static func mock(
        _ main: String, files: [String: String] = [:],
        functions: [String] = ["log", "panel.show", "collect", "collect.close"],
        configuration: String = #"{"price":100,"list":[1,{"x":2}]}"#,
        budget: ScriptBudget = ScriptBudget(), cpuNanoseconds: UInt64 = 60_000_000_000,
        handler: @escaping Script.Handler = { _, arguments in
            .accepted(effect: Array(arguments), value: [])
        }
    ) throws(ScriptFault) -> Script {
        var all = files
        all["main.lua"] = main
        return try Script(
            source: ScriptSource(name: "mock", files: all.mapValues { Array($0.utf8) }),
            functions: HostFunctions(functions),
            configuration: Array(configuration.utf8), budget: budget,
            // A busy machine must not decide which limit is met first.
            cpuNanoseconds: cpuNanoseconds, handler: handler)
    }

    /// A script whose hook `run(room, ...)` has the given body.
    static func running(_ body: String, budget: ScriptBudget = ScriptBudget()) throws(ScriptFault)
        -> Script
    {
        try mock("return { run = function(room, a, b)\n\(body)\nend }", budget: budget)
    }

    func run(
        _ hook: String = "run", _ arguments: String = "[]", now: Int64 = 12_345, seed: UInt64 = 7
    ) -> ScriptOutcome {
        call(
            ScriptCall(
                hook: hook, arguments: Array(arguments.utf8), nowMilliseconds: now, seed: seed))
    }

    func stateText() throws -> String { String(decoding: try state(), as: UTF8.self) }

    func restore(_ text: String) throws { try restore(state: Array(text.utf8)) }
}

extension ScriptOutcome {
    var changesText: String? {
        guard case .done(let changes, _, _) = self else { return nil }
        return String(decoding: changes, as: UTF8.self)
    }
    var effectsText: String? {
        guard case .done(_, let effects, _) = self else { return nil }
        return String(decoding: effects, as: UTF8.self)
    }
    var fault: ScriptFault? {
        guard case .fault(let fault) = self else { return nil }
        return fault
    }
}
