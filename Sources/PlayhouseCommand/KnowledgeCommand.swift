import Clockwork
import Fetching
import Foundation
import Knowledge
import Wire

/// `playhouse knowledge`.
enum KnowledgeCommand {
    static let help = """
        playhouse knowledge: what the FAQ assistant finds in a shop's entries

        usage: playhouse knowledge ask --folder DIR [--on-air PRODUCT] [--json] [endpoints] LINE
               playhouse knowledge eval --folder DIR [endpoints] --out FILE
               playhouse knowledge fit --folder DIR [endpoints] [--precision N] [--out FILE]
               playhouse knowledge bench [--entries N]

          ask    shows what would be done about one line of a viewer, and why
          eval   reads questions.jsonl too, and writes one prediction a line: id, answer, top,
                 score, action
          fit    fits the score on questions.jsonl, prints cross-validated figures, and writes the
                 weights; --precision N is the least precision of answers in percent, 98 unless given
          bench  measures a shop of N entries, 3 to 5,000, that is made up; 1,000 unless given
          --folder DIR           products.jsonl and kb.jsonl, one JSON object a line
          --on-air PRODUCT       the id of the product being explained
          --embeddings URL       an OpenAI-compatible /v1/embeddings endpoint; --model NAME names
                                 its model. Its key, if it wants one: PLAYHOUSE_EMBEDDINGS_KEY
          --chat URL             for ask: a /v1/chat/completions endpoint that words the answer;
                                 --chat-model NAME, PLAYHOUSE_CHAT_KEY

        An endpoint that fails is told of, and done without. Exit codes: 0 done; 1 it failed, such
        as by a mistake in the folder; 2 wrong usage.

        """

    static func run(_ words: [String]) async throws {
        let arguments = try Arguments(
            words,
            options: [
                "folder", "on-air", "embeddings", "model", "chat", "chat-model", "out", "precision",
                "entries",
            ],
            flags: ["json"])
        let tables = try KnowledgeTables()
        if arguments.positions == ["bench"] { return try measure(tables, arguments) }
        let shop = KnowledgeShop(folder: try arguments.required("folder"), tables: tables)
        switch (arguments.positions.first, arguments.positions.count) {
        case ("ask"?, 2): try await ask(arguments.positions[1], shop, arguments)
        case ("ask"?, _): throw Arguments.Mistake(message: "give one line, in quotation marks")
        case ("eval"?, 1): try await evaluate(shop, arguments)
        case ("fit"?, 1): try await fit(shop, arguments)
        default: throw Arguments.Mistake(message: "say ask, eval, fit or bench")
        }
    }

    /// A folder and what is read from it.
    private struct KnowledgeShop {
        var folder: String
        var tables: KnowledgeTables

        func index() throws -> KnowledgeIndex {
            KnowledgeIndex(shop: try ShopReader().shop(folder: folder), tables: tables)
        }

        func questions() throws -> [ShopQuestion] { try ShopReader().questions(folder: folder) }
    }

    // MARK: - Endpoints

