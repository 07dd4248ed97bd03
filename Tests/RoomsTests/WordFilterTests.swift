@testable import Rooms
import Testing

@Suite struct WordFilterTests {
    private func found(_ words: String, in text: String, allowed: String = "") throws -> Bool {
        try WordFilter(blocked: words, allowed: allowed).firstMatch(in: text) != nil
    }

    @Test(arguments: [
        // As it is, and inside other text
        ("加微信", "加微信", true), ("加微信", "请加微信聊", true), ("加微信", "加信", false),
        ("加微信", "加加微信", true), ("加微信", "加微加微信", true),
        // Spaces, dots, symbols and emoji inside
        ("加微信", "加 微-信", true), ("加微信", "加　微　信", true), ("加微信", "加.微.信", true),
        ("加微信", "加·微・信", true), ("加微信", "加🌹微🌹信", true), ("加微信", "加*微*信", true),
        ("加微信", "加\u{200B}微\u{FEFF}信", true), ("加微信", "加\n微_信", true),
        ("加微信", "【加】【微】【信】", true),
        // Commas between all letters are spelling, between two clauses they are not
        ("加微信", "加，微，信", true), ("加微信", "加、微：信", true), ("加微信", "多加，微信支付", false),
        ("草泥马", "草、泥、马", true), ("买票", "别买，票没了", false),
        // Sentences end
        ("加微信", "请多加。微信可以吗", false), ("加微信", "加！微信", false), ("加微信", "加?微信", false),
        ("加微信", "加！加微信", true),
        // Mixed with Latin letters
        ("加vx", "加VX", true), ("加vx", "加ｖｘ", true), ("加vx", "加 v x 123", true),
        ("加vx", "加vx123", true), ("加v", "加very多", false), ("加v", "加v多", true),
        ("加v", "加v", true), ("v信", "V-信", true), ("v信", "TV信号", false),
        // Kana and Hangul
        ("バカ", "バ・カ", true), ("바보", "바 보", true),
        // In a phrase of the list its own commas are expected
        ("买，票", "别买，票没了", true),
    ])
    func `Chinese, Japanese and Korean words are found in every spelling`(
        word: String, text: String, expected: Bool
    ) throws {
        #expect(try found(word, in: text) == expected)
    }

    @Test(arguments: [
        ("fool", "fool", true), ("fool", "you FOOL!", true), ("fool", "foolish", true),
        ("fool", "ｆｏｏｌ", true), ("fool", "ＦＯＯＬ", true), ("fool", "𝐟𝐨𝐨𝐥", true),
        ("fool", "𝓕𝓸𝓸𝓵", true), ("fool", "Ⓕⓞⓞⓛ", true), ("fool", "🅵🅾🅾🅻", true),
        ("fool", "fo\u{200B}ol", true), ("fool", "f\u{AD}o\u{2060}ol", true),
        ("fool", "fóöl", true), ("fool", "fo\u{301}o\u{308}l", true), ("FÓÖL", "fool", true),
        ("fool", "fo\u{FE0F}ol", true), ("дурак", "ДУРАК", true), ("fol", "fool", false),
        // Spelled out letter by letter
        ("fool", "f o o l", true), ("fool", "f.o.o.l", true), ("fool", "f,o,o,l", true),
        ("fool", "you f-o-o-l!", true), ("fool", "f  o   o\tl", true),
        ("fool", "f o o l s", true), ("fool", "of o o l", false), ("fool", "f o o lot", false),
        ("fool", "f!o!o!l", false), ("ab", "a b", false), ("ab", "a-b", true),
        // Broken up by symbols
        ("fool", "fo-ol", true), ("fool", "fo*ol", true), ("fool", "fo_ol", true),
        ("fool", "fo~~ol now", true), ("fool", "fo😀ol", true), ("fool", "fo'ol", true),
        ("fool", "(fo-ol)", true), ("fool", "xfo-ol", false), ("fool", "fo-olish", false),
        // Innocent neighbours
        ("fool", "fo ol", false), ("fool", "fo. ol", false), ("fool", "fo.ol", false),
        ("fool", "fo, ol", false), ("ass", "as sent", false), ("ass", "as-soon", false),
        ("ass", "was so", false), ("ass", "as s", false), ("pens", "the pen.s", false),
        // Phrases
        ("buy now", "Buy now", true), ("buy now", "buynow", true), ("buy now", "buy-now", true),
        ("buy now", "buy, now", true), ("buy now", "BUY   NOW!", true),
        ("buy now", "buy. Now", true), ("buy now", "buy! Now", false),
        ("buy now", "ebuy now", false), ("buy now", "buy nowhere", false),
        ("buy now", "b u y n o w", true), ("buy now", "b uy now", false),
        // Digits
        ("1069", "１０６９", true), ("1069", "1-0-6-9", true), ("1069", "①⓪⑥⑨", false),
        ("169", "①⑥⑨", true), ("1069", "at 10:69", false), ("1069", "10 69", false),
        // Next to ideographs
        ("fool", "你fool吗", true), ("fool", "你fo-ol吗", true),
    ])
    func `Latin words are found in every spelling`(
        word: String, text: String, expected: Bool
    ) throws {
        #expect(try found(word, in: text) == expected)
    }

