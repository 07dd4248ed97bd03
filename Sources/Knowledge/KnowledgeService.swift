/// Answers from a shop's entries: the host's side of the `knowledge` capability.
///
/// Never throws and never waits for long: without its endpoints it does with the lexical score and
/// the merchant's own texts.
package actor KnowledgeService {
    package nonisolated let index: KnowledgeIndex
    private let embedder: Embedder?
    private let wording: Wording?
    /// Of each entry, the vectors of its passages.
    private var passages: [[[Float]]]?
    private var preparation: Task<[[[Float]]]?, Never>?

    package init(index: KnowledgeIndex, embedder: Embedder? = nil, wording: Wording? = nil) {
        self.index = index
        self.embedder = embedder
        self.wording = wording
    }

    /// Fetches the embeddings of all entries, if an endpoint is configured.
    ///
    /// - Returns: Whether lines are now compared by embeddings. When it fails, a later line tries
    ///   again in the background.
    @discardableResult
    package func prepare() async -> Bool {
        guard passages == nil, let embedder else { return passages != nil }
        let task: Task<[[[Float]]]?, Never>
        if let preparation {
            task = preparation
        } else {
            let texts = index.shop.entries.indices.map(index.passages(of:))
            task = Task {
                guard let vectors = try? await embedder.vectors(of: texts.flatMap { $0 }) else {
                    return nil
                }
                var rest = vectors[...]
                return texts.map { texts in
                    defer { rest = rest.dropFirst(texts.count) }
                    return Array(rest.prefix(texts.count))
                }
            }
            preparation = task
        }
        passages = await task.value
        preparation = nil
        return passages != nil
    }

    /// Finds what is to be done about a line of a viewer.
    ///
    /// - Parameters:
    ///   - line: The words of the viewer.
    ///   - onAir: The id of the product being explained, if one is.
    ///   - unixSeconds: Entries that do not hold then are passed over; nil takes all.
    ///   - limit: How many entries are offered.
    ///   - millisecondsMax: How long whoever asks can wait for the embeddings endpoint.
    /// - Returns: What is to be done, with the best entries.
    package func find(
        _ line: String, onAir: String? = nil, unixSeconds: Int64? = nil,
        limit: Int = Finding.entriesMax, millisecondsMax: Int = .max
    ) async -> Finding {
        index.find(
            line, onAir: onAir,
            similarities: await similarities(of: line, millisecondsMax: millisecondsMax),
            unixSeconds: unixSeconds, limit: limit)
    }

    /// Of each entry, its cosine with a line; nil without embeddings.
    package func similarities(of line: String, millisecondsMax: Int = .max) async -> [Float]? {
        guard let embedder else { return nil }
        guard let passages else {
            if preparation == nil, await !embedder.isPaused { Task { await prepare() } }
            return nil
        }
        guard
            let vector = await embedder.vector(ofLine: line, millisecondsMax: millisecondsMax)
        else { return nil }
        return passages.map { texts in
            texts.reduce(0) { $0 + Self.dot($1, vector) } / Float(max(texts.count, 1))
        }
    }

    /// The words of an answer: the merchant's own, or a model's that say the same.
    ///
    /// An answer with a place for a live value, such as `{price}`, stays as it is: a model would
    /// word the place away.
    package func words(
        for entry: Shop.Entry, line: String, millisecondsMax: Int = .max
    ) async -> Wording.Answer {
        guard let wording, !entry.answer.contains("{") else {
            return Wording.Answer(text: entry.answer, kept: nil)
        }
        return await wording.answer(for: entry, line: line, millisecondsMax: millisecondsMax)
    }

    private static func dot(_ one: [Float], _ other: [Float]) -> Float {
        guard one.count == other.count else { return 0 }
        return one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                var sum: Float = 0
                for index in 0..<one.count { sum += one[index] * other[index] }
                return sum
            }
        }
    }
}
