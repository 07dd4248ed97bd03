import Foundation
import Lanes
import Rooms
import Testing
import Wire

@testable import Playhouse
@testable import Serving

/// What a configuration file may say, and what is said about one that says something else.
@Suite struct ConfigurationTests {
    private func read(_ text: String) throws(ConfigurationError) -> Configuration {
        try Configuration(text: Array(text.utf8), name: "show.json", folder: "/shop")
    }

    private func problems(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try read(text)
            return []
        } catch {
            return error.description.components(separatedBy: "\n")
        }
    }

    private func problems(inRoom text: String) -> [String] {
        problems(#"{"rooms":[{"id":"teahouse",\#(text)}]}"#)
    }

    private func problems(inLimits text: String) -> [String] {
        problems(#"{"rooms":[{"id":"teahouse"}],"limits":{\#(text)}}"#)
    }

    @Test func `the least is a room`() throws {
        let configuration = try read(#"{"rooms":[{"id":"teahouse"}]}"#)
        #expect(configuration.rooms.map(\.settings.id) == ["teahouse"])
        #expect(configuration.data == "/shop/playhouse-data")
        #expect(configuration.limits == ServingLimits())
        #expect(problems("{}") == ["show.json:1: $.rooms: list at least one room"])
    }

    @Test func `every problem names its line, and all are told at once`() {
        let text = """
            {
                "listen": {"port": 70000},
                "lanes": "two",
                "rooms": [
                    {"id": "a", "slowSeconds": -1},
                    {
                        "id": "B"
                    }
                ]
            }
            """
        #expect(
            problems(text).map { $0.split(separator: ":").prefix(3).joined(separator: ":") } == [
                "show.json:2: $.listen.port", "show.json:3: $.lanes",
                "show.json:5: $.rooms[0].slowSeconds", "show.json:7: $.rooms[1].id",
            ])
    }

    @Test(arguments: [
        (#""anonymus": true"#, "$.rooms[0].anonymus", "did you mean anonymous?"),
        (#""Title": {}"#, "$.rooms[0].Title", "did you mean title?"),
        (#""colour": "red""#, "$.rooms[0].colour", "known are allowedWords, anonymous,"),
        (#""show": {"plugins": [{}]}"#, "$.rooms[0].show.plugins[0].id", "is missing: add"),
        (#""show": {"products": [{}]}"#, "$.rooms[0].show.products[0].id", "is missing: add"),
        (
            #""show": {"plugins": [{"id": "a", "config": [1]}]}"#,
            "$.rooms[0].show.plugins[0].config", "must be an object such as"
        ),
        (
            #""show": {"plugins": [{"id": "a", "config": null}]}"#,
            "$.rooms[0].show.plugins[0].config", "must be an object such as"
        ),
        (
            #""show": {"plugins": [{"id": "a"}, {"id": "b"}, {"id": "a"}]}"#,
            "$.rooms[0].show.plugins[2].id", "\"a\" is listed twice in this show"
        ),
        (
            #""show": {"products": [{"id": "a"}, {"id": "a"}]}"#,
            "$.rooms[0].show.products[1].id", "\"a\" is listed twice in this show"
        ),
    ])
    func `a room's problem has place and remedy`(text: String, path: String, remedy: String) {
        let found = problems(inRoom: text)
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("show.json:1: \(path): ") == true, "\(found)")
        #expect(found.first?.contains(remedy) == true, "\(found)")
    }

    @Test func `two rooms may have the same plugin and product`() throws {
        let show = #"{"products":[{"id":"p"}],"plugins":[{"id":"a","config":{"x":1}}]}"#
        let configuration = try read(
            #"""
            {"rooms":[{"id":"a","show":{"id":"s1",\#(show.dropFirst())},
                      {"id":"b","show":{"id":"s2",\#(show.dropFirst())}]}
            """#)
        #expect(configuration.rooms.map { $0.plugins.map(\.id) } == [["a"], ["a"]])
        #expect(configuration.rooms[0].plugins[0].config == ["x": 1])
    }

    @Test func `pings come before the silence ends, on both sides of the limit`() {
        #expect(problems(inLimits: #""pingSeconds": 29, "silentSeconds": 30"#) == [])
        let equal = problems(inLimits: #""pingSeconds": 30, "silentSeconds": 30"#)
        #expect(equal.count == 1)
        #expect(equal.first?.contains("$.limits.pingSeconds: must be less than") == true)
        // Against the default too.
        #expect(problems(inLimits: #""silentSeconds": 25"#).count == 1)
        #expect(problems(inLimits: #""silentSeconds": 26"#) == [])
    }

    @Test func `the largest message fits into the burst of bytes, on both sides of the limit`() {
        #expect(problems(inLimits: #""byteBurst": 65536"#) == [])
        let small = problems(inLimits: #""byteBurst": 65535"#)
        #expect(small.count == 1)
        #expect(small.first?.contains("$.limits.byteBurst: must be at least 65536") == true)
    }

    @Test func `trusted proxies are addresses and networks`() throws {
        let good = try read(
            #"{"rooms":[{"id":"a"}],"trustedProxies":["127.0.0.1","2001:db8::/32"]}"#)
        #expect(good.trustedProxies.contains(try #require(.init("127.0.0.1"))))
        #expect(good.trustedProxies.contains(try #require(.init("2001:db8::7"))))
        #expect(!good.trustedProxies.contains(try #require(.init("127.0.0.2"))))
        for bad in ["1", #"["proxy"]"#, #"["10.0.0.1/8"]"#, "[7]", "[null]"] {
            let found = problems(#"{"rooms":[{"id":"a"}],"trustedProxies":\#(bad)}"#)
            #expect(found.count == 1)
            #expect(found.first?.contains("$.trustedProxies") == true, "\(found)")
        }
    }

    @Test func `limits of addresses and of the server are read`() throws {
        let limits = try read(
            #"""
            {"rooms":[{"id":"a"}],"limits":{"connectionsMax":7,"requestsPerSecondPerAddress":3,
             "requestBurstPerAddress":9}}
            """#
        ).limits
        #expect(limits.connectionsMax == 7)
        #expect(limits.requestsPerSecondPerAddress == 3)
        #expect(limits.requestBurstPerAddress == 9)
        for name in ["connectionsMax", "requestsPerSecondPerAddress", "requestBurstPerAddress"] {
            #expect(problems(inLimits: "\"\(name)\": 0").count == 1)
            #expect(problems(inLimits: "\"\(name)\": 1") == [])
            #expect(problems(inLimits: "\"\(name)\": 1000000") == [])
            #expect(problems(inLimits: "\"\(name)\": 1000001").count == 1)
        }
    }

    @Test func `a key comes from one place that can be read`() throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "s", count: 32) + "\n", to: "key")
        let file = folder.file("key")
        func keys(_ text: String) -> [String] {
            problems(#"{"rooms":[{"id":"a"}],"keys":[\#(text)]}"#)
        }
        let secret = String(repeating: "t", count: 32)
        #expect(keys(#"{"kid":"a","secretFile":"\#(file)"}"#) == [])
        #expect(
            keys(#"{"kid":"a","secretFile":"\#(file)"},{"kid":"b","secret":"\#(secret)"}"#) == [])
        let unreadable = keys(#"{"kid":"a","secretFile":"none"}"#)
        #expect(unreadable.count == 1)
        #expect(
            unreadable.first?.contains("$.keys[0].secretFile: /shop/none cannot be read") == true)
        let both = keys(#"{"kid":"a","secretFile":"\#(file)","secret":"\#(secret)"}"#)
        #expect(both.first?.contains("not both") == true)
        let twice = keys(#"{"kid":"a","secretFile":"\#(file)"},{"kid":"a","secret":"\#(secret)"}"#)
        #expect(twice.first?.contains("$.keys[1].kid") == true)
        #expect(keys(#"{"kid":"a","secret":"short"}"#).count == 1)
        #expect(keys(#"{"kid":"a"}"#).count == 1)
    }
}

@Suite struct SpellingTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ab", "ba", 1),
        ("anonymus", "anonymous", 1), ("Title", "title", 0), ("abc", "xyz", 3),
    ])
    func `the distance counts typing mistakes`(one: String, other: String, distance: Int) {
        #expect(Spelling.distance(one, other) == distance)
        #expect(Spelling.distance(other, one) == distance)
    }

    @Test func `a word that is far from all is like none`() {
        let words = ["port", "host"]
        #expect(Spelling.nearest(to: "prot", among: words) == "port")
        #expect(Spelling.nearest(to: "hosts", among: words) == "host")
        #expect(Spelling.nearest(to: "hot", among: words) == "host")
        #expect(Spelling.nearest(to: "colour", among: words) == nil)
        #expect(Spelling.nearest(to: "port", among: []) == nil)
    }
}
