import PluginContract
import Wire

/// The latest value of every `state` key, except the counts that the room keeps itself.
struct States {
    private struct Entry {
        var key: String
        var value: JSON
        var encoded: [UInt8]
        var staffOnly: Bool
    }

    /// In the order of first appearance; a room has a few dozen keys at most.
    private var shared: [Entry] = []
    private var own: [People.Slot: [(key: String, encoded: [UInt8])]] = [:]

    /// Keeps a value that everybody or the staff sees; null removes it.
    ///
    /// - Returns: The encoded value, or nil when it is the one already known.
    mutating func set(_ key: String, _ value: JSON, staffOnly: Bool) -> [UInt8]? {
        let encoded = value.encoded()
        let index = shared.firstIndex { $0.key == key }
        if let index, shared[index].staffOnly == staffOnly, shared[index].encoded == encoded {
            return nil
        }
        switch (index, value.isNull) {
        case (let index?, true): shared.remove(at: index)
        case (let index?, false):
            shared[index] = Entry(key: key, value: value, encoded: encoded, staffOnly: staffOnly)
        case (nil, true): return nil
        case (nil, false):
            shared.append(Entry(key: key, value: value, encoded: encoded, staffOnly: staffOnly))
        }
        return encoded
    }

    /// Keeps a value that one person sees; null removes it.
    ///
    /// - Returns: The encoded value, or nil when it is the one already known.
    mutating func setOwn(_ key: String, _ value: JSON, slot: People.Slot) -> [UInt8]? {
        let encoded = value.encoded()
        var values = own.removeValue(forKey: slot) ?? []
        defer { if !values.isEmpty { own[slot] = values } }
        let index = values.firstIndex { $0.key == key }
        if let index, values[index].encoded == encoded { return nil }
        switch (index, value.isNull) {
        case (let index?, true): values.remove(at: index)
        case (let index?, false): values[index].encoded = encoded
        case (nil, true): return nil
        case (nil, false): values.append((key, encoded))
        }
        return encoded
    }

    /// Drops what a forgotten person saw.
    mutating func forget(_ slot: People.Slot) { own[slot] = nil }

    /// Writes the members that a person may see.
    func write(to writer: inout JSONWriter, slot: People.Slot, staff: Bool) {
        for entry in shared where staff || !entry.staffOnly {
            writer.name(entry.key)
            writer.raw(entry.encoded)
        }
        for (key, encoded) in own[slot] ?? [] {
            writer.name(key)
            writer.raw(encoded)
        }
    }

    /// What everybody sees.
    var everyones: [(String, JSON)] { shared.filter { !$0.staffOnly }.map { ($0.key, $0.value) } }
}
