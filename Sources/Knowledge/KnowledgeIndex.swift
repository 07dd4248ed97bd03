import Foundation

/// The entries of a shop, ready to be asked.
///
/// An inverted index over units (meanings, pairs of Chinese characters, English words, single
/// characters), each weighted by how few entries hold it, as in BM25; entries are too short and too
/// alike in length for its other terms to matter.
package struct KnowledgeIndex: Sendable {
    /// One entry that holds a unit.
    private struct Posting {
        var entry: Int
        var isInQuestion: Bool
    }

    package let shop: Shop
    package let tables: KnowledgeTables
    private let reader: TextReader
    private var postings: [Unit: [Posting]] = [:]
    /// Of each entry, the weight of the meanings of its question.
    private var questionMeanings: [Double] = []
    /// Of each entry, its product as an index.
    private let products: [Int?]
    private let productIndices: [String: Int]

    package init(shop: Shop, tables: KnowledgeTables) {
        self.shop = shop
        self.tables = tables
        let names = ProductNames(shop.products, folding: tables.folding)
        let indices = Dictionary(
            shop.products.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        productIndices = indices
        products = shop.entries.map { $0.product.flatMap { indices[$0] } }
        let texts = shop.entries.map { entry in
            (tables.folding.foldNumbers(entry.question), tables.folding.foldNumbers(entry.answer))
        }
        var reader = TextReader(lexicon: tables.lexicon, names: names)
        reader.spelling = SpellingBook(
            pinyin: tables.pinyin, lexicon: tables.lexicon, names: names,
            texts: texts.flatMap { [$0.0, $0.1] })
        self.reader = reader
        var meanings: [Set<Unit>] = []
        for (entry, text) in texts.enumerated() {
            let question = reader.read(text.0, isLine: false)
            let answer = reader.read(text.1, isLine: false)
            let inQuestion = question.meanings.union(question.text).union(question.characters)
            let inAnswer = answer.meanings.union(answer.text).union(answer.characters)
            for unit in inQuestion {
                postings[unit, default: []].append(Posting(entry: entry, isInQuestion: true))
            }
            for unit in inAnswer.subtracting(inQuestion) {
                postings[unit, default: []].append(Posting(entry: entry, isInQuestion: false))
            }
            meanings.append(question.meanings)
        }
        questionMeanings = meanings.map { $0.reduce(0) { $0 + weight(of: $1) } }
    }

    /// How much a unit tells, 0 to 1: the fewer entries hold it, the more.
    private func weight(of unit: Unit) -> Double {
        let all = Double(shop.entries.count)
        let holders = Double(postings[unit]?.count ?? 0)
        return log(1 + (all - holders + 0.5) / (holders + 0.5)) / log(1 + (all + 0.5) / 0.5)
    }

    /// What a line has in common with one entry, as sums of weights.
    private struct Overlap {
        var meaningInQuestion = 0.0
        var meaningInAnswer = 0.0
        var textInQuestion = 0.0
        var textInAnswer = 0.0
        var characterInQuestion = 0.0
        var characterInAnswer = 0.0

        mutating func add(_ unit: Unit, _ weight: Double, _ isInQuestion: Bool) {
            switch (unit, isInQuestion) {
            case (.meaning, true): meaningInQuestion += weight
            case (.meaning, false): meaningInAnswer += weight
            case (.character, true): characterInQuestion += weight
            case (.character, false): characterInAnswer += weight
            case (_, true): textInQuestion += weight
            case (_, false): textInAnswer += weight
            }
        }

        func score(_ ranking: Weights.Ranking) -> Double {
            ranking.meaningInQuestion * meaningInQuestion
                + ranking.meaningInAnswer * meaningInAnswer
                + ranking.textInQuestion * textInQuestion + ranking.textInAnswer * textInAnswer
                + ranking.characterInQuestion * characterInQuestion
                + ranking.characterInAnswer * characterInAnswer
        }

        /// The weight of everything in common, for its share of the line.
        var sum: Double {
            meaningInQuestion + 0.6 * meaningInAnswer + 0.5 * textInQuestion + 0.3 * textInAnswer
                + 0.3 * characterInQuestion + 0.2 * characterInAnswer
        }
    }

    /// A line of a viewer before it is judged.
    private struct Line {
        var reading: Reading
        var text: String
        var overlaps: [Overlap]
        /// Products it is about, as indices.
        var focus: Set<Int>
    }

    /// Finds the entries for a line.
    ///
    /// - Parameters:
    ///   - line: The words of a viewer; anything beyond the first 512 bytes is passed over.
    ///   - onAir: The id of the product being explained, if one is.
    ///   - similarities: Of each entry, the cosine of its embedding with the line's, if known.
    ///   - unixSeconds: Entries that do not hold then are passed over; nil takes all.
    ///   - limit: How many entries are offered.
    /// - Returns: What is to be done, with the best entries.
    package func find(
        _ line: String, onAir: String? = nil, similarities: [Float]? = nil,
        unixSeconds: Int64? = nil, limit: Int = Finding.entriesMax
    ) -> Finding {
        let line = read(line, onAir: onAir)
        let kind = tables.rules.kind(of: line.text)
        let isQuestion = tables.rules.isQuestion(line.text)
        let deviations = similarities.flatMap { values in
            values.count == shop.entries.count ? Self.deviations(values) : nil
        }
        let ranking = tables.weights.ranking
        let holds = shop.entries.map { entry in
            unixSeconds.map { entry.validity.contains($0) } ?? true
        }
        let lexical = shop.entries.indices.map { index in
            holds[index] ? lexicalScore(index, line, ranking) : -.infinity
        }
        let scores = lexical.indices.map { index in
            lexical[index] + ranking.similarity * (deviations?[index] ?? 0)
        }
        let order = scores.indices.filter { holds[$0] }.sorted {
            scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
        }
        guard let first = order.first else {
            return .nothing(kind: kind, isQuestion: isQuestion)
        }
        let logistic = deviations == nil ? tables.weights.lexical : tables.weights.embedded
        func seen(as entry: Int) -> Features {
            self.features(
                first: entry, line: line, lexical: lexical, deviations: deviations,
                isQuestion: isQuestion)
        }
        let features = seen(as: first)
        let score = logistic.score(features.values)
        let second = order.dropFirst().first.map { logistic.score(seen(as: $0).values) } ?? 0
        let sharesSomething = line.overlaps[first].sum > 0
        let band: Finding.Band =
            switch kind {
            case .some(let kind): .held(for: kind)
            case nil where score >= logistic.answerMin && (sharesSomething || deviations != nil):
                .answer
            case nil where isQuestion || score >= logistic.handoverMin: .handover
            case nil: .ignore
            }
        return Finding(
            band: band, kind: kind, isQuestion: isQuestion, score: score, margin: score - second,
            entries: order.prefix(limit).map { shop.entries[$0] },
            features: features)
    }

    private static let lineBytesMax = 512

    private func read(_ line: String, onAir: String?) -> Line {
        let short =
            line.utf8.count <= Self.lineBytesMax
            ? line : String(decoding: line.utf8.prefix(Self.lineBytesMax), as: UTF8.self)
        let folded = tables.folding.fold(short)
        let reading = reader.read(Numerals.digits(in: folded), isLine: true)
        var overlaps = [Overlap](repeating: Overlap(), count: shop.entries.count)
        for unit in reading.meanings.union(reading.text).union(reading.characters) {
            guard let postings = postings[unit] else { continue }
            let weight = weight(of: unit)
            for posting in postings {
                overlaps[posting.entry].add(unit, weight, posting.isInQuestion)
            }
        }
        var focus = Set(reading.products)
        if focus.isEmpty, let index = onAir.flatMap({ productIndices[$0] }) { focus.insert(index) }
        return Line(
            reading: reading, text: TextFolding.string(folded), overlaps: overlaps, focus: focus)
    }

    private func lexicalScore(_ entry: Int, _ line: Line, _ ranking: Weights.Ranking) -> Double {
        let overlap = line.overlaps[entry]
        let silent = max(0, questionMeanings[entry] - overlap.meaningInQuestion)
        var score = overlap.score(ranking) + ranking.silentMeaning * silent
        if let product = products[entry] {
            if line.focus.contains(product) {
                score += ranking.product
                if line.reading.products.contains(product) { score += ranking.namedProduct }
            } else {
                score += line.focus.isEmpty ? ranking.noProduct : ranking.otherProduct
            }
        }
        return score
    }

    private func features(
        first: Int, line: Line, lexical: [Double], deviations: [Double]?, isQuestion: Bool
    ) -> Features {
        func holds(_ unit: Unit) -> Bool {
            postings[unit]?.contains { $0.entry == first } ?? false
        }
        let overlap = line.overlaps[first]
        let second = lexical.indices.lazy.filter { $0 != first }.map { lexical[$0] }.max() ?? 0
        let missingMeaning = line.reading.meanings.filter { !holds($0) }
            .reduce(0) { $0 + weight(of: $1) }
        let missingText = line.reading.leftovers.filter { !holds($0) }.reduce(0.0) { sum, unit in
            if case .character = unit { sum + 0.35 } else { sum + 0.8 }
        }
        let isInFocus = products[first].map(line.focus.contains) ?? false
        var values = [
            tanh(lexical[first] / 3), min(max(lexical[first] - second, -3), 3) / 3,
            overlap.sum / (overlap.sum + missingMeaning + missingText + 0.3),
            min(missingMeaning, 2), min(missingText, 2), isQuestion ? 1 : 0,
            overlap.meaningInQuestion > 0.1 ? 1 : 0, isInFocus ? 1 : 0,
            tables.rules.asksForPresence(line.text) ? min(missingMeaning + missingText, 2) : 0,
        ]
        if let deviations {
            // Entries about other products are no rivals.
            let rivals = deviations.indices.filter { index in
                index != first
                    && (products[index].map(line.focus.contains) ?? true || line.focus.isEmpty)
            }
            let rival = rivals.map { deviations[$0] }.max() ?? 0
            values += [
                min(max(deviations[first], -4), 4) / 3,
                min(max(deviations[first] - rival, -3), 3) / 2,
            ]
        }
        return Features(values: values)
    }

    /// By how many standard deviations each value lies above the mean.
    private static func deviations(_ values: [Float]) -> [Double] {
        let values = values.map(Double.init)
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0, +) / count
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        return values.map { ($0 - mean) / (variance.squareRoot() + 0.005) }
    }

    /// The texts whose embeddings describe an entry: its question, and everything about it.
    package func passages(of entry: Int) -> [String] {
        let item = shop.entries[entry]
        let name = products[entry].map { shop.products[$0] }
            .map { $0.nameZh.isEmpty ? $0.nameEn : $0.nameZh }
        let about = [name, item.question, item.answer].compactMap { $0 }
        return [item.question, about.joined(separator: " ")]
    }
}
