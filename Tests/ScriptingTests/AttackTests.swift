import Foundation
import Testing

@testable import Scripting

/// Runs every file of `Tests/Attacks` as a hook of a plugin: whatever becomes of it, the plugin's state,
/// its next call and its neighbours are as if it had not been. How each of them must end is tested by
/// `AttackOutcomeTests`.
@Suite struct AttackTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var testDescription: String { name }
    }

    static let attacks: [Attack] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Attacks")
        let files = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).sorted { $0.path < $1.path }.compactMap { file in
            guard let short = try? String(contentsOf: file, encoding: .utf8),
                let text = try? AttackText.expanded(short)
            else { return nil }
            return Attack(name: file.lastPathComponent, text: text)
        }
    }()

    @Test("the suite is there")
    func isThere() { #expect(Self.attacks.count >= 150) }

    @Test("a giant is as long as it says")
    func isLong() throws {
        let lines = try #require(Self.attacks.first { $0.name == "parser-many-lines.lua" })
        #expect(lines.text.count { $0 == "\n" } == 200_005)
        #expect(try AttackText.expanded("a\n--% 3 \"b%d\\n\"\nc\n") == "ab0\nb1\nb2\nc\n")
    }

    @Test("an attack leaves the state, the next call and the neighbour alone", arguments: attacks)
    func ends(attack: Attack) async {
        // The stack of a test's thread is not deep enough for two hundred calls with a sanitizer.
        let thread = ScriptThread()
        let complaint = await thread.run { Self.complaint(about: attack) }
        await thread.stop()
        #expect(complaint == nil)
    }

    private static func complaint(about attack: Attack) -> String? {
        let before = #"{"a":{"b":[1,2,3]}}"#
        do {
            let script: Script
            do throws(ScriptFault) {
                script = try Script.mock(
                    """
                    return { run = function(room)
                    \(attack.text)
                    end, check = function(room) room.state.ok = true end }
                    """,
                    files: ["lib/x.lua": "return {}"],
                    budget: ScriptBudget(instructions: 500_000), cpuNanoseconds: 1_000_000_000)
            } catch {
                // What does not compile ends there.
                return error.kind == .host ? "\(error)" : nil
            }
            try script.restore(before)
            let outcome = script.run()
            if outcome.fault?.kind == .host { return "\(outcome)" }
            if outcome.fault != nil, try script.stateText() != before { return "another state" }
            let check = script.run("check")
            if check.changesText != #"[[["ok"],true]]"# { return "the next call: \(check)" }
            let neighbour = try Script.running("room.state.ok = ('x'):rep(3) .. #{ 1, 2 }").run()
            return neighbour.changesText == #"[[["ok"],"xxx2"]]"# ? nil : "neighbour: \(neighbour)"
        } catch {
            return "\(error)"
        }
    }
}
