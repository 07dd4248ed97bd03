/// Fits the score on a shop whose questions are labelled, and tells how well it does on lines that
/// it was not fitted on.
///
/// The words of the lexicon were written with such a set in mind, so a fit on it alone would trust
/// them too much. Each line is therefore also read with a share of the lexicon forgotten, by seed:
/// that is how viewers of another shop are met, and the score learns what is worth without a word.
package struct Fitting: Sendable {
    /// The share of the lexicon that is forgotten in each round; the first forgets nothing.
    package var forgottenShares = [0] + (1...20).map { [0.2, 0.3, 0.4, 0.5][$0 % 4] }
    package var ridge = 1.0
    /// The least precision at the threshold, cross-validated over all rounds.
    package var precisionMin = 0.98
    private let shop: Shop
    private let questions: [ShopQuestion]
    private let tables: KnowledgeTables

    package init(shop: Shop, questions: [ShopQuestion], tables: KnowledgeTables) {
        self.shop = shop
        self.questions = questions
        self.tables = tables
    }

    /// One line as it was found in one round.
    private struct Sample {
        var round: Int
        /// Lines of one group are paraphrases, or about one product; they are left out together.
        var group: String
        var features: [Double]
        var isRight: Bool
        var isAnswerable: Bool
        var isHeld: Bool
        var isInFirstThree: Bool
    }

    /// How the score does on lines that it was not fitted on.
    package struct Figures: Sendable, Equatable {
        package var answerable = 0
        package var given = 0
        package var right = 0
        package var inFirstThree = 0
        package var precision: Double { Double(right) / Double(max(given, 1)) }
        package var coverage: Double { Double(right) / Double(max(answerable, 1)) }
        package var recallOfThree: Double { Double(inFirstThree) / Double(max(answerable, 1)) }
    }

    package struct Report: Sendable {
        package var logistic: Weights.Logistic
        package var groupCount: Int
        /// With the whole lexicon, and over all rounds.
        package var whole: Figures
        package var all: Figures
    }

    /// Fits the weights with embeddings if `similarities` are given: of each question in its
    /// order, the cosine with each entry.
    package func fit(similarities: [[Float]]? = nil) -> Report {
        let samples = self.samples(similarities)
        let groups = Set(samples.map(\.group)).sorted()
        var scores = [Double](repeating: 0, count: samples.count)
        for group in groups {
            let model = fit(samples.filter { $0.group != group })
            for (index, sample) in samples.enumerated() where sample.group == group {
                scores[index] = model.score(sample.features)
            }
        }
        let tried = stride(from: 0.30, through: 0.97, by: 0.01)
        let threshold =
            tried.first { figures(samples, scores, $0) { _ in true }.precision >= precisionMin }
            ?? 0.97
        var logistic = fit(samples)
        logistic.answerMin = threshold
        return Report(
            logistic: logistic, groupCount: groups.count,
            whole: figures(samples, scores, threshold) { $0.round == 0 },
            all: figures(samples, scores, threshold) { _ in true })
    }

    private func samples(_ similarities: [[Float]]?) -> [Sample] {
        var samples: [Sample] = []
        for (round, share) in forgottenShares.enumerated() {
            let tables = share == 0 ? tables : tables.forgetting(share: share, seed: UInt64(round))
            let index = KnowledgeIndex(shop: shop, tables: tables)
            for (number, question) in questions.enumerated() {
                let finding = index.find(
                    question.text, onAir: question.onAir, similarities: similarities?[number])
                let ids = finding.entries.map(\.id)
                samples.append(
                    Sample(
                        round: round,
                        group: question.answers.first ?? "none, \(question.onAir ?? "whole shop")",
                        features: finding.features.values,
                        isRight: ids.first.map(question.answers.contains) ?? false,
                        isAnswerable: !question.answers.isEmpty, isHeld: finding.kind != nil,
                        isInFirstThree: ids.contains(where: question.answers.contains)))
            }
        }
        return samples
    }

    private func fit(_ samples: [Sample]) -> Weights.Logistic {
        let free = samples.filter { !$0.isHeld }
        let fit = LogisticFit.fit(
            rows: free.map(\.features), isRight: free.map(\.isRight),
            rowWeight: 3 / Double(forgottenShares.count), ridge: ridge)
        return Weights.Logistic(features: fit.features, bias: fit.bias, answerMin: 0.5)
    }

    private func figures(
        _ samples: [Sample], _ scores: [Double], _ threshold: Double,
        where counts: (Sample) -> Bool
    ) -> Figures {
        var figures = Figures()
        for (sample, score) in zip(samples, scores) where counts(sample) {
            if sample.isAnswerable {
                figures.answerable += 1
                if sample.isInFirstThree { figures.inFirstThree += 1 }
            }
            guard !sample.isHeld, score >= threshold else { continue }
            figures.given += 1
            if sample.isRight { figures.right += 1 }
        }
        return figures
    }
}
