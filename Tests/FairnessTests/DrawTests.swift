import PluginContract
import Testing
import Wire

@testable import Fairness

/// The constants were computed with Python's `hashlib` and `hmac` from the description in the guide.
@Suite struct DrawTests {
    static let rules = #"{"prize":"tea","winners":2}"#
    static let secret = [UInt8](0..<32)

    static func list(_ tickets: [String: Int64]) throws -> EntrantList {
        try EntrantList(tickets.map { EntrantList.Entrant(id: $0.key, tickets: $0.value) })
    }

    static func draw(_ input: String = "4711") throws -> Draw {
        Draw(
            secret: secret, rules: rules,
            entrants: try list(["bo": 3, "小安": 2, "ana": 1, "z": 1, "cy": 1]), input: input)
    }

    @Test func `A commitment is the known one, and changes with secret and rules`() {
        let commitment = Commitment.text(secret: Self.secret, rules: Self.rules)
        #expect(
            commitment == "ebfe37053a9a0dba9e64f89f07b7db10c1d738ce9c886be386e99309e8518223")
        #expect(Commitment.text(secret: Self.secret, rules: Self.rules + " ") != commitment)
        #expect(Commitment.text(secret: [UInt8](1..<33), rules: Self.rules) != commitment)
        // Who knows the hash of a secret alone comes to the same.
        let hash = Commitment.secretHash(Self.secret)
        #expect(Commitment.text(secretHash: hash, rules: Self.rules) == commitment)
    }

    @Test func `List, places and rolls are the known ones`() throws {
        let draw = try Self.draw()
        #expect(
            Draw.hash(of: draw.entrants)
                == "f08e66b852c8fa58573c8e359a385ea9ece25acd58516ef22bcb932b41c8eca4")
        let ranking = draw.ranking(count: 10)
        #expect(ranking == ["bo", "z", "小安", "cy", "ana"])
        #expect(draw.rolls(of: ranking, sides: 6) == [5, 3, 5, 3, 2])
        #expect(draw.ranking(count: 2) == ["bo", "z"])
        #expect(draw.ranking(count: 0) == [])
    }

    @Test func `Places change with every part that goes in`() throws {
        let list = try Self.list(
            Dictionary(uniqueKeysWithValues: (0..<50).map { ("u\($0)", 1) }))
        let draw = Draw(
            secret: Self.secret, rules: Self.rules, entrants: list, input: "")
        var other = draw
        other.secret[31] ^= 1
        #expect(other.ranking(count: 50) != draw.ranking(count: 50))
        other = draw
        other.rules += " "
        #expect(other.ranking(count: 50) != draw.ranking(count: 50))
        other = draw
        other.input = "1"
        #expect(other.ranking(count: 50) != draw.ranking(count: 50))
    }

    @Test func `A ticket more is a chance more, and nobody has two places`() throws {
        var first: [String: Int] = [:]
        let list = try Self.list(["ana": 1, "bo": 3])
        for number in 0..<2_000 {
            let draw = Draw(
                secret: Self.secret, rules: "\(number)", entrants: list, input: "")
            let ranking = draw.ranking(count: 9)
            #expect(ranking.sorted() == ["ana", "bo"])
            first[ranking[0], default: 0] += 1
        }
        // 1,500 with a standard deviation of 19.4; the draws are fixed, so this never varies.
        #expect((1_420...1_580).contains(first["bo", default: 0]), "\(first)")
    }

    @Test func `Every place is equally likely for everybody`() throws {
        let list = try Self.list(["a": 1, "b": 1, "c": 1, "d": 1])
        var counts: [String: Int] = [:]
        for number in 0..<4_000 {
            let draw = Draw(
                secret: Self.secret, rules: "\(number)", entrants: list, input: "")
            for (place, id) in draw.ranking(count: 4).enumerated() {
                counts["\(id)\(place)", default: 0] += 1
            }
        }
        // 16 cells of 1,000, standard deviation 27.4.
        #expect(counts.count == 16)
        #expect(counts.values.allSatisfy { (880...1_120).contains($0) }, "\(counts)")
    }

    @Test func `Ten thousand entrants are ranked, each once`() throws {
        let list = try Self.list(
            Dictionary(uniqueKeysWithValues: (0..<10_000).map { ("user-\($0)", 1) }))
        let draw = Draw(secret: Self.secret, rules: "", entrants: list, input: "")
        let ranking = draw.ranking(count: 10_000)
        #expect(Set(ranking).count == 10_000)
        #expect(ranking == draw.ranking(count: .max))
    }
}

@Suite struct EntrantListTests {
    @Test func `The order is that of the bytes, whatever came first`() throws {
        let list = try EntrantList(lua: ["小安", "z", "Z", "a", "ab"])
        #expect(list.entrants.map(\.id) == ["Z", "a", "ab", "z", "小安"])
        #expect(list.ticketCount == 5)
        let text = String(decoding: list.canonicalBytes, as: UTF8.self)
        #expect(text == "1 1 Z\n1 1 a\n1 2 ab\n1 1 z\n1 6 小安\n")
    }

    @Test func `Nothing that is in an id can make two lists look alike`() throws {
        let one = try EntrantList([.init(id: "a\n1 1 b", tickets: 1)])
        let two = try EntrantList(lua: ["a", "b"])
        #expect(one.canonicalBytes != two.canonicalBytes)
    }

    @Test func `A table has tickets, and none leaves out`() throws {
        let list = try EntrantList(lua: ["ana": 2, "bo": 0, "cy": 1.0])
        #expect(list.json == [["ana", 2], ["cy", 1]])
        #expect(EntrantList(json: list.json) == list)
        #expect(try EntrantList(lua: []).entrants == [])
    }

    @Test(
        arguments: [
            (["ana", "ana"], "twice"), ([1], "ids"), (["ana": -1], "whole number"),
            (["ana": 0.5], "whole number"), (["ana": "1"], "whole number"), (["": 1], "bytes"),
            (["ana": 100_001], "tickets"), (["ana": 60_000, "bo": 60_000], "tickets"),
            ("ana", "list of ids"),
        ] as [(JSON, String)])
    func `What cannot be is refused`(value: JSON, why: String) throws {
        let error = try #require(throws: HostCallError.self) { try EntrantList(lua: value) }
        #expect(error.description.contains(why), "\(error)")
    }

    @Test func `The limits are taken, and one more is not`() throws {
        let most = EntrantList.Limit.tickets
        #expect(try EntrantList(lua: ["ana": .integer(most)]).ticketCount == most)
        #expect(try EntrantList(lua: ["ana": .integer(most - 1), "b": 1]).ticketCount == most)
        #expect(throws: HostCallError.self) {
            try EntrantList(lua: ["ana": .integer(most), "b": 1])
        }
        let long = String(repeating: "x", count: 64)
        #expect(try EntrantList(lua: [.string(long)]).entrants.count == 1)
        #expect(throws: HostCallError.self) { try EntrantList(lua: [.string(long + "x")]) }
    }

    @Test(
        arguments: [
            [["bo", 1], ["ana", 1]], [["ana", 1], ["ana", 1]], [["ana", 0]], [["ana"]], "x",
            [["ana", 1.5]],
        ] as [JSON])
    func `A list that is not in order is none`(json: JSON) {
        #expect(EntrantList(json: json) == nil)
    }
}
