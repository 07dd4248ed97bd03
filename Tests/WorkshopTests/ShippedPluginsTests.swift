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
}
