import Foundation

/// Everything that is known about language and not about a shop: the data files of the module.
package struct KnowledgeTables: Sendable {
    package let folding: TextFolding
    package var lexicon: Lexicon
    package let pinyin: Pinyin
    package let rules: LineRules
    package var weights: Weights
    private let lexiconText: String

    /// Why the data files of the package cannot be used.
    package struct Mistake: Error, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// Reads the data files that come with the package.
    package init() throws {
        folding = TextFolding(simplified: try Self.text("simplified.txt"))
        lexiconText = try Self.text("lexicon.txt")
        lexicon = Lexicon(text: lexiconText, folding: folding)
        pinyin = Pinyin(table: try Self.text("pinyin.txt"))
        rules = try LineRules(text: try Self.text("rules.txt"))
        weights = try Weights(json: Array(try Self.text("weights.json").utf8))
    }

    private static func text(_ name: String) throws(Mistake) -> String {
        guard let folder = Bundle.module.url(forResource: "Data", withExtension: nil),
            let data = try? Data(contentsOf: folder.appendingPathComponent(name))
        else { throw Mistake(description: "the package's file \(name) is missing") }
        return String(decoding: data, as: UTF8.self)
    }

    /// The same with a share of the forms of the lexicon dropped at random: how another shop's
    /// viewers, who use other words, are met.
    package func forgetting(share: Double, seed: UInt64) -> KnowledgeTables {
        var tables = self
        tables.lexicon = Lexicon(
            text: lexiconText, folding: folding, droppedShare: share, seed: seed)
        return tables
    }
}
