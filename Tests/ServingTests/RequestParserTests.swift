import PluginContract
import Rooms
import Testing
import Wire

@testable import Serving

/// One field of a request: what it may be, and what it may not.
struct FieldRule: Sendable, CustomTestStringConvertible {
    /// A whole request, valid.
    var request: String
    var field: String
    var good: [JSON]
    var bad: [JSON]
    var isRequired = true

    var testDescription: String {
        let type = (try? JSON(parsing: Array(request.utf8)))?["type"]?.stringValue ?? "?"
        return "\(type).\(field)"
    }

    static let identifiers: (good: [JSON], bad: [JSON]) = (
        ["a", "0", "a_b-c", .string(String(repeating: "a", count: 64))],
        [
            "", "A", "-a", "_a", "a.b", "a b", "ä", "a/b",
            .string(String(repeating: "a", count: 65)), 7, true, .null, ["a"], ["a": "b"],
        ]
    )
    static let users: (good: [JSON], bad: [JSON]) = (
        ["b", "~Zk0", "用户", .string(String(repeating: "u", count: 64))],
        ["", .string(String(repeating: "u", count: 65)), 7, .null, true, ["bo"]]
    )
    static let actionValues: (good: [JSON], bad: [JSON]) = (
        [
            .null, true, false, 0, -5, .integer(.max), "",
            .string(String(repeating: "v", count: 1_000)), [1], ["a", 2],
            .array(Array(repeating: .string(String(repeating: "v", count: 1_000)), count: 10)),
        ],
        [
            .string(String(repeating: "v", count: 1_001)), .double(1.5), [], [1.5], [true], [[1]],
            .array(Array(repeating: 1, count: 11)), [.string(String(repeating: "v", count: 1_001))],
            .object(["a": 1]),
        ]
    )

    static func seconds(_ range: ClosedRange<Int64>) -> (good: [JSON], bad: [JSON]) {
        (
            [.integer(range.lowerBound), .integer(range.upperBound)],
            [
                .integer(range.lowerBound - 1), .integer(range.upperBound + 1), .double(1.5), "1",
                .null, true,
            ]
        )
    }

    static let all: [FieldRule] = {
        let act = #"{"type":"act","id":"1","plugin":"p","name":"n","value":1}"#
        let command = #"{"type":"command","id":"1","plugin":"p","name":"n","value":1}"#
        let start = #"{"type":"start","id":"1","plugin":"p","config":{}}"#
        let mute = #"{"type":"mute","id":"1","user":"bo","seconds":5}"#
        let publish = #"{"type":"publish","id":"1","name":"sale","data":1}"#
        var rules = [
            FieldRule(
                request: #"{"type":"say","id":"1","text":"hi"}"#, field: "text",
                good: ["", "x", .string(String(repeating: "t", count: 4_096))],
                bad: [.string(String(repeating: "t", count: 4_097)), 7, .null, ["x"], true]),
            FieldRule(
                request: #"{"type":"like","id":"1","count":1}"#, field: "count", good: [1, 100],
                bad: [0, 101, -1, .double(2.5), "1", .null, true]),
            FieldRule(
                request: act, field: "value", good: actionValues.good, bad: actionValues.bad,
                isRequired: false),
            FieldRule(
                request: command, field: "value", good: actionValues.good, bad: actionValues.bad,
                isRequired: false),
            FieldRule(
                request: start, field: "config", good: [.object([:]), .object(["a": 1]), .null],
                bad: ["x", 1, true, .array([])], isRequired: false),
            FieldRule(
                request: #"{"type":"delete","id":"1","message":"m1"}"#, field: "message",
                good: ["m1", .string(String(repeating: "m", count: 64))],
                bad: [.string(String(repeating: "m", count: 65)), 1, .null]),
            FieldRule(
                request: mute, field: "seconds", good: seconds(1...604_800).good,
                bad: seconds(1...604_800).bad),
            FieldRule(
                request: #"{"type":"pin","id":"1","text":"x"}"#, field: "text",
                good: ["x", .string(String(repeating: "讲", count: 500))],
                bad: ["", .string(String(repeating: "p", count: 501)), 7, .null, .array([])]),
            FieldRule(
                request: #"{"type":"slow","id":"1","seconds":1}"#, field: "seconds",
                good: seconds(0...600).good, bad: seconds(0...600).bad),
            FieldRule(
                request: publish, field: "data",
                // Written, a string has two quotation marks more.
                good: [
                    .null, 1, .double(0.5), true, "x", .array([1, .null]), .object(["a": 1]),
                    .string(String(repeating: "d", count: 32_766)),
                ], bad: [.string(String(repeating: "d", count: 32_767))], isRequired: false),
        ]
        let plugins = [
            (act, "plugin"), (act, "name"), (command, "plugin"), (command, "name"),
            (start, "plugin"), (#"{"type":"stop","id":"1","plugin":"p"}"#, "plugin"),
            (publish, "name"),
        ]
        for (request, field) in plugins {
            rules.append(
                FieldRule(
                    request: request, field: field, good: identifiers.good, bad: identifiers.bad))
        }
        for type in ["mute", "unmute", "ban", "unban"] {
            rules.append(
                FieldRule(
                    request: #"{"type":"\#(type)","id":"1","user":"bo","seconds":5}"#,
                    field: "user", good: users.good, bad: users.bad))
        }
        return rules
    }()

    func request(with value: JSON?) throws -> JSON {
        var object = try #require(JSON(parsing: Array(request.utf8)).objectValue)
        object[field] = value
        return .object(object)
    }
}

@Suite struct RequestParserTests {
    private func refused(_ message: JSON) -> RequestParser.Refusal? {
        do throws(RequestParser.Refusal) {
            let request = try RequestParser.request(message)
            Issue.record("taken: \(request)")
            return nil
        } catch {
            return error
        }
    }

