import Foundation
import Testing
import Workshop

/// Every plugin of this repository passes its check and its tests.
@Suite struct ShippedPluginsTests {
    static let folders: [String] = {
        let plugins = Folder.root + "/Plugins"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: plugins)) ?? []
        return names.filter { !$0.hasPrefix(".") }.sorted().map { "\(plugins)/\($0)" }
    }()

    @Test func `There are plugins`() {
        #expect(Self.folders.contains { $0.hasSuffix("/price-guess") })
    }

    @Test(arguments: folders)
    func `The check finds nothing`(folder: String) async {
        let findings = await PluginCheck(folder: folder).run()
        #expect(findings.map(\.text) == [])
    }

    @Test(arguments: folders)
    func `The behaviour tests pass`(folder: String) async throws {
        let report = try await TestRun(folder: folder).run()
        #expect(report.isPassed, "\(report.text)")
    }

    /// The others cannot be tested: a plugin is told of no deletions, and there are no paid tickets.
    @Test func `The rules of the lottery are named by its tests`() throws {
        let text = try ["lottery", "lucky_bag", "red_packet"].map {
            try String(
                contentsOfFile: Folder.root + "/Plugins/lottery/tests/\($0).lua",
                encoding: .utf8)
        }.joined()
        let rules =
            (1...39).map { $0 < 10 ? "LOT-0\($0)" : "LOT-\($0)" }
            + (1...5).map { "RP-0\($0)" }
        let missing = rules.filter { !text.contains($0) }
        #expect(missing == ["LOT-12", "LOT-33"])
    }

    /// FAQ-17 is the evaluation of the knowledge itself: `ShopEvaluationTests`.
    @Test func `The rules of the assistant are all named by its tests`() throws {
        let text = try ["assistant", "people"].map {
            try String(
                contentsOfFile: Folder.root + "/Plugins/faq-assistant/tests/\($0).lua",
                encoding: .utf8)
        }.joined()
        let missing = (1...20).map { $0 < 10 ? "FAQ-0\($0)" : "FAQ-\($0)" }
            .filter { !text.contains("\"\($0) ") }
        #expect(missing == ["FAQ-17"])
    }

    @Test func `The rules of the co-hosts are named by tests or listed as not yet`() throws {
        let folder = Folder.root + "/Plugins/co-host"
        var text = ""
        for file in ["requests", "stage", "matrix"] {
            text += try String(contentsOfFile: "\(folder)/tests/\(file).lua", encoding: .utf8)
        }
        text += try String(
            contentsOfFile: Folder.root + "/Tests/RoomsTests/SpeakingTests.swift", encoding: .utf8)
        let missing = (1...19).map { $0 < 10 ? "CH-0\($0)" : "CH-\($0)" }
            .filter { !text.contains("\($0) ") }
        #expect(missing == ["CH-12", "CH-15"])
    }

    @Test func `Every reason that the co-hosts refuse with is explained in both languages`() throws
    {
        let folder = Folder.root + "/Plugins/co-host"
        let reason = #/"([A-Z][A-Z_]{3,})"/#
        var reasons: Set<String> = []
        for file in [
            "main.lua", "lib/people.lua", "lib/guests.lua", "lib/desk.lua", "lib/seats.lua",
        ] {
            let code = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for match in code.matches(of: reason) { reasons.insert(String(match.1)) }
        }
        #expect(reasons.contains("ALREADY_HANDLED"))
        for locale in ["zh", "en"] {
            let texts = try String(
                contentsOfFile: "\(folder)/locales/\(locale).json", encoding: .utf8)
            #expect(reasons.filter { !texts.contains("\"\($0)\":") } == [])
        }
    }

    @Test(arguments: [("price-guess", "PG", 20), ("quiz", "QZ", 28)])
    func `The rules of a plugin are all named by its tests, and in its README`(
        plugin: String, rule: String, count: Int
    ) throws {
        let folder = "\(Folder.root)/Plugins/\(plugin)"
        let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/tests")
        let tests = try files.filter { $0.hasSuffix(".lua") }.map {
            try String(contentsOfFile: "\(folder)/tests/\($0)", encoding: .utf8)
        }.joined()
        let readme = try String(contentsOfFile: folder + "/README.md", encoding: .utf8)
        let ids = (1...count).map { $0 < 10 ? "\(rule)-0\($0)" : "\(rule)-\($0)" }
        #expect(ids.filter { !tests.contains("\"\($0) ") } == [])
        #expect(ids.filter { !readme.contains("| \($0) |") } == [])
    }
}
