/// Finds names that occur twice in one object, while the objects around it stay open.
///
/// Up to 16 names are compared one by one; beyond that they are hashed with Swift's seeded hash, so
/// that no sender can choose names that make the search slow.
struct JSONNames {
    private struct Entry {
        /// Offset in the input, or, if the name had escapes, the complement of one in `copies`.
        var start: Int
        var count: Int
        /// An earlier name of the same hash, or -1.
        var next = -1
    }

    private struct Object {
        var entriesStart: Int
        var copiesStart: Int
        /// Hash of a name → its last entry; empty up to 16 names.
        var table: [Int: Int] = [:]
    }

    private static let unhashedMax = 16
    private var entries: [Entry] = []
    private var copies: [UInt8] = []
    private var objects: [Object] = []
    private var entriesStart = 0

    /// Names of the innermost object.
    var count: Int { entries.count - entriesStart }

    mutating func open() {
        if objects.isEmpty {
            // Room for a usual message at once instead of doubling up to it.
            entries.reserveCapacity(Self.unhashedMax)
            objects.reserveCapacity(4)
        }
        entriesStart = entries.count
        objects.append(Object(entriesStart: entries.count, copiesStart: copies.count))
    }

    mutating func close() {
        let object = objects.removeLast()
        entries.removeSubrange(object.entriesStart...)
        copies.removeSubrange(object.copiesStart...)
        entriesStart = objects.last?.entriesStart ?? 0
    }

    /// Adds a name that lies in the input.
    ///
    /// - Returns: Whether the innermost object did not have it.
    mutating func insert(_ range: Range<Int>, _ input: UnsafeRawBufferPointer) -> Bool {
        let name = UnsafeRawBufferPointer(rebasing: input[range])
        return insert(Entry(start: range.lowerBound, count: range.count), name, input)
    }

    /// Adds a name that had escapes, and keeps a copy of it.
    ///
    /// - Returns: Whether the innermost object did not have it.
    mutating func insert(_ name: [UInt8], _ input: UnsafeRawBufferPointer) -> Bool {
        let entry = Entry(start: ~copies.count, count: name.count)
        copies.append(contentsOf: name)
        return name.withUnsafeBytes { insert(entry, $0, input) }
    }

    private mutating func insert(
        _ entry: Entry, _ name: UnsafeRawBufferPointer, _ input: UnsafeRawBufferPointer
    ) -> Bool {
        if count < Self.unhashedMax {
            for index in entriesStart..<entries.count where same(index, name, input) {
                return false
            }
            entries.append(entry)
            return true
        }
        let last = objects.count - 1
        if count == Self.unhashedMax {
            for index in entriesStart..<entries.count {
                let hash = withName(index, input) { Self.hash($0) }
                entries[index].next = objects[last].table.updateValue(index, forKey: hash) ?? -1
            }
        }
        let hash = Self.hash(name)
        let earlier = objects[last].table[hash] ?? -1
        var index = earlier
        while index >= 0 {
            if same(index, name, input) { return false }
            index = entries[index].next
        }
        objects[last].table[hash] = entries.count
        entries.append(Entry(start: entry.start, count: entry.count, next: earlier))
        return true
    }

    private func same(
        _ index: Int, _ name: UnsafeRawBufferPointer, _ input: UnsafeRawBufferPointer
    ) -> Bool {
        entries[index].count == name.count
            && withName(index, input) { zip($0, name).allSatisfy { $0 == $1 } }
    }

    private func withName<Result>(
        _ index: Int, _ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let (start, count) = (entries[index].start, entries[index].count)
        if start >= 0 {
            return body(UnsafeRawBufferPointer(rebasing: input[start..<start + count]))
        }
        return copies.withUnsafeBytes {
            body(UnsafeRawBufferPointer(rebasing: $0[~start..<(~start + count)]))
        }
    }

    private static func hash(_ name: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: name)
        return hasher.finalize()
    }
}
