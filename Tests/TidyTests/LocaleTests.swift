import Foundation
import Testing

/// Texts of pages and plugins: every language says everything.
@Suite struct LocaleTests {
    /// Folders named `locales`, wherever they are.
    private static let folders: [String] = {
        let files = ["Sources", "Plugins"].flatMap { folder in
            Repository.files(in: folder) { $0.contains("/locales/") && $0.hasSuffix(".json") }
        }
        return Set(files.map { String($0[..<($0.lastIndex(of: "/") ?? $0.endIndex)]) }).sorted()
    }()

    private func texts(_ path: String) throws -> [String: String] {
        let data = Data((Repository.text(path) ?? "").utf8)
        return try JSONDecoder().decode([String: String].self, from: data)
    }

    @Test func `The pages and every plugin have texts`() {
        #expect(Self.folders.contains("Sources/Serving/Pages/locales"))
        let plugins = Repository.files(in: "Plugins") { $0.hasSuffix("/plugin.json") }
        #expect(!plugins.isEmpty)
        for plugin in plugins {
            let folder = plugin.dropLast("/plugin.json".count) + "/locales"
            #expect(Self.folders.contains(String(folder)), "\(folder) is missing")
        }
    }

    @Test(arguments: folders)
    func `Chinese and English have the same keys and the same arguments`(folder: String) throws {
        let zh = try texts(folder + "/zh.json")
        let en = try texts(folder + "/en.json")
        #expect(!zh.isEmpty)
        #expect(Set(zh.keys).symmetricDifference(en.keys) == [])
        for (key, text) in zh {
            #expect(!text.isEmpty, "\(key) in zh")
            guard let other = en[key] else { continue }
            #expect(!other.isEmpty, "\(key) in en")
            #expect(arguments(of: text) == arguments(of: other), "\(key)")
        }
    }

    private func arguments(of text: String) -> Set<String> {
        Set(text.matches(of: /\{(?<name>[a-zA-Z_]+)\}/).map { String($0.output.name) })
    }
}
