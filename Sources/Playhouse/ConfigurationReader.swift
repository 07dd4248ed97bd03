import Serving
import Wire

/// Reads the members of one JSON object and notes what is wrong with them, each with file and path.
struct ConfigurationReader {
    private let file: String
    private let path: String
    private let members: JSONObject
    private var known: Set<String> = []
    private(set) var problems: [String] = []

    init(file: String, path: String, value: JSON) {
        self.file = file
        self.path = path
        if case .object(let members) = value {
            self.members = members
        } else {
            self.members = [:]
            problems.append("\(file): \(path): must be an object")
        }
    }

    mutating func problem(_ name: String, _ message: String) {
        problems.append("\(file): \(path)\(name.isEmpty ? "" : "." + name): \(message)")
    }

    private mutating func take(_ name: String) -> JSON? {
        known.insert(name)
        return members[name]
    }

    mutating func text(_ name: String, _ use: (String) -> Void) {
        switch take(name) {
        case nil: break
        case .string(let text): use(text)
        default: problem(name, "must be a string")
        }
    }

    mutating func identifier(_ name: String, _ use: (String) -> Void) {
        switch take(name) {
        case nil: break
        case .string(let text) where isIdentifier(text): use(text)
        default: problem(name, "must be a string that matches [a-z0-9][a-z0-9_-]{0,63}")
        }
    }

    mutating func integer(_ name: String, _ range: ClosedRange<Int64>, _ use: (Int64) -> Void) {
        switch take(name) {
        case nil: break
        case .integer(let value) where range.contains(value): use(value)
        default:
            problem(
                name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    mutating func bool(_ name: String, _ use: (Bool) -> Void) {
        switch take(name) {
        case nil: break
        case .bool(let value): use(value)
        default: problem(name, "must be true or false")
        }
    }

    mutating func choice<Choice: RawRepresentable<String>>(
        _ name: String, _ choices: [Choice], _ use: (Choice) -> Void
    ) {
        guard let value = take(name) else { return }
        if case .string(let text) = value, let choice = Choice(rawValue: text) {
            use(choice)
        } else {
            problem(
                name, "must be one of \(choices.map(\.rawValue).joined(separator: ", "))")
        }
    }

    mutating func json(_ name: String, _ use: (JSON) -> Void) {
        if let value = take(name) { use(value) }
    }

    /// An object of strings, such as a title per locale.
    mutating func texts(_ name: String, _ use: ([String: String]) -> Void) {
        guard let value = take(name) else { return }
        var texts: [String: String] = [:]
        if case .object(let object) = value {
            for (key, text) in object {
                guard case .string(let text) = text else {
                    problem("\(name).\(key)", "must be a string")
                    continue
                }
                texts[key] = text
            }
            use(texts)
        } else {
            problem(name, "must be an object of strings, such as {\"zh\":\"…\",\"en\":\"…\"}")
        }
    }

    mutating func integers(
        _ name: String, _ range: ClosedRange<Int64>, _ use: ([String: Int64]) -> Void
    ) {
        guard let value = take(name) else { return }
        var integers: [String: Int64] = [:]
        guard case .object(let object) = value else {
            problem(name, "must be an object of integers")
            return
        }
        for (key, number) in object {
            guard case .integer(let number) = number, range.contains(number) else {
                problem(
                    "\(name).\(key)",
                    "must be an integer from \(range.lowerBound) to \(range.upperBound)")
                continue
            }
            integers[key] = number
        }
        use(integers)
    }

    mutating func object(_ name: String, _ body: (inout ConfigurationReader) -> Void) {
        guard let value = take(name) else { return }
        var inner = ConfigurationReader(file: file, path: "\(path).\(name)", value: value)
        if inner.problems.isEmpty { body(&inner) }
        inner.finish()
        problems += inner.problems
    }

    mutating func list(_ name: String, _ body: (inout ConfigurationReader) -> Void) {
        guard let value = take(name) else { return }
        guard case .array(let items) = value else {
            problem(name, "must be a list")
            return
        }
        for (index, item) in items.enumerated() {
            var inner = ConfigurationReader(
                file: file, path: "\(path).\(name)[\(index)]", value: item)
            if inner.problems.isEmpty { body(&inner) }
            inner.finish()
            problems += inner.problems
        }
    }

    /// Notes members that nobody asked for: a misspelt setting must not pass in silence.
    mutating func finish() {
        for (name, _) in members where !known.contains(name) {
            problem(
                name, "is not a setting here; known are \(known.sorted().joined(separator: ", "))")
        }
        known = Set(members.map(\.name))
    }
}
