import Testing
import Wire

@Suite struct JSONWriterTests {
    private func written(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(reserving: 0)
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `Commas are set by the writer`() {
        let dynamic = "dyn\"amic"
        let text = written { writer in
            writer.beginObject()
            writer.name("a")
            writer.beginArray()
            writer.integer(1)
            writer.null()
            writer.beginArray()
            writer.endArray()
            writer.beginObject()
            writer.endObject()
            writer.bool(true)
            writer.endArray()
            writer.name(dynamic)
            writer.string("x")
            writer.name("raw")
            writer.raw(Array("[1,2]".utf8))
            writer.name("d")
            writer.double(0.5)
            writer.endObject()
        }
        #expect(text == #"{"a":[1,null,[],{},true],"dyn\"amic":"x","raw":[1,2],"d":0.5}"#)
    }

    @Test(arguments: [
        ("", ""), ("tea", "tea"), ("\"", #"\""#), ("\\", #"\\"#), ("/", "/"),
        ("<\u{2028}\u{2029}", "<\u{2028}\u{2029}"),
        ("\u{8}\t\n\u{c}\r", #"\b\t\n\f\r"#), ("\0\u{1f}\u{7f}", "\\u0000\\u001f\u{7f}"),
        ("12345678\"", #"12345678\""#), ("1234567\n", #"1234567\n"#), ("茶馆🍵茶馆🍵", "茶馆🍵茶馆🍵"),
        ("茶馆茶馆\u{1}茶馆茶\u{b}", "茶馆茶馆\\u0001茶馆茶\\u000b"),
        ("\u{80}\u{a2}\u{dc}\u{9f}\u{a0}\"\\", "\u{80}\u{a2}\u{dc}\u{9f}\u{a0}\\\"\\\\"),
    ])
    func `Only what must be escaped is`(text: String, expected: String) {
        #expect(written { $0.string(text) } == "\"\(expected)\"")
        #expect(written { $0.name(text) } == "\"\(expected)\":")
    }

    @Test
    func `Every byte below a space, quote and backslash are escaped at every place of a word`()
        throws
    {
        for character in UInt8(0)..<0x80 {
            for place in 0..<17 {
                var bytes = [UInt8](repeating: UInt8(ascii: "x"), count: 17)
                bytes[place] = character
                let text = String(decoding: bytes, as: UTF8.self)
                let json = JSON.string(text).encoded()
                let isEscaped = character < 0x20 || character == 0x22 || character == 0x5C
                #expect((json.count > 19) == isEscaped)
                #expect(try JSON(parsing: json) == .string(text))
            }
        }
    }

    @Test(arguments: [
        (0, "0"), (-1, "-1"), (10, "10"), (1_000_200, "1000200"),
        (Int64.max, "9223372036854775807"),
        (Int64.min, "-9223372036854775808"),
    ])
    func `Integers are written in full`(value: Int64, expected: String) {
        #expect(written { $0.integer(value) } == expected)
    }

    @Test(
        arguments: [
            (0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (0.1, "0.1"), (1e16, "1e+16"), (1e-7, "1e-07"),
            (.leastNonzeroMagnitude, "5e-324"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (.infinity, "null"),
            (.nan, "null"),
        ] as [(Double, String)])
    func `Doubles are short and stay doubles`(value: Double, expected: String) throws {
        #expect(written { $0.double(value) } == expected)
        if value.isFinite {
            #expect(try JSON(parsing: expected) == .double(value))
        }
    }

    @Test func `A writer can be used again`() {
        var writer = JSONWriter()
        writer.integer(1)
        writer.removeAll()
        writer.integer(2)
        #expect(writer.bytes == Array("2".utf8))
    }
}
