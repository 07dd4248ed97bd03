import Foundation
import Journaling
import Testing
import Wire

@testable import ShowTrials

/// One show of few viewers, killed once; `make shows` plays more and larger ones.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct ShowTrialTests {
    private func plan() throws -> TrialPlan {
        let given = ProcessInfo.processInfo.environment["PLAYHOUSE_FUZZ_SEED"].flatMap {
            UInt64($0)
        }
        let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        print("fuzzing a show that is killed: PLAYHOUSE_FUZZ_SEED=\(seed)")
        let root = URL(fileURLWithPath: #filePath).appending(path: "../../..").standardized.path
        return TrialPlan(
            seed: seed, viewers: 40,
            executable: try #require(TrialPlan.executable(), "swift build makes playhouse"),
            plugins: root + "/Plugins")
    }

    @Test func `A show with all five plugins that is killed ends with books that agree`()
        async throws
    {
        let report = try await ShowTrial(try plan()).run()
        print(report.line)
        #expect(report.problems.isEmpty, "\(report.problems.joined(separator: "\n"))")
        // It would be easy to find nothing wrong with nothing.
        let evidence = report.evidence
        #expect(evidence.testimonies.count == 42)
        #expect(evidence.testimonies.reduce(0) { $0 + $1.acknowledgements.count } > 10)
        #expect(evidence.testimonies.filter { $0.returns > 0 }.count > 20)
        #expect(evidence.testimonies.filter { $0.events.count > 10 }.count > 20)
        #expect(evidence.entries.contains { $0.kind == "grant" })
        #expect(evidence.entries.contains { $0.kind == "release" })
        try expectThatTamperingIsNoticed(evidence)
    }

    /// Spoils what was gathered, in one way at a time: the audit has to see each of them.
    private func expectThatTamperingIsNoticed(_ evidence: ShowEvidence) throws {
        #expect(ShowAudit(evidence).problems == [])
        func expectNoticed(
            _ what: String, _ location: SourceLocation = #_sourceLocation,
            _ spoil: (inout ShowEvidence) throws -> Void
        ) rethrows {
            var spoilt = evidence
            try spoil(&spoilt)
            #expect(!ShowAudit(spoilt).problems.isEmpty, "\(what)", sourceLocation: location)
        }
        let grant = try #require(evidence.entries.firstIndex { $0.kind == "grant" })
        let release = try #require(evidence.entries.firstIndex { $0.kind == "release" })
        try expectSpoiltLedgerIsNoticed(evidence, grant, release, expectNoticed)

        try expectNoticed("an acknowledged answer that is nowhere") {
            let index = try #require(
                $0.testimonies.firstIndex { !$0.acknowledgements.isEmpty })
            let told = try #require($0.testimonies[index].acknowledgements.first)
            var other = told
            other.position += 100_000
            $0.testimonies[index].acknowledgements.insert(other)
        }
        try expectNoticed("an answer of which another value was recorded") {
            let index = try #require(
                $0.records.firstIndex { line in
                    evidence.testimonies.contains { person in
                        line.kind == "answered"
                            && person.acknowledgements.contains {
                                line.event["answers"]?[0]?["position"] == .integer($0.position)
                                    && line.plugin == $0.plugin && line.plugin != "lottery"
                            }
                    }
                })
            var answer = try #require($0.records[index].event["answers"]?[0]?.objectValue)
            answer["value"] = "another"
            $0.records[index].event = ["answers": [.object(answer)]]
        }
        try expectNoticed("answers that never reached the plugin") {
            let index = try #require($0.records.firstIndex { $0.kind == "on_collected" })
            $0.records.remove(at: index)
        }
        expectNoticed("an event that one viewer heard otherwise") {
            $0.testimonies[3].events[$0.testimonies[3].lastOffset]? += 1
        }
        expectNoticed("events that one viewer never heard") {
            $0.testimonies[3].lastOffset -= 1
        }
        try expectNoticed("a grant that nobody was told of") {
            let index = try #require(
                $0.records.firstIndex { $0.events.contains { $0.name == "granted" } })
            $0.records[index].events.removeAll { $0.name == "granted" }
        }
        try expectNoticed("a public grant that names somebody") {
            let index = try #require(
                $0.records.firstIndex { $0.events.contains { $0.name == "granted" } })
            let place = try #require(
                $0.records[index].events.firstIndex { $0.name == "granted" })
            guard case .object(var data) = $0.records[index].events[place].data else { return }
            data["names"] = .array(
                Array(repeating: "v1", count: data["names"]?.arrayValue?.count ?? 0))
            $0.records[index].events[place].data = .object(data)
        }
        try expectNoticed("a winner who was not told in private") {
            let index = try #require($0.testimonies.firstIndex { !$0.prizes.isEmpty })
            $0.testimonies[index].prizes = [:]
        }
        expectNoticed("somebody who was told of a prize in private, and has none") {
            $0.testimonies[3].prizes["quiz", default: [:]]["quiz", default: 0] += 1
        }
        try expectNoticed("somebody who saw the end otherwise than the ledger") {
            let index = try #require($0.testimonies.firstIndex { !$0.settlements.isEmpty })
            $0.testimonies[index].settlements[0].hasWon.toggle()
        }
        expectNoticed("a viewer who was told who won") { $0.testimonies[0].grantCounts["quiz"] = 1 }
        expectNoticed("somebody who was told to have won, and has not") {
            let winners = Set($0.entries.compactMap(\.user))
            let loser = $0.testimonies.firstIndex { !winners.contains($0.user) } ?? 0
            $0.testimonies[loser].claims.insert(
                Testimony.Claim(
                    plugin: "price-guess", title: "ask", text: "congratulations", detail: ""))
        }
        expectNoticed("somebody who is told to take part, and is on no list") {
            $0.testimonies[41].claims.insert(
                Testimony.Claim(
                    plugin: "lottery", title: "title_lucky_bag", text: "you_are_in", detail: ""))
        }
        expectNoticed("a fault") { $0.records[0].kind = "fault" }
    }

    private func expectSpoiltLedgerIsNoticed(
        _ evidence: ShowEvidence, _ grant: Int, _ release: Int,
        _ expectNoticed: (
            String, SourceLocation, (inout ShowEvidence) throws -> Void
        ) throws -> Void
    ) rethrows {
        let here = #_sourceLocation
        try expectNoticed("a grant that is missing", here) { $0.entries.remove(at: grant) }
        try expectNoticed("a grant that was made twice", here) {
            var again = $0.entries[grant]
            again.index += 1_000
            $0.entries.append(again)
        }
        try expectNoticed("the same entry twice", here) { $0.entries.append($0.entries[grant]) }
        try expectNoticed("a grant to somebody else", here) {
            $0.entries[grant].user = "somebody else"
        }
        try expectNoticed("a grant of more", here) { $0.entries[grant].count += 1 }
        try expectNoticed("what was reserved and never came back", here) {
            $0.entries.remove(at: release)
        }
        try expectNoticed("what came back twice", here) {
            var again = $0.entries[release]
            again.index += 1_000
            $0.entries.append(again)
        }
        try expectNoticed("what came back to another pool", here) {
            $0.entries[release].pool = "nowhere"
        }
    }
}
