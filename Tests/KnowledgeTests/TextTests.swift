import Testing

@testable import Knowledge

/// How a line is read before anything is compared.
@Suite struct TextTests {
    private func tables() throws -> KnowledgeTables { try KnowledgeFixtures.tables.get() }

    @Test(arguments: [
        ("ＡＢＣ１２３", "abc123"), ("運費誰出？", "运费谁出?"), ("好吃😋吗", "好吃 吗"), ("a\u{200B}b", "ab"),
        ("  两  格 ", "两 格"), ("Café、100％", "cafe,100%"), ("①②", "12"), ("", ""),
    ])
    func `Spellings become one`(text: String, folded: String) throws {
        #expect(TextFolding.string(try tables().folding.fold(text)) == folded)
    }

    @Test(arguments: [
        ("十五天", "15天"), ("零下十度", "零下10度"), ("两年", "2年"), ("一百零五斤", "105斤"), ("二十五岁", "25岁"),
        ("一〇八块", "108块"), ("三万件", "30000件"), ("一直", "一直"), ("三口之家", "三口之家"), ("第3天", "第3天"),
    ])
    func `Numerals before a unit become digits`(text: String, digits: String) throws {
        #expect(TextFolding.string(try tables().folding.foldNumbers(text)) == digits)
    }

    @Test(arguments: [
        ("shipping", "ship"), ("ships", "ship"), ("batteries", "battery"), ("washed", "wash"),
        ("sizes", "siz"), ("size", "siz"), ("glass", "glass"), ("is", "is"), ("用", "用"),
    ])
    func `English endings are cut`(word: String, stem: String) {
        #expect(Stemmer.stem(word) == stem)
    }

    @Test func `Words are letters or numbers`() {
        let words = Word.all(in: TextFolding.scalars("i don't want 3.50 or 2kg x9."))
        #expect(
            words.map(\.text) == ["i", "don't", "want", "3.50", "or", "2", "kg", "x", "9"])
        #expect(words.filter(\.isNumber).count == 3)
    }

    @Test func `All places of all phrases are found`() {
        var table = PhraseTable()
        let phrases = ["退", "退货", "货", "退货险"]
        for (number, phrase) in phrases.enumerated() {
            #expect(table.add(TextFolding.scalars(phrase), number: number) == number)
        }
        #expect(table.add(TextFolding.scalars("货"), number: 9) == 2)
        let hits = table.hits(in: TextFolding.scalars("不退货"))
        #expect(
            hits == [
                .init(range: 1..<2, phrase: 0), .init(range: 1..<3, phrase: 1),
                .init(range: 2..<3, phrase: 2),
            ])
        #expect(table.number(of: TextFolding.scalars("退货险")) == 3)
        #expect(table.number(of: TextFolding.scalars("退货险吗")) == nil)
    }

    @Test func `Pinyin is cut into syllables`() throws {
        let pinyin = try tables().pinyin
        #expect(pinyin.syllables(of: "youfei") == ["you", "fei"])
        #expect(pinyin.syllables(of: "xian") == ["xian"])
        #expect(pinyin.syllables(of: "usb") == nil)
        #expect(pinyin.spelling(TextFolding.scalars("发票")) == "fapiao")
        #expect(pinyin.initials(TextFolding.scalars("优惠券")) == "yhq")
        #expect(pinyin.spelling(TextFolding.scalars("a票")) == nil)
    }

    @Test(arguments: [
        ("kan fapiao", "发票"), ("fa piao", "发票"), ("开fapiao", "发票"), ("fp怎么弄", "发票"), ("开发漂吗", "发票"),
        ("taideng liang ma", "台灯"), ("chong洗", "冲洗"),
    ])
    func `What was meant is guessed from the shop's own words`(line: String, word: String) throws {
        let repairs = try self.repairs(of: line)
        #expect(repairs.words.contains(TextFolding.scalars(word)), "\(repairs)")
    }

    @Test(arguments: ["ok", "what is it", "usb", "发票", "今天天气"])
    func `What is written well is left alone`(line: String) throws {
        let repairs = try self.repairs(of: line)
        #expect(repairs.words.isEmpty && repairs.stems.isEmpty, "\(repairs)")
    }

    private func repairs(of line: String) throws -> (words: [[UInt32]], stems: [String]) {
        let tables = try tables()
        let shop = try KnowledgeFixtures.stall().shop
        let names = ProductNames(shop.products, folding: tables.folding)
        let book = SpellingBook(
            pinyin: tables.pinyin, lexicon: tables.lexicon, names: names,
            texts: shop.entries.flatMap {
                [tables.folding.fold($0.question), tables.folding.fold($0.answer)]
            })
        let folded = tables.folding.fold(line)
        return book.repairs(of: folded, words: Word.all(in: folded))
    }

    @Test func `A slip of the finger finds the only word it can be`() throws {
        #expect(try repairs(of: "dishwaser").stems == ["dishwasher"])
        #expect(try repairs(of: "dishwasher").stems == [])
    }

    @Test(arguments: [
        ("ship", "shp", true), ("ship", "shipp", true), ("ship", "shop", true),
        ("ship", "sihp", true), ("ship", "ship", false), ("ship", "sharp", false),
        ("ship", "pish", false), ("a", "", true),
    ])
    func `One slip is told from two`(one: String, other: String, isOne: Bool) {
        #expect(SpellingBook.isOneAway(Array(one.utf8), Array(other.utf8)) == isOne)
        #expect(SpellingBook.isOneAway(Array(other.utf8), Array(one.utf8)) == isOne)
    }

    @Test func `The lexicon reads lines, knows stop words, and forgets by seed`() throws {
        let folding = try tables().folding
        let text = """
            # a comment
            ship = 发货, 寄,
                send out, shipping
            stop = 吗, the
            """
        let lexicon = Lexicon(text: text, folding: folding)
        #expect(lexicon.names == ["ship"])
        #expect(lexicon.forms.map { TextFolding.string($0.scalars) } == ["发货", "寄"])
        #expect(lexicon.english == ["send out": [0], "ship": [0]])
        #expect(lexicon.englishWordsMax == 2)
        #expect(lexicon.stopWords == ["the"])
        let whole = try tables().lexicon.forms.count
        let half = try tables().forgetting(share: 0.5, seed: 3).lexicon.forms
        #expect((whole * 2 / 5...whole * 3 / 5).contains(half.count))
        let again = try tables().forgetting(share: 0.5, seed: 3).lexicon.forms
        #expect(half.map(\.scalars) == again.map(\.scalars))
        let other = try tables().forgetting(share: 0.5, seed: 4).lexicon.forms
        #expect(half.map(\.scalars) != other.map(\.scalars))
    }
}
