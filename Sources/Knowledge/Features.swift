/// What the score of the first entry rests on.
package struct Features: Sendable, Equatable {
    /// Features without embeddings, in the order of ``values``.
    package static let lexicalNames = [
        "strength", "margin", "share", "missingMeaning", "missingText", "question", "meaning",
        "product", "missingThing",
    ]
    /// Features with embeddings.
    package static let embeddedNames = lexicalNames + ["similarity", "similarityMargin"]

    /// One value a name; with two more when embeddings were there.
    package var values: [Double]
    package var hasEmbeddings: Bool { values.count == Self.embeddedNames.count }

    package var named: [(name: String, value: Double)] {
        zip(Self.embeddedNames, values).map { ($0, $1) }
    }
}
