import PluginContract
import Testing
import Wire

@testable import Serving

@Suite struct HelloTests {
    private static let plain: JSONObject = [
        "type": "hello", "id": "1", "version": 1, "room": "teahouse",
    ]

    private func read(_ change: (inout JSONObject) -> Void) throws(Hello.Refusal) -> Hello {
        var message = Self.plain
        change(&message)
        return try Hello(.object(message))
    }

    private func refused(_ change: (inout JSONObject) -> Void) -> Hello.Refusal? {
        do throws(Hello.Refusal) {
            let hello = try read(change)
            Issue.record("taken: \(hello)")
            return nil
        } catch {
            return error
        }
    }

    @Test func `the least is id, version and room`() throws {
        let hello = try read { _ in }
        #expect(hello.id == "1")
        #expect(hello.room == "teahouse")
        #expect(hello.token == nil)
        #expect(hello.name == nil)
        #expect(hello.visitor == nil)
        #expect(hello.recover == nil)
    }

    @Test func `everything else may be given, be null, or be unknown`() throws {
        let hello = try read {
            $0["token"] = "t"
            $0["name"] = "Ana"
            $0["visitor"] = "abcDEF09_-"
            $0["locale"] = "zh"
            $0["recover"] = ["epoch": "5f", "offset": 41, "more": true]
            $0["colour"] = ["red"]
        }
        #expect(hello.token == "t")
        #expect(hello.name == "Ana")
        #expect(hello.visitor == "abcDEF09_-")
        #expect(hello.recover == Hello.Recover(epoch: "5f", offset: 41))
        let bare = try read {
            for field in ["token", "name", "visitor", "locale", "recover"] { $0[field] = .null }
        }
        #expect(bare == (try read { _ in }))
    }

    @Test(
        arguments: [
            ("room", ["a", .string(String(repeating: "r", count: 64))]),
            ("token", ["", .string(String(repeating: "t", count: 4_096))]),
            (
                "name",
                [
                    "A", .string(String(repeating: "n", count: 32)),
                    .string(String(repeating: "名", count: 32)), "👩‍👩‍👧‍👦",
                ]
            ),
            ("visitor", ["12345678", .string(String(repeating: "v", count: 64))]),
            (
                "recover",
                [["epoch": "", "offset": 0], ["epoch": "e", "offset": .integer(.max)]]
            ),
        ] as [(String, [JSON])])
    func `a field is taken up to its limits`(field: String, values: [JSON]) {
        for value in values {
            #expect(throws: Never.self) { try read { $0[field] = value } }
        }
    }

    @Test(
        arguments: [
            ("room", [nil, "", "Tea", .string(String(repeating: "r", count: 65)), 7, .null]),
            ("token", [.string(String(repeating: "t", count: 4_097)), 7, true, .array([])]),
            ("name", ["", .string(String(repeating: "n", count: 33)), "a\nb", "a\u{7}", 7]),
            (
                "visitor",
                ["1234567", .string(String(repeating: "v", count: 65)), "12345678!", "日本語日本語", 7]
            ),
            (
                "recover",
                [
                    "x", 41, true, .array([]), .object([:]), ["epoch": "e"], ["offset": 1],
                    ["epoch": 1, "offset": 1], ["epoch": "e", "offset": -1],
                    ["epoch": "e", "offset": "1"], ["epoch": "e", "offset": .double(1.5)],
                    ["epoch": .string(String(repeating: "e", count: 65)), "offset": 1],
                ]
            ),
        ] as [(String, [JSON?])])
    func `beyond its limits a field makes it no good hello`(field: String, values: [JSON?]) throws {
        for value in values {
            let refusal = try #require(refused { $0[field] = value })
            #expect(refusal.code == .badHello)
            #expect(refusal.id == "1")
            let named = ["\"\(field)\"", "\"epoch\"", "\"offset\""]
            #expect(named.contains { refusal.message.contains($0) }, "\(refusal.message)")
        }
    }

    @Test func `another version is refused as such, before the rest is looked at`() throws {
        for version in [0, 2, -1, Int64.max] {
            let refusal = try #require(
                refused {
                    $0["version"] = .integer(version)
                    $0["room"] = nil
                })
            #expect(refusal.code == .version)
            #expect(refusal.id == "1")
        }
        for version in [nil, "1", .double(1.5), .null, true] as [JSON?] {
            #expect(refused { $0["version"] = version }?.code == .badHello)
        }
    }

    @Test func `any other first message is refused`() throws {
        for type in ["say", "Hello", "ping"] {
            let refusal = try #require(refused { $0["type"] = .string(type) })
            #expect(refusal.code == .badHello)
            #expect(refusal.id == "1")
        }
        #expect(refused { $0["type"] = nil }?.code == .badHello)
        let unnamed = try #require(refused { $0["id"] = nil })
        #expect(unnamed.code == .badHello)
        #expect(unnamed.id == nil)
        #expect(throws: Hello.Refusal.self) { try Hello(.array([])) }
    }
}
