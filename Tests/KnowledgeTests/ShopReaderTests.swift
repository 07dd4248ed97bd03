import Foundation
import Knowledge
import Testing

@Suite struct ShopReaderTests {
    private static let product = #"{"id": "p", "name_zh": "杯子", "slot": 3, "nicknames": ["cup"]}"#
    private static let entry =
        #"{"id": "e", "product": "p", "question": "多大?", "answer": "350毫升。"}"#

    private func read(
        products: String = Self.product, entries: String = Self.entry, limits: ShopLimits = .init()
    ) throws(ShopError) -> Shop {
        try ShopReader(limits: limits).shop(
            products: Array(products.utf8), entries: Array(entries.utf8))
    }

    @Test func `A shop is read with what it says and nothing else`() throws {
        let shop = try read(
            products: "\u{FEFF}" + Self.product + "\r\n\n",
            entries: Self.entry + "\n"
                + #"{"id": "f", "product": null, "question": "a?", "answer": "b", "note": [1]}"#)
        #expect(shop.products.map(\.id) == ["p"])
        #expect(shop.product("p")?.slot == 3)
        #expect(shop.product("p")?.nicknames == ["cup"])
        #expect(shop.entries.map(\.product) == ["p", nil])
        #expect(shop.entries[0].answer == "350毫升。")
    }

    @Test(arguments: [
        (#"{"id": "e", "question": "a"}"#, 1, "answer"),
        (#"{"id": "e", "question": "a", "answer": ""}"#, 1, "answer"),
        (#"{"id": "", "question": "a", "answer": "b"}"#, 1, "id"),
        (#"{"id": "e", "question": 7, "answer": "b"}"#, 1, "question"),
        ("\n\n[1]", 3, "object"), ("{", 1, "JSON"), ("\n{\"id\": \"e\",}", 2, "JSON"),
        (entry + "\n" + entry, 2, "twice"),
        (#"{"id": "e", "product": "q", "question": "a", "answer": "b"}"#, 1, "no product \"q\""),
        (#"{"id": "e", "question": "a", "answer": "b", "approved": 1}"#, 1, "approved"),
        (#"{"id": "e", "question": "a", "answer": "b", "approved": false}"#, 0, "approved entry"),
        (#"{"id": "e", "question": "a", "answer": "b", "valid_from": "soon"}"#, 1, "valid_from"),
        (
            #"{"id": "e", "question": "a", "answer": "b", "valid_from": "2026-03-01T00:00:00Z", "valid_until": "2026-03-01T08:00:00+08:00"}"#,
            1, "not after"
        ),
    ])
    func `A mistake in the entries is told with its line`(
        entries: String, line: Int, word: String
    ) throws {
        let error = #expect(throws: ShopError.self) { _ = try read(entries: entries) }
        #expect(error?.file == "kb.jsonl")
        #expect(error?.line == line)
        #expect(error?.message.contains(word) == true)
        #expect(error?.remedy.isEmpty == false)
        let place = line == 0 ? "kb.jsonl: " : "kb.jsonl:\(line): "
        #expect(error?.description.hasPrefix(place) == true)
    }

    @Test(arguments: [
        (#"{"id": "p"}"#, 1), (#"{"id": "p", "name_zh": "a", "slot": 0}"#, 1),
        (#"{"id": "p", "name_zh": "a", "slot": "1"}"#, 1),
        (#"{"id": "p", "name_zh": "a", "nicknames": "b"}"#, 1),
        (#"{"id": "p", "name_zh": "a", "nicknames": [""]}"#, 1), (product + "\n" + product, 2),
        (product + "\n" + #"{"id": "q", "name_zh": "a", "slot": 3}"#, 2),
    ])
    func `A mistake in the products is told with its line`(products: String, line: Int) {
        let error = #expect(throws: ShopError.self) { _ = try read(products: products) }
        #expect(error?.file == "products.jsonl")
        #expect(error?.line == line)
    }

    @Test func `A shop without entries is no shop`() {
        #expect(throws: ShopError.self) { try read(entries: "\n") }
    }

    @Test func `Every limit holds, and what is within it passes`() throws {
        func limits(_ change: (inout ShopLimits) -> Void) -> ShopLimits {
            var limits = ShopLimits()
            change(&limits)
            return limits
        }
        let entry = Self.entry
        let two = entry + "\n" + #"{"id": "f", "question": "a", "answer": "b"}"#
        let length = entry.utf8.count
        let within: [(String, ShopLimits)] = [
            (two, limits { $0.entriesMax = 2 }), (entry, limits { $0.lineBytesMax = length }),
            (entry, limits { $0.fileBytesMax = length }), (entry, limits { $0.idBytesMax = 1 }),
            (entry, limits { $0.questionBytesMax = "多大?".utf8.count }),
            (entry, limits { $0.answerBytesMax = "350毫升。".utf8.count }),
            (entry, limits { $0.nameBytesMax = "杯子".utf8.count }),
            (entry, limits { $0.nicknamesMax = 1 }), (entry, limits { $0.productsMax = 1 }),
        ]
        for (entries, limits) in within { _ = try read(entries: entries, limits: limits) }
        let above: [(String, ShopLimits)] = [
            (two, limits { $0.entriesMax = 1 }), (entry, limits { $0.lineBytesMax = length - 1 }),
            (entry, limits { $0.fileBytesMax = length - 1 }),
            (entry, limits { $0.idBytesMax = 0 }),
            (entry, limits { $0.questionBytesMax = "多大?".utf8.count - 1 }),
            (entry, limits { $0.answerBytesMax = "350毫升。".utf8.count - 1 }),
            (entry, limits { $0.nameBytesMax = "杯子".utf8.count - 1 }),
            (entry, limits { $0.nicknamesMax = 0 }), (entry, limits { $0.productsMax = 0 }),
        ]
        for (entries, limits) in above {
            #expect(throws: ShopError.self) { try read(entries: entries, limits: limits) }
        }
    }

    /// FAQ-03.
    @Test func `Drafts are left out, and an entry has version and validity`() throws {
        let shop = try read(
            entries: """
                {"id": "a", "question": "q", "answer": "one", "approved": true}
                {"id": "b", "question": "q", "answer": "one", "approved": false}
                {"id": "c", "question": "q", "answer": "two", "version": "7", "valid_from": "2026-03-01T08:00:00+08:00", "valid_until": "2026-03-02T00:00:00Z"}
                {"id": "d", "question": "q", "answer": "two"}
                """)
        #expect(shop.entries.map(\.id) == ["a", "c", "d"])
        #expect(shop.entries[1].version == "7")
        #expect(shop.entries[1].validity == 1_772_323_200..<1_772_409_600)
        #expect(shop.entries[0].version.count == 8)
        #expect(shop.entries[0].version != shop.entries[2].version)
    }

    /// FAQ-20.
    @Test func `Whatever changes gives another edition, and nothing else does`() throws {
        let edition = try read().edition
        #expect(try read(entries: Self.entry + "\n\n").edition == edition)
        for (products, entries) in [
            (Self.product, Self.entry.replacing("350", with: "300")),
            (Self.product, Self.entry.replacing("\"e\"", with: "\"f\"")),
            (
                Self.product,
                Self.entry.replacing("}", with: #", "valid_until": "2027-01-01T00:00:00Z"}"#)
            ),
            (Self.product.replacing("cup", with: "mug"), Self.entry),
        ] {
            #expect(try read(products: products, entries: entries).edition != edition)
        }
    }

    @Test func `Questions are read with their labels`() throws {
        let lines = #"""
            {"id": "a", "text": "多大", "on_air": "p", "kind": "answer", "answers": ["e"]}
            {"id": "b", "text": "hi", "on_air": null, "answers": []}
            """#
        let questions = try ShopReader().questions(Array(lines.utf8))
        #expect(questions.map(\.onAir) == ["p", nil])
        #expect(questions.map(\.answers) == [["e"], []])
        var limits = ShopLimits()
        limits.questionsMax = 1
        #expect(throws: ShopError.self) {
            try ShopReader(limits: limits).questions(Array(lines.utf8))
        }
    }

    @Test func `A folder without entries is named`() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = #expect(throws: ShopError.self) {
            _ = try ShopReader().shop(folder: folder.path)
        }
        #expect(error?.file == "kb.jsonl")
        #expect(error?.line == 0)
        try Data(Self.entry.replacing("\"p\"", with: "null").utf8)
            .write(to: folder.appendingPathComponent("kb.jsonl"))
        #expect(try ShopReader().shop(folder: folder.path).products.isEmpty)
    }

    @Test func `Fuzz: damaged files give a shop or a mistake with its place`() {
        let good = Array((Self.entry + "\n" + Self.entry.replacing("\"e\"", with: "\"f\"")).utf8)
        let products = Array(Self.product.utf8)
        Fuzzing.run("the shop reader", rounds: 1_500) { fuzzing in
            let alphabet = Array("{}[]\":,\n\\0-e p".utf8)
            let entries = fuzzing.mutated(good, alphabet: alphabet)
            let damaged =
                fuzzing.chance(2) ? fuzzing.mutated(products, alphabet: alphabet) : products
            do throws(ShopError) {
                let shop = try ShopReader().shop(products: damaged, entries: entries)
                #expect(!shop.entries.isEmpty)
                #expect(Set(shop.entries.map(\.id)).count == shop.entries.count)
                for entry in shop.entries {
                    #expect(entry.product == nil || shop.product(entry.product ?? "") != nil)
                }
            } catch {
                #expect(!error.message.isEmpty && !error.remedy.isEmpty)
            }
            _ = try? ShopReader().questions(entries)
        }
    }
}
