/// Finds every occurrence of many words in one pass over a text.
///
/// The automaton of Aho and Corasick ("Efficient string matching", CACM 18, 1975). Transitions stand
/// in one open-addressing hash table keyed by (node, letter), so that 10,000 words in any script
/// need no wide tables. Built once, never changed; copies share the tables.
struct WordAutomaton {
    private static let root: UInt32 = 0
    private static let none = UInt32.max

    private var keys: [UInt64]
    private var targets: [UInt32]
    private var shift: UInt64
    /// The node of the longest proper suffix.
    private var failure: [UInt32] = [root]
    /// The word that ends in a node.
    private var word: [UInt32] = [none]
    /// The nearest node along the failures in which a word ends.
    private var output: [UInt32] = [none]

    /// - Parameter words: Distinct, none empty; their index is how they are reported.
    init(_ words: [[UInt32]]) {
        let edgesMax = words.reduce(0) { $0 + $1.count }
        var bits: UInt64 = 4
        while 1 << bits < 2 * edgesMax { bits += 1 }
        keys = Array(repeating: .max, count: 1 << Int(bits))
        targets = Array(repeating: 0, count: 1 << Int(bits))
        shift = 64 - bits
        var edges: [(node: UInt32, letter: UInt32, target: UInt32)] = []
        var depth: [UInt32] = [0]
        for (index, letters) in words.enumerated() {
            var node = Self.root
            for letter in letters {
                if let next = target(node, letter) {
                    node = next
                    continue
                }
                let new = UInt32(failure.count)
                failure.append(Self.root)
                word.append(Self.none)
                output.append(Self.none)
                depth.append(depth[Int(node)] + 1)
                insert(node, letter, new)
                edges.append((node, letter, new))
                node = new
            }
            word[Int(node)] = UInt32(index)
        }
        // Breadth first: a failure always points to a shallower node, which is finished.
        edges.sort { depth[Int($0.node)] < depth[Int($1.node)] }
        for (parent, letter, node) in edges where parent != Self.root {
            let link = step(failure[Int(parent)], letter)
            failure[Int(node)] = link
            output[Int(node)] = word[Int(link)] != Self.none ? link : output[Int(link)]
        }
    }

    /// Calls `found` for every occurrence, in the order of where they end, with the index of the
    /// word and the index of its last letter.
    ///
    /// - Complexity: O(letters + occurrences).
    func scan(_ letters: [UInt32], found: (_ word: Int, _ last: Int) -> Void) {
        var node = Self.root
        for (index, letter) in letters.enumerated() {
            node = step(node, letter)
            var end = word[Int(node)] != Self.none ? node : output[Int(node)]
            while end != Self.none {
                found(Int(word[Int(end)]), index)
                end = output[Int(end)]
            }
        }
    }

    private func step(_ start: UInt32, _ letter: UInt32) -> UInt32 {
        var node = start
        while true {
            if let next = target(node, letter) { return next }
            if node == Self.root { return node }
            node = failure[Int(node)]
        }
    }

    private func key(_ node: UInt32, _ letter: UInt32) -> UInt64 {
        UInt64(node) << 32 | UInt64(letter)
    }

    private func slot(of key: UInt64) -> Int { Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift) }

    private func target(_ node: UInt32, _ letter: UInt32) -> UInt32? {
        let key = key(node, letter)
        var slot = slot(of: key)
        while keys[slot] != .max {
            if keys[slot] == key { return targets[slot] }
            slot = (slot + 1) & (keys.count - 1)
        }
        return nil
    }

    private mutating func insert(_ node: UInt32, _ letter: UInt32, _ target: UInt32) {
        let key = key(node, letter)
        var slot = slot(of: key)
        while keys[slot] != .max { slot = (slot + 1) & (keys.count - 1) }
        keys[slot] = key
        targets[slot] = target
    }
}
