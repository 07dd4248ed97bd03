/// The members of a JSON object in the order they were written. Names are unique.
///
/// Names are compared by their bytes. Lookup is linear: objects of messages are small.
package struct JSONObject: Sendable {
    /// A name and its value.
    package typealias Member = (name: String, value: JSON)
    /// In order.
    package private(set) var members: [Member]

    /// - Parameter members: In order. A name that comes twice is a programming error and traps.
    package init(_ members: [(String, JSON)] = []) {
        precondition(
            Self.areUnique(members), "a name occurs twice in one JSON object")
        self.members = members.map { (name: $0.0, value: $0.1) }
    }

    /// Takes over members whose names are known to be unique.
    init(unique members: [Member]) { self.members = members }

    /// Number of members.
    package var count: Int { members.count }
    /// Whether there are no members.
    package var isEmpty: Bool { members.isEmpty }

    /// The value of a name. Setting nil removes the member; a new name goes to the end.
    package subscript(name: String) -> JSON? {
        get { members.first { $0.name.hasSameBytes(as: name) }?.value }
        set {
            let index = members.firstIndex { $0.name.hasSameBytes(as: name) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((name, value))
            case (nil, nil): break
            }
        }
    }

    private static func areUnique(_ members: [(String, JSON)]) -> Bool {
        if members.count > 16 {
            var seen = Set<[UInt8]>()
            return members.allSatisfy { seen.insert(Array($0.0.utf8)).inserted }
        }
        // Comparing few with each other is faster than hashing them.
        for index in members.indices.dropFirst() {
            let name = members[index].0
            if members[..<index].contains(where: { $0.0.hasSameBytes(as: name) }) { return false }
        }
        return true
    }
}

extension JSONObject: Equatable {
    /// Compares without regard to order.
    ///
    /// - Complexity: O(n) when the order is the same, else O(n log n).
    package static func == (one: Self, other: Self) -> Bool {
        guard one.count == other.count else { return false }
        let sameOrder = zip(one.members, other.members).allSatisfy {
            $0.name.hasSameBytes(as: $1.name)
        }
        let (left, right) =
            sameOrder ? (one.members, other.members) : (one.sortedMembers, other.sortedMembers)
        return zip(left, right).allSatisfy {
            $0.name.hasSameBytes(as: $1.name) && $0.value == $1.value
        }
    }

    /// The members sorted by the UTF-8 bytes of their names.
    var sortedMembers: [Member] {
        members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}

extension JSONObject: Sequence {
    /// Goes through the members in order.
    package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
    /// The exact number of members.
    package var underestimatedCount: Int { members.count }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Keeps the order of the literal. A name that comes twice traps.
    package init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}
