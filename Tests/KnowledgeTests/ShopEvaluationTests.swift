import Knowledge
import Testing

/// A shop with labelled lines that the weights were not fitted on: the gate against getting worse.
@Suite struct ShopEvaluationTests {
    private struct Outcome {
        var question: ShopQuestion
        var finding: Finding
    }

    private func outcomes(_ shop: String) throws -> [Outcome] {
        let folder = try KnowledgeFixtures.folder(shop)
        let index = KnowledgeIndex(
            shop: try ShopReader().shop(folder: folder), tables: try KnowledgeFixtures.tables.get())
        return try ShopReader().questions(folder: folder).map {
            Outcome(question: $0, finding: index.find($0.text, onAir: $0.onAir))
        }
    }

    @Test(arguments: ["home", "corner"])
    func `FAQ-17: answers are right, and most lines get one`(shop: String) throws {
        let outcomes = try outcomes(shop)
        #expect(outcomes.count > 60)
        let given = outcomes.filter { $0.finding.answer != nil }
        let right = given.filter { $0.question.answers.contains($0.finding.answer?.id ?? "") }
        let answerable = outcomes.filter { !$0.question.answers.isEmpty }
        let found = answerable.filter { outcome in
            outcome.finding.entries.contains { outcome.question.answers.contains($0.id) }
        }
        let wrong = given.filter { !$0.question.answers.contains($0.finding.answer?.id ?? "") }
        #expect(
            Double(right.count) / Double(given.count) >= 0.92, "\(wrong.map(\.question.text))")
        #expect(Double(right.count) / Double(answerable.count) >= 0.7)
        #expect(Double(found.count) / Double(answerable.count) >= 0.95)
    }

    @Test func `FAQ-11: what is no question for the assistant is never answered`() throws {
        let kinds: Set<String> = ["injection", "complaint", "price", "order", "chitchat"]
        let held = try outcomes("home").filter { kinds.contains($0.question.kind) }
        #expect(held.count > 30)
        for outcome in held {
            #expect(outcome.finding.band != .answer, "\(outcome.question.text)")
            if outcome.question.kind == "injection" {
                #expect(outcome.finding.band == .ignore, "\(outcome.question.text)")
            }
        }
    }
}
