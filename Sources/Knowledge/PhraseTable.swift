/// Finds phrases in a text, all at once: a trie over scalars.
struct PhraseTable: Sendable {
    /// Where a phrase stands, and its number.
    struct Hit: Equatable, Sendable {
        var range: Range<Int>
        var phrase: Int
    }

    private var edges: [UInt64: UInt32] = [:]
    private var phrases: [UInt32: Int] = [:]
    private var nodeCount: UInt32 = 1

    /// Adds a phrase under a number; a phrase that is there keeps its number, which is returned.
    mutating func add(_ phrase: [UInt32], number: Int) -> Int {
        var node: UInt32 = 0
        for scalar in phrase {
            let edge = UInt64(node) << 32 | UInt64(scalar)
            if let next = edges[edge] {
                node = next
            } else {
                edges[edge] = nodeCount
                node = nodeCount
                nodeCount += 1
            }
        }
        if let known = phrases[node] { return known }
        phrases[node] = number
        return number
    }

    /// All places of all phrases, also those that overlap.
    func hits(in text: [UInt32]) -> [Hit] {
        var hits: [Hit] = []
        for start in text.indices {
            var node: UInt32 = 0
            for index in start..<text.count {
                guard let next = edges[UInt64(node) << 32 | UInt64(text[index])] else { break }
                node = next
                if let phrase = phrases[node] {
                    hits.append(Hit(range: start..<(index + 1), phrase: phrase))
                }
            }
        }
        return hits
    }

    /// The number of a whole phrase.
    func number(of phrase: [UInt32]) -> Int? {
        var node: UInt32 = 0
        for scalar in phrase {
            guard let next = edges[UInt64(node) << 32 | UInt64(scalar)] else { return nil }
            node = next
        }
        return phrases[node]
    }
}
