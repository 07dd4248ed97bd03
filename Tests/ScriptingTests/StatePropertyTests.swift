import Clockwork
import Foundation
import Testing

@testable import Scripting

/// Random handlers against the model: the state, the changes and what a fault leaves behind.
@Suite struct StatePropertyTests {
    @Test("changes and state agree with the model, and a fault changes nothing")
    func random() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 0 ... .max)
        let rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 40
        print("StatePropertyTests: PLAYHOUSE_FUZZ_SEED=\(seed)")
        for round in 0..<rounds {
            try playRound(seed: seed &+ UInt64(round))
        }
    }

    private func playRound(seed: UInt64) throws {
        var author = Author(seed: seed)
        let bodies = (0..<12).map { _ in author.writeHandler() }
        // `held` is a variable of the author's that names a table of the state across calls.
        let hooks = bodies.enumerated().map { index, handler in
            "function game.h\(index)(room)\n  local s = room.state\n  \(handler.lua)\nend"
        }
        let main = "local game, held = {}, nil\n" + hooks.joined(separator: "\n") + "\nreturn game"
        let script = try Script.mock(main)
        let twin = try Script.mock("return {}")
        for (index, handler) in bodies.enumerated() {
            let comment = Comment(rawValue: "seed \(seed), handler \(index):\n\(handler.lua)")
            let before = try script.stateText()
            let outcome = script.run("h\(index)")
            if handler.fails {
                #expect(outcome.fault?.kind == .error, comment)
            } else {
                let changes = try #require(outcome.changesText, comment)
                try twin.apply(changes: Array(changes.utf8))
                #expect(apply(changes, to: before) == handler.after, comment)
            }
            let state = try script.stateText()
            #expect(state == handler.after, comment)
            let twinState = try twin.stateText()
            #expect(twinState == handler.after, comment)
            let restored = try Script.mock("return {}")
            try restored.restore(state: try script.state())
            let restoredState = try restored.stateText()
            #expect(restoredState == handler.after, comment)
            guard state == handler.after, twinState == state else { return }
        }
    }

    /// Applies changes as their documentation says, by a program of its own.
    private func apply(_ changes: String, to state: String) -> String {
        var stateReader = NodeReader(state)
        var changeReader = NodeReader(changes)
        guard case .table(let root) = stateReader.read(),
            case .table(let list) = changeReader.read()
        else { return "unreadable" }
        for position in 1..<Int64(list.fields.count + 1) {
            guard case .table(let change) = list.fields[.integer(position)],
                case .table(let path) = change.fields[.integer(1)]
            else { return "no change" }
            var keys = (1..<Int64(path.fields.count + 1)).compactMap { index -> NodeKey? in
                switch path.fields[.integer(index)] {
                case .integer(let integer): .integer(integer)
                case .text(let text): .text(text)
                default: nil
                }
            }
            guard let last = keys.popLast() else { return "an empty path" }
            var table = root
            for key in keys {
                guard case .table(let inner) = table.fields[key] else { return "a path to nowhere" }
                table = inner
            }
            table.fields[last] = change.fields[.integer(2)]
        }
        return root.json
    }
}

/// Writes random handlers and does the same to the model.
private struct Author {
    struct Handler {
        var lua: String
        var fails: Bool
        /// The state after it.
        var after: String
    }

    private var random: SeededRandom
    private var root = TableNode()
    private var held: TableNode?

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func writeHandler() -> Handler {
        let before = root.copy()
        let heldPath = held.flatMap { table in tables().first { $0.table === table }?.keys }
        var lines = (0..<Int.random(in: 1...8, using: &random)).map { _ in writeStep() }
        let fails = Int.random(in: 0..<4, using: &random) == 0
        if fails {
            lines.append("error('on purpose')")
            root = before
            // The author's variable names the same table as before, undone with the rest.
            held = heldPath.flatMap { find($0) }
            // A failed handler may have changed the variable; the next must not use it.
            lines.insert("local before = held", at: 0)
            lines[lines.count - 1] = "held = before error('on purpose')"
        }
        return Handler(lua: lines.joined(separator: "\n  "), fails: fails, after: root.json)
    }

