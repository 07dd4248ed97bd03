import Foundation
import Testing
import Wire

@Suite struct JSONFuzzTests {
    @Test func `What is encoded is parsed to the same`() throws {
        try Fuzzing.run("JSON values", rounds: 400) { random throws in
            let value = random.json(depth: 4)
            let bytes = value.encoded()
            #expect(try JSON(parsing: bytes) == value, "\(String(decoding: bytes, as: UTF8.self))")
            #expect(try JSON(parsing: bytes).encoded() == bytes)
            let shuffled = random.shuffled(value)
            #expect(shuffled == value)
            #expect(shuffled.encodedSorted() == value.encodedSorted())
            #expect(try JSON(parsing: value.encodedSorted()) == value)
        }
    }

    @Test
    func `Damaged texts are judged alike by tree and reader, and never more kindly than elsewhere`()
    {
        let alphabet =
            Array("{}[]:,\"\\/ubntrfe0123456789.+-Ee \n\t".utf8) + [
                0, 0x1F, 0x80, 0xC3, 0xED, 0xFF,
            ]
        Fuzzing.run("JSON texts", rounds: 1500) { random in
            let bytes = random.mutated(random.json(depth: 3).encoded(), alphabet: alphabet)
            let tree = Result { try JSON(parsing: bytes) }
            let flat = Result { try tokens(bytes) }
            switch (tree, flat) {
            case (.success(let value), .success):
                #expect((try? JSON(parsing: value.encoded())) == value)
                #expect(throws: Never.self, "\(bytes)") {
                    try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
                }
            case (.failure(let one), .failure(let other)):
                #expect(one as? JSONError == other as? JSONError)
                #expect((one as? JSONError).map { $0.offset <= bytes.count } == true)
            default:
                Issue.record("tree and reader disagree on \(bytes)")
            }
        }
    }

    @Test func `A text that is cut anywhere is refused at its end`() throws {
        let value: JSON = ["a": [1.5, "é\n\u{1}🍵", true, nil, ["x": -12]], "b": "茶"]
        let bytes = value.encoded()
        for count in bytes.indices {
            let error = #expect(throws: JSONError.self) {
                try JSON(parsing: Array(bytes[..<count]))
            }
            #expect(error?.code == .unexpectedEnd || error?.code == .badUTF8)
        }
    }

    @Test func `Doubles are read as the nearest`() throws {
        try Fuzzing.run("numbers", rounds: 3000) { random throws in
            let digits = (0...random.upTo(22)).map { _ in random.upTo(9) }
            let whole = String(digits.map(String.init).joined().drop { $0 == "0" })
            let exponent = random.upTo(60) - 30
            let text = "\(whole.isEmpty ? "0" : whole).\(random.upTo(1000))e\(exponent)"
            #expect(try JSON(parsing: text) == .double(try #require(Double(text))))
            #expect(try JSON(parsing: "-" + text) == .double(-(try #require(Double(text)))))
        }
    }
}

extension Fuzzing {
    mutating func json(depth: Int) -> JSON {
        switch upTo(depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(chance(2))
        case 2: return .integer(Int64(truncatingIfNeeded: next() >> upTo(63)))
        case 3: return .integer(pick([.min, .max, 0, -1, 1 << 53]))
        case 4:
            let value = Double(bitPattern: next())
            return .double(value.isFinite ? value : Double(upTo(1_000_000)) / 100)
        case 5, 6: return .string(text(20))
        case 7: return .array((0..<upTo(5)).map { _ in json(depth: depth - 1) })
        default:
            var object = JSONObject()
            for _ in 0..<(chance(20) ? 40 : upTo(6)) { object[text(6)] = json(depth: depth - 2) }
            return .object(object)
        }
    }

    mutating func shuffled(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements): .array(elements.map { shuffled($0) })
        case .object(let object):
            .object(JSONObject(object.map { ($0.name, shuffled($0.value)) }.shuffled(using: &self)))
        default: json
        }
    }
}
