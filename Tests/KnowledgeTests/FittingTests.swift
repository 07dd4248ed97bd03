import Testing

@testable import Knowledge

@Suite struct FittingTests {
    @Test func `A fit finds the weights that made the outcomes`() {
        var random = Fuzzing.fixed(7)
        var rows: [[Double]] = []
        var outcomes: [Bool] = []
        for _ in 0..<4_000 {
            let row = [
                Double.random(in: -2...2, using: &random),
                Double.random(in: -2...2, using: &random),
            ]
            let model = Weights.Logistic(features: [1.5, -0.8], bias: 0.4, answerMin: 0)
            rows.append(row)
            outcomes.append(Double.random(in: 0..<1, using: &random) < model.score(row))
        }
        let fit = LogisticFit.fit(rows: rows, isRight: outcomes, rowWeight: 1, ridge: 0.01)
        #expect(abs(fit.features[0] - 1.5) < 0.2)
        #expect(abs(fit.features[1] + 0.8) < 0.2)
        #expect(abs(fit.bias - 0.4) < 0.2)
    }

    @Test func `A ridge draws weights to zero`() {
        let rows: [[Double]] = [[-1], [1]]
        let loose = LogisticFit.fit(rows: rows, isRight: [false, true], rowWeight: 1, ridge: 0.1)
        let tight = LogisticFit.fit(rows: rows, isRight: [false, true], rowWeight: 1, ridge: 10)
        #expect(loose.features[0] > tight.features[0])
        #expect(tight.features[0] > 0)
    }

    @Test func `A system is solved, also where a pivot is zero`() {
        let solution = LogisticFit.solve([[0, 2], [3, 1]], [4, 5])
        #expect(abs(solution[0] - 1) < 1e-12)
        #expect(abs(solution[1] - 2) < 1e-12)
    }

    @Test func `A fit on a shop leaves groups out and keeps its precision`() throws {
        let folder = try KnowledgeFixtures.folder("home")
        var fitting = Fitting(
            shop: try ShopReader().shop(folder: folder),
            questions: try ShopReader().questions(folder: folder),
            tables: try KnowledgeFixtures.tables.get())
        fitting.forgottenShares = [0, 0.3]
        fitting.precisionMin = 0.9
        let report = fitting.fit()
        #expect(report.groupCount > 30)
        #expect(report.all.precision >= 0.9)
        #expect(report.whole.coverage > 0.5)
        #expect(report.logistic.features.count == Features.lexicalNames.count)
        // What the score rests on pulls the way it should.
        let named = Dictionary(
            uniqueKeysWithValues: zip(Features.lexicalNames, report.logistic.features))
        for name in ["strength", "share", "question"] { #expect(named[name] ?? 0 > 0, "\(name)") }
        #expect(named["missingThing"] ?? 0 < 0)
    }

    @Test func `Weights are written as they are read`() throws {
        let weights = try KnowledgeFixtures.tables.get().weights
        #expect(try Weights(json: Array(weights.json.utf8)) == weights)
        #expect(!weights.about.isEmpty)
        #expect((0.5...0.99).contains(weights.lexical.answerMin))
        #expect((0.5...0.99).contains(weights.embedded.answerMin))
    }

    @Test func `A missing number is named`() throws {
        let text = try KnowledgeFixtures.tables.get().weights.json
        for name in ["margin", "similarityMargin", "noProduct", "bias"] {
            let damaged = text.replacing("\"\(name)\"", with: "\"other\"")
            let mistake = #expect(throws: Weights.Mistake.self) {
                _ = try Weights(json: Array(damaged.utf8))
            }
            #expect(mistake?.message.contains(name) == true)
        }
        #expect(throws: Weights.Mistake.self) { try Weights(json: Array("{".utf8)) }
    }
}
