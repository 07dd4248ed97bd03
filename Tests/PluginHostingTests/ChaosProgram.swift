import Clockwork
import PluginContract
import Scripting
import Wire

@testable import PluginHosting

/// A stage and a program in one that does anything it may, chosen by the seed of each call.
///
/// The same call on the same state has the same outcome, as Lua promises.
struct ChaosProgram {
    let plugin: PluginProgram
    private var open: (calls: HostCalls, tree: StateTree)?

    init(_ plugin: PluginProgram) { self.plugin = plugin }

    static func manifest(id: String) -> Manifest {
        Manifest(
            id: id, version: "1.0.0", title: ["zh": id, "en": id],
            capabilities: Set(Capability.allCases))
    }

    /// `room.state`, when the play is open.
    var state: StateTree? { open?.tree }

    mutating func perform(_ output: PlayOutput) {
        switch output {
        case .openStage(_, let opening):
            let state = (try? JSON(parsing: opening.state)) ?? .null
            open = (
                HostCalls(capabilities: plugin.manifest.capabilities, opening: opening),
                StateTree(json: state) ?? StateTree()
            )
        case .closeStage: open = nil
        case .draft, .afterwards, .check: break
        }
    }

    /// Runs calls as a stage does that stops too early, and sometimes too late.
    mutating func run(_ calls: [StageCall]) -> [ScriptOutcome] {
        var outcomes: [ScriptOutcome] = []
        for call in calls {
            var random = SeededRandom(seed: call.call.seed &+ 1)
            let outcome = run(call)
            outcomes.append(outcome)
            let isLast = if case .done = outcome { open?.calls.endsBatch ?? true } else { true }
            if Int.random(in: 0..<8, using: &random) == 0 ? !isLast : isLast { break }
        }
        return outcomes
    }

    mutating func run(_ call: StageCall) -> ScriptOutcome {
        guard var (calls, tree) = open else {
            return .fault(ScriptFault(kind: .host, message: "not open"))
        }
        var random = SeededRandom(seed: call.call.seed)
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return .fault(ScriptFault(kind: .error, message: "main.lua:1: chaos", trace: "t"))
        // Of a hook that is only told of what goes by, a play remembers that it is missing.
        case 1 where !["on_danmaku", "on_join", "on_leave", "on_ending"].contains(call.call.hook):
            return .absent
        default: break
        }
        calls.begin(call)
        var effects: [JSON] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let (path, arguments) = Self.hostCall(&random)
            let answer = calls.answer(path, JSON.array(arguments).encoded())
            guard case .accepted(let effect, _) = answer, !effect.isEmpty,
                let effect = try? JSON(parsing: effect)
            else { continue }
            effects.append(effect)
        }
        var changes: [JSON] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let change = Self.change(&random)
            if tree.apply([change]) { changes.append(change) }
        }
        let outcome = ScriptOutcome.done(
            changes: JSON.array(changes).encoded(), effects: JSON.array(effects).encoded(),
            use: ScriptUse(instructions: 1))
        calls.end(outcome)
        open = (calls, tree)
        return outcome
    }

    private static func change(_ random: inout SeededRandom) -> JSON {
        let keys: [JSON] = ["a", "b", 1, 2, 3, "#x"]
        let values: [JSON] = [5, "text", true, [:], [1, 2], ["x": ["y": 1]], ["#4": 1], 1.5]
        let path = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
            keys.randomElement(using: &random)
        }
        guard Bool.random(using: &random), let value = values.randomElement(using: &random) else {
            return [.array(path)]
        }
        return [.array(path), value]
    }

    private static func hostCall(_ random: inout SeededRandom) -> (String, [JSON]) {
        let name: JSON = Bool.random(using: &random) ? "guess" : "vote"
        let user = "u\(Int.random(in: 0..<6, using: &random))"
        let viewer: JSON = ["user": .string(user), "name": "V"]
        let surface: JSON = Bool.random(using: &random) ? "viewer" : "host"
        let count: JSON = .integer(.random(in: 1...4, using: &random))
        switch Int.random(in: 0..<30, using: &random) {
        case 16: return ("chat.collect", [name, ["a", "b"], ["match": "contains"]])
        case 17: return ("chat.collect.close", [name])
        case 18: return ("chat.hide", ["m1"])
        case 19: return ("products.pin", ["oolong"])
        case 20: return ("products.unpin", [])
        case 21, 22: return ("leaderboard.add", [viewer, count])
        case 23: return ("kv.set", [name, count])
        case 24: return ("knowledge.search", ["tea", ["seconds": 0.5]])
        case 25:
            return Bool.random(using: &random)
                ? ("leaderboard.reset", []) : ("webhook.send", ["crm", ["a": count]])
        case 26:
            return ("seats.grant", [count, viewer, ["audio": .bool(Bool.random(using: &random))]])
        case 27:
            return Bool.random(using: &random)
                ? ("seats.revoke", [count]) : ("seats.swap", [count, 4])
        case 28: return ("refuse", ["no"])
        case 29: return ("linger", [])
        case 0...2:
            return (
                "panel.show",
                [
                    surface,
                    [
                        ["1": "number", "id": "guess", "min": 0, "max": 5],
                        ["1": "choice", "id": "vote", "options": [["a", "A"], ["b", "B"]]],
                        ["1": "button", "id": "tap"], ["countdown", "lock"],
                        ["stat", "count", count], ["leaderboard", "best"],
                    ],
                ]
            )
        case 3: return ("panel.hide", [surface])
        case 4: return ("panel.patch", [viewer, ["vote": ["locked": count]]])
        case 5, 6:
            return ("collect", [name, ["keep": Bool.random(using: &random) ? "first" : "last"]])
        case 7: return ("collect.close", [name])
        case 8, 9:
            let timer: JSON = Bool.random(using: &random) ? "lock" : "tick"
            return ("timers.set", [timer, .double(.random(in: 0.1...5, using: &random))])
        case 10: return ("timers.cancel", ["lock"])
        case 11, 12: return ("prizes.reserve", ["coupon", count])
        case 13: return ("prizes.grant", ["coupon", viewer, count])
        case 14:
            return Bool.random(using: &random) ? ("prizes.release", ["coupon"]) : ("finish", [])
        default: return ("chat.say", ["hello", ["count": count]])
        }
    }
}
