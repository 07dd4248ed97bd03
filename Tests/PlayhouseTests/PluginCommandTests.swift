import Foundation
import Testing
import Wire

/// `playhouse plugin` as it is typed: exit codes, files, and what is printed.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PluginCommandTests {
    @Test(arguments: [
        ["plugin"], ["plugin", "--help"], ["plugin", "new", "--help"],
        ["plugin", "check", "-h"], ["plugin", "test", "--help"],
    ])
    func `Every command tells how it is used`(words: [String]) async throws {
        let outcome = try await ChildProcess(words).outcome()
        #expect(outcome.exitCode == 0)
        #expect(outcome.output.contains("usage: playhouse plugin"))
        #expect(outcome.errors.isEmpty)
    }

    @Test(arguments: [
        (["plugin", "dance"], "dance"), (["plugin", "test"], "folder"),
        (["plugin", "test", "a", "b"], "folder"), (["plugin", "check"], "folder"),
        (["plugin", "new"], "name"), (["plugin", "new", "Tea Party"], "Tea Party"),
        (["plugin", "new", "tea", "--template", "opera"], "opera"),
        (["plugin", "test", "x", "--seed", "-1"], "--seed"),
        (["plugin", "test", "x", "--only", "x"], "--only"),
        (["plugin", "check", "x", "--nonsense"], "--nonsense"),
    ])
    func `Words that do not fit end with 2`(words: [String], named: String) async throws {
        let outcome = try await ChildProcess(words).outcome()
        #expect(outcome.exitCode == 2, "\(outcome.errors)")
        #expect(outcome.errors.contains(named), "\(outcome.errors)")
    }

    @Test func `A new plugin is made, checked and tested`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/tea"
        let new = try await ChildProcess.run(
            "plugin", "new", "tea", "--template", "game", "--folder", folder.path)
        #expect(new.exitCode == 0 && new.output.contains("playhouse plugin test \(path)"))
        let again = try await ChildProcess.run("plugin", "new", "tea", "--folder", folder.path)
        #expect(again.exitCode == 1 && again.errors.contains("exists already"))

        let check = try await ChildProcess.run("plugin", "check", path + "/")
        #expect(check.exitCode == 0 && check.output == "\(path): 0 errors, 0 warnings\n")
        let stray = path + "/locales/en.json"
        let texts = try String(contentsOfFile: stray, encoding: .utf8)
        try
            (texts.prefix { $0 != "{" } + #"{ "stray": "of no use","#
            + texts.drop { $0 != "{" }.dropFirst())
            .write(toFile: stray, atomically: true, encoding: .utf8)
        let one = try await ChildProcess.run("plugin", "check", path)
        #expect(one.output.hasSuffix("\(path): 1 error, 1 warning\n"), "\(one.output)")
        try texts.write(toFile: stray, atomically: true, encoding: .utf8)
        let test = try await ChildProcess.run(
            "plugin", "test", path, "--coverage", "--junit", path + "/result.xml")
        #expect(test.exitCode == 0, "\(test.output)")
        #expect(test.output.contains("tea 0.1.0: 6 passed, 0 failed, seed 1\n"))
        #expect(test.output.contains("main.lua: 23 of 23 statements"))
        let xml = try String(contentsOfFile: path + "/result.xml", encoding: .utf8)
        #expect(xml.contains(#"tests="6" failures="0""#))

        try folder.write("test(\"no\", function() assert(false) end)", to: "tea/tests/no.lua")
        let failed = try await ChildProcess.run("plugin", "test", path, "--json")
        #expect(failed.exitCode == 1)
        let report = try JSON(parsing: Array(failed.output.utf8))
        #expect(report["failed"] == 1 && report["passed"] == 6)
        try folder.write("x = 1\nreturn {}", to: "tea/main.lua")
        let wrong = try await ChildProcess.run("plugin", "check", path, "--json")
        #expect(wrong.exitCode == 1)
        let findings = try JSON(parsing: Array(wrong.output.utf8))["findings"]?.arrayValue ?? []
        #expect(findings.contains { $0["rule"] == "global" && $0["file"] == "main.lua" })
        let nothing = try await ChildProcess.run("plugin", "test", folder.path)
        #expect(nothing.exitCode == 1 && nothing.errors.contains("plugin.json"))
    }
}
