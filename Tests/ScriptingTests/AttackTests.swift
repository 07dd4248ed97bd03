import Foundation
import Testing

@testable import Scripting

/// Runs every file of `Attacks` as a handler and as a program's top level. The first line of a file is `-- OUTCOMES: why`, where OUTCOMES are the permitted ones, separated by `|`.
@Suite struct AttackTests {
    struct Attack: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var permitted: [String]
        var testDescription: String { name }
    }

    static let attacks: [Attack] = {
        guard let folder = Bundle.module.resourceURL?.appendingPathComponent("Attacks"),
            let files = try? FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: nil)
        else { return [] }
        return files.sorted { $0.path < $1.path }.compactMap { file in
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
            let head = text.dropFirst(2).prefix { $0 != ":" }
            return Attack(
                name: file.lastPathComponent, text: text,
                permitted: head.split(separator: "|").map {
                    $0.trimmingCharacters(in: .whitespaces)
                })
        }
    }()

    @Test("the suite is there")
    func isThere() { #expect(Self.attacks.count >= 30) }

    @Test("an attack ends as it must, and leaves the state alone", arguments: attacks)
    func ends(attack: Attack) throws {
        let before = #"{"a":{"b":[1,2,3]}}"#
        let script = try Script.mock(
            "return { run = function(room)\n\(attack.text)\nend, check = function(room) room.state.ok = true end }",
            files: ["lib/x.lua": "return {}"])
        try script.restore(before)
        let outcome = script.run()
        let kind = outcome.fault?.kind.rawValue ?? "done"
        #expect(attack.permitted.contains(kind), "\(outcome)")
        if outcome.fault != nil { #expect(try script.stateText() == before) }
        // A neighbour and the script itself go on.
        #expect(script.run("check").changesText == #"[[["ok"],true]]"#)
        let neighbour = try Script.running("room.state.ok = ('x'):rep(3) .. #{ 1, 2 }")
        #expect(neighbour.run().changesText == #"[[["ok"],"xxx2"]]"#)

        // At the top level the same may not crash either; `room` does not exist there.
        do throws(ScriptFault) {
            _ = try Script.mock("(function()\n\(attack.text)\nend)() return {}")
        } catch {
            #expect(error.kind != .host)
        }
    }
}
