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
        "prizes.left": ["coupon"],
        "chat.say": ["hello", ["count": 3]],
        "chat.hide": ["m18"],
        "chat.collect": ["tea", ["tea", "茶"], ["match": "contains", "keep": "last"]],
        "chat.collect.close": ["tea"],
        "linger": [],
        "prizes.granted": ["coupon", ["user": "ana", "name": "Ana"]],
        "show.id": [],
        "panel.picture": [],
        "presence.count": [],
        "products.list": [],
        "products.get": ["oolong"],
        "products.pin": ["oolong"],
        "products.unpin": [],
        "products.on_air": [],
        "products.embargo": ["oolong"],
        "products.lift": ["oolong"],
        "leaderboard.add": [["user": "ana", "name": "Ana"], 10],
        "leaderboard.top": [3],
        "leaderboard.points": [["user": "ana", "name": "Ana"]],
        "leaderboard.reset": [],
        "kv.get": ["best"],
        "kv.set": ["best", ["user": "ana"]],
        "knowledge.search": ["运费多少", ["limit": 3, "product": "oolong", "seconds": 1.5]],
        "webhook.send": ["crm", ["won": true], ["seconds": 5]],
        "seats.grant": [1, ["user": "ana", "name": "Ana"], ["audio": false]],
        "seats.revoke": [1],
        "seats.swap": [1, 2],
        "seats.list": [],
        "fairness.commit": ["main", ["winners": 3, "prize": "tea"]],
        "fairness.freeze": ["main", ["bo": 2, "ana": 1, "cy": 0]],
        "fairness.draw": ["main", ["count": 10, "input": "4711", "sides": 6]],
        "fairness.reveal": ["main"],
        "fairness.hash": ["abc"],
        "fairness.abandoned": [],
        "refuse": ["FULL"],
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
        let products = [
            Product(id: "oolong", title: [:], image: "", currency: "CNY", priceMinor: 1)
        ]
        for function in HostAPI.functions {
            let arguments = try #require(Self.good[function.path])
            if function.isRead {
                #expect(throws: HostCallError.self) {
                    try Effect(call: function.path, arguments: arguments, products: products)
                }
                continue
            }
            var effect = try Effect(
                call: function.path, arguments: arguments, products: products)
            if case .request(var request) = effect {
                request.id = 1  // given by who asks
                effect = .request(request)
            }
            if case .fairnessCommit(let name, let rules, _, _) = effect {
                effect = .fairnessCommit(
                    name: name, rules: rules, number: 1, commitment: "made where secrets are")
            }
            let path = function.path == "chat.collect.close" ? "collect.close" : function.path
            #expect(effect.json["do"]?.stringValue == path)
            #expect(Effect(json: try JSON(parsing: effect.json.encoded())) == effect)
        }
    }

    @Test(arguments: HostAPI.functions.map(\.path))
    func `Each function in each hook with each set of capabilities, completely`(
        path: String
    ) throws {
        let function = try #require(HostAPI.function(at: path))
        let good = try #require(Self.good[path])
        #expect(!function.hooks.isEmpty)
        let sets: [Set<Capability>] =
            [Set(Capability.allCases), []]
            + Capability.allCases.flatMap { [[$0], Set(Capability.allCases).subtracting([$0])] }
        for hook in Hook.allCases {
            for capabilities in sets {
                let refusal = refusal(path, good, hook: hook, capabilities: capabilities)
                if let capability = function.capability, !capabilities.contains(capability) {
                    #expect(
                        refusal
                            == "capability \"\(capability.rawValue)\" is not declared in plugin.json"
                    )
                } else if !function.hooks.contains(hook) {
                    let names = function.hooks.map(\.functionName).joined(separator: ", ")
                    #expect(
                        refusal == "\(path) cannot be called in \(hook.functionName);"
                            + " it can be called in \(names)")
                } else {
                    #expect(refusal == nil)
                }
            }
        }
    }

    @Test func `Every capability is of use, and every function is told apart`() {
        let used =
            Set(HostAPI.functions.compactMap(\.capability))
            .union(Hook.allCases.compactMap(\.capability))
        #expect(used == Set(Capability.allCases))
        for function in HostAPI.functions {
            #expect(!function.summary.isEmpty)
            #expect(!function.isRead || function.returns != nil)
            #expect(!function.isRead || function.hooks == Hook.allCases)
        }
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
                "collect: options.kept is not known; it must be a table that may have keep, staff,"
                    + " timer, allowance"
            ),
            (
                "chat.collect", ["tea", []],
                "chat.collect: phrases must be 1 to 20 texts of 1 to 50 characters, got a table"
            ),
            (
                "chat.collect", ["tea", ["tea", 7]],
                "chat.collect: phrases must be 1 to 20 texts of 1 to 50 characters, got a table"
            ),
            (
                "chat.collect", ["tea", "tea", ["match": "like"]],
                "chat.collect: options.match must be \"equal\" or \"contains\", got \"like\""
            ),
            (
                "leaderboard.top", [101],
                "leaderboard.top: count must be an integer from 1 to 100, got 101"
            ),
            (
                "leaderboard.add", [["user": "ana", "name": "Ana"], 1_000_000_001],
                "leaderboard.add: points must be an integer from -1000000000 to 1000000000,"
                    + " got 1000000001"
            ),
            (
                "kv.set", ["a", .string(String(repeating: "a", count: 4_095))],
                "kv.set: value must be a plain value of at most 4096 bytes of JSON,"
                    + " got \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\""
            ),
            (
                "knowledge.search", ["tea", ["limit": 11]],
                "knowledge.search: options.limit must be an integer from 1 to 10, got 11"
            ),
            (
                "knowledge.search", ["tea", ["seconds": 31]],
                "knowledge.search: options.seconds must be a number from 0.1 to 30.0, got 31"
            ),
            (
                "webhook.send", ["crm"],
                "webhook.send: body must be a plain value of at most 16128 bytes of JSON,"
                    + " got nothing"
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
            ("chat.collect", ["tea", "tea"]),
            ("chat.collect", ["tea", .array(Array(repeating: "tea", count: 20))]),
            ("leaderboard.top", []), ("leaderboard.top", [100]), ("leaderboard.top", [1]),
            ("leaderboard.add", [["user": "ana", "name": "Ana"], -1_000_000_000]),
            ("kv.set", ["a", .string(String(repeating: "a", count: 4_094))]), ("kv.set", ["a"]),
            ("knowledge.search", ["tea", ["limit": 10, "seconds": 30]]),
            ("knowledge.search", ["tea", ["limit": 1, "seconds": 0.1]]),
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
