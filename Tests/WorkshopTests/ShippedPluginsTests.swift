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

    @Test func `The rules of the price guess are all named by its tests`() throws {
        let text =
            try String(
                contentsOfFile: Folder.root + "/Plugins/price-guess/tests/round.lua",
                encoding: .utf8)
            + String(
                contentsOfFile: Folder.root + "/Plugins/price-guess/tests/amount.lua",
                encoding: .utf8)
        let missing = (1...20).map { $0 < 10 ? "PG-0\($0)" : "PG-\($0)" }
            .filter { !text.contains("\"\($0) ") }
        #expect(missing == [])
    }
}
