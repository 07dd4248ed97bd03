import Foundation

/// Does the same for many things, as many at once as there are processors.
enum ConcurrentOpening {
    /// Answers in the order of the indices.
    static func map<Answer: Sendable>(
        _ indices: Range<Int>, _ body: @escaping @Sendable (Int) async throws -> Answer
    ) async throws -> [Answer] {
        let width = ProcessInfo.processInfo.activeProcessorCount
        return try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            var answers: [Int: Answer] = [:]
            for (count, index) in indices.enumerated() {
                if count >= width, let (done, answer) = try await group.next() {
                    answers[done] = answer
                }
                group.addTask { (index, try await body(index)) }
            }
            while let (done, answer) = try await group.next() { answers[done] = answer }
            return indices.compactMap { answers[$0] }
        }
    }
}
