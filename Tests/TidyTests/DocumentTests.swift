import Testing

/// The pages for readers: links lead somewhere, commands exist, tables are complete.
@Suite struct DocumentTests {
    private static let pages: [String] = Repository.files(in: "") { path in
        path.hasSuffix(".md") && !path.hasPrefix("artifacts/")
    }

    @Test func `The pages that a reader expects are there`() {
        let expected = [
            "CHANGELOG.md", "README.md", "README.zh.md", "SDK-docs/README.md",
            "SDK-docs/architecture.md", "SDK-docs/dependencies.md", "SDK-docs/operating.md",
            "SDK-docs/performance.md", "SDK-docs/plugins.md", "SDK-docs/protocol.md",
            "SDK-docs/tutorial.md",
        ]
        #expect(Set(expected).subtracting(Self.pages) == [])
    }

    @Test(arguments: pages)
    func `Relative links resolve`(page: String) {
        for link in Self.links(in: page) where !link.contains(":") {
            let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
            let target = parts[0].isEmpty ? page : Self.path(String(parts[0]), from: page)
            #expect(Repository.exists(target), "\(page) links to \(link)")
            if parts.count == 2, target.hasSuffix(".md") {
                #expect(
                    Self.anchors(of: target).contains(String(parts[1])),
                    "\(page) links to \(link), and \(target) has no such heading")
            }
        }
    }

    @Test func `Every page below SDK-docs is in its index`() {
        let index = "SDK-docs/README.md"
        let linked = Set(Self.links(in: index).map { Self.path($0, from: index) })
        for page in Self.pages where page.hasPrefix("SDK-docs/") && page != index {
            #expect(linked.contains(page), "\(page)")
        }
    }

    @Test(arguments: pages)
    func `Commands in fenced blocks exist`(page: String) {
        let targets = Set(
            (Repository.text("Makefile") ?? "").matches(of: /(?m)^(?<name>[a-z-]+):/)
                .map { String($0.output.name) })
        let command = ["Sources/PlayhouseCommand", "Sources/Benchmarking"].flatMap { folder in
            Repository.files(in: folder) { $0.hasSuffix(".swift") }
        }.compactMap(Repository.text).joined()
        #expect(targets.isSuperset(of: ["demo", "test"]))
        for words in Self.commands(in: page).map({ $0.split(separator: " ").map(String.init) }) {
            let name = words[0].split(separator: "/").last.map(String.init)
            switch name {
            case "make":
                guard words.count > 1 else { continue }
                #expect(targets.contains(words[1]), "\(page): \(words.joined(separator: " "))")
            case "playhouse":
                guard words.count > 1 else { continue }
                let isKnown = command.contains("case \"\(words[1])\"")
                #expect(isKnown, "\(page): playhouse \(words[1])")
                for option in words where option.hasPrefix("--") {
                    let isOption = command.contains(option)
                    #expect(isOption, "\(page): \(words.joined(separator: " "))")
                }
            default: continue
            }
        }
    }

    @Test(arguments: ["README.md", "README.zh.md"])
    func `The readmes name both commands`(page: String) {
        let commands = Set(Self.commands(in: page))
        #expect(commands.isSuperset(of: ["make demo", "make test"]))
    }

    // MARK: - Tables written from the code

    @Test func `Every setting is described`() {
        let source = Repository.files(in: "Sources/Playhouse") { $0.contains("/Configuration+") }
            .compactMap(Repository.text).joined()
        let reading =
            /\.(?:text|identifier|integer|integers|bool|choice|json|texts|object|list)\(\s*"(?<name>\w+)"/
        let settings = Set(source.matches(of: reading).map { String($0.output.name) })
        #expect(settings.count > 40)
        let page = Repository.text("SDK-docs/operating.md") ?? ""
        let missing = settings.union(["words", "allowedWords"])
            .filter { !page.contains("`\($0)`") && !page.contains(".\($0)`") }
        #expect(missing == [])
    }

    @Test func `Every metric is described, and no other`() {
        let name = /playhouse_[a-z_]+/
        let source = Repository.text("Sources/Playhouse/MetricsText.swift") ?? ""
        let page = Repository.text("SDK-docs/operating.md") ?? ""
        let written = Set(source.matches(of: name).map { String($0.output) })
        let described = Set(page.matches(of: name).map { String($0.output) })
        #expect(written.count > 15)
        #expect(written.symmetricDifference(described) == [])
    }

    @Test func `Every code of HTTP that is sent is described, and no other`() {
        let sources = ["Sources/Wire", "Sources/Serving"].flatMap { folder in
            Repository.files(in: folder) { $0.hasSuffix(".swift") }
        }.compactMap(Repository.text).joined()
        let sent = Set(sources.matches(of: /\bcode:\s*"(?<code>[A-Z_]+)"/).map { $0.output.code })
        let page = Repository.text("SDK-docs/protocol.md") ?? ""
        let section =
            page.split(separator: "\n### Codes of HTTP\n").dropFirst().first?
            .split(separator: "\n## ").first ?? ""
        let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let described = rows.compactMap { $0.split(separator: "|").first }
            .flatMap { $0.matches(of: /`(?<code>[A-Z_]+)`/).map { $0.output.code } }
        #expect(sent.count > 15)
        #expect(described.count == Set(described).count)
        #expect(sent.symmetricDifference(described) == [])
    }

    @Test func `Every error and close code is sent somewhere`() {
        let sources = Repository.files(in: "Sources") {
            $0.hasSuffix(".swift") && !$0.hasSuffix("/RequestError.swift")
                && !$0.hasSuffix("/Router.swift")
        }.compactMap(Repository.text).joined()
        let source = Repository.text("Sources/PluginContract/RequestError.swift") ?? ""
        let codes = source.matches(of: /case (?<name>\w+) = [0-9"]/).map { $0.output.name }
        #expect(codes.count > 40)
        #expect(Set(codes).filter { !sources.contains(".\($0)") } == [])
    }

    // MARK: - Reading Markdown

    /// Lines of a page with whether they stand in a fenced block, and in a block of which kind.
    private static func lines(of page: String) -> [(line: Substring, fence: Substring?)] {
        var fence: Substring?
        var lines: [(line: Substring, fence: Substring?)] = []
        for line in Repository.lines(page) {
            if line.hasPrefix("```") {
                fence = fence == nil ? line.dropFirst(3) : nil
            } else {
                lines.append((line, fence))
            }
        }
        return lines
    }

    private static func links(in page: String) -> [String] {
        let markdown = /\]\((?<link>[^)\s]+)[^)]*\)/
        let html = /(?:src|href)="(?<link>[^"]+)"/
        return lines(of: page).filter { $0.fence == nil }.flatMap { line, _ in
            // Code spans may look like links and are none.
            let text = line.replacing(/`[^`]*`/, with: "")
            return text.matches(of: markdown).map { String($0.output.link) }
                + text.matches(of: html).map { String($0.output.link) }
        }
    }

    /// Lines of shell blocks, without prompts, comments and continuations.
    private static func commands(in page: String) -> [String] {
        lines(of: page).filter { ["sh", "bash", "shell", "console"].contains($0.fence) }
            .map { $0.line.replacing(#/^\$ /#, with: "").replacing(/\s+#.*$/, with: "") }
            .map { $0.trimmingPrefix(/\s*(?:sudo\s+)?/) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
            .map(String.init)
    }

    /// A link's target relative to the root.
    private static func path(_ link: String, from page: String) -> String {
        var parts = page.split(separator: "/").dropLast().map(String.init)
        for part in link.split(separator: "/").map(String.init) {
            switch part {
            case ".": continue
            case "..": _ = parts.popLast()
            default: parts.append(part)
            }
        }
        return parts.joined(separator: "/")
    }

    /// Anchors as hosts of Git repositories make them from headings.
    private static func anchors(of page: String) -> Set<String> {
        var anchors: Set<String> = []
        for (line, fence) in lines(of: page) where fence == nil && line.hasPrefix("#") {
            let heading = line.drop { $0 == "#" }.dropFirst().lowercased()
            let kept = heading.filter { $0.isLetter || $0.isNumber || "- _".contains($0) }
            anchors.insert(kept.replacing(" ", with: "-"))
        }
        return anchors
    }
}
