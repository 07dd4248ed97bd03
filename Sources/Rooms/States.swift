import PluginContract
import Wire

/// The latest value of every `state` key, except the counts that the room keeps itself.
struct States {
    private struct Entry {
        var key: String
        var value: JSON
        var encoded: [UInt8]
        var staffOnly: Bool
        /// What the audience knows of it, when it is a panel.
        var panel: ShownPanel?
    }

    /// What is to be told because of a new value.
    struct News {
        var key: String
        var encoded: [UInt8]
    }

    /// In the order of first appearance; a room has a few dozen keys at most.
    private var shared: [Entry] = []
    /// Of the last panel that was sent whole.
    private var panelVersion: Int64
    private var own: [People.Slot: [(key: String, encoded: [UInt8])]] = [:]

    /// `panelVersion` differs with every start of the server.
    init(panelVersion: Int64 = 0) { self.panelVersion = panelVersion }

    /// Keeps a value that everybody or the staff sees; null removes it.
    ///
    /// - Returns: What is to be told, for a panel an update where that is shorter; nil when the value
    ///   is the one already known.
    mutating func set(_ key: String, _ value: JSON, staffOnly: Bool) -> News? {
        let encoded = value.encoded()
        let index = shared.firstIndex { $0.key == key }
        if let index, shared[index].staffOnly == staffOnly, shared[index].encoded == encoded {
            return nil
        }
        if value.isNull {
            guard let index else { return nil }
            shared.remove(at: index)
            return News(key: key, encoded: encoded)
        }
        var entry = Entry(key: key, value: value, encoded: encoded, staffOnly: staffOnly)
        guard let updates = PanelUpdate.key(ofPanel: key) else {
            keep(entry, at: index)
            return News(key: key, encoded: encoded)
        }
        if let index, shared[index].staffOnly == staffOnly, var panel = shared[index].panel,
            let update = panel.change(to: value, bytes: encoded.count)
        {
            entry.panel = panel
            keep(entry, at: index)
            return News(key: updates, encoded: update)
        }
        panelVersion += 1
        entry.panel = ShownPanel(value, version: panelVersion)
        keep(entry, at: index)
        return News(key: key, encoded: entry.panel?.encoded ?? encoded)
    }

    private mutating func keep(_ entry: Entry, at index: Int?) {
        if let index { shared[index] = entry } else { shared.append(entry) }
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
            writer.raw(entry.panel?.encoded ?? entry.encoded)
            if let update = entry.panel?.update, let key = PanelUpdate.key(ofPanel: entry.key) {
                writer.name(key)
                writer.raw(update)
            }
        }
        for (key, encoded) in own[slot] ?? [] {
            writer.name(key)
            writer.raw(encoded)
        }
    }

    /// What everybody sees.
    var everyones: [(String, JSON)] { shared.filter { !$0.staffOnly }.map { ($0.key, $0.value) } }
}
