import Wire

/// The answer of `/v1/embeddings`.
package enum EmbeddingsReply {
    package static let dimensionMax = 8_192
    static let limits = JSONLimits(depthMax: 8, bytesMax: 32 << 20, membersMax: 4_000_000)

    /// Reads one vector a text, in the order of the request, each made one unit long.
    ///
    /// - Throws: ``EndpointError/malformed(_:)`` unless there are as many vectors as texts, all of
    ///   one dimension, each finite and not zero.
    package static func parse(_ bytes: [UInt8], count: Int) throws(EndpointError) -> [[Float]] {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes, limits: limits)
        } catch {
            throw .malformed("no JSON")
        }
        guard let items = json["data"]?.arrayValue, items.count == count else {
            throw .malformed("not one vector a text")
        }
        var vectors = [[Float]](repeating: [], count: count)
        for (place, item) in items.enumerated() {
            let index = item["index"].map { $0.integerValue ?? -1 } ?? Int64(place)
            guard let slot = Int(exactly: index), vectors.indices.contains(slot),
                vectors[slot].isEmpty
            else { throw .malformed("a bad index") }
            vectors[slot] = try vector(item["embedding"])
            guard vectors[slot].count == vectors[0].count || vectors[0].isEmpty else {
                throw .malformed("vectors of different dimensions")
            }
        }
        guard vectors.allSatisfy({ $0.count == vectors.first?.count }) else {
            throw .malformed("vectors of different dimensions")
        }
        return vectors
    }

    private static func vector(_ json: JSON?) throws(EndpointError) -> [Float] {
        guard let numbers = json?.arrayValue, (1...dimensionMax).contains(numbers.count) else {
            throw .malformed("no vector of 1 to \(dimensionMax) numbers")
        }
        var vector: [Float] = []
        vector.reserveCapacity(numbers.count)
        var squares: Double = 0
        for number in numbers {
            guard let value = number.doubleValue, value.isFinite, abs(value) < 1e6 else {
                throw .malformed("something else than numbers in a vector")
            }
            vector.append(Float(value))
            squares += value * value
        }
        guard squares > 1e-12 else { throw .malformed("a vector of zeros") }
        let scale = Float(1 / squares.squareRoot())
        return vector.map { $0 * scale }
    }
}
