import Clockwork
import PluginContract
package import Wire

/// What one simulated viewer does next: a value that sees what a viewer sees, and rolls dice of its own.
package struct DevViewer: Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Plays along.
        case player
        /// Plays along, and talks a lot.
        case chatty
        /// Watches and does nothing.
        case silent
        /// Sends what no page would send.
        case cheating
        /// Plays along, and loses the connection again and again.
        case disconnecting
    }

    /// Something that a viewer does.
    package enum Move: Sendable, Equatable {
        case say(String)
        case like(Int64)
        case act(plugin: String, name: String, value: JSON)
        /// A request that a viewer may not make, or that is none.
        case request(type: String, fields: JSONObject)
        /// The connection is cut, for so long.
        case drop(milliseconds: Int)
    }

    package let kind: Kind
    private var random: SeededRandom

    package init(kind: Kind, seed: UInt64) {
        self.kind = kind
        random = SeededRandom(seed: seed)
    }

    /// Milliseconds until it wants to do something again.
    package mutating func pause() -> Int {
        Int.random(in: kind == .chatty ? 500...2_500 : 800...4_000, using: &random)
    }

    /// - Parameters:
    ///   - states: What the room tells this viewer, by key.
    ///   - phrases: What somebody has said that plugins listen for in the chat.
    /// - Returns: What it does now; nil for nothing.
    package mutating func move(seeing states: [String: JSON], phrases: [String]) -> Move? {
        switch kind {
        case .silent: return nil
        case .cheating: return cheat(states)
        case .chatty where roll(2): return talk(phrases)
        case .disconnecting where roll(6):
            return .drop(milliseconds: Int.random(in: 200...4_000, using: &random))
        default: break
        }
        if roll(8) { return talk(phrases) }
        if roll(6) { return .like(Int64.random(in: 1...6, using: &random)) }
        return play(states)
    }

    private mutating func roll(_ sides: Int) -> Bool {
        Int.random(in: 0..<sides, using: &random) == 0
    }

    private mutating func talk(_ phrases: [String]) -> Move {
        if let phrase = phrases.randomElement(using: &random), !roll(3) { return .say(phrase) }
        return .say(Self.lines.randomElement(using: &random) ?? "…")
    }

    /// Uses one of the inputs that are open to it.
    private mutating func play(_ states: [String: JSON]) -> Move? {
        guard let input = Self.inputs(states).randomElement(using: &random),
            let value = value(for: input.element)
        else { return nil }
        return .act(plugin: input.plugin, name: input.element.id ?? "", value: value)
    }

    /// A value that the element takes.
    private mutating func value(for element: PanelElement) -> JSON? {
        let attributes = element.attributes
        switch element.kind {
        case .button: return .null
        case .number, .money:
            let low = attributes["min"]?.integerValue ?? 0
            let high = max(low, min(attributes["max"]?.integerValue ?? 10_000, low + 50_000))
            let value = Int64.random(in: low...high, using: &random)
            return .integer(element.kind == .money ? max(low, value / 100 * 100) : value)
        case .input:
            let most = Int(attributes["max"]?.integerValue ?? 100)
            let line = Self.lines.randomElement(using: &random) ?? "…"
            return .string(String(line.prefix(max(1, most))))
        case .choice:
            let options = (attributes["options"]?.arrayValue ?? []).compactMap { $0["value"] }
            guard let picks = attributes["picks"]?.integerValue else {
                return options.randomElement(using: &random)
            }
            let count = Int.random(in: 1...max(1, min(Int(picks), options.count)), using: &random)
            return .array(Array(options.shuffled(using: &random).prefix(count)))
        case .seats:
            let count = Int64(attributes["seats"]?.arrayValue?.count ?? 0)
            return count == 0 ? nil : .integer(Int64.random(in: 1...count, using: &random))
        default: return nil
        }
    }

    /// Does what no page lets a viewer do. None of it may have an effect.
    private mutating func cheat(_ states: [String: JSON]) -> Move? {
        let inputs = Self.inputs(states, usable: false)
        let plugin =
            inputs.first?.plugin ?? states["plugins"]?.objectValue?.members.first?.name ?? "none"
        let name = inputs.randomElement(using: &random)?.element.id ?? "answer"
        switch Int.random(in: 0..<7, using: &random) {
        case 0: return .act(plugin: plugin, name: name, value: .integer(.max))
        case 1: return .act(plugin: plugin, name: name, value: .string("'; DROP TABLE answers"))
        case 2: return .act(plugin: plugin, name: "no-such-element", value: .null)
        case 3: return .act(plugin: plugin, name: name, value: ["value": [1, 2, 3]])
        case 4: return .request(type: "start", fields: ["plugin": .string(plugin)])
        case 5:
            return .request(
                type: "command",
                fields: ["plugin": .string(plugin), "name": "win", "value": .null])
        default: return play(states)
        }
    }

    // MARK: - Seeing

    /// Everything on the viewers' panels that can be acted on, what only this viewer sees included.
    static func inputs(
        _ states: [String: JSON], usable: Bool = true
    ) -> [(plugin: String, element: PanelElement)] {
        var inputs: [(plugin: String, element: PanelElement)] = []
        for (key, panel) in states.sorted(by: { $0.key < $1.key }) {
            let parts = key.split(separator: ":").map(String.init)
            guard parts.count == 3, parts[0] == "panel", parts[2] == "viewer" else { continue }
            let own = states["own:" + parts[1]]
            collect(panel["elements"]?.arrayValue ?? []) { element in
                let patch = element.id.flatMap { own?[$0]?.objectValue }
                guard element.id != nil, element.kind.isInput else { return }
                let isLocked = (patch?["locked"] ?? element.attributes["locked"])?.isNull == false
                if usable, !element.isUsable(own: patch) || isLocked { return }
                inputs.append((parts[1], element))
            }
        }
        return inputs
    }

    private static func collect(_ elements: [JSON], _ take: (PanelElement) -> Void) {
        for json in elements {
            if let kind = json["kind"]?.stringValue.flatMap(PanelElement.Kind.init) {
                let fields = json.objectValue ?? [:]
                take(
                    PanelElement(
                        kind: kind, id: json["id"]?.stringValue,
                        attributes: JSONObject(fields.members.map { ($0.name, $0.value) })))
            }
            collect(json["elements"]?.arrayValue ?? [], take)
        }
    }

    static let names = [
        "小满", "阿喵", "Leo", "茶茶", "青山", "Mia", "老周", "豆豆", "Kevin", "北北", "云朵", "Nora",
    ]

    private static let lines = [
        "主播好！", "刚进来，在玩什么？", "hello from Shanghai", "哈哈哈哈", "666", "再来一轮", "怎么玩？",
        "我觉得是红的", "blue for sure", "声音很清楚", "这个好看", "nice", "谁赢了？", "下一个是什么",
    ]
}
