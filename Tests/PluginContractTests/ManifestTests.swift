import PluginContract
import Testing
import Wire

extension String {
    fileprivate func replacingCharacters(_ range: Range<String.Index>, _ new: String) -> String {
        var text = self
        text.replaceSubrange(range, with: new)
        return text
    }
}

@Suite struct ManifestTests {
    static let good = """
        {
          "id": "price-guess", "version": "1.0.0", "api": 1,
          "title": { "zh": "猜价格", "en": "Price guess" },
          "capabilities": ["panel", "prizes"],
          "budgets": { "hostCalls": 2000 },
          "config": {
            "product": { "type": "product", "required": true },
            "price": { "type": "money", "secret": true, "priceOf": "product" },
            "seconds": { "type": "integer", "min": 5, "max": 600, "default": 30 }
          }
        }
        """

    private func problems(_ text: String) -> [String] {
        do throws(ManifestError) {
            _ = try Manifest.parse(Array(text.utf8), file: "plugin.json")
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    /// The good manifest with one piece replaced.
    private func problems(replacing old: String, by new: String) throws -> [String] {
        let range = try #require(Self.good.ranges(of: old).first)
        return problems(Self.good.replacingCharacters(range, new))
    }

    @Test func `A good manifest is read`() throws {
        let manifest = try Manifest.parse(Array(Self.good.utf8), file: "plugin.json")
        #expect(manifest.id == "price-guess")
        #expect(manifest.version == "1.0.0")
        #expect(manifest.title == ["zh": "猜价格", "en": "Price guess"])
        #expect(manifest.capabilities == [.panel, .prizes])
        #expect(manifest.budgets.hostCalls == 2_000)
        #expect(manifest.budgets.instructions == 5_000_000)
        #expect(manifest.configuration.fields.map(\.name) == ["product", "price", "seconds"])
        #expect(manifest.configuration.fields[1].isSecret)
        #expect(manifest.configuration.fields[2].defaultValue == 30)
    }

    @Test func `A problem names file, line and path`() throws {
        #expect(
            try problems(replacing: "\"max\": 600", by: "\"max\": \"long\"") == [
                "plugin.json:9: $.config.seconds.max: must be an integer from -9007199254740991"
                    + " to 9007199254740991"
            ])
    }

    @Test(arguments: [
        ("\"price-guess\"", "\"Price\"", "$.id"),
        ("\"1.0.0\"", "\"1.0\"", "$.version"),
        ("\"1.0.0\"", "\"1.0.01\"", "$.version"),
        ("\"api\": 1", "\"api\": 2", "$.api"),
        (", \"en\": \"Price guess\"", "", "$.title.en"),
        ("\"prizes\"]", "\"prices\"]", "$.capabilities[1]"),
        ("\"prizes\"]", "\"panel\"]", "$.capabilities[1]"),
        ("\"hostCalls\": 2000", "\"hostCalls\": 10001", "$.budgets.hostCalls"),
        ("\"hostCalls\": 2000", "\"hostCalls\": 9", "$.budgets.hostCalls"),
        ("\"hostCalls\"", "\"hostcalls\"", "$.budgets.hostcalls"),
        ("\"type\": \"money\"", "\"type\": \"float\"", "$.config.price.type"),
        ("\"priceOf\": \"product\"", "\"priceOf\": \"seconds\"", "$.config.price.priceOf"),
        ("\"default\": 30", "\"default\": 4", "$.config.seconds.default"),
        ("\"max\": 600", "\"max\": 4", "$.config.seconds.max"),
        ("\"seconds\"", "\"2nd\"", "$.config.2nd"),
        ("\"required\": true", "\"required\": 1", "$.config.product.required"),
        ("\"required\": true", "\"optional\": true", "$.config.product.optional"),
    ])
    func `Each wrong member is reported at its path`(
        old: String, new: String, path: String
    ) throws {
        let problems = try problems(replacing: old, by: new)
        #expect(problems.contains { $0.contains(": \(path): ") }, "\(problems)")
    }

    @Test func `All problems are reported at once`() {
        let problems = problems(#"{"id":"A","version":"x","api":1,"title":{"zh":"a"}}"#)
        #expect(problems.count == 3)
    }

    @Test(arguments: [
        ("1.0.0", true), ("0.0.0", true), ("1.2.3-rc.1+build.5", true), ("1.2.3-0", true),
        ("1.2", false), ("1.2.3.4", false), ("01.2.3", false), ("1.2.3-", false),
        ("1.2.3-01", false), ("1.2.3+", false), ("a.b.c", false), ("1.2.3 ", false),
    ])
    func `Versions are semantic versions`(version: String, isValid: Bool) throws {
        let problems = try problems(replacing: "\"1.0.0\"", by: "\"\(version)\"")
        #expect(problems.isEmpty == isValid)
    }

    @Test func `The size limit holds on both sides`() {
        let room = Manifest.bytesMax - Self.good.utf8.count
        #expect(problems(Self.good + String(repeating: " ", count: room)).isEmpty)
        #expect(problems(Self.good + String(repeating: " ", count: room + 1)).count == 1)
    }

    @Test func `What is not JSON is refused with its line`() {
        #expect(problems("{\n\"id\": }").first?.hasPrefix("plugin.json:2: $: is not JSON") == true)
    }

    @Test(arguments: [
        ("a", true), ("0-a_b", true), (String(repeating: "a", count: 64), true), ("", false),
        (String(repeating: "a", count: 65), false), ("-a", false), ("_a", false), ("A", false),
        ("a b", false), ("ä", false),
    ])
    func `Identifiers have one form`(text: String, isValid: Bool) {
        #expect(Identifier.isValid(text) == isValid)
    }
}
