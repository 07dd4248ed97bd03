import Testing

@testable import Streaming

@Suite struct AMFValueTests {
    @Test(arguments: [
        AMFValue.number(-1.5), .boolean(true), .string("héllo"),
        .string(String(repeating: "x", count: 70_000)), .null, .date(1e12),
        .object([.init("a", .number(1)), .init("b", .object([.init("c", .null)]))]),
        .array([.number(1), .string("two")]),
    ])
    func `A value that is written reads the same`(value: AMFValue) throws {
        #expect(try AMFValue.decode(AMFValue.encode([value, .null])) == [value, .null])
    }

    @Test func `An ECMA array with a wrong count is an object`() throws {
        let bytes: [UInt8] = [8, 0, 0, 0, 99, 0, 1, 0x61, 1, 1, 0, 0, 9]
        #expect(try AMFValue.decode(bytes) == [.object([.init("a", .boolean(true))])])
    }

    @Test func `A member with an empty name does not end the object`() throws {
        let bytes: [UInt8] = [3, 0, 0, 5, 0, 0, 9]
        #expect(try AMFValue.decode(bytes) == [.object([.init("", .null)])])
    }

    @Test func `Values cut off anywhere are refused`() {
        let whole = AMFValue.encode([
            .object([.init("name", .string("abc")), .init("list", .array([.number(1), .date(2)]))])
        ])
        for count in 1..<whole.count {
            #expect(throws: StreamRefusal.self) { try AMFValue.decode(Array(whole[..<count])) }
        }
    }

    @Test func `Values may be nested to the bound and no deeper`() throws {
        func nested(_ depth: Int) -> [UInt8] {
            var value = AMFValue.null
            for _ in 0..<depth { value = .array([value]) }
            return AMFValue.encode([value])
        }
        _ = try AMFValue.decode(nested(AMFValue.depthMax))
        let error = #expect(throws: StreamRefusal.self) {
            try AMFValue.decode(nested(AMFValue.depthMax + 1))
        }
        #expect(error?.code == .tooLarge)
    }

    @Test func `A message may have values up to the bound and no more`() throws {
        let most = [UInt8](repeating: 5, count: AMFValue.valuesMax)
        #expect(try AMFValue.decode(most).count == AMFValue.valuesMax)
        let error = #expect(throws: StreamRefusal.self) { try AMFValue.decode(most + [5]) }
        #expect(error?.code == .tooLarge)
    }

    @Test func `References, AMF3 and unknown types are refused`() {
        for marker: UInt8 in [4, 7, 9, 14, 17, 200] {
            #expect(throws: StreamRefusal.self) { try AMFValue.decode([marker, 0, 0, 0, 0]) }
        }
    }

    @Test func `Fuzzed values are read or refused`() {
        let whole = AMFValue.encode([
            .string("connect"), .number(1),
            .object([.init("app", .string("live")), .init("x", .array([.boolean(true), .null]))]),
        ])
        Fuzzing.run("AMF0", rounds: 2_000) { fuzzing in
            let bytes = fuzzing.chance(3) ? fuzzing.bytes(fuzzing.upTo(60)) : fuzzing.spoil(whole)
            guard let values = try? AMFValue.decode(bytes) else { return }
            // What was read can be written, and reads the same unless a number is not one.
            let again = AMFValue.encode(values)
            #expect((try? AMFValue.decode(again))?.count == values.count)
        }
    }
}
