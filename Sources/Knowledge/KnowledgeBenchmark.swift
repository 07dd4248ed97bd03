package import Clockwork

/// Measures a shop that is made up by seed: how long its index takes to make, and a line to answer.
package struct KnowledgeBenchmark: Sendable {
    package struct Report: Sendable {
        package var entryCount: Int
        package var lineCount: Int
        package var indexNanoseconds: UInt64
        /// Of a line, sorted.
        package var lineNanoseconds: [UInt64]

        /// The time of a line that a share of all lines stays within.
        package func nanoseconds(within share: Double) -> UInt64 {
            lineNanoseconds[min(Int(Double(lineCount) * share), lineCount - 1)]
        }
    }

    private static let endings = ["吗", "怎么弄", "fapiao", " how long?", ""]
    private let entryCount: Int
    private let lineCount: Int
    private let tables: KnowledgeTables

    /// - Parameters:
    ///   - entryCount: 3 or more.
    ///   - lineCount: 1 or more.
    ///   - tables: What is known about language.
    package init(entryCount: Int, lineCount: Int, tables: KnowledgeTables) {
        precondition(entryCount >= 3 && lineCount >= 1)
        self.entryCount = entryCount
        self.lineCount = lineCount
        self.tables = tables
    }

    package func run(seed: UInt64, clock: any Clock) -> Report {
        var random = SeededRandom(seed: seed)
        let shop = self.shop(&random)
        let began = clock.monotonicNanoseconds
        let index = KnowledgeIndex(shop: shop, tables: tables)
        let made = clock.monotonicNanoseconds
        var times: [UInt64] = []
        for _ in 0..<lineCount {
            let line =
                text(2, &random) + (Self.endings.randomElement(using: &random) ?? "")
            let product = shop.products.randomElement(using: &random)?.id
            let asked = clock.monotonicNanoseconds
            _ = index.find(line, onAir: product)
            times.append(clock.monotonicNanoseconds - asked)
        }
        return Report(
            entryCount: entryCount, lineCount: lineCount, indexNanoseconds: made - began,
            lineNanoseconds: times.sorted())
    }

    private func shop(_ random: inout SeededRandom) -> Shop {
        let products = (1...max(1, entryCount / 10)).map { number in
            Shop.Product(id: "p\(number)", slot: number, nameZh: "商品\(number)号")
        }
        let entries = (1...entryCount).map { number in
            Shop.Entry(
                id: "e\(number)",
                product: number % 4 == 0 ? nil : products[number % products.count].id,
                question: text(3, &random) + "?", answer: text(8, &random) + "\(number)天。")
        }
        return Shop(products: products, entries: entries)
    }

    private func text(_ count: Int, _ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<count {
            if let form = tables.lexicon.forms.randomElement(using: &random) {
                text += TextFolding.string(form.scalars)
            }
        }
        return text
    }
}
