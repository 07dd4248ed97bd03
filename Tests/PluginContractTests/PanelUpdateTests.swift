import Foundation
import PluginContract
import Testing
import Wire

@Suite struct PanelUpdateTests {
    private func panel(_ elements: JSON, version: Int64? = 3, now: Int64 = 1) -> JSON {
        var panel: JSONObject = ["now": .integer(now), "elements": elements]
        panel["version"] = version.map(JSON.integer)
        return .object(panel)
    }

    private static let title: JSON = ["kind": "title", "text": "ask"]
    private static func stat(_ value: Int64) -> JSON {
        ["kind": "stat", "label": "count", "value": .integer(value)]
    }
    private static func button(_ id: String) -> JSON {
        ["kind": "button", "id": .string(id), "label": .string(id)]
    }

    @Test func `An update says what stayed, what changed and what is new`() throws {
        let base = panel([Self.title, Self.stat(1), Self.button("a")])
        let value = panel([Self.title, Self.button("a"), Self.stat(2), Self.button("b")], now: 5)
        let update = try #require(PanelUpdate.difference(from: base, to: value))
        #expect(
            update == [
                "of": 3, "now": 5,
                "elements": [0, 2, [1, ["value": 2]], Self.button("b")],
            ])
        #expect(PanelUpdate.apply(update, to: base) == value)
    }

    @Test func `The moment of the picture is that of the update, or none`() throws {
        let mark: JSON = ["at": 61_000, "since": 1, "waitMilliseconds": 3_000]
        func marked(_ value: Int64, _ mark: JSON?) -> JSON {
            var panel = panel([Self.title, Self.stat(value)]).objectValue ?? [:]
            panel["picture"] = mark
            return .object(panel)
        }
        for (before, after) in [(nil, mark), (mark, nil), (mark, mark)] as [(JSON?, JSON?)] {
            let (base, value) = (marked(1, before), marked(2, after))
            let update = try #require(PanelUpdate.difference(from: base, to: value))
            #expect(update["picture"] == after)
            #expect(PanelUpdate.apply(update, to: base) == value)
        }
    }

    @Test func `Inside of a card only what changed is told`() throws {
        func card(_ value: Int64) -> JSON {
            ["kind": "card", "elements": [Self.title, Self.stat(value)]]
        }
        let base = panel([card(1)])
        let update = try #require(PanelUpdate.difference(from: base, to: panel([card(2)])))
        #expect(update["elements"] == [[0, ["elements": [0, [1, ["value": 2]]]]]])
        #expect(PanelUpdate.apply(update, to: base) == panel([card(2)]))
    }

    @Test func `An attribute that is gone is null`() throws {
        let locked: JSON = ["kind": "money", "id": "g", "locked": 5]
        let open: JSON = ["kind": "money", "id": "g"]
        let base = panel([locked])
        let update = try #require(PanelUpdate.difference(from: base, to: panel([open])))
        #expect(update["elements"] == [[0, ["locked": nil]]])
        #expect(PanelUpdate.apply(update, to: base) == panel([open]))
    }

    @Test func `An update of another version changes nothing`() throws {
        let base = panel([Self.title])
        let update = try #require(PanelUpdate.difference(from: base, to: panel([Self.stat(1)])))
        let newer = panel([Self.button("a")], version: 4)
        #expect(PanelUpdate.apply(update, to: newer) == newer)
        #expect(PanelUpdate.apply(update, to: .null) == .null)
    }

    @Test(
        arguments: [
            .null, [:], ["of": 3], ["of": 3, "elements": 1], ["of": 3, "elements": [1]],
            ["of": 3, "elements": [-1]], ["of": 3, "elements": [[0]]],
            ["of": 3, "elements": [[0, 1]]], ["of": 3, "elements": ["x"]],
            ["of": 3, "elements": [[9, [:]]]],
        ] as [JSON])
    func `An update that cannot be read changes nothing`(update: JSON) {
        let base = panel([Self.title])
        #expect(PanelUpdate.apply(update, to: base) == base)
    }

    @Test func `Keys of panels and of their updates belong together`() {
        #expect(PanelUpdate.key(ofPanel: "panel:quiz:viewer") == "update:quiz:viewer")
        #expect(PanelUpdate.panelKey(ofUpdate: "update:quiz:viewer") == "panel:quiz:viewer")
        #expect(PanelUpdate.key(ofPanel: "own:quiz") == nil)
        #expect(PanelUpdate.panelKey(ofUpdate: "panel:quiz:viewer") == nil)
    }

    /// Any panel can be written in terms of any other and comes back as it was.
    @Test func `fuzz: updates lead to the panel that was meant`() throws {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        let rounds = environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap(Int.init) ?? 300
        var random = SplitMix(state: seed)
        for round in 0..<rounds {
            let base = panel(Self.elements(&random, depth: 1))
            let value = panel(Self.elements(&random, depth: 1), now: 9)
            let update = try #require(PanelUpdate.difference(from: base, to: value))
            let read = try JSON(parsing: update.encoded())
            #expect(
                PanelUpdate.apply(read, to: base) == value,
                "PLAYHOUSE_FUZZ_SEED=\(seed), round \(round)")
        }
    }

    private static func elements(_ random: inout SplitMix, depth: Int) -> JSON {
        let count = Int.random(in: 0...5, using: &random)
        let kinds = depth < 4 ? ["text", "stat", "card", "row"] : ["text", "stat"]
        return .array(
            (0..<count).map { _ in
                let kind = kinds.randomElement(using: &random) ?? "text"
                var element: JSONObject = ["kind": .string(kind)]
                if Bool.random(using: &random) {
                    element["id"] = .string("e\(Int.random(in: 0...3, using: &random))")
                }
                if Bool.random(using: &random) {
                    element["value"] = .integer(.random(in: 0...2, using: &random))
                }
                if kind == "card" || kind == "row" {
                    element["elements"] = elements(&random, depth: depth + 1)
                }
                return .object(element)
            })
    }

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
