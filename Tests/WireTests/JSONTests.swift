import Testing
import Wire

@Suite struct JSONTests {
    static let valid: [(String, JSON)] = [
        ("null", nil), ("true", true), ("false", false), (" \t\r\n1 \t\r\n", 1),
        ("0", 0), ("-0", 0), ("-1", -1), ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .double(9_223_372_036_854_775_808)),
        ("-9223372036854775809", .double(-9_223_372_036_854_775_808)),
        ("18446744073709551616", .double(18_446_744_073_709_551_616)),
        ("1.0", 1.0), ("1e2", 100.0), ("1E+2", 100.0), ("1e-2", 0.01), ("-0.0", .double(-0.0)),
        ("0.1", 0.1), ("0.30000000000000004", .double(0.1 + 0.2)),
        ("5e-324", .double(.leastNonzeroMagnitude)),
        ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)), ("1e-400", 0.0),
        ("0e99999999999999999999", 0.0), ("123456789012345678", .integer(123_456_789_012_345_678)),
        ("\"\"", ""), ("\"a\"", "a"), ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{c}\n\r\t"),
        ("\"\\u0000\"", "\0"), ("\"\\u00e9\\u00E9\"", "éé"),
        ("\"\\u07ff\\u0800\"", "\u{7ff}\u{800}"),
        ("\"\\ud83c\\udf75\"", "🍵"), ("\"\\uDBFF\\uDFFF\"", "\u{10FFFF}"), ("\"茶馆🍵\"", "茶馆🍵"),
        ("\"plain ascii, longer than eight\"", "plain ascii, longer than eight"),
        ("\"1234567\\n89012345678\\n\"", "1234567\n89012345678\n"),
        ("\"\u{7f}\u{2028}\"", "\u{7f}\u{2028}"),
        ("[]", []), ("[ ]", []), ("[1,2]", [1, 2]), ("[[],{}]", [[], [:]]), ("{}", [:]),
        ("{ }", [:]),
        ("{\"b\":1,\"a\":{\"\":[null]}}", ["b": 1, "a": ["": [nil]]]),
        (" { \"a\" : [ 1 , \"x\" ] , \"b\" : -2 } ", ["a": [1, "x"], "b": -2]),
        // Composed and decomposed, these two names are equal as `String`, but not as bytes.
        ("{\"\u{e9}\":1,\"e\u{301}\":2}", .object(JSONObject([("\u{e9}", 1), ("e\u{301}", 2)]))),
    ]

    @Test(arguments: valid) func `A valid text is parsed`(text: String, value: JSON) throws {
        let parsed = try JSON(parsing: text)
        #expect(parsed == value)
        #expect(try JSON(parsing: parsed.encoded()) == value)
    }

    static let invalid: [(String, JSONError.Code, Int)] = [
        ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("\u{FEFF}1", .unexpectedByte, 0),
        ("nul", .unexpectedEnd, 3), ("nulL", .unexpectedByte, 3), ("True", .unexpectedByte, 0),
        ("NaN", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0), ("\u{a0}1", .unexpectedByte, 0),
        ("1 2", .trailingBytes, 2), ("1,", .trailingBytes, 1), ("{}}", .trailingBytes, 2),
        ("\"a\"\0", .trailingBytes, 3), ("truefalse", .trailingBytes, 4),
        ("01", .badNumber, 1), ("-01", .badNumber, 2), ("00", .badNumber, 1),
        ("1.", .unexpectedEnd, 2),
        ("1.x", .badNumber, 2), (".5", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
        ("-", .unexpectedEnd, 1), ("-a", .badNumber, 1), ("--1", .badNumber, 1),
        ("1e", .unexpectedEnd, 2),
        ("1e+", .unexpectedEnd, 3), ("1ex", .badNumber, 2), ("1e1.5", .trailingBytes, 3),
        ("1e400", .badNumber, 0), ("[-1e400]", .badNumber, 1), ("0x10", .trailingBytes, 1),
        ("[", .unexpectedEnd, 1), ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3),
        ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
        ("[1}", .unexpectedByte, 2), ("]", .unexpectedByte, 0), ("[1:2]", .unexpectedByte, 2),
        ("{", .unexpectedEnd, 1), ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5),
        ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\":1,", .unexpectedEnd, 7),
        ("{\"a\":1,}", .unexpectedByte, 7), ("{,}", .unexpectedByte, 1),
        ("{a:1}", .unexpectedByte, 1),
        ("{1:1}", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5),
        ("{\"a\":}", .unexpectedByte, 5),
        ("{\"a\":1]", .unexpectedByte, 6), ("{\"a\",1}", .unexpectedByte, 4),
        ("}", .unexpectedByte, 0),
        ("{\"a\":1,\"a\":2}", .duplicateName, 7), ("{\"a\":1,\"\\u0061\":2}", .duplicateName, 7),
        ("{\"\\u0061\":1,\"a\":2}", .duplicateName, 12),
        ("{\"x\":{\"a\":1,\"a\":1}}", .duplicateName, 12),
        ("\"", .unexpectedEnd, 1), ("\"abc", .unexpectedEnd, 4),
        ("\"abcdefghijkl", .unexpectedEnd, 13),
        ("\"\\", .unexpectedEnd, 2), ("\"\\u00", .unexpectedEnd, 5), ("\"\\x\"", .badEscape, 1),
        ("\"\\'\"", .badEscape, 1), ("\"\\U0041\"", .badEscape, 1), ("\"\\u00g0\"", .badEscape, 1),
        ("\"\\u 041\"", .badEscape, 1), ("\"\\ud800\"", .unexpectedEnd, 8),
        ("\"\\ud800a\"", .badEscape, 1),
        ("\"\\ud800  \"", .badEscape, 1), ("\"\\udc00  \"", .badEscape, 1),
        ("\"\\ud800\\u0041\"", .badEscape, 1), ("\"\\ud800\\ud800\"", .badEscape, 1),
        ("\"\\ud83c\\n\"", .badEscape, 1), ("\"a\nb\"", .badString, 2),
        ("\"\u{1f}\"", .badString, 1),
        ("\"1234567890\u{0}\"", .badString, 11), ("\"tab\there\"", .badString, 4),
        ("/* */1", .unexpectedByte, 0),
    ]

    @Test(arguments: invalid) func `An invalid text is refused where it goes wrong`(
        text: String, code: JSONError.Code, offset: Int
    ) {
        let error = #expect(throws: JSONError.self) { try JSON(parsing: text) }
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test(
        arguments: [
            [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3], [0xE8, 0x8C],
            [0xF0, 0x9F, 0x8D],
        ] as [[UInt8]])
    func `Bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        let text = Array("[\"tea \"".utf8).dropLast() + bytes + Array("\"]".utf8)
        let error = #expect(throws: JSONError.self) { try JSON(parsing: Array(text)) }
        #expect(error?.code == .badUTF8)
        #expect(error?.offset == 6)
    }

    @Test func `An error tells line and column in characters`() {
        let error = #expect(throws: JSONError.self) {
            try JSON(parsing: "{\n  \"name\": \"x\",\n  \"茶🍵\": tru\n}")
        }
        #expect(error?.line == 3)
        #expect(error?.column == 12)
        #expect(error?.description == "line 3, column 12: an unexpected character")
        #expect(
            JSONError.Code.allCases.allSatisfy { code in
                JSONError(code: code, offset: 0, line: 1, column: 1).description.count > 20
            })
    }

    @Test func `Size is limited`() throws {
        let limits = JSONLimits(bytesMax: 4)
        #expect(try JSON(parsing: "[12]", limits: limits) == [12])
        let error = #expect(throws: JSONError.self) { try JSON(parsing: "[123]", limits: limits) }
        #expect(error?.code == .tooLarge)
    }

    @Test func `Depth is limited`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[{\"a\":", count: depth / 2) + "1"
                + String(repeating: "}]", count: depth / 2)
        }
        _ = try JSON(parsing: nested(32))
        let error = #expect(throws: JSONError.self) { try JSON(parsing: nested(34)) }
        #expect(error?.code == .tooDeep)
        #expect(error?.offset == 32 / 2 * 6)
        #expect(try JSON(parsing: "1", limits: JSONLimits(depthMax: 0)) == 1)
        #expect(throws: JSONError.self) { try JSON(parsing: "[]", limits: JSONLimits(depthMax: 0)) }
        _ = try JSON(parsing: nested(512), limits: JSONLimits(depthMax: 512))
    }

    @Test func `Members of one object are limited, siblings are not`() throws {
        let limits = JSONLimits(membersMax: 2)
        _ = try JSON(parsing: "[{\"a\":1,\"b\":{\"c\":1,\"d\":1}},{\"a\":1}]", limits: limits)
        let error = #expect(throws: JSONError.self) {
            try JSON(parsing: "{\"a\":1,\"b\":{},\"c\":1}", limits: limits)
        }
        #expect(error?.code == .tooManyMembers)
        #expect(error?.offset == 14)
    }

    /// 16 names are compared one by one, more are hashed; objects inside do not disturb either.
    @Test(arguments: [15, 16, 17, 18, 200])
    func `A name that occurs twice is found in objects of every size`(count: Int) throws {
        func text(last: String) -> String {
            let members = (0..<count).map { "\"name\($0)\":{\"name0\":\($0),\"\\u0061\":{}}" }
            return "{" + (members + ["\(last):1"]).joined(separator: ",") + "}"
        }
        #expect(try JSON(parsing: text(last: "\"other\"")).objectValue?.count == count + 1)
        for last in ["\"name0\"", "\"name\(count - 1)\"", "\"n\\u0061me\(count / 2)\""] {
            let error = #expect(throws: JSONError.self) { try JSON(parsing: text(last: last)) }
            #expect(error?.code == .duplicateName)
        }
    }

    @Test func `Accessors give the value of their type only`() throws {
        let json: JSON = ["s": "x", "i": 1, "d": 1.5, "b": true, "a": [1, 2], "o": [:], "n": nil]
        #expect(json["s"]?.stringValue == "x" && json["i"]?.stringValue == nil)
        #expect(json["i"]?.integerValue == 1 && json["d"]?.integerValue == nil)
        #expect(json["d"]?.doubleValue == 1.5 && json["i"]?.doubleValue == 1)
        #expect(json["s"]?.doubleValue == nil)
        #expect(json["b"]?.boolValue == true && json["n"]?.boolValue == nil)
        #expect(json["a"]?.arrayValue == [1, 2] && json["o"]?.arrayValue == nil)
        #expect(json["o"]?.objectValue == JSONObject() && json["a"]?.objectValue == nil)
        #expect(json["n"]?.isNull == true && json["o"]?.isNull == false)
        #expect(
            json["a"]?[1] == 2 && json["a"]?[2] == nil && json["a"]?[-1] == nil && json[0] == nil)
        #expect(json["missing"] == nil && json["a"]?["x"] == nil)
    }

    @Test func `An absent value is not null`() {
        var object: JSONObject = ["a": nil, "b": 1]
        #expect(object["a"] == .some(.null))
        #expect(object["c"] == nil)
        #expect((object["a"] == nil) == false)
        object["b"] = nil
        #expect(object.count == 1)
        object["a"] = .null
        #expect(object.count == 1)
    }

    @Test func `An object keeps its order`() {
        var object: JSONObject = ["z": 1, "a": 2]
        object["m"] = 3
        object["z"] = 4
        #expect(object.map(\.name) == ["z", "a", "m"])
        #expect(object.map(\.value) == [4, 2, 3])
        #expect(object.count == 3 && !object.isEmpty && JSONObject().isEmpty)
        #expect(object.encoded() == Array(#"{"z":4,"a":2,"m":3}"#.utf8))
        object["a"] = nil
        #expect(object.members.map(\.name) == ["z", "m"])
    }

    @Test func `Objects are equal in any order and texts by their bytes`() {
        #expect(["a": 1, "b": [2]] as JSON == ["b": [2], "a": 1])
        #expect(["a": 1, "b": 2] as JSON != ["a": 1, "b": 3])
        #expect(["a": 1] as JSON != ["a": 1, "b": 2])
        #expect(["a": 1] as JSON != ["b": 1])
        #expect("\u{e9}" as JSON != "e\u{301}")
        #expect(["\u{e9}": 1] as JSON != ["e\u{301}": 1])
        #expect(1 as JSON != 1.0)
        #expect(nil as JSON != false)
        let name = "x"
        #expect("name \(name)" as JSON == "name x")
    }

    @Test func `The canonical text sorts names by bytes at every depth`() {
        let json: JSON = [
            "b": 1, "B": 2, "é": 3, "a": ["z": [["y": 1, "x": 2]], "c": nil], "": 0, "🍵": 4,
            "\u{FFFD}": 5,
        ]
        #expect(
            String(decoding: json.encodedSorted(), as: UTF8.self)
                == #"{"":0,"B":2,"a":{"c":null,"z":[{"x":2,"y":1}]},"b":1,"é":3,"#
                + "\"\u{FFFD}\":5,\"🍵\":4}"
        )
    }

    @Test func `A name that occurs twice in a literal traps`() async {
        await #expect(processExitsWith: .failure) { _ = JSONObject([("a", 1), ("a", 2)]) }
    }
}
