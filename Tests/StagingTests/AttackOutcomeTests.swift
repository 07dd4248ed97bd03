import Foundation
import PluginHosting
import Scripting
import Testing
import Wire

@testable import Staging

/// Runs the files of `Tests/Attacks` as `playhouse lua` does, in process and through the command, and
/// compares how they end with what their heads say: at the top level of a program and as the body of a
/// handler.
///
/// The head of a file:
///
///     -- Attacks: what it does
///     -- Source: where it is known from, or the promise that it attacks
///     -- At top level: OUTCOME VALUE
///     -- As handler: OUTCOME VALUE
///
/// Giants are written short, see ``AttackText``.
///
/// The value, as JSON, is given for short ones. `of processor time` says that the limit of time ends
/// it; the number of instructions does not reach its own before.
@Suite struct AttackOutcomeTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        var name: String
        var text: [UInt8]
        var expectations: [Expectation]
        var testDescription: String { name }
    }

    struct Expectation: Sendable, Equatable {
        var outcome: String
        var value: JSON?
        var isByTime: Bool

        /// Reads `-- At top level: ok 5`.
        init?(_ line: Substring, _ label: String) {
            guard line.hasPrefix("-- \(label): ") else { return nil }
            let rest = line.dropFirst(label.count + 5)
            outcome = String(rest.prefix { $0 != " " && $0 != "," })
            isByTime = rest.hasSuffix(", of processor time")
            let value = rest.dropFirst(outcome.count).drop { $0 == " " }
            self.value = value.isEmpty || isByTime ? nil : try? JSON(parsing: Array(value.utf8))
        }
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Attacks")

    static let attacks: [Attack] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().map { name in
            let file = folder.appending(path: name).path
            let short = FileManager.default.contents(atPath: file) ?? Data()
            let text =
                (try? AttackText.expanded(String(decoding: short, as: UTF8.self)))
                .map { Data($0.utf8) } ?? Data()
            let lines = String(decoding: text.prefix(4096), as: UTF8.self)
                .split(separator: "\n", maxSplits: 4, omittingEmptySubsequences: false)
            let labels = [(2, "At top level"), (3, "As handler")]
            return Attack(
                name: name, text: Array(text),
                expectations: labels.compactMap { index, label in
                    index < lines.count ? Expectation(lines[index], label) : nil
                })
        }
    }()

    /// Every eighth goes through the whole command: each takes a process.
    static let share = attacks.enumerated().filter { $0.offset % 8 == 0 }.map(\.element)

    @Test func `Every file says how it must end`() {
        #expect(Self.attacks.count >= 150)
        let outcomes: Set = ["ok", "error", "denied", "budget", "memory"]
        for attack in Self.attacks {
            #expect(attack.expectations.count == 2, "\(attack.name)")
            #expect(
                attack.expectations.allSatisfy { outcomes.contains($0.outcome) }, "\(attack.name)")
        }
    }

    @Test(arguments: attacks)
    func `An attack ends as its head says, twice in the same way`(attack: Attack) async throws {
        for (index, expectation) in attack.expectations.enumerated() {
            let evaluation = StageOrder.Evaluation(
                name: attack.name, text: attack.text, isHandler: index == 1, seed: 1,
                budget: ScriptBudget())
            // A slow machine must not decide which limit is met first.
            let cpu: UInt64? = expectation.isByTime ? nil : 60_000_000_000
            var results: [Evaluated] = []
            for _ in 0..<2 {
                let thread = ScriptThread()
                var evaluated = await thread.run {
                    Scratchpad.run(evaluation, cpuNanoseconds: cpu)
                }
                await thread.stop()
                evaluated.nanoseconds = 0
                // How far it gets within a time is up to the machine.
                if expectation.isByTime { evaluated.peakBytes = 0 }
                results.append(evaluated)
            }
            #expect(results[0] == results[1])
            try check(results[0], expectation)
            #expect(results[0].instructions <= 2 * evaluation.budget.instructions)
            #expect(results[0].peakBytes <= evaluation.budget.memoryBytes)
        }
    }

    private func check(_ evaluated: Evaluated, _ expectation: Expectation) throws {
        #expect(evaluated.outcome.rawValue == expectation.outcome, "\(evaluated.message)")
        #expect((evaluated.message == "") == (evaluated.outcome == .ok))
        if evaluated.outcome == .ok, let value = expectation.value {
            #expect(try JSON(parsing: evaluated.value) == value)
        }
    }

    @Test(arguments: share)
    func `The command says the same, from inside the cage`(attack: Attack) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Its name is in messages.
        let file = folder.appending(path: attack.name).path
        #expect(FileManager.default.createFile(atPath: file, contents: Data(attack.text)))
        for (index, expectation) in attack.expectations.enumerated() {
            let result = try Program.run(
                ["lua", file, "--json"] + (index == 1 ? ["--handler"] : []))
            #expect(result.errors == "")
            #expect(result.output.filter { $0 == "\n" }.count == 1)
            let object = try JSON(parsing: Array(result.output.utf8))
            #expect(object["outcome"]?.stringValue == expectation.outcome, "\(result.output)")
            #expect(result.code == (expectation.outcome == "ok" ? 0 : 1))
            if expectation.outcome == "ok", let value = expectation.value {
                #expect(object["value"] == value)
            }
        }
    }
}
