import Testing

@testable import Knowledge

/// Reading what endpoints say, and judging it.
@Suite struct ReplyTests {
    private func fault(_ reply: String, _ answer: String, question: String = "") throws
        -> ReplyCheck.Fault?
    {
        ReplyCheck(folding: try KnowledgeFixtures.tables.get().folding)
            .fault(of: reply, entry: Shop.Entry(id: "e", question: question, answer: answer))
    }

    @Test(arguments: [
        ("15天内可以退哦", "15天内包装完好可以退。"), ("十五天内包装完好可以退", "15天内包装完好可以退。"),
        ("满99减10的券,当天有效~", "满99减10的券,当天有效。"),
        ("It holds 500 ml and does not leak.", "Holds 500ml; does not leak."),
        ("不能游泳戴哦,小雨没问题", "小雨没问题,不能游泳戴。"),
    ])
    func `The same in other words is taken`(reply: String, answer: String) throws {
        #expect(try fault(reply, answer) == nil)
    }

    @Test(arguments: [
        ("30天内可以退", "15天内可以退。", ReplyCheck.Fault.number), ("15个月内可以退", "15天内可以退。", .number),
        ("15天内可以退一半", "15天内可以退。", .number), ("打9折哦", "可以用券。", .number),
        ("15天内可以退,送两个杯子", "15天内可以退。", .number), ("Ships in two days", "Ships in 3 days.", .number),
        ("运费$15", "运费15天后退。", .number), ("", "可以。", .empty), ("~!", "可以。", .empty),
        (String(repeating: "可以退货", count: 20), "可以退货。", .long),
        ("可以退,加我微信", "可以退。", .link), ("可以退 http://x", "可以退。", .link),
        ("抱歉,这个可以退", "可以退。", .refusal),
        ("不可以退哦", "可以退。", .polarity), ("可以游泳戴", "不能游泳戴。", .polarity),
        ("Yes, you can return it", "可以退。", .language), ("今天天气真好呀朋友们", "可以退货。", .topic),
    ])
    func `What the entry does not say is not taken`(
        reply: String, answer: String, fault: ReplyCheck.Fault
    ) throws {
        #expect(try self.fault(reply, answer) == fault)
    }

    @Test func `Quantities know their units`() throws {
        func all(_ text: String) throws -> Set<Quantities.Quantity> {
            Quantities(try KnowledgeFixtures.tables.get().folding.fold(text)).all
        }
        #expect(try all("十五天") == all("15 days"))
        #expect(try all("¥3.50") == all("3.5元"))
        #expect(try all("12%") == [.init(number: "12", unit: "percent")])
        #expect(try all("5 minutes") == [.init(number: "5", unit: "minute")])
        #expect(try all("没有数字").isEmpty)
    }

    // MARK: - /v1/embeddings

    @Test func `Vectors are put in order and made one long`() throws {
        let text = """
            {"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,4.0]}]}
            """
        #expect(try EmbeddingsReply.parse(Array(text.utf8), count: 2) == [[0.6, 0.8], [0, 1]])
        let plain = "{\"data\":[{\"embedding\":[1]},{\"embedding\":[-2]}]}"
        #expect(try EmbeddingsReply.parse(Array(plain.utf8), count: 2) == [[1], [-1]])
    }

    @Test(arguments: [
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":2,\"embedding\":[1]}]}",
        "{\"data\":[{\"index\":1,\"embedding\":[1]},{\"index\":0,\"embedding\":[1,2]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[]},{\"index\":1,\"embedding\":[]}]}",
        "{\"data\":[{\"index\":0,\"embedding\":[1e300]},{\"index\":1,\"embedding\":[1]}]}",
        "{\"data\":{}}", "[]", "", "{\"data\":[{\"embedding\":\"AAA\"},{\"embedding\":\"AAA\"}]}",
    ])
    func `Vectors that cannot be compared are refused`(text: String) {
        #expect(throws: EndpointError.self) {
            try EmbeddingsReply.parse(Array(text.utf8), count: 2)
        }
    }

    @Test func `Fuzz: damaged vectors are refused or good`() {
        let good = Array(
            "{\"data\":[{\"index\":0,\"embedding\":[0.5,-1e-3]},{\"index\":1,\"embedding\":[1,2]}]}"
                .utf8)
        Fuzzing.run("embeddings", rounds: 2_000) { fuzzing in
            let bytes = fuzzing.mutated(good, alphabet: Array("{}[]\":,0123e-.".utf8))
            guard let vectors = try? EmbeddingsReply.parse(bytes, count: 2) else { return }
            #expect(vectors.count == 2 && vectors[0].count == vectors[1].count)
            for vector in vectors {
                let length = vector.reduce(0) { $0 + $1 * $1 }
                #expect(abs(length - 1) < 1e-3)
            }
        }
    }

    // MARK: - /v1/chat/completions

    private static let stream = Array(
        (": hello\r\nevent: x\r\ndata: {\"choices\":[{\"delta\":{\"content\":\"四十\"}}]}\r\n\r\n"
            + "data:{\"choices\":[{\"delta\":{\"content\":\"八 \"}}]}\n\nid: 3\rdata: {\"choices\":\rdata: []}\r\r"
            + "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n")
            .utf8)

    @Test func `A stream may be cut anywhere`() throws {
        for cut in 0...Self.stream.count {
            var reply = ChatReply()
            try reply.read(Array(Self.stream[..<cut]))
            try reply.read(Array(Self.stream[cut...]))
            try reply.end()
            #expect(reply.text == "四十八 ")
        }
    }

    @Test func `A stream that ends early is no answer`() throws {
        var reply = ChatReply()
        try reply.read(Array(Self.stream.prefix(100)))
        #expect(throws: EndpointError.self) { try reply.end() }
        var nothing = ChatReply()
        #expect(throws: EndpointError.self) { try nothing.end() }
    }

    @Test func `A line and a text have their limits`() throws {
        let max = EventStreamReader.lineBytesMax
        var reader = EventStreamReader()
        let line = Array("data: ".utf8) + [UInt8](repeating: 0x61, count: max - 6)
        #expect(try reader.read(line + [10, 10]).map(\.count) == [max - 6])
        var other = EventStreamReader()
        #expect(throws: EndpointError.tooLarge) { try other.read(line + [0x61]) }
        func read(_ count: Int) throws(EndpointError) -> String {
            var reply = ChatReply(textBytesMax: 10)
            let text = String(repeating: "a", count: count)
            try reply.read(
                Array("data: {\"choices\":[{\"delta\":{\"content\":\"\(text)\"}}]}\n\n".utf8))
            return reply.text
        }
        #expect(try read(10).count == 10)
        #expect(throws: EndpointError.tooLarge) { try read(11) }
    }

    @Test func `Fuzz: a damaged stream in any pieces gives a text or an error`() {
        Fuzzing.run("event streams", rounds: 1_500) { fuzzing in
            let bytes = fuzzing.mutated(Self.stream, alphabet: Array("data: {}[]\r\n\"".utf8))
            func text(_ pieces: [[UInt8]]) -> String? {
                var reply = ChatReply()
                do throws(EndpointError) {
                    for piece in pieces { try reply.read(piece) }
                    try reply.end()
                } catch {
                    return nil
                }
                return reply.text
            }
            #expect(text([bytes]) == text(fuzzing.pieces(bytes)))
        }
    }
}