    private static func key(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name]
    }

    private static func embedder(
        _ arguments: Arguments, _ session: FetchSession
    ) throws -> Embedder? {
        guard let address = arguments.text("embeddings") else { return nil }
        let endpoint = try Endpoint(
            address: address, service: .embeddings, key: key("PLAYHOUSE_EMBEDDINGS_KEY"),
            model: arguments.text("model") ?? "embeddings")
        var limits = Embedder.Limits()
        // Nobody waits for the answer of a command as long as for that of a show.
        limits.lineMillisecondsMax = 10_000
        return Embedder(endpoint: endpoint, session: session, clock: SystemClock(), limits: limits)
    }

    private static func service(
        _ shop: KnowledgeShop, _ arguments: Arguments
    ) async throws -> KnowledgeService {
        let session = FetchSession()
        let embedder = try embedder(arguments, session)
        let wording: Wording? = try arguments.text("chat").map { address in
            Wording(
                endpoint: try Endpoint(
                    address: address, service: .chat, key: key("PLAYHOUSE_CHAT_KEY"),
                    model: arguments.text("chat-model") ?? "chat"),
                session: session, check: ReplyCheck(folding: shop.tables.folding))
        }
        let service = KnowledgeService(
            index: try shop.index(), embedder: embedder, wording: wording)
        if let embedder, await !service.prepare() {
            let reason = await embedder.lastError.map { "\($0)" } ?? "no reason given"
            Command.complain("playhouse knowledge: without embeddings: \(reason)")
        }
        return service
    }

    // MARK: - ask

    private static func ask(
        _ line: String, _ shop: KnowledgeShop, _ arguments: Arguments
    ) async throws {
        let service = try await service(shop, arguments)
        let onAir = arguments.text("on-air")
        if let onAir, service.index.shop.product(onAir) == nil {
            throw Arguments.Mistake(message: "there is no product \"\(onAir)\"")
        }
        let finding = await service.find(line, onAir: onAir)
        var words: Wording.Answer?
        if let entry = finding.answer { words = await service.words(for: entry, line: line) }
        if arguments.has("json") {
            JournalCommand.print(json(finding, words))
        } else {
            Command.show(text(finding, words))
        }
    }

    private static func json(_ finding: Finding, _ words: Wording.Answer?) -> JSON {
        [
            "action": .string(finding.band.rawValue), "score": .double(finding.score),
            "kind": finding.kind.map { .string($0.rawValue) } ?? .null,
            "isQuestion": .bool(finding.isQuestion),
            "answer": words.map { .string($0.text) } ?? .null,
            "isModels": .bool(words?.isModels ?? false),
            "kept": words?.kept.map(JSON.string) ?? .null,
            "entries": .array(
                finding.entries.map { ["id": .string($0.id), "question": .string($0.question)] }),
            "features": .object(
                JSONObject(finding.features.named.map { ($0.name, .double($0.value)) })),
        ]
    }

    private static func text(_ finding: Finding, _ words: Wording.Answer?) -> String {
        var lines = [
            "\(finding.band.rawValue), score \(String(format: "%.3f", finding.score))"
                + (finding.kind.map { ", held as \($0.rawValue)" } ?? "")
        ]
        if let words {
            lines.append("  \(words.text)")
            if words.isModels { lines.append("  (worded by the model)") }
            if let kept = words.kept { lines.append("  (the merchant's text: \(kept))") }
        }
        for (place, entry) in finding.entries.enumerated() {
            lines.append("  \(place + 1). \(entry.id)  \(entry.question)")
        }
        let features = finding.features.named.map {
            "\($0.name) \(String(format: "%.2f", $0.value))"
        }
        lines.append("  " + features.joined(separator: ", "))
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - bench, eval and fit

    private static func measure(_ tables: KnowledgeTables, _ arguments: Arguments) throws {
        let entries = try arguments.integer("entries", in: 3...5_000) ?? 1_000
        let report = KnowledgeBenchmark(entryCount: entries, lineCount: 2_000, tables: tables)
            .run(seed: 1, clock: SystemClock())
        func milliseconds(_ nanoseconds: UInt64) -> String {
            String(format: "%.3f ms", Double(nanoseconds) / 1e6)
        }
        Command.show(
            """
            \(entries) entries: index made in \(milliseconds(report.indexNanoseconds))
            \(report.lineCount) lines: p50 \(milliseconds(report.nanoseconds(within: 0.5))), \
            p99 \(milliseconds(report.nanoseconds(within: 0.99))), \
            longest \(milliseconds(report.nanoseconds(within: 1)))

            """)
    }

    private static func evaluate(_ shop: KnowledgeShop, _ arguments: Arguments) async throws {
        let out = try arguments.required("out")
        let questions = try shop.questions()
        let service = try await service(shop, arguments)
        var bytes: [UInt8] = []
        var withEmbeddings = 0
        for question in questions {
            let finding = await service.find(question.text, onAir: question.onAir)
            if finding.features.hasEmbeddings { withEmbeddings += 1 }
            let prediction: JSON = [
                "id": .string(question.id),
                "answer": finding.answer.map { .string($0.id) } ?? .null,
                "top": .array(finding.entries.map { .string($0.id) }),
                "score": .double(finding.kind == nil ? finding.score : 0),
                "action": .string(finding.band.rawValue),
            ]
            bytes += prediction.encoded() + [0x0A]
        }
        try Data(bytes).write(to: URL(fileURLWithPath: out))
        Command.complain(
            "\(questions.count) lines, \(withEmbeddings) of them with embeddings; wrote \(out)")
    }

    private static func fit(_ shop: KnowledgeShop, _ arguments: Arguments) async throws {
        let questions = try shop.questions()
        var fitting = Fitting(
            shop: try ShopReader().shop(folder: shop.folder), questions: questions,
            tables: shop.tables)
        fitting.precisionMin = Double(try arguments.integer("precision", in: 50...100) ?? 98) / 100
        var weights = shop.tables.weights
        let lexical = fitting.fit()
        weights.lexical = lexical.logistic
        Command.show(report("without embeddings", lexical))
        weights.about = about(questions.count, lexical.groupCount, fitting.precisionMin)
        weights.about.append(figures("without embeddings", lexical))
        if arguments.text("embeddings") != nil {
            let service = try await service(shop, arguments)
            var similarities: [[Float]] = []
            for question in questions {
                guard let values = await service.similarities(of: question.text) else {
                    throw Arguments.Mistake(message: "the embeddings endpoint fails")
                }
                similarities.append(values)
            }
            let embedded = fitting.fit(similarities: similarities)
            weights.embedded = embedded.logistic
            Command.show(report("with embeddings", embedded))
            weights.about.append(figures("with embeddings", embedded))
        }
        if let out = arguments.text("out") {
            try Data(weights.json.utf8).write(to: URL(fileURLWithPath: out))
        }
    }

    private static func about(_ lines: Int, _ groups: Int, _ precisionMin: Double) -> [String] {
        [
            "Written by playhouse knowledge fit. The ranking is set by hand; the logistic weights",
            "are fitted on \(lines) labelled lines of one shop (the developer FAQ set), each read with",
            "the whole lexicon and 20 times with 20 to 50 % of it forgotten. The threshold answerMin",
            "is the lowest with a cross-validated precision of \(percent(precisionMin)) over all rounds;",
            "\(groups) groups, by answering entry or product, are left out in turn.",
        ]
    }

    private static func figures(_ name: String, _ report: Fitting.Report) -> String {
        "Cross-validated \(name): \(line(report.whole)); with a forgetful lexicon: "
            + "\(line(report.all))."
    }

    private static func line(_ figures: Fitting.Figures) -> String {
        "precision \(percent(figures.precision)) at coverage \(percent(figures.coverage)), recall@3 "
            + percent(figures.recallOfThree)
    }

    private static func report(_ name: String, _ report: Fitting.Report) -> String {
        """
        \(name), \(report.groupCount) groups left out in turn, answers from score \
        \(String(format: "%.2f", report.logistic.answerMin)):
          whole lexicon       \(line(report.whole))
          forgetful lexicon   \(line(report.all))

        """
    }

    private static func percent(_ share: Double) -> String {
        String(format: "%.1f %%", 100 * share)
    }
}
