import Testing

@testable import Scripting

/// Names of fields in what a hook is given: short ones are kept by the sandbox from call to call.
@Suite struct FieldNameTests {
    @Test("names of every length are what they were, however often they come")
    func lengths() throws {
        // More than are kept, so that they take each other's places; lengths 0 to 40 on both sides
        // of what is kept, at the end of the text and before it.
        let script = try Script.running(
            """
            local names = {}
            for name, length in pairs(a) do
              if #name ~= length then names[#names + 1] = name end
            end
            room.state.wrong = table.concat(names, ",")
            room.state.count = (room.state.count or 0) + 1
            """)
        for round in 0..<6 {
            for length in 0..<41 {
                let name = String(
                    decoding: (0..<length).map { UInt8(97 + ($0 * 7 + round * 3 + length) % 26) },
                    as: UTF8.self)
                for other in ["", ##","é":2,"\n":1,"a\u0000":2"##, #","user":4,"name":4"#] {
                    let outcome = script.run("run", #"[{"\#(name)":\#(length)\#(other)}]"#)
                    #expect(outcome.fault == nil)
                    let changes = try #require(outcome.changesText)
                    #expect(!changes.contains("wrong") || changes.contains(#"[["wrong"],""]"#))
                }
            }
        }
    }

    @Test("names that differ in one byte, or in zeros behind them, are two")
    func neighbours() throws {
        let script = try Script.running(
            "local n = 0 for _ in pairs(a) do n = n + 1 end room.state.n = n + (a.abcdefg or 0)")
        let names = ["abcdefg", "abcdefh", "abcdefgh", "abcdefghi", #"abcdefg\u0000"#, "abcdef"]
        let members = names.enumerated().map { #""\#($1)":\#($0 == 0 ? 100 : 1)"# }
        for count in [1, 2, 6] {
            for shift in 0..<count {
                let some = (0..<count).map { members[($0 + shift) % count] }
                _ = script.run("run", "[{\(some.joined(separator: ","))}]")
                #expect(try script.stateText() == #"{"n":\#(100 + count)}"#)
            }
        }
    }
}
