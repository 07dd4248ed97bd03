import PluginContract
import Testing
import Wire

@Suite struct HostAPITests {
    /// Arguments that each function accepts.
    static let good: [String: [JSON]] = [
        "panel.show": ["viewer", [["title", "ask"]]],
        "panel.hide": ["host"],
        "panel.patch": [["user": "ana", "name": "Ana"], ["guess": ["locked": 1]]],
        "collect": ["guess", ["keep": "last"]],
        "collect.close": ["guess"],
        "timers.set": ["lock", 30],
        "timers.cancel": ["lock"],
        "prizes.reserve": ["coupon", 1],
        "prizes.grant": ["coupon", ["user": "ana", "name": "Ana"]],
        "prizes.release": ["coupon"],
        "chat.say": ["hello", ["count": 3]],
        "log": ["info", "text"],
        "finish": [],
    ]

    private func refusal(
        _ path: String, _ arguments: [JSON], hook: Hook = .start,
        capabilities: Set<Capability> = Set(Capability.allCases)
    ) -> String? {
        do throws(HostCallError) {
            _ = try HostAPI.check(
                path, hook: hook, capabilities: capabilities, arguments: arguments)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func `Every function has good arguments in this suite and turns them into an effect`()
        throws
    {
        #expect(Set(HostAPI.functions.map(\.path)) == Set(Self.good.keys))
        for (path, arguments) in Self.good {
            let effect = try Effect(call: path, arguments: arguments, products: [])
            #expect(effect.json["do"]?.stringValue == path)
            #expect(Effect(json: effect.json) == effect)
        }
    }

    @Test(arguments: HostAPI.functions.map(\.path), Hook.allCases)
    func `Each function works in its hooks and names them elsewhere`(
        path: String, hook: Hook
    ) throws {
        let function = try #require(HostAPI.function(at: path))
        let refusal = refusal(path, try #require(Self.good[path]), hook: hook)
        if function.hooks.contains(hook) {
            #expect(refusal == nil)
        } else {
            let names = function.hooks.map(\.functionName).joined(separator: ", ")
            #expect(
                refusal
                    == "\(path) cannot be called in \(hook.functionName); it can be called in \(names)"
            )
        }
    }

    @Test(arguments: HostAPI.functions.map(\.path), Capability.allCases)
    func `Each function needs its capability and no other`(
        path: String, missing: Capability
    ) throws {
        let function = try #require(HostAPI.function(at: path))
        let refusal = refusal(
            path, try #require(Self.good[path]),
            capabilities: Set(Capability.allCases).subtracting([missing]))
        #expect(
            refusal
                == (function.capability == missing
                    ? "capability \"\(missing.rawValue)\" is not declared in plugin.json" : nil))
    }

    @Test(
        arguments: [
            (
                "timers.set", ["lock", 0.05],
                "timers.set: seconds must be a number from 0.1 to 86400.0, got 0.05"
            ),
            (
                "timers.set", ["lock", "soon"],
                "timers.set: seconds must be a number from 0.1 to 86400.0, got \"soon\""
            ),
            (
                "timers.set", ["lock", 86_400.5],
                "timers.set: seconds must be a number from 0.1 to 86400.0, got 86400.5"
            ),
            (
                "timers.set", ["lock"],
                "timers.set: seconds must be a number from 0.1 to 86400.0, got nothing"
            ),
            ("timers.set", ["lock", 1, 2], "timers.set(name, seconds) takes 2 arguments, got 3"),
            (
                "prizes.reserve", ["coupon", 0],
                "prizes.reserve: count must be an integer from 1 to 1000000, got 0"
            ),
            (
                "prizes.reserve", ["coupon", 1_000_001],
                "prizes.reserve: count must be an integer from 1 to 1000000, got 1000001"
            ),
            (
                "prizes.reserve", ["coupon", 1.5],
                "prizes.reserve: count must be an integer from 1 to 1000000, got 1.5"
            ),
            (
                "prizes.grant", ["coupon", "ana"],
                "prizes.grant: viewer must be a viewer { user, name }, got \"ana\""
            ),
            (
                "panel.show", ["wall", []],
                "panel.show: surface must be \"viewer\" or \"host\" or \"operator\", got \"wall\""
            ),
            (
                "collect", ["guess", ["keep": "best"]],
                "collect: options.keep must be \"first\" or \"last\", got \"best\""
            ),
            (
                "collect", ["guess", ["kept": "first"]],
                "collect: options.kept is not known; it must be a table that may have keep, staff"
            ),
            ("chat.say", [""], "chat.say: text must be a text of 1 to 500 characters, got \"\""),
            ("room.explode", [], "there is no host function room.explode"),
        ] as [(String, [JSON], String)])
    func `A wrong argument is named with what was expected`(
        path: String, arguments: [JSON], message: String
    ) {
        #expect(refusal(path, arguments) == message)
    }

    @Test(
        arguments: [
            ("timers.set", ["lock", 0.1]), ("timers.set", ["lock", 86_400]),
            ("prizes.reserve", ["coupon", 1_000_000]), ("prizes.reserve", ["coupon", 2.0]),
            ("collect", ["guess"]), ("collect", ["guess", nil]), ("collect", ["guess", [:]]),
            ("collect", ["guess", ["staff": true]]),
            ("chat.say", [.string(String(repeating: "a", count: 500))]),
        ] as [(String, [JSON])])
    func `Arguments at the bounds are accepted`(path: String, arguments: [JSON]) {
        #expect(refusal(path, arguments) == nil)
    }

    @Test func `An invalid name tells the form of names`() {
        #expect(refusal("collect.close", ["Guess"])?.contains(Identifier.rule) == true)
    }

    @Test func `Damaged records are not taken for effects`() {
        let wrong: [JSON] = [
            nil, [], "finish", [:], ["do": "dance"], ["do": "timers.set", "name": "a"],
            ["do": "timers.set", "name": "a", "milliseconds": 0],
            ["do": "prizes.reserve", "pool": "a", "count": -1],
            ["do": "panel.show", "surface": "viewer", "panel": [["kind": "dance"]]],
        ]
        for json in wrong { #expect(Effect(json: json) == nil) }
    }
}
