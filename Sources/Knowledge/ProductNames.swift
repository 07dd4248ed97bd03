/// Finds the products of a shop in a text by name, nickname or number.
struct ProductNames: Sendable {
    private var chinese = PhraseTable()
    private var english: [String: [Int]] = [:]
    private var englishWordsMax = 1
    private var owners: [[Int]] = []
    private let slots: [Int: Int]
    /// Names of Chinese characters alone, for the spelling.
    private(set) var hanNames: [[UInt32]] = []

    init(_ products: [Shop.Product], folding: TextFolding) {
        slots = Dictionary(
            products.enumerated().compactMap { index, product in product.slot.map { ($0, index) } },
            uniquingKeysWith: { first, _ in first })
        for (index, product) in products.enumerated() {
            var names = product.nicknames + [product.nameZh, product.nameEn]
            // "X1 smart kettle" is asked for as "smart kettle".
            names += product.nameZh.split(separator: " ").map(String.init).filter {
                $0.unicodeScalars.filter { TextFolding.isHan($0.value) }.count >= 2
                    && !$0.unicodeScalars.contains { (0x30...0x39).contains($0.value) }
            }
            for name in names { add(folding.foldNumbers(name), of: index) }
        }
    }

    private mutating func add(_ name: [UInt32], of product: Int) {
        guard !name.isEmpty else { return }
        if name.contains(where: TextFolding.isHan) {
            let number = chinese.add(name, number: owners.count)
            if number == owners.count { owners.append([]) }
            if !owners[number].contains(product) { owners[number].append(product) }
            if name.count >= 2, name.allSatisfy(TextFolding.isHan) { hanNames.append(name) }
        } else {
            let stems = Word.all(in: name).map(\.stem)
            guard !stems.isEmpty else { return }
            englishWordsMax = max(englishWordsMax, stems.count)
            english[stems.joined(separator: " "), default: []].append(product)
        }
    }

    /// The products that a text names, and the places where their names stand.
    func find(in text: [UInt32], words: [Word]) -> (products: [Int], ranges: [Range<Int>]) {
        var products: [Int] = []
        var ranges: [Range<Int>] = []
        for hit in chinese.hits(in: text) {
            products += owners[hit.phrase].filter { !products.contains($0) }
            ranges.append(hit.range)
        }
        for start in words.indices {
            for count in stride(from: min(englishWordsMax, words.count - start), to: 0, by: -1) {
                let some = words[start..<(start + count)]
                guard let found = english[some.map(\.stem).joined(separator: " ")] else { continue }
                products += found.filter { !products.contains($0) }
                ranges.append(
                    some[start].range.lowerBound..<some[start + count - 1].range.upperBound)
            }
        }
        return (products, ranges)
    }

    private static let number = TextFolding.scalars("号")
    private static let followers = Set(TextFolding.scalars("链款那品的商产宝,."))
    private static let dates = Set(TextFolding.scalars("发前之后到能早晚左出寄走会开收还"))
    private static let callers: Set<String> = ["number", "no", "item", "link", "product", "num"]

    /// The product that a text calls by its number: "3号链接", "三号那个", "item 3", "#3".
    /// A day of the month ("8号发货") is none.
    func slot(in text: [UInt32], words: [Word]) -> (product: Int, range: Range<Int>)? {
        for (index, word) in words.enumerated() where word.isNumber && word.text.utf8.count <= 4 {
            guard let slot = Int(word.text), let product = slots[slot] else { continue }
            let end = word.range.upperBound
            if end < text.count, text[end] == Self.number[0] {
                let next = end + 1 < text.count ? text[end + 1] : 0x2E
                if Self.followers.contains(next)
                    || (word.range.lowerBound == 0 && !Self.dates.contains(next))
                {
                    return (product, word.range.lowerBound..<(end + 1))
                }
            }
            let start = word.range.lowerBound
            if start > 0, text[start - 1] == 0x23 { return (product, (start - 1)..<end) }
            if index > 0, Self.callers.contains(words[index - 1].text) {
                return (product, words[index - 1].range.lowerBound..<end)
            }
        }
        return nil
    }
}
