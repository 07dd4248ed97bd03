import Clockwork
import Wire

/// What a simulated viewer of the demo does with the panels that are open: now and then, and each thing
/// once.
struct DemoTaste {
    /// One press or entry.
    struct Act: Equatable {
        var plugin: String
        var name: String
        var value: JSON
    }

    private var done: Set<String> = []
    /// Few want to sit beside the host.
    private let wantsSeat: Bool

    init(wantsSeat: Bool) { self.wantsSeat = wantsSeat }

    /// What to do next with the values of the room's `state` keys; nil for nothing.
    mutating func act(
        on states: [String: JSON], _ random: inout SeededRandom
    ) -> Act? {
        // People take their time.
        guard Int.random(in: 0..<6, using: &random) == 0 else { return nil }
        for plugin in ["price-guess", "lottery", "quiz", "co-host"] {
            let panel = states["panel:\(plugin):viewer"] ?? .null
            let inputs = Self.inputs(of: panel)
            guard let (act, mark) = choose(plugin, inputs, Self.end(of: panel), &random) else {
                continue
            }
            if done.insert(mark).inserted { return act }
        }
        return nil
    }

    private func choose(
        _ plugin: String, _ inputs: [JSON], _ end: JSON?, _ random: inout SeededRandom
    ) -> (Act, mark: String)? {
        func find(_ matches: (String) -> Bool) -> (JSON, String)? {
            for input in inputs where input["disabled"] != true && input["hidden"] != true {
                if let id = input["id"]?.stringValue, matches(id) { return (input, id) }
            }
            return nil
        }
        // The end of a countdown tells one round from the next.
        let round = end.map { String(decoding: $0.encoded(), as: UTF8.self) } ?? ""
        func act(_ name: String, _ value: JSON) -> (Act, mark: String) {
            (Act(plugin: plugin, name: name, value: value), "\(plugin) \(name) \(round)")
        }
        switch plugin {
        case "price-guess":
            guard find({ $0 == "guess" }) != nil else { return nil }
            // Around the shelf price, in whole yuan.
            return act("guess", .integer(Int64.random(in: 60...190, using: &random) * 100))
        case "lottery": return find { $0.hasPrefix("enter-") }.map { act($0.1, .null) }
        case "quiz":
            guard let (choice, id) = find({ $0 == "answer" }),
                let option = choice["options"]?.arrayValue?.randomElement(using: &random)
            else { return nil }
            return choice["correct"] == nil ? act(id, option["value"] ?? .null) : nil
        default:
            guard wantsSeat, find({ $0 == "apply" }) != nil else { return nil }
            return act("apply", .null)
        }
    }

    /// Elements that can be used, those inside of others too.
    private static func inputs(of panel: JSON) -> [JSON] {
        (panel["elements"]?.arrayValue ?? []).flatMap { element in
            [element].filter { $0["id"] != nil } + inputs(of: element)
        }
    }

    private static func end(of panel: JSON) -> JSON? {
        panel["elements"]?.arrayValue?.first { $0["kind"] == "countdown" }?["endsAt"]
    }
}
