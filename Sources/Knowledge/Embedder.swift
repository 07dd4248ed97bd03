package import Clockwork
package import Fetching
import Wire

/// Asks an embeddings endpoint, remembers what it said about the texts of a shop, and leaves it
/// alone for a while after it failed.
package actor Embedder {
    package struct Limits: Sendable {
        /// How many texts one request holds.
        package var batchTextsMax = 32
        /// For one batch of a shop's texts.
        package var batchMillisecondsMax = 30_000
        /// For the line of a viewer, who waits.
        package var lineMillisecondsMax = 400
        /// How long the endpoint is left alone after it failed.
        package var pauseMilliseconds = 5_000
        package var answerBytesMax = 16 << 20
        /// How many vectors are remembered.
        package var cacheCountMax = 20_000

        package init() {}
    }

    private let endpoint: Endpoint
    private let session: FetchSession
    private let clock: any Clock
    private let limits: Limits
    private var cache: [String: [Float]] = [:]
    private var dimension: Int?
    private var pausedUntilNanoseconds: UInt64 = 0

    /// Why the endpoint last failed; nil after it did well.
    package private(set) var lastError: EndpointError?
    /// How often the endpoint failed so far.
    package private(set) var failureCount = 0

    package init(
        endpoint: Endpoint, session: FetchSession, clock: any Clock, limits: Limits = .init()
    ) {
        self.endpoint = endpoint
        self.session = session
        self.clock = clock
        self.limits = limits
    }

    /// Whether the endpoint is left alone just now.
    package var isPaused: Bool { clock.monotonicNanoseconds < pausedUntilNanoseconds }

    /// The vectors of a shop's texts, from memory or in batches from the endpoint.
    package func vectors(of texts: [String]) async throws(EndpointError) -> [[Float]] {
        var missing: [String] = []
        var asked: Set<String> = []
        for text in texts where cache[text] == nil && asked.insert(text).inserted {
            missing.append(text)
        }
        var rest = missing[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(limits.batchTextsMax))
            rest = rest.dropFirst(batch.count)
            let vectors = try await ask(batch, millisecondsMax: limits.batchMillisecondsMax)
            if cache.count + batch.count > max(limits.cacheCountMax, texts.count) { cache = [:] }
            for (text, vector) in zip(batch, vectors) { cache[text] = vector }
        }
        var vectors: [[Float]] = []
        for text in texts {
            // The cache may have been emptied for another shop meanwhile.
            guard let vector = cache[text] else { throw .cancelled }
            vectors.append(vector)
        }
        return vectors
    }

    /// The vector of a viewer's line; nil when the endpoint fails, is slow or is left alone. Whoever
    /// asks waits no longer than `millisecondsMax`, if that is less than the limit.
    package func vector(ofLine line: String, millisecondsMax: Int = .max) async -> [Float]? {
        guard !isPaused, millisecondsMax > 0 else { return nil }
        return try? await ask(
            [line], millisecondsMax: min(millisecondsMax, limits.lineMillisecondsMax)
        ).first
    }

    private func ask(
        _ texts: [String], millisecondsMax: Int
    ) async throws(EndpointError) -> [[Float]] {
        let body: JSON = [
            "model": .string(endpoint.model), "input": .array(texts.map(JSON.string)),
            "encoding_format": "float",
        ]
        do throws(EndpointError) {
            let bytes = try await endpoint.post(
                body.encoded(), through: session, millisecondsMax: millisecondsMax,
                bytesMax: limits.answerBytesMax)
            let vectors = try EmbeddingsReply.parse(bytes, count: texts.count)
            guard let count = vectors.first?.count, dimension ?? count == count else {
                throw .malformed("vectors of another dimension than before")
            }
            dimension = count
            lastError = nil
            return vectors
        } catch {
            lastError = error
            failureCount += 1
            if error != .cancelled {
                pausedUntilNanoseconds =
                    clock.monotonicNanoseconds + UInt64(limits.pauseMilliseconds) * 1_000_000
            }
            throw error
        }
    }
}
