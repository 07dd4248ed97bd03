import Clockwork
import Fetching
import Foundation
import Knowledge
import PluginContract
import Wire

/// What the plugins of one show can find out from the shop's knowledge, in its newest edition.
///
/// The answer to a request says of which edition it is, and becomes an event of the play: that is
/// the point of the log from which a changed entry counts.
final class ShowKnowledge: Sendable {
    private struct Shared {
        var service: KnowledgeService
        var edition: String
        var figures = KnowledgeFigures()
    }

    let room: String
    private let configuration: KnowledgeConfiguration
    private let tables: KnowledgeTables
    private let embedder: Embedder?
    private let wording: Wording?
    private let clock: any Clock
    private let log: Log
    private let shared: Lock<Shared>

    init(
        _ configuration: KnowledgeConfiguration, room: String, tables: KnowledgeTables,
        clock: any Clock, log: Log
    ) {
        self.configuration = configuration
        self.room = room
        self.tables = tables
        self.clock = clock
        self.log = log
        let session = FetchSession()
        embedder = configuration.embeddings.map { helper in
            var limits = Embedder.Limits()
            limits.lineMillisecondsMax = helper.milliseconds
            return Embedder(
                endpoint: helper.endpoint, session: session, clock: clock, limits: limits)
        }
        wording = configuration.chat.map { helper in
            var limits = Wording.Limits()
            limits.millisecondsMax = helper.milliseconds
            return Wording(
                endpoint: helper.endpoint, session: session,
                check: ReplyCheck(folding: tables.folding), limits: limits)
        }
        let index = KnowledgeIndex(shop: configuration.shop, tables: tables)
        shared = Lock(
            Shared(
                service: KnowledgeService(index: index, embedder: embedder, wording: wording),
                edition: configuration.shop.edition))
    }

    var figures: KnowledgeFigures { shared.withLock { $0.figures } }
    var entryCount: Int { shared.withLock { $0.service.index.shop.entries.count } }
    var folder: String { configuration.folder }

    /// Fetches the embeddings of the entries, if an endpoint is configured.
    func prepare() async {
        guard let embedder else { return }
        let service = shared.withLock { $0.service }
        if await service.prepare() { return }
        log.warning(
            "the entries have no embeddings; lines are judged without them for now",
            [
                "room": .string(room),
                "reason": .string(await embedder.lastError?.description ?? "given up"),
            ])
    }

    /// Finds entries for a request, within its time.
    func perform(_ request: HostRequest) async -> HostResult {
        let began = clock.monotonicNanoseconds
        let (service, edition) = shared.withLock { ($0.service, $0.edition) }
        let line = request.parameters["text"]?.stringValue ?? ""
        // What is left for the way back: an answer in time without help is better than none with it.
        func millisecondsLeft() -> Int {
            let passed = Int64((clock.monotonicNanoseconds - began) / 1_000_000)
            return Int(max(0, request.milliseconds - Self.wayBackMilliseconds - passed))
        }
        let finding = await service.find(
            line, onAir: request.parameters["product"]?.stringValue,
            unixSeconds: clock.unixMilliseconds / 1_000,
            limit: Int(request.parameters["limit"]?.integerValue ?? 3),
            millisecondsMax: millisecondsLeft())
        var words: Wording.Answer?
        if request.parameters["words"]?.boolValue == true, wording != nil,
            let entry = finding.answer
        {
            words = await service.words(
                for: entry, line: line, millisecondsMax: millisecondsLeft())
        }
        let seconds = Double(clock.monotonicNanoseconds - began) / 1e9
        shared.withLock {
            $0.figures.note(
                finding, words, missedEmbeddings: embedder != nil && !finding.hasEmbeddings,
                seconds: seconds)
        }
        return .value(finding.json(edition: edition, words: words))
    }

    /// Of the time of a request.
    private static let wayBackMilliseconds: Int64 = 50

    /// Takes over what was changed in the folder; a mistake in it changes nothing.
    func reload() {
        do throws(ShopError) {
            let shop = try ShopReader().shop(folder: configuration.folder)
            let edition = shop.edition
            guard edition != shared.withLock({ $0.edition }) else { return }
            let service = KnowledgeService(
                index: KnowledgeIndex(shop: shop, tables: tables), embedder: embedder,
                wording: wording)
            shared.withLock {
                $0.service = service
                $0.edition = edition
                $0.figures.reloads += 1
            }
            log.info(
                "the knowledge of a show has changed",
                [
                    "room": .string(room), "edition": .string(edition),
                    "entries": .integer(Int64(shop.entries.count)),
                ])
        } catch {
            shared.withLock { $0.figures.reloadFailures += 1 }
            log.error(
                "changed knowledge cannot be used; what was there before still holds",
                ["room": .string(room), "reason": .string("\(configuration.folder)/\(error)")])
        }
    }
}

/// What was done so far for the plugins of one show.
struct KnowledgeFigures: Sendable, Equatable {
    /// Searches, by band.
    var searches: [String: Int] = [:]
    var seconds = 0.0
    /// Searches that had to do without embeddings although an endpoint is configured.
    var missedEmbeddings = 0
    /// Answers in the words of the model, and in the merchant's although a model was asked.
    var worded = 0
    var kept = 0
    var reloads = 0
    var reloadFailures = 0

    mutating func note(
        _ finding: Finding, _ words: Wording.Answer?, missedEmbeddings isMissed: Bool,
        seconds: Double
    ) {
        searches[finding.band.rawValue, default: 0] += 1
        self.seconds += seconds
        if isMissed { missedEmbeddings += 1 }
        if words?.isModels == true { worded += 1 }
        if words?.kept != nil { kept += 1 }
    }
}

extension Finding {
    var hasEmbeddings: Bool { features.hasEmbeddings }

    /// What `on_result` is told (SDK-docs/knowledge.md, "What a plugin is told").
    func json(edition: String, words: Wording.Answer?) -> JSON {
        var value: JSONObject = [
            "band": .string(band.rawValue), "question": .bool(isQuestion),
            "score": .double(Self.rounded(score)), "margin": .double(Self.rounded(margin)),
            "edition": .string(edition),
        ]
        value["rule"] = kind.map { .string($0.rawValue) }
        if let words, words.isModels { value["words"] = .string(words.text) }
        value["kept"] = words?.kept.map { .string($0) }
        var entries: [JSON] = []
        // Fewer entries are of more use than none.
        var bytesLeft = HostRequest.Limit.resultBytes - 8_192
        for entry in self.entries {
            bytesLeft -= entry.json.encoded().count
            guard bytesLeft >= 0 || entries.isEmpty else { break }
            entries.append(entry.json)
        }
        value["entries"] = .array(entries)
        return .object(value)
    }

    private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}

extension Shop.Entry {
    fileprivate var json: JSON {
        var value: JSONObject = [
            "id": .string(id), "version": .string(version), "question": .string(question),
            "answer": .string(answer), "category": .string(category),
            "language": .string(language),
        ]
        value["product"] = product.map { .string($0) }
        return .object(value)
    }
}
