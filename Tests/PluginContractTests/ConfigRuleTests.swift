import PluginContract
import Testing
import Wire

@Suite struct ConfigRuleTests {
    private static func schema(_ rule: String) throws(ManifestError) -> ConfigSchema {
        let text = """
            {"id":"a","version":"1.0.0","api":1,"title":{"zh":"甲","en":"A"},
             "config":{
               "price":{"type":"money"}, "max":{"type":"money","default":100},
               "mode":{"type":"choice","options":["points","all"],"default":"all"},
               "rounds":{"type":"integer","default":3,"immutable":true},
               "shuffle":{"type":"boolean","default":false}
             },
             "rules":[{"rule":\(JSON.string(rule).text),
                       "message":{"zh":"太贵","en":"too dear"}}]}
            """
        return try Manifest.parse(Array(text.utf8), file: "plugin.json").configuration
    }

    private func isKept(_ rule: String, _ config: JSONObject) throws -> Bool {
        let schema = try Self.schema(rule)
        do {
            _ = try schema.resolve(show: config, override: [:], products: [])
            return true
        } catch {
            #expect(error.code == .badConfig)
            #expect(error.message == "too dear (\(rule))")
            #expect(error.value == ["zh": "太贵", "en": "too dear"])
            return false
        }
    }

    @Test(
        arguments: [
            ("price <= max", ["price": 100], true), ("price <= max", ["price": 101], false),
            ("price <= max", [:], true),
            ("price + 1 < max * 2 - 10", ["price": 188], true),
            ("price + 1 < max * 2 - 10", ["price": 189], false),
            ("2 + 3 * 4 == 14", [:], true), ("(2 + 3) * 4 == 20", [:], true),
            ("10 - 3 - 2 == 5", [:], true), ("-price < -5", ["price": 6], true),
            ("mode == 'all' or rounds > 5", [:], true),
            ("mode == 'all' or rounds > 5", ["mode": "points"], false),
            ("mode == 'all' or rounds > 5", ["mode": "points", "rounds": 6], true),
            ("not shuffle and rounds ~= 4", [:], true),
            ("not shuffle and rounds ~= 4", ["shuffle": true], false),
            ("shuffle == false", [:], true), ("mode ~= 'points'", ["mode": "points"], false),
            // An absent value decides nothing, unless the rest decides alone.
            ("price > 5 and rounds > 5", [:], false), ("price > 5 or rounds > 2", [:], true),
            ("price > 5 or rounds > 5", [:], true), ("not (price > 5)", [:], true),
            // Beyond 64 bits.
            ("price * price * price > 0", ["price": 9_007_199_254_740_991], false),
        ] as [(String, JSONObject, Bool)])
    func `A rule is kept or broken`(rule: String, config: JSONObject, isKept: Bool) throws {
        #expect(try self.isKept(rule, config) == isKept)
    }

    @Test(arguments: [
        ("prize <= max", "column 1: \"prize\" is not a field of config"),
        ("price", "must be a comparison, such as price <= max"),
        ("price <=", "column 9: a name or a value is missing"),
        ("price <= max max", "column 14: \"max\" is not expected here"),
        ("price <= mode", "column 10: must be a number, and is a text"),
        ("mode == 1", "column 9: must be a text, and is a number"),
        ("not price", "column 5: must be true or false, and is a number"),
        ("price and max", "column 1: must be true or false, and is a number"),
        ("(price < max", "column 13: \")\" is missing"),
        ("price < max)", "column 12: \")\" is not expected here"),
        ("mode == 'all", "column 9: the text has no end"),
        ("price / 2 < 1", "column 7: \"/\" is not known"),
        ("os.exit()", "column 3: \".\" is not known"),
        ("1 < 2 < 3", "column 7: \"<\" is not expected here"),
        ("1x < 2", "column 1: \"1x\" is not a field of config"),
        ("99999999999999999999 > 1", "column 1: \"99999999999999999999\" is not a field of config"),
        ("", "must have 1 to 200 bytes"),
    ])
    func `A rule that cannot be read says why and where`(rule: String, message: String) {
        do throws(ManifestError) {
            _ = try Self.schema(rule)
            Issue.record("accepted")
        } catch {
            #expect(
                error.problems.map(\.description) == ["plugin.json:8: $.rules[0].rule: \(message)"])
        }
    }

    @Test func `The length of a rule is bounded on both sides, and so is its depth`() throws {
        func nested(_ count: Int) -> String {
            String(repeating: "(", count: count) + "1<2" + String(repeating: ")", count: count)
        }
        #expect(nested(98).utf8.count == 199)
        _ = try Self.schema(nested(98))
        #expect(throws: ManifestError.self) { try Self.schema(nested(99)) }
    }

    @Test func `While it runs a configuration is changed field by field, immutable ones are not`()
        throws
    {
        let schema = try Self.schema("price <= max")
        let current: JSONObject = ["price": 50, "max": 60, "rounds": 4]
        let changed = try schema.change(current, override: ["max": nil, "price": 70], products: [])
        #expect(
            changed == ["price": 70, "max": 100, "mode": "all", "rounds": 4, "shuffle": false])
        #expect(
            throws: RequestError(
                .badConfig, "config.rounds cannot be changed while the plugin runs")
        ) {
            try schema.change(current, override: ["rounds": 5], products: [])
        }
        _ = try schema.change(current, override: ["rounds": 4], products: [])
        #expect(throws: RequestError.self) {
            try schema.change(current, override: ["price": 61], products: [])
        }
    }

    @Test(arguments: [
        ("1.0.0", Takeover.migrated), ("1.9.9", .migrated), ("2.0.0", .asItIs),
        ("2.1.0", .migrated), ("2.2.0", .asItIs), ("2.2.9-rc.1", .asItIs), ("2.2.5", .asItIs),
        ("2.10.0", .asItIs), ("3.0.0", .refused), ("10.0.0", .refused), ("0.9.0", .refused),
    ])
    func `A version goes on with the states that it names`(old: String, takeover: Takeover) {
        let manifest = Manifest(
            id: "a", version: "2.2.5", title: [:], migrations: ["1", "2.1"])
        #expect(manifest.takeover(from: old) == takeover)
    }

    @Test func `Before version 1 every second number may break with the one before`() {
        let manifest = Manifest(id: "a", version: "0.2.1", title: [:])
        #expect(manifest.takeover(from: "0.2.9") == .asItIs)
        #expect(manifest.takeover(from: "0.1.0") == .refused)
    }
}

extension JSON {
    /// The encoded value.
    var text: String { String(decoding: encoded(), as: UTF8.self) }
}
