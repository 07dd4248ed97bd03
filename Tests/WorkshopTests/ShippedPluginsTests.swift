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
