import Foundation
import Knowledge
import Testing

/// The shops and tables that the tests ask.
enum KnowledgeFixtures {
    /// The data files of the package, read once.
    static let tables = Result { try KnowledgeTables() }

    /// The folder of a shop that was made up for the tests, with labelled questions.
    static func folder(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Shops", withExtension: nil))
            .appendingPathComponent(name).path
    }

    /// A stall with two products.
    static func stall() throws -> KnowledgeIndex {
        let products = [
            Shop.Product(
                id: "lamp", slot: 1, nameZh: "护眼台灯", nameEn: "Desk lamp", nicknames: ["台灯", "lamp"]),
            Shop.Product(
                id: "mat", slot: 2, nameZh: "瑜伽垫", nameEn: "Yoga mat", nicknames: ["垫子", "mat"]),
        ]
        let entries = [
            Shop.Entry(id: "ship", question: "多久发货?", answer: "48小时内发出,周末顺延。"),
            Shop.Entry(id: "bill", question: "能开发票吗?", answer: "可以开电子发票,7天内发到邮箱。"),
            Shop.Entry(
                id: "lamp-power", product: "lamp", question: "台灯功率多少瓦?", answer: "最大12瓦。"),
            Shop.Entry(
                id: "lamp-clean", product: "lamp", question: "怎么清洁?", answer: "断电后用干布擦。"),
            Shop.Entry(
                id: "mat-clean", product: "mat", question: "垫子怎么清洗?", answer: "清水冲洗,阴干。"),
            Shop.Entry(
                id: "mat-size", product: "mat", question: "多长多宽?", answer: "长183厘米,宽61厘米。"),
        ]
        return KnowledgeIndex(
            shop: Shop(products: products, entries: entries), tables: try tables.get())
    }
}
