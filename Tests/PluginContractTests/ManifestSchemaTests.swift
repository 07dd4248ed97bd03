import Foundation
import PluginContract
import Testing
import Wire

/// Holds the published schema against the parser: both judge alike what a schema can say.
@Suite struct ManifestSchemaTests {
    private static let check = SchemaCheck(root: ManifestSchema.json)

    private func isParsed(_ text: String) -> Bool {
        (try? Manifest.parse(Array(text.utf8), file: "plugin.json")) != nil
    }

    /// A manifest with some members replaced or, for an empty text, left out.
    static func manifest(_ changes: [String: String] = [:]) -> String {
        var members = [
            "id": #""a""#, "version": #""1.0.0""#, "api": "1", "title": #"{"zh":"甲","en":"A"}"#,
        ]
        members.merge(changes) { $1 }
        let texts = members.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
            .map { "\"\($0.key)\": \($0.value)" }
        return "{\(texts.joined(separator: ", "))}"
    }

    /// A manifest with one field of configuration.
    private static func field(_ members: String) -> [String: String] {
        ["config": "{\"a\": {\(members)}}"]
    }

    private static let long = String(repeating: "长", count: 65)

    static let good: [[String: String]] = [
        [:],
        ["$schema": "\"\(ManifestSchema.id)\""],
        ["version": #""0.10.999999999-rc.1.x-y+build.007""#],
        ["title": #"{"zh":"甲","en":"A","pt-BR":"Á"}"#],
        ["description": #"{"zh":"甲","en":"A"}"#],
        ["locales": #"["en","zh"]"#],
        ["capabilities": "[]"], ["capabilities": #"["panel","chat","timers"]"#],
        ["surfaces": #"["operator"]"#],
        ["budgets": #"{"instructions": 10000, "memoryBytes": 67108864}"#],
        ["migrations": #"["1","1.2","0.0.1"]"#], ["migrations": "[]"],
        field(#""type":"integer","min":-5,"max":5,"default":0,"immutable":true"#),
        field(#""type":"money","min":0,"secret":true,"required":false"#),
        field(#""type":"string","max":1000,"default":"""#),
        field(#""type":"boolean","default":false"#),
        field(#""type":"product","required":true,"title":{"zh":"甲","en":"A"}"#),
        field(#""type":"choice","options":["x","y"],"default":"y""#),
        [
            "config": #"{"price":{"type":"money"},"max":{"type":"money"}}"#,
            "rules": #"[{"rule":"price <= max","message":{"zh":"甲","en":"A"}}]"#,
        ],
    ]

    /// What the schema itself refuses.
    static let bad: [[String: String]] = [
        ["id": ""], ["id": #""A""#], ["id": #""-a""#], ["id": "7"], ["id": #""a b""#],
        ["id": "\"\(String(repeating: "a", count: 65))\""],
        ["version": #""1.0""#], ["version": #""01.0.0""#], ["version": #""1.0.0-01""#],
        ["version": #""1.0.0+""#], ["version": ""], ["api": "2"], ["api": ""], ["api": #""1""#],
        ["title": ""], ["title": #"{"zh":"甲"}"#], ["title": #"{"zh":"甲","en":""}"#],
        ["title": #"{"zh":"甲","en":"A","EN":"A"}"#], ["title": #""A""#],
        ["title": "{\"zh\":\"\(long)\",\"en\":\"A\"}"],
        ["description": #"{"en":"A"}"#],
        ["locales": "[]"], ["locales": #"["zh"]"#], ["locales": #"["zh","en","en"]"#],
        ["locales": #"["zh","en","english"]"#],
        ["capabilities": #"["fly"]"#], ["capabilities": #"["panel","panel"]"#],
        ["capabilities": #""panel""#], ["surfaces": #"["wall"]"#],
        ["budgets": #"{"instructions": 9999}"#], ["budgets": #"{"instructions": 50000001}"#],
        ["budgets": #"{"hostcalls": 10}"#], ["budgets": #"{"hostCalls": 10.5}"#],
        ["migrations": #"["1.x"]"#], ["migrations": #"["1","1"]"#], ["migrations": #"["1.2.3.4"]"#],
        ["migrations": #""1""#], ["extra": "1"],
        ["config": #"{"2nd":{"type":"integer"}}"#], ["config": #"{"a-b":{"type":"integer"}}"#],
        field(#""type":"float""#), field(#""min":1"#), field(#""type":"boolean","min":1"#),
        field(#""type":"product","default":"oolong""#), field(#""type":"money","min":-1"#),
        field(#""type":"integer","max":9007199254740992"#),
        field(#""type":"choice""#), field(#""type":"choice","options":[]"#),
        field(#""type":"choice","options":["x","x"]"#), field(#""type":"integer","secret":1"#),
        field(#""type":"integer","title":"A""#), field(#""type":"integer","options":["x"]"#),
        field(#""type":"boolean","default":"true""#), field(#""type":"integer","immutable":"yes""#),
        ["rules": #"[{"rule":"1 < 2"}]"#], ["rules": #"[{"message":{"zh":"甲","en":"A"}}]"#],
        ["rules": #"[{"rule":"","message":{"zh":"甲","en":"A"}}]"#], ["rules": #""1 < 2""#],
    ]

    /// What only the parser finds.
    static let beyond: [[String: String]] = [
        ["locales": #"["zh","en","ja"]"#],
        field(#""type":"integer","min":5,"max":4"#),
        field(#""type":"integer","min":5,"default":4"#),
        field(#""type":"choice","options":["x"],"default":"y""#),
        field(#""type":"money","priceOf":"b""#),
        ["rules": #"[{"rule":"price < 1","message":{"zh":"甲","en":"A"}}]"#],
    ]

    @Test(arguments: good)
    func `What both accept`(changes: [String: String]) throws {
        let text = Self.manifest(changes)
        #expect(Self.check.problems(try JSON(parsing: Array(text.utf8))) == [])
        #expect(isParsed(text))
    }

    @Test(arguments: bad)
    func `What both refuse`(changes: [String: String]) throws {
        let text = Self.manifest(changes)
        #expect(Self.check.problems(try JSON(parsing: Array(text.utf8))) != [], "\(text)")
        #expect(!isParsed(text), "\(text)")
    }

    @Test(arguments: beyond)
    func `What a schema cannot say is found by the parser`(changes: [String: String]) throws {
        let text = Self.manifest(changes)
        #expect(Self.check.problems(try JSON(parsing: Array(text.utf8))) == [])
        #expect(!isParsed(text), "\(text)")
    }

    @Test func `Manifests of this repository are valid`() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let plugins = root.appendingPathComponent("Plugins")
        let names = try FileManager.default.contentsOfDirectory(atPath: plugins.path)
        var count = 0
        for name in names.sorted() {
            let file = plugins.appendingPathComponent("\(name)/plugin.json")
            guard let data = try? Data(contentsOf: file) else { continue }
            count += 1
            #expect(Self.check.problems(try JSON(parsing: [UInt8](data))) == [], "\(name)")
            _ = try Manifest.parse([UInt8](data), file: "plugin.json")
        }
        #expect(count > 0)
    }

    @Test func `The check knows every keyword of the schema and refuses others`() {
        #expect(SchemaCheck(root: ["format": "date"]).problems("x").count == 1)
        #expect(SchemaCheck(root: ["const": 1]).problems(1) == [])
    }
}
