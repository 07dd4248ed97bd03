import Foundation
import Testing

/// What the READMEs say of the rule books is so: a rule that is done is named by a test, a rule that is
/// not has a reason, and few are not.
@Suite struct RuleBookTests {
    struct Book: Sendable, CustomTestStringConvertible {
        var plugin: String
        /// Prefix of the ids, and how many there are.
        var rules: [(String, Int)]
        /// Rules that a test outside of the plugin covers, and where.
        var elsewhere: [String: String] = [:]
        /// Rules about money, fairness and secrecy: all of them have to be done.
        var strict: Set<String>
        var testDescription: String { plugin }

        var ids: [String] {
            rules.flatMap { rule, count in
                (1...count).map { $0 < 10 ? "\(rule)-0\($0)" : "\(rule)-\($0)" }
            }
        }
    }

    static let books = [
        Book(
            plugin: "lottery", rules: [("LOT", 39), ("RP", 5)],
            strict: ids(
                "LOT", [4, 5, 6, 7, 8, 10, 12, 18, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]
            )
            .union(ids("LOT", [31, 32, 33, 34, 35, 36, 37, 39])).union(ids("RP", [1, 2, 3, 4]))),
        Book(
            plugin: "quiz", rules: [("QZ", 28)],
            strict: ids("QZ", [2, 3, 6, 7, 8, 12, 13, 15, 16, 17, 18, 19, 20, 21, 27, 28])),
        Book(
            plugin: "price-guess", rules: [("PG", 20)],
            strict: ids("PG", [2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16, 17, 20])),
        Book(
            plugin: "co-host", rules: [("CH", 19)],
            elsewhere: ["CH-13": "RoomsTests/SpeakingTests.swift"],
            strict: ids("CH", [4, 6, 7, 16, 17, 18, 19])),
        Book(
            plugin: "faq-assistant", rules: [("FAQ", 20)],
            elsewhere: ["FAQ-17": "KnowledgeTests/ShopEvaluationTests.swift"],
            strict: ids("FAQ", [3, 4, 5, 8, 10, 11])),
    ]

    private static func ids(_ rule: String, _ numbers: [Int]) -> Set<String> {
        Set(numbers.map { $0 < 10 ? "\(rule)-0\($0)" : "\(rule)-\($0)" })
    }

    @Test(arguments: books)
    func `Every rule is done and named by a test, or not yet with a reason`(book: Book) throws {
        let folder = "\(Folder.root)/Plugins/\(book.plugin)"
        let states = try Self.states(
            in: String(contentsOfFile: folder + "/README.md", encoding: .utf8))
        #expect(book.ids.filter { states[$0] == nil } == [], "no line in the README")
        #expect(states.keys.filter { !book.ids.contains($0) } == [], "no such rule")
        let named = try Self.named(in: folder + "/tests")
        var open: [String] = []
        for id in book.ids {
            guard let state = states[id] else { continue }
            if Self.isOpen(state) {
                open.append(id)
                #expect(state.count > 40, "\(id) has no reason: \(state)")
            } else {
                #expect(state.hasPrefix("done"), "\(id): \(state)")
                if let file = book.elsewhere[id] {
                    let text = try String(
                        contentsOfFile: "\(Folder.root)/Tests/\(file)", encoding: .utf8)
                    #expect(text.contains(id), "\(file) does not name \(id)")
                } else {
                    #expect(named.contains(id), "no test names \(id), which is said to be done")
                }
            }
        }
        #expect(open.count <= book.ids.count / 8, "too many are open: \(open)")
        #expect(open.filter(book.strict.contains) == [])
    }

    @Test func `A line that says not yet anywhere is open`() {
        #expect(Self.isOpen("not yet: there are no orders"))
        #expect(Self.isOpen("one half: done. The other: not yet, it needs orders"))
        #expect(!Self.isOpen("done: in log order"))
        #expect(
            Self.states(in: "| id | state |\n| --- | --- |\n| PG-01 | done: all |\n") == [
                "PG-01": "done: all"
            ])
    }

    private static func isOpen(_ state: String) -> Bool { state.contains("not yet") }

    /// What the table of a README says of each rule.
    private static func states(in text: String) -> [String: String] {
        var states: [String: String] = [:]
        for match in text.matches(of: #/(?m)^\| ([A-Z]+-\d\d) \| (.+) \|$/#) {
            states[String(match.1)] = String(match.2)
        }
        return states
    }

    /// The ids in the names of the tests of a plugin.
    private static func named(in folder: String) throws -> Set<String> {
        var named: Set<String> = []
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        for file in files where file.hasSuffix(".lua") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for test in text.matches(of: #/\btest\(\s*"([^"]*)"/#) {
                for id in test.1.matches(of: #/\b[A-Z]+-\d\d\b/#) { named.insert(String(id.0)) }
            }
        }
        return named
    }
}
