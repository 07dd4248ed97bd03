import Testing
import Wire

@Suite struct JSONReaderTests {
    @Test func `Tokens come in the order of the text`() throws {
        let text = Array(#"{"a":[1,-2.5,"x\n"],"\u0062":{"c":null},"d":true,"e":false}"#.utf8)
        let (tokens, texts) = try tokens(text)
        #expect(
            tokens == [
                .beginObject, .name, .beginArray, .integer(1), .double(-2.5), .string, .endArray,
                .name,
                .beginObject, .name, .null, .endObject, .name, .bool(true), .name, .bool(false),
                .endObject,
            ])
        #expect(texts == ["a", "x\n", "b", "c", "d", "e"])
    }

    @Test func `Text without escapes is read from where it lies`() throws {
        let bytes = Array(#"["abc","茶","d\n"]"#.utf8)
        try bytes.withUnsafeBytes { input throws in
            var reader = JSONReader(input)
            var inside: [Bool] = []
            while let token = try reader.next() {
                guard token == .string, let start = input.baseAddress else { continue }
                inside.append(
                    reader.withText { text in
                        text.baseAddress.map { $0 >= start && $0 < start + input.count } ?? false
                    })
            }
            #expect(inside == [true, true, false])
        }
    }

    @Test func `An empty text has an empty content`() throws {
        let (_, texts) = try tokens(Array(#"["","\n",""]"#.utf8))
        #expect(texts == ["", "\n", ""])
    }

    @Test func `After the end there is no token, after an error the same error`() throws {
        try Array("1 ".utf8).withUnsafeBytes { input throws in
            var reader = JSONReader(input)
            #expect(try reader.next() == .integer(1))
            #expect(try reader.next() == nil)
            #expect(try reader.next() == nil)
        }
        Array("[1,]".utf8).withUnsafeBytes { input in
            var reader = JSONReader(input)
            _ = try? reader.next()
            _ = try? reader.next()
            let first = #expect(throws: JSONError.self) { try reader.next() }
            let second = #expect(throws: JSONError.self) { try reader.next() }
            #expect(first == second)
            #expect(first?.offset == 3)
        }
    }

    @Test func `Nothing at all is refused`() {
        var reader = JSONReader(UnsafeRawBufferPointer(start: nil, count: 0))
        let error = #expect(throws: JSONError.self) { try reader.next() }
        #expect(error?.code == .unexpectedEnd)
    }
}

/// All tokens of a text, and the content of its strings and names.
func tokens(_ bytes: [UInt8]) throws -> ([JSONReader.Token], [String]) {
    try bytes.withUnsafeBytes { input throws in
        var reader = JSONReader(input)
        var tokens: [JSONReader.Token] = []
        var texts: [String] = []
        while let token = try reader.next() {
            tokens.append(token)
            if token == .string || token == .name {
                texts.append(reader.withText { String(decoding: $0, as: UTF8.self) })
            }
        }
        return (tokens, texts)
    }
}
