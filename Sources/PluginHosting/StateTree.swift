package import Wire

/// `room.state` as the journal knows it: a tree of plain data to which recorded changes are applied.
///
/// Keys are Lua's: strings and integers. Its JSON is that of Scripting: a table whose keys are exactly
/// 1…n, n at least 1, is an array, any other an object, in which an integer key is written `#` and
/// decimal digits, and a text key that begins with `#` has a second one.
package struct StateTree: Sendable, Equatable {
    package enum Key: Hashable, Sendable {
        case integer(Int64)
        case text(String)
    }

    package enum Node: Sendable, Equatable {
        case leaf(JSON)
        case table([Key: Node])
    }

    private var root: [Key: Node] = [:]

    package init() {}

    /// Reads a state as ``json`` writes it; nil when it is not a table.
    package init?(json: JSON) {
        guard case .table(let root) = Node(json) else { return nil }
        self.root = root
    }

    /// The whole state; an empty object when there is none.
    package var json: JSON { root.isEmpty ? [:] : Node.table(root).json }

    /// Applies recorded changes in order, all or none: a list of `[path, value]`, or `[path]` for a
    /// removal.
    ///
    /// - Returns: false when the list is not of this form or a path leads nowhere.
    package mutating func apply(_ changes: JSON) -> Bool {
        StateChanges(json: changes).map { apply($0) } ?? false
    }

    /// Applies changes in order, all or none.
    ///
    /// - Returns: false when a path leads nowhere.
    mutating func apply(_ changes: StateChanges) -> Bool {
        let list = changes.list
        // One change is all or nothing by itself, and most calls make one.
        if list.count == 1 { return Self.set(&root, list[0].path[...], list[0].value).isSet }
        var undo: [(path: [Key], old: Node?)] = []
        for change in list {
            guard case .set(let old) = Self.set(&root, change.path[...], change.value) else {
                for (path, old) in undo.reversed() { _ = Self.set(&root, path[...], old) }
                return false
            }
            undo.append((change.path, old))
        }
        return true
    }

    private enum Setting {
        case nowhere
        case set(old: Node?)

        var isSet: Bool {
            if case .set = self { true } else { false }
        }
    }

    /// Takes an inner table out, so that nobody else holds it; nil where there is none.
    private static func takeTable(_ key: Key, from table: inout [Key: Node]) -> [Key: Node]? {
        guard case .table? = table[key],
            case .table(let inner)? = table.updateValue(.leaf(.null), forKey: key)
        else { return nil }
        return inner
    }

    /// Sets or removes one value.
    private static func set(
        _ table: inout [Key: Node], _ path: ArraySlice<Key>, _ value: Node?
    ) -> Setting {
        guard let key = path.first else { return .nowhere }
        if path.count == 1 {
            guard let value else { return .set(old: table.removeValue(forKey: key)) }
            return .set(old: table.updateValue(value, forKey: key))
        }
        // Taken out and put back, so that the inner table is changed in place and not copied.
        guard var inner = takeTable(key, from: &table) else { return .nowhere }
        let setting = set(&inner, path.dropFirst(), value)
        table[key] = .table(inner)
        return setting
    }
}

extension StateTree.Key {
    init?(_ json: JSON) {
        switch json {
        case .integer(let number): self = .integer(number)
        case .string(let text): self = .text(text)
        default: return nil
        }
    }

    init(memberName name: String) {
        guard name.utf8.first == UInt8(ascii: "#") else {
            self = .text(name)
            return
        }
        let rest = String(name.dropFirst())
        if let number = Int64(rest) { self = .integer(number) } else { self = .text(rest) }
    }

    fileprivate var memberName: String {
        switch self {
        case .integer(let number): "#\(number)"
        case .text(let text): text.utf8.first == UInt8(ascii: "#") ? "#" + text : text
        }
    }
}

extension StateTree.Node {
    init(_ json: JSON) {
        switch json {
        case .array(let elements):
            var table: [StateTree.Key: Self] = [:]
            for (index, element) in elements.enumerated() {
                table[.integer(Int64(index) + 1)] = Self(element)
            }
            self = .table(table)
        case .object(let object):
            var table: [StateTree.Key: Self] = [:]
            for (name, value) in object.members {
                table[StateTree.Key(memberName: name)] = Self(value)
            }
            self = .table(table)
        default: self = .leaf(json)
        }
    }

    fileprivate var json: JSON {
        switch self {
        case .leaf(let value): return value
        case .table(let table):
            if let list = Self.list(table) { return .array(list) }
            let members = table.map { ($0.key.memberName, $0.value.json) }
            return .object(JSONObject(members.sorted { $0.0 < $1.0 }))
        }
    }

    private static func list(_ table: [StateTree.Key: Self]) -> [JSON]? {
        if table.isEmpty { return nil }
        var list: [JSON] = []
        for index in 0..<table.count {
            guard let element = table[.integer(Int64(index) + 1)] else { return nil }
            list.append(element.json)
        }
        return list
    }
}