    @Test(arguments: [
        ("cunt", "scunthorpe", "I live in Scunthorpe", false),
        ("cunt", "scunthorpe", "S-c-u-n-t-h-o-r-p-e", false),
        ("cunt", "scunthorpe", "scunthorpe cunt", true),
        ("cunt", "scunthorpe", "cunt scunthorpe", true),
        ("cunt", "scunthorpe", "scunt horpe", true),
        ("ass", "class\nglass", "first class glass", false),
        ("ass", "class", "classass", true),
        ("操场", "操场上", "操场上见", false), ("操场", "操场上", "操场边", true),
        ("我操", "我操作", "我操作一下", false), ("我操", "我操作", "我操 作业", false),
        ("法轮", "无法轮流", "他们无法轮流", false),
        // In both lists, and allowed only in part
        ("fool", "fool", "fool", false), ("fool", "foo", "fool", true),
        ("foolish", "fool", "foolish", true),
        // Two allowed words side by side excuse nothing across them
        ("bc", "ab\ncd", "abcd", true),
    ])
    func `an allowed word excuses what lies within it`(
        word: String, allowed: String, text: String, expected: Bool
    ) throws {
        #expect(try found(word, in: text, allowed: allowed) == expected)
    }

    @Test func `the match tells the word of the list and the place`() throws {
        let filter = try WordFilter(blocked: "# spam\nBuy now\n加微信\nhe\nshe\nhers\n")
        #expect(
            filter.firstMatch(in: "好，请加 微信")
                == .init(word: "加微信", utf8Offset: "好，请".utf8.count))
        #expect(filter.firstMatch(in: "ok buy-now") == .init(word: "Buy now", utf8Offset: 3))
        #expect(filter.firstMatch(in: "ushers")?.word == "she")
        #expect(filter.firstMatch(in: "nothing") == nil)
        #expect(filter.firstMatch(in: "") == nil)
    }

    @Test func `words that begin alike and within each other are all found`() throws {
        let words = ["abcd", "bcx", "bc", "c1", "xabc", "bcdef"]
        let filter = try WordFilter(blocked: words.joined(separator: "\n"))
        for word in words { #expect(filter.firstMatch(in: "zz\(word)zz") != nil, "\(word)") }
        #expect(filter.firstMatch(in: "zabczz")?.word == "bc")
        let longer = try WordFilter(blocked: "abcd\nbcde\ncdefg")
        #expect(longer.firstMatch(in: "abcbcdabcxcdefg")?.word == "cdefg")
        #expect(longer.firstMatch(in: "abcbcdabcxcdef") == nil)
    }

    @Test func `a word counts where a longer one with the same end does not`() throws {
        #expect(try found("olbc\nbc", in: "ol bc"))
        #expect(try found("bc", in: "x bc", allowed: "xbc"))
        #expect(try !found("bc", in: "xbc", allowed: "xbc"))
    }

    @Test func `no list blocks nothing`() throws {
        #expect(WordFilter.none.firstMatch(in: "anything") == nil)
        #expect(try WordFilter(blocked: "", allowed: "x1").firstMatch(in: "x1") == nil)
    }

    @Test func `the filter finds what a plain search finds`() throws {
        var random = Fuzz.random("word filter")
        for _ in 0..<Fuzz.rounds(300) {
            let words = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                String(
                    (0..<Int.random(in: 2...5, using: &random)).map { _ in
                        "abc".randomElement(using: &random) ?? "a"
                    })
            }
            let filter = try WordFilter(blocked: words.joined(separator: "\n"))
            let text = String(
                (0..<Int.random(in: 0...30, using: &random)).map { _ in
                    "abcd".randomElement(using: &random) ?? "a"
                })
            let expected = words.contains { text.contains($0) }
            let match = filter.firstMatch(in: text)
            #expect((match != nil) == expected, "\(words) in \(text)")
            if let match {
                #expect(words.contains(match.word))
                #expect(text.dropFirst(match.utf8Offset).hasPrefix(match.word))
            }
        }
    }

    @Test func `any text can be searched`() throws {
        var random = Fuzz.random("any text")
        let filter = try WordFilter(blocked: "加微信\nfool\nbuy now", allowed: "foolish")
        for _ in 0..<Fuzz.rounds(300) {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let value = UInt32.random(in: 0...0x10FFFF, using: &random)
                let near = "加微信fol,.！ -\u{200B}".unicodeScalars.randomElement(using: &random)
                if Bool.random(using: &random), let near {
                    text.append(near)
                } else if let scalar = Unicode.Scalar(value) {
                    text.append(scalar)
                }
            }
            let string = String(text)
            if let match = filter.firstMatch(in: string) {
                #expect((0..<string.utf8.count).contains(match.utf8Offset))
            }
        }
    }
}
