/// What `room.state` is said to be, written down a second time: a tree of tables with identity.
indirect enum Node {
    case bool(Bool)
    case integer(Int64)
    case float(Double)
    case text(String)
    case table(TableNode)
}

/// A key of the state: integers come before texts.
enum NodeKey: Hashable, Comparable {
    case integer(Int64)
    case text(String)

    static func < (left: NodeKey, right: NodeKey) -> Bool {
        switch (left, right) {
        case (.integer(let a), .integer(let b)): a < b
        case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        case (.integer, .text): true
        case (.text, .integer): false
        }
    }
}

/// One table; a class, because a script's variable and the state may both name it.
final class TableNode {
    var fields: [NodeKey: Node] = [:]

    var isList: Bool {
        !fields.isEmpty && (1...Int64(fields.count)).allSatisfy { fields[.integer($0)] != nil }
    }

    func copy() -> TableNode {
        let result = TableNode()
        result.fields = fields.mapValues {
            if case .table(let t) = $0 { .table(t.copy()) } else { $0 }
        }
        return result
    }

    /// The text that ``Script/state()`` must give.
    var json: String {
        let keys = fields.keys.sorted()
        if isList { return "[" + keys.map { fields[$0]?.json ?? "" }.joined(separator: ",") + "]" }
        return "{"
            + keys.map { key in
                let name =
                    switch key {
                    case .integer(let integer): "#\(integer)"
                    case .text(let text): text.hasPrefix("#") ? "#" + text : text
                    }
                return "\"\(name)\":" + (fields[key]?.json ?? "")
            }.joined(separator: ",") + "}"
    }
}

extension Node {
    var json: String {
        switch self {
        case .bool(let bool): "\(bool)"
        case .integer(let integer): "\(integer)"
        case .float(let float): "\(float)"  // Halves only, which both sides write alike.
        case .text(let text): "\"\(text)\""
        case .table(let table): table.json
        }
    }

    var lua: String {
        guard case .table(let table) = self else { return json }
        return "{"
            + table.fields.keys.sorted().map { key in
                "[\(key.lua)]=" + (table.fields[key]?.lua ?? "nil")
            }.joined(separator: ",") + "}"
    }
}

extension NodeKey {
    var lua: String {
        switch self {
        case .integer(let integer): "\(integer)"
        case .text(let text): "\"\(text)\""
        }
    }
}

/// Reads the JSON that a script writes; knows only what the model needs.
struct NodeReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    mutating func read() -> Node? {
        switch rest.first {
        case UInt8(ascii: "["), UInt8(ascii: "{"): return .table(readTable())
        case UInt8(ascii: "\""): return .text(readText())
        case UInt8(ascii: "t"):
            rest = rest.dropFirst(4)
            return .bool(true)
        case UInt8(ascii: "f"):
            rest = rest.dropFirst(5)
            return .bool(false)
        default:
            let digits = String(rest.prefix { "-+.e0123456789".utf8.contains($0) }) ?? ""
            rest = rest.dropFirst(digits.utf8.count)
            if let integer = Int64(digits) { return .integer(integer) }
            return Double(digits).map { .float($0) }
        }
    }

    private mutating func readText() -> String {
        rest = rest.dropFirst()
        let text = rest.prefix { $0 != UInt8(ascii: "\"") }
        rest = rest.dropFirst(text.count + 1)
        return String(text) ?? ""
    }

    private mutating func readTable() -> TableNode {
        let table = TableNode()
        let isList = rest.first == UInt8(ascii: "[")
        rest = rest.dropFirst()
        while let byte = rest.first, byte != UInt8(ascii: "]"), byte != UInt8(ascii: "}") {
            if byte == UInt8(ascii: ",") { rest = rest.dropFirst() }
            var key = NodeKey.integer(Int64(table.fields.count + 1))
            if !isList {
                let name = readText()
                rest = rest.dropFirst()
                key = .text(name.hasPrefix("##") ? String(name.dropFirst()) : name)
                if name.hasPrefix("#"), !name.hasPrefix("##"), let integer = Int64(name.dropFirst())
                {
                    key = .integer(integer)
                }
            }
            table.fields[key] = read()
        }
        rest = rest.dropFirst()
        return table
    }
}
