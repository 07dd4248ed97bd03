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

    /// How many entries are offered.
    package static let entriesMax = 3

    package var band: Band
    /// The rule that held the line, if one did; then it is never answered.
    package var kind: LineRules.Kind?
    package var isQuestion: Bool
    /// The probability that the first entry is right, 0 to 1.
    package var score: Double
    /// The best entries, best first, at most ``entriesMax``; also of a line that is not answered.
    package var entries: [Shop.Entry]
    package var features: Features

    /// The entry to answer with, if one is.
    package var answer: Shop.Entry? { band == .answer ? entries.first : nil }
}
