import Wire

/// What a call did to `room.state`, in order, and the JSON text that its record keeps.
///
/// The text is a list of `[path, value]`, or `[path]` for a removal, as Scripting writes it.
struct StateChanges: Sendable {
    struct Change: Sendable, Equatable {
        /// Never empty.
        var path: [StateTree.Key]
        /// nil removes.
        var value: StateTree.Node?
    }

    let list: [Change]
    /// Empty where there are none.
    let text: [UInt8]

    /// Changes nothing.
    static let none = StateChanges(list: [], text: [])

    private init(list: [Change], text: [UInt8]) {
        self.list = list
        self.text = list.isEmpty ? [] : text
    }

    /// Reads a text in one go, without building values in between; nil when it is no list of changes.
    init?(text: [UInt8], limits: JSONLimits) {
        let list = text.withUnsafeBytes { bytes -> [Change]? in
            var reader = JSONReader(bytes, limits: limits)
            do throws(JSONError) {
                guard let list = try Self.read(&reader), try reader.next() == nil else {
                    return nil
                }
                return list
            } catch {
                return nil
            }
        }
        guard let list else { return nil }
        self.init(list: list, text: text)
    }

    /// Reads what a record keeps; nil when it is no list of changes.
    init?(json: JSON) {
        if json.isNull {
            self = .none
            return
        }
        guard let values = json.arrayValue else { return nil }
        var list: [Change] = []
        list.reserveCapacity(values.count)
        for value in values {
            guard let change = Change(value) else { return nil }
            list.append(change)
        }
        self.init(list: list, text: json.encoded())
    }

    private static func read(_ reader: inout JSONReader) throws(JSONError) -> [Change]? {
        guard case .beginArray? = try reader.next() else { return nil }
        var list: [Change] = []
        while let token = try reader.next() {
            if case .endArray = token { return list }
            guard case .beginArray = token, let path = try Self.path(&reader) else { return nil }
            guard let next = try reader.next() else { return nil }
            if case .endArray = next {
                list.append(Change(path: path, value: nil))
                continue
            }
            let value = try StateTree.Node(next, &reader)
            guard case .endArray? = try reader.next() else { return nil }
            list.append(Change(path: path, value: value))
        }
        return nil
    }

    private static func path(_ reader: inout JSONReader) throws(JSONError) -> [StateTree.Key]? {
        guard case .beginArray? = try reader.next() else { return nil }
        var path: [StateTree.Key] = []
        while let token = try reader.next() {
            switch token {
            case .integer(let number): path.append(.integer(number))
            case .string: path.append(.text(reader.text))
            case .endArray: return path.isEmpty ? nil : path
            default: return nil
            }
        }
        return nil
    }
}

extension StateChanges: Equatable {
    static func == (one: Self, other: Self) -> Bool { one.list == other.list }
}

extension StateChanges.Change {
    fileprivate init?(_ json: JSON) {
        guard let parts = json.arrayValue, (1...2).contains(parts.count),
            let list = parts[0].arrayValue, !list.isEmpty
        else { return nil }
        path = list.compactMap(StateTree.Key.init)
        guard path.count == list.count else { return nil }
        value = parts.count == 2 ? StateTree.Node(parts[1]) : nil
    }
}

extension JSONReader {
    /// The last string or name.
    var text: String { withText { String(decoding: $0, as: UTF8.self) } }
}

extension StateTree.Node {
    /// Reads the value that begins with a token. Recursion ends at `depthMax` of the reader.
    fileprivate init(
        _ token: JSONReader.Token, _ reader: inout JSONReader
    ) throws(JSONError) {
        switch token {
        case .bool(let value): self = .leaf(.bool(value))
        case .integer(let value): self = .leaf(.integer(value))
        case .double(let value): self = .leaf(.double(value))
        case .string: self = .leaf(.string(reader.text))
        case .beginArray:
            var table: [StateTree.Key: Self] = [:]
            while let next = try reader.next() {
                if case .endArray = next { break }
                table[.integer(Int64(table.count) + 1)] = try Self(next, &reader)
            }
            self = .table(table)
        case .beginObject:
            var table: [StateTree.Key: Self] = [:]
            while let name = try reader.next(), case .name = name {
                let key = StateTree.Key(memberName: reader.text)
                guard let next = try reader.next() else { break }
                table[key] = try Self(next, &reader)
            }
            self = .table(table)
        // The grammar lets nothing else begin a value.
        case .null, .name, .endArray, .endObject: self = .leaf(.null)
        }
    }
}