    private func find(_ keys: [NodeKey]) -> TableNode? {
        var table = root
        for key in keys {
            guard case .table(let inner) = table.fields[key] else { return nil }
            table = inner
        }
        return table
    }

    private func tables() -> [(keys: [NodeKey], table: TableNode)] {
        var result: [(keys: [NodeKey], table: TableNode)] = [([], root)]
        var next = 0
        while next < result.count {
            let (keys, table) = result[next]
            next += 1
            for key in table.fields.keys.sorted() where keys.count < 8 {
                if case .table(let inner) = table.fields[key] {
                    result.append((keys + [key], inner))
                }
            }
        }
        return result
    }

    private func path(_ keys: [NodeKey]) -> String {
        "s" + keys.map { "[\($0.lua)]" }.joined()
    }

    private mutating func key() -> NodeKey {
        Bool.random(using: &random)
            ? .integer(.random(in: -1...4, using: &random))
            : .text(["a", "b", "1", "#x", "#1"].randomElement(using: &random) ?? "a")
    }

    private mutating func value(depth: Int = 0) -> Node {
        switch Int.random(in: 0..<(depth > 2 ? 4 : 8), using: &random) {
        case 0: return .bool(.random(using: &random))
        case 1: return .integer(.random(in: -3...3, using: &random))
        case 2: return .float(Double(Int.random(in: -3...3, using: &random)) + 0.5)
        case 3: return .text(["x", "y", ""].randomElement(using: &random) ?? "")
        default:
            let table = TableNode()
            for index in 0..<Int.random(in: 0...3, using: &random) {
                let key = Bool.random(using: &random) ? NodeKey.integer(Int64(index + 1)) : key()
                table.fields[key] = value(depth: depth + 1)
            }
            return .table(table)
        }
    }

    private mutating func writeStep() -> String {
        let all = tables()
        let place = all.randomElement(using: &random) ?? ([], root)
        let field = key()
        let target = path(place.keys + [field])
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1:
            let value = value()
            place.table.fields[field] = value
            return "\(target) = \(value.lua)"
        case 2:
            place.table.fields[field] = nil
            return "\(target) = nil"
        case 3:
            // A further write through the author's own variable.
            let table = TableNode()
            table.fields[.text("later")] = .integer(1)
            place.table.fields[field] = .table(table)
            return "do local t = {} \(target) = t t.later = 1 end"
        case 4:
            // A caught error in the middle.
            place.table.fields[field] = .integer(5)
            return "pcall(function() \(target) = 5 \(path(place.keys)).bad = print end)"
        case 5:
            return writeMove(all, place, field)
        case 6:
            let value = value()
            let list = TableNode()
            for index in 1...3 { list.fields[.integer(Int64(index))] = .integer(Int64(index)) }
            list.fields[.integer(2)] = value
            place.table.fields[field] = .table(list)
            return
                "\(target) = {1, 2, 3} table.remove(\(target), 2) table.insert(\(target), 2, \(value.lua))"
        default:
            guard let held, all.contains(where: { $0.table === held }) else {
                self.held = place.table
                return "held = \(path(place.keys))"
            }
            held.fields[.text("held")] = .integer(7)
            return "held.held = 7"
        }
    }

    /// Moves or swaps tables, in an order that has two places for one table in between.
    private mutating func writeMove(
        _ all: [(keys: [NodeKey], table: TableNode)], _ place: (keys: [NodeKey], table: TableNode),
        _ field: NodeKey
    ) -> String {
        guard let moved = all.dropFirst().randomElement(using: &random),
            !place.keys.starts(with: moved.keys), place.keys + [field] != moved.keys,
            !moved.keys.starts(with: place.keys + [field]), let last = moved.keys.last,
            let parent = find(moved.keys.dropLast())
        else { return "" }
        let source = path(moved.keys)
        let target = path(place.keys + [field])
        let old = place.table.fields[field]
        place.table.fields[field] = .table(moved.table)
        if Bool.random(using: &random) {
            parent.fields[last] = old
            return "\(source), \(target) = \(target), \(source)"
        }
        parent.fields[last] = nil
        return "do local t = \(source) \(target) = t \(source) = nil end"
    }
}
