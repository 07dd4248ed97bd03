/// What is to be done about a line, and why.
package struct Finding: Sendable {
    package enum Band: String, Sendable, CaseIterable {
        /// Answer with the first entry, and name it.
        case answer
        /// Show the line to the host, with the entries ready to tap.
        case handover
        /// Say nothing.
        case ignore
    }

    /// How many entries are offered unless told otherwise.
    package static let entriesMax = 3

    package var band: Band
    /// The rule that held the line, if one did; then it is never answered.
    package var kind: LineRules.Kind?
    package var isQuestion: Bool
    /// The probability that the first entry is right, 0 to 1.
    package var score: Double
    /// By how much the first entry is more probable than the second, -1 to 1; 1 without a second.
    package var margin: Double
    /// The best entries, best first; also of a line that is not answered.
    package var entries: [Shop.Entry]
    package var features: Features

    /// The entry to answer with, if one is.
    package var answer: Shop.Entry? { band == .answer ? entries.first : nil }
}

extension Finding {
    /// What is to be done when no entry holds.
    static func nothing(kind: LineRules.Kind?, isQuestion: Bool) -> Finding {
        Finding(
            band: kind.map(Band.held(for:)) ?? (isQuestion ? .handover : .ignore), kind: kind,
            isQuestion: isQuestion, score: 0, margin: 0, entries: [],
            features: Features(values: []))
    }
}

extension Finding.Band {
    /// What is done about a line that a rule holds.
    static func held(for kind: LineRules.Kind) -> Finding.Band {
        switch kind {
        case .injection, .spam: .ignore
        case .complaint, .order, .price: .handover
        }
    }
}
