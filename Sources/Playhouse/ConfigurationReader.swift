import PluginContract
import Serving
import Wire

/// Reads the members of one JSON object and notes what is wrong with them, each with file, line, path
/// and remedy.
struct ConfigurationReader {
    private let file: String
    private let locator: JSONLocator
    private let path: String
    private let members: JSONObject
    private var known: Set<String> = []
    private(set) var problems: [String] = []

    init(file: String, locator: JSONLocator, path: String = "$", value: JSON) {
        self.file = file
        self.locator = locator
        self.path = path
        if case .object(let members) = value {
            self.members = members
        } else {
            members = [:]
            problem("", "must be an object")
        }
    }

    mutating func problem(_ name: String, _ message: String) {
        problems.append("\(place(of: name)): \(message)")
    }

    /// File, line and path of the object, for a message about it that comes later.
    var place: String { place(of: "") }

    private func place(of name: String) -> String {
        let place = name.isEmpty ? path : "\(path).\(name)"
        return "\(file):\(locator.line(of: place)): \(place)"
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

    mutating func identifier(
        _ name: String, isRequired: Bool = false, _ use: (String) -> Void
    ) {
        switch take(name) {
        case nil:
            if isRequired {
                problem(name, "is missing: add a string that matches [a-z0-9][a-z0-9_-]{0,63}")
            }
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

    /// An object whose members are somebody else's affair.
    mutating func json(_ name: String, _ use: (JSONObject) -> Void) {
        switch take(name) {
        case nil: break
        case .object(let object): use(object)
        default: problem(name, "must be an object such as {\"seconds\": 45}")
        }
    }

    /// A list of plain values; `use` tells whether one is what it should be.
    mutating func list(_ name: String, of what: String, _ use: (JSON) -> Bool) {
        guard let value = take(name) else { return }
        guard case .array(let items) = value else {
            problem(name, "must be a list")
            return
        }
        for (index, item) in items.enumerated() where !use(item) {
            problem("\(name)[\(index)]", "must be \(what)")
        }
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
        var inner = ConfigurationReader(
            file: file, locator: locator, path: "\(path).\(name)", value: value)
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
                file: file, locator: locator, path: "\(path).\(name)[\(index)]", value: item)
            if inner.problems.isEmpty { body(&inner) }
            inner.finish()
            problems += inner.problems
        }
    }

    /// Notes members that nobody asked for: a misspelt setting must not pass in silence.
    mutating func finish() {
        for (name, _) in members where !known.contains(name) {
            let remedy =
                Spelling.nearest(to: name, among: known).map { "did you mean \($0)?" }
                ?? "known are \(known.sorted().joined(separator: ", "))"
            problem(name, "is not a setting here; \(remedy)")
        }
        known = Set(members.map(\.name))
    }
}
