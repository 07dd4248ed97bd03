import Journaling

/// What came of one trial.
package struct TrialReport: Sendable {
    package let problems: [String]
    /// One line for people.
    package let line: String
    /// What was looked into; tests change it, to see that the audit notices.
    let evidence: ShowEvidence

    init(
        _ evidence: ShowEvidence, _ problems: [String], moment: KillMoment, milliseconds: Int
    ) {
        self.problems = problems
        self.evidence = evidence
        let people = evidence.testimonies
        let figures: [(String, Int)] = [
            ("returns", people.reduce(0) { $0 + $1.returns }),
            ("requests", people.reduce(0) { $0 + $1.requests }),
            ("acknowledged", people.reduce(0) { $0 + $1.acknowledgements.count }),
            ("records", evidence.records.count), ("ledger entries", evidence.entries.count),
            ("grants", evidence.entries.count { $0.kind == "grant" }),
            ("draws", evidence.draws.count),
        ]
        line =
            "seed \(evidence.plan.seed): \(evidence.plan.viewers) viewers, \(moment)"
            + (moment.movesValue ? " (value moves)" : "") + "; "
            + figures.map { "\($1) \($0)" }.joined(separator: ", ")
            + "; \(milliseconds / 1_000) s; "
            + (problems.isEmpty ? "consistent" : "\(problems.count) PROBLEMS")
    }
}
