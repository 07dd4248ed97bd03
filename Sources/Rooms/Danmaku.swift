import Wire

/// The danmaku of a show that the room still knows: ids, and the newest with their content.
///
/// Message ids are `m`, a prefix that is new with every start of the server, and a count. So an id
/// never comes twice in a show, and the room knows its ids without keeping them.
struct Danmaku {
    private let prefix: String
    private let historyCount: Int
    private let deletableCount: Int64
    private var next: Int64 = 1
    private var history: [(number: Int64, entry: [UInt8])] = []
    /// Deleted or being deleted, among the deletable.
    private var deleted: Set<Int64> = []
    /// The history as a JSON array, until the next change.
    private var encodedHistory: [UInt8]?

    init(prefix: String, historyCount: Int, deletableCount: Int) {
        self.prefix = "m" + prefix + (prefix.isEmpty ? "" : "-")
        self.historyCount = historyCount
        self.deletableCount = Int64(deletableCount)
    }

    /// Takes the next id.
    mutating func issueID() -> String {
        defer { next += 1 }
        deleted.remove(next - deletableCount)
        return prefix + String(next)
    }

    /// Keeps the danmaku of the id that was issued last.
    mutating func keep(_ entry: [UInt8]) {
        guard historyCount > 0 else { return }
        if history.count == historyCount { history.removeFirst() }
        history.append((next - 1, entry))
        encodedHistory = nil
    }

    /// Marks a danmaku as being deleted.
    ///
    /// - Returns: Whether there was something to delete.
    mutating func markDeleted(_ id: String) -> Bool {
        guard let number = number(of: id), next - number <= deletableCount else { return false }
        return deleted.insert(number).inserted
    }

    /// Takes a mark back: the deletion did not become durable.
    mutating func unmarkDeleted(_ id: String) {
        if let number = number(of: id) { deleted.remove(number) }
    }

    /// Drops a deleted danmaku from the history.
    mutating func drop(_ id: String) {
        guard let number = number(of: id),
            let index = history.firstIndex(where: { $0.number == number })
        else { return }
        history.remove(at: index)
        encodedHistory = nil
    }

    /// The newest danmaku, oldest first, as a JSON array.
    mutating func historyArray() -> [UInt8] {
        if let encodedHistory { return encodedHistory }
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        for (index, item) in history.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: item.entry)
        }
        bytes.append(UInt8(ascii: "]"))
        encodedHistory = bytes
        return bytes
    }

    private func number(of id: String) -> Int64? {
        guard id.utf8.starts(with: prefix.utf8) else { return nil }
        let digits = String(id.utf8.dropFirst(prefix.utf8.count)) ?? ""
        // Written back, so that `m018` and `m+18` are not `m18`.
        guard let number = Int64(digits), String(number) == digits, number >= 1, number < next
        else { return nil }
        return number
    }
}