    private func refused(_ text: String) throws -> RequestParser.Refusal? {
        refused(try JSON(parsing: Array(text.utf8)))
    }

    @Test(
        arguments: [
            (#""type":"say","text":"hi""#, .say(text: "hi")),
            (#""type":"like","count":7"#, .like(count: 7)),
            (
                #""type":"act","plugin":"p","name":"guess","value":4900"#,
                .act(plugin: "p", name: "guess", value: 4900)
            ),
            (
                #""type":"act","plugin":"p","name":"go""#,
                .act(plugin: "p", name: "go", value: .null)
            ),
            (#""type":"ping""#, .ping),
            (
                #""type":"start","plugin":"p","config":{"seconds":30}"#,
                .start(plugin: "p", config: ["seconds": 30])
            ),
            (#""type":"start","plugin":"p""#, .start(plugin: "p", config: [:])),
            (#""type":"stop","plugin":"p""#, .stop(plugin: "p")),
            (
                #""type":"command","plugin":"p","name":"extend","value":true"#,
                .command(plugin: "p", name: "extend", value: true)
            ),
            (#""type":"delete","message":"m18""#, .delete(message: "m18")),
            (#""type":"mute","user":"bo","seconds":300"#, .mute(user: "bo", seconds: 300)),
            (#""type":"unmute","user":"bo""#, .unmute(user: "bo")),
            (#""type":"ban","user":"bo""#, .ban(user: "bo")),
            (#""type":"unban","user":"bo""#, .unban(user: "bo")),
            (#""type":"pin","text":"八点""#, .pin(text: "八点")),
            (#""type":"unpin""#, .unpin),
            (#""type":"slow","seconds":5"#, .slow(seconds: 5)),
            (
                #""type":"publish","name":"sale","data":{"left":20}"#,
                .publish(name: "sale", data: ["left": 20])
            ),
            (
                #""type":"publish","name":"sale","data":1,"picture":true"#,
                .publish(name: "sale", data: 1, followsPicture: true)
            ),
            (
                #""type":"act","plugin":"p","name":"guess","value":1,"delay":420"#,
                .act(plugin: "p", name: "guess", value: 1, delayMilliseconds: 420)
            ),
            (
                #""type":"act","plugin":"p","name":"guess","value":1,"delay":-420"#,
                .act(plugin: "p", name: "guess", value: 1)
            ),
            (
                #""type":"act","plugin":"p","name":"guess","value":1,"delay":"long""#,
                .act(plugin: "p", name: "guess", value: 1)
            ),
        ] as [(String, Command)])
    func `a request becomes its command, whatever else it carries`(
        fields: String, command: Command
    ) throws {
        for extra in ["", #","colour":"red""#, #","at":1,"client":{"v":[1,2]}"#] {
            let text = #"{"id":"r1",\#(fields)\#(extra)}"#
            let request = try RequestParser.request(JSON(parsing: Array(text.utf8)))
            #expect(request == RequestParser.Request(id: "r1", command: command))
        }
    }

    @Test(arguments: FieldRule.all)
    func `a field is taken up to its limits and refused beyond, by name`(rule: FieldRule) throws {
        for value in rule.good {
            #expect(throws: Never.self) {
                try RequestParser.request(try rule.request(with: value))
            }
        }
        for value in rule.bad {
            let refusal = try #require(refused(try rule.request(with: value)))
            #expect(refusal.error.code == .badRequest)
            #expect(refusal.id == "1")
            #expect(refusal.error.message.contains("\"\(rule.field)\""))
        }
    }

    @Test(arguments: FieldRule.all)
    func `a missing field is refused by name unless it may be left out`(rule: FieldRule) throws {
        let request = try rule.request(with: nil)
        if rule.isRequired {
            let refusal = try #require(refused(request))
            #expect(refusal.error.code == .badRequest)
            #expect(refusal.error.message.contains("\"\(rule.field)\""))
        } else {
            #expect(throws: Never.self) { try RequestParser.request(request) }
        }
    }

    @Test(arguments: ["hello", "welcome", "Say", "", "say ", "reply", "\u{0}"])
    func `an unknown type is answered as such, with the id`(type: String) throws {
        let message: JSON = ["id": "7", "type": .string(type), "text": "x"]
        let refusal = try #require(refused(message))
        #expect(refusal.id == "7")
        #expect(refusal.error.code == .unknownType)
    }

    @Test func `an id has 1 to 64 characters`() throws {
        let ids = ["1", String(repeating: "i", count: 64), String(repeating: "号", count: 64)]
        for id in ids {
            let request = try RequestParser.request(["type": "ping", "id": .string(id)])
            #expect(request.id == id)
        }
        let bad: [JSON] = [
            "", .string(String(repeating: "i", count: 65)), 1, .null, true, .array(["1"]),
        ]
        for id in bad {
            let refusal = try #require(refused(["type": "ping", "id": id]))
            #expect(refusal.id == nil)
            #expect(refusal.error.code == .badRequest)
            #expect(refusal.error.message.contains("\"id\""))
        }
        #expect(try refused(#"{"type":"ping"}"#)?.error.code == .badRequest)
    }

    @Test(arguments: [#"{"id":"1"}"#, #"{"id":"1","type":7}"#, #"{"id":"1","type":null}"#])
    func `a type that is no string is refused, with the id`(text: String) throws {
        let refusal = try #require(try refused(text))
        #expect(refusal.id == "1")
        #expect(refusal.error.code == .badRequest)
        #expect(refusal.error.message.contains("\"type\""))
    }

    @Test(arguments: ["[]", "7", "null", #""say""#, "true"])
    func `what is not an object is not a message`(text: String) throws {
        let refusal = try #require(try refused(text))
        #expect(refusal.id == nil)
        #expect(refusal.error.code == .badJSON)
    }

    @Test(arguments: [
        "", "{", #"{"type":"say","id":"1","text":"x"}x"#, #"{"type":'say'}"#, "\u{FEFF}{}",
        #"{"id":"1","id":"2","type":"ping"}"#, #"{"type":"say","id":"1","text":"\ud800"}"#,
    ])
    func `what is not JSON is refused without an id`(text: String) {
        let bytes = Array(text.utf8)
        let parses = [
            Result { try RequestParser.json(bytes) },
            Result { try bytes.withUnsafeBytes { try RequestParser.json($0) } },
        ]
        for parse in parses {
            let error = #expect(throws: RequestParser.Refusal.self) { try parse.get() }
            #expect(error?.id == nil)
            #expect(error?.error.code == .badJSON)
        }
    }
}
