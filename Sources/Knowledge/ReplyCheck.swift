/// Holds a model's words against the entry that they should say in another way.
///
/// A model may shorten, soften and reorder. It may not bring in a number, price, percentage or date, a
/// link, a yes for a no, another language, or something that the entry does not speak of.
package struct ReplyCheck: Sendable {
    private let folding: TextFolding

    package init(folding: TextFolding) { self.folding = folding }

    /// Why words are not taken.
    package enum Fault: String, Error, Sendable, CaseIterable {
        case empty, long, number, link, refusal, polarity, language, topic
    }

    /// The longest reply, as a multiple of the merchant's text, and always allowed.
    static let lengthFactor = 2
    static let lengthAlwaysAllowed = 60
    /// How much of the reply the entry must hold.
    static let sharedMin = 0.4

    /// What is wrong with a reply; nil when it may be said.
    package func fault(of reply: String, entry: Shop.Entry) -> Fault? {
        let said = folding.fold(reply)
        let source = folding.fold(entry.question + " . " + entry.answer)
        guard said.contains(where: { TextFolding.isHan($0) || TextFolding.isLatin($0) }) else {
            return .empty
        }
        let answer = folding.fold(entry.answer)
        guard said.count <= max(Self.lengthAlwaysAllowed, Self.lengthFactor * answer.count) else {
            return .long
        }
        if !Quantities(said).subtracting(Quantities(source)).isEmpty { return .number }
        let saidText = TextFolding.string(said)
        let sourceText = TextFolding.string(source)
        if Self.links.contains(where: { saidText.contains($0) && !sourceText.contains($0) }) {
            return .link
        }
        if Self.refusals.contains(where: { saidText.contains($0) && !sourceText.contains($0) }) {
            return .refusal
        }
        if Self.isMainlyHan(said) != Self.isMainlyHan(answer) { return .language }
        if Self.denials(in: said) != Self.denials(in: answer) { return .polarity }
        return Self.share(of: said, in: source) < Self.sharedMin ? .topic : nil
    }

    private static let links = ["http", "www", "://", "@", ".com", ".cn", "微信", "vx", "qq", "加我"]
    private static let refusals = [
        "抱歉", "无法", "不能回答", "不清楚", "不知道", "人工智能", "语言模型", "作为ai", "作为一个",
        "sorry", "as an ai", "i cannot", "i can't", "i don't know", "unable to", "language model",
    ]

    private static func isMainlyHan(_ text: [UInt32]) -> Bool {
        let han = text.count { TextFolding.isHan($0) }
        let latin = text.count { TextFolding.isLatin($0) }
        return han * 3 >= latin
    }

    private static let denyingCharacters = Set(TextFolding.scalars("不没无勿莫别未禁非"))
    private static let denyingWords: Set<String> = [
        "no", "not", "never", "don't", "doesn't", "isn't", "aren't", "can't", "cannot", "won't",
        "without", "only", "except", "nor", "none",
    ]

    /// Whether a text denies anything.
    private static func denials(in text: [UInt32]) -> Bool {
        text.contains(where: denyingCharacters.contains)
            || Word.all(in: text).contains { denyingWords.contains($0.text) }
    }

    /// How much of a reply stands in the entry: of its pairs of characters and its longer words.
    private static func share(of said: [UInt32], in source: [UInt32]) -> Double {
        func units(_ text: [UInt32]) -> Set<Unit> {
            var units: Set<Unit> = []
            for (one, other) in zip(text, text.dropFirst())
            where TextFolding.isHan(one) && TextFolding.isHan(other) {
                units.insert(.pair(one, other))
            }
            for word in Word.all(in: text) where word.text.utf8.count > 3 {
                units.insert(.word(word.stem))
            }
            return units
        }
        let saidUnits = units(said)
        guard !saidUnits.isEmpty else { return 1 }
        return Double(saidUnits.intersection(units(source)).count) / Double(saidUnits.count)
    }
}
