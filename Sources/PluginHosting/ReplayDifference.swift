import PluginContract
import Scripting
package import Wire

/// What came of a call, as far as it is a function of program, state and event.
package enum ReplayOutcome: Sendable, Equatable {
    case done(changes: JSON, effects: JSON)
    /// `message` only where it is the program's own.
    case fault(kind: String, message: String)

    /// Of a recorded call; anything else never ran.
    init(_ record: PlayRecord) {
        switch record {
        case .fault(_, let fault, _): self.init(fault)
        default: self = .done(changes: record.changes.json, effects: record.effects)
        }
    }

    init(_ outcome: ScriptOutcome) {
        switch outcome {
        case .fault(let fault): self.init(fault)
        case .absent: self = .done(changes: .null, effects: [])
        case .done(let changes, let effects, _):
            let changes = Self.read(changes)
            let list = Self.read(effects).arrayValue ?? []
            self = .done(
                changes: changes == [] ? .null : changes,
                effects: .array(list.map { Effect(json: $0)?.json ?? $0 }))
        }
    }

    private init(_ fault: ScriptFault) {
        // Where a budget ran out may differ by the garbage that lay around.
        let isOwn = fault.kind == .error || fault.kind == .syntax
        self = .fault(kind: fault.kind.rawValue, message: isOwn ? fault.message : "")
    }

    private static func read(_ bytes: [UInt8]) -> JSON {
        let limits = JSONLimits(depthMax: 96, bytesMax: 8 << 20, membersMax: 1_000_000)
        return bytes.isEmpty ? .null : (try? JSON(parsing: bytes, limits: limits)) ?? .null
    }

    package var isFault: Bool {
        if case .fault = self { true } else { false }
    }

    package var json: JSON {
        switch self {
        case .done(let changes, let effects): ["changes": changes, "effects": effects]
        case .fault(let kind, let message):
            ["fault": .string(kind), "message": .string(message)]
        }
    }
}

/// A call that did not do again what its record says.
package struct ReplayDifference: Sendable, Equatable {
    /// Such as `on_timer`.
    package var hook: String
    package var recorded: ReplayOutcome
    package var replayed: ReplayOutcome

    /// Whether the call fails now and did not then.
    package var isNewFault: Bool { replayed.isFault && !recorded.isFault }

    package var json: JSON {
        ["hook": .string(hook), "recorded": recorded.json, "replayed": replayed.json]
    }

    /// Where both differ, in the form of a patch: lines of indented JSON, three of them the same before
    /// and after, `-` for what is recorded and `+` for what came now. Cut after `linesMax`.
    package func lines(linesMax: Int = 60) -> [String] {
        let old = recorded.json.indentedLines
        let new = replayed.json.indentedLines
        let lines = Self.patch(old, new)
        let rest = lines.count - linesMax
        return lines.prefix(linesMax) + (rest > 0 ? ["… \(rest) more lines"] : [])
    }

    /// What is compared line by line; beyond it only the middle that differs is told.
    private static let comparedMax = 2_000

    private static func patch(_ old: [String], _ new: [String]) -> [String] {
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        if old.count + new.count <= comparedMax {
            for change in new.difference(from: old) {
                switch change {
                case .remove(let offset, _, _): removed.insert(offset)
                case .insert(let offset, _, _): inserted.insert(offset)
                }
            }
        } else {
            let head = zip(old, new).prefix { $0 == $1 }.count
            let tail = zip(old.dropFirst(head).reversed(), new.dropFirst(head).reversed())
                .prefix { $0 == $1 }.count
            removed.formUnion(head..<(old.count - tail))
            inserted.formUnion(head..<(new.count - tail))
        }
        var lines: [(mark: String, text: String)] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if removed.contains(left) {
                lines.append(("-", old[left]))
                left += 1
            } else if inserted.contains(right) {
                lines.append(("+", new[right]))
                right += 1
            } else {
                lines.append((" ", old[left]))
                left += 1
                right += 1
            }
        }
        let changed = lines.indices.filter { lines[$0].mark != " " }
        let near = Set(changed.flatMap { ($0 - 3)...($0 + 3) })
        return lines.indices.flatMap { index -> [String] in
            if near.contains(index) { return [lines[index].mark + lines[index].text] }
            // One mark for each stretch that is left out between two places.
            return near.contains(index - 1) && index < (changed.last ?? 0) ? ["@@"] : []
        }
    }
}

extension JSON {
    /// Canonical JSON with one value a line.
    fileprivate var indentedLines: [String] {
        var lines: [String] = []
        append(to: &lines, indent: "", label: "", end: "")
        return lines
    }

    private func append(
        to lines: inout [String], indent: String, label: String, end: String
    ) {
        let inner = indent + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            lines.append(indent + label + "[")
            for (index, element) in elements.enumerated() {
                let end = index + 1 < elements.count ? "," : ""
                element.append(to: &lines, indent: inner, label: "", end: end)
            }
            lines.append(indent + "]" + end)
        case .object(let object) where !object.isEmpty:
            lines.append(indent + label + "{")
            let members = object.members.sorted { $0.name < $1.name }
            for (index, member) in members.enumerated() {
                let name = String(decoding: JSON.string(member.name).encoded(), as: UTF8.self)
                member.value.append(
                    to: &lines, indent: inner, label: name + ": ",
                    end: index + 1 < members.count ? "," : "")
            }
            lines.append(indent + "}" + end)
        default:
            lines.append(indent + label + String(decoding: encoded(), as: UTF8.self) + end)
        }
    }
}
