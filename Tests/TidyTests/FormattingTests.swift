import Testing

@Suite struct FormattingTests {
    @Test func `Every Swift file is formatted`() throws {
        let lint = try Command([
            "swift", "format", "lint", "--strict", "--recursive", "--parallel",
            "--configuration", ".swift-format", "Sources", "Tests", "Package.swift",
        ])
        #expect(lint.status == 0, "make format, then see to what is left:\n\(lint.output)")
    }

    @Test(arguments: [
        "try!": #"\btry!"#, "as!": #"\bas!"#, "fatalError": #"\bfatalError\("#,
        "TODO": #"\bTODO\b"#, "FIXME": #"\bFIXME\b"#,
    ])
    func `Sources are free of`(word: String, pattern: String) throws {
        let regex = try Regex(pattern)
        for path in Self.sources {
            for (index, line) in Repository.lines(path).enumerated() {
                #expect(line.firstMatch(of: regex) == nil, "\(path):\(index + 1) has \(word)")
            }
        }
    }

    @Test func `No source file is longer than 600 lines`() {
        // What is longer for a reason, with its own bound. It may shrink, not grow.
        let longer = [
            // One file, because an integrator embeds one file.
            "Sources/Serving/Pages/playhouse.js": 690
        ]
        for path in Self.sources {
            let count = Repository.lines(path).count
            #expect(count <= longer[path] ?? 600, "\(path) has \(count) lines")
            if longer[path] != nil { #expect(count > 600, "\(path) needs no exception") }
        }
        for path in longer.keys { #expect(Repository.exists(path)) }
    }

    @Test func `Texts end with one line break and have neither tabs nor trailing spaces`() {
        for path in Self.sources + Repository.files(in: "SDK-docs", where: { $0.hasSuffix(".md") })
        {
            let text = Repository.text(path) ?? ""
            #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), "\(path): its end")
            for (index, line) in Repository.lines(path).enumerated() {
                #expect(!line.contains("\t"), "\(path):\(index + 1): a tab")
                #expect(!line.hasSuffix(" "), "\(path):\(index + 1): spaces at its end")
            }
        }
    }

    private static let kinds = [".swift", ".c", ".h", ".js", ".css", ".html", ".lua"]
    private static let sources: [String] = ["Sources", "Plugins"].flatMap { folder in
        Repository.files(in: folder) { path in kinds.contains { path.hasSuffix($0) } }
    }
}
