import Testing
import Wire

@testable import Workshop

/// What simulated viewers do, without any room.
@Suite struct DevCrowdTests {
    private static let panel: JSON = [
        "now": 0,
        "elements": [
            ["kind": "title", "text": "t"],
            [
                "kind": "card",
                "elements": [
                    [
                        "kind": "choice", "id": "team",
                        "options": [["value": "red"], ["value": "blue"]],
                    ]
                ],
            ],
            ["kind": "number", "id": "guess", "min": 3, "max": 5],
            ["kind": "button", "id": "off", "disabled": true],
        ],
    ]

    private func moves(
        _ kind: DevViewer.Kind, seed: UInt64 = 1, states: [String: JSON], phrases: [String] = []
    ) -> [DevViewer.Move?] {
        var viewer = DevViewer(kind: kind, seed: seed)
        return (0..<300).map { _ in viewer.move(seeing: states, phrases: phrases) }
    }

    @Test func `A player uses what is open to it, with values that are taken`() {
        let moves = moves(.player, states: ["panel:vote:viewer": Self.panel])
        var used: Set<String> = []
        for case .act(let plugin, let name, let value)? in moves {
            #expect(plugin == "vote")
            used.insert(name)
            switch name {
            case "team": #expect(value == "red" || value == "blue")
            case "guess": #expect((3...5).contains(value.integerValue ?? 0))
            default: Issue.record("\(name) is not open")
            }
        }
        #expect(used == ["team", "guess"])
    }

    @Test func `What a viewer has answered already is left alone`() {
        let moves = moves(
            .player,
            states: [
                "panel:vote:viewer": Self.panel,
                "own:vote": ["team": ["locked": "red"], "guess": ["disabled": true]],
            ])
        for case .act(_, let name, _)? in moves { Issue.record("\(name) is done with") }
    }

    @Test func `Silent viewers do nothing, chatty ones say what is listened for`() {
        #expect(moves(.silent, states: ["panel:vote:viewer": Self.panel]).allSatisfy { $0 == nil })
        let said = moves(.chatty, states: [:], phrases: ["红队"]).filter { $0 == .say("红队") }
        #expect(said.count > 20)
    }

    @Test func `Cheating viewers send what is not taken, disconnecting ones are cut off`() {
        let states = ["panel:vote:viewer": Self.panel]
        let cheats = moves(.cheating, states: states)
        #expect(cheats.contains(.act(plugin: "vote", name: "no-such-element", value: .null)))
        #expect(cheats.contains(.request(type: "start", fields: ["plugin": "vote"])))
        let drops = moves(.disconnecting, states: states).filter {
            if case .drop? = $0 { true } else { false }
        }
        #expect(drops.count > 10)
    }

    @Test func `The same seed does the same, another one does not`() {
        let states = ["panel:vote:viewer": Self.panel]
        let first = moves(.player, seed: 7, states: states)
        #expect(moves(.player, seed: 7, states: states) == first)
        #expect(moves(.player, seed: 8, states: states) != first)
    }

    @Test func `Viewers are given as a number or by kind`() {
        #expect(DevCrowd.kinds("0") == [])
        #expect(Set(DevCrowd.kinds("8") ?? []) == Set(DevViewer.Kind.allCases))
        #expect(DevCrowd.kinds("chatty=2,silent=1") == [.chatty, .chatty, .silent])
        #expect(DevCrowd.kinds("500")?.count == 500)
        for text in ["501", "-1", "some", "chatty", "chatty=x", "rude=1", "chatty=400,silent=101"] {
            #expect(DevCrowd.kinds(text) == nil, "\(text)")
        }
    }

    @Test func `A script is read in the order of its times`() throws {
        let script = try ScriptedMove.script(
            Array(
                """
                [{"at": 2.5, "viewer": "ana", "act": "vote", "value": "red"},
                 {"at": 0, "viewer": "host", "start": "vote"},
                 {"at": 2.5, "viewer": "bo", "say": "蓝队"},
                 {"at": 9, "viewer": "ana", "leave": true}]
                """.utf8))
        #expect(script.map(\.milliseconds) == [0, 2_500, 2_500, 9_000])
        #expect(script.map(\.viewer) == ["host", "ana", "bo", "ana"])
        #expect(script[0].deed == .start(plugin: "vote"))
        #expect(script[1].deed == .act(plugin: nil, name: "vote", value: "red"))
        #expect(script[3].deed == .leave)
    }

    @Test(arguments: [
        "{}", "[1]", #"[{"viewer": "ana", "say": "x"}]"#, #"[{"at": 1, "viewer": "ana"}]"#,
        #"[{"at": -1, "viewer": "ana", "say": "x"}]"#, #"[{"at": 1, "viewer": "", "say": "x"}]"#,
    ])
    func `What is no script is refused`(text: String) {
        #expect(throws: ScriptProblem.self) { try ScriptedMove.script(Array(text.utf8)) }
    }

    @Test func `The lines around a place are shown as far as there are any`() throws {
        let text = Array("a\nb\nc\nd".utf8)
        let middle = try #require(SourceExcerpt(file: "main.lua", line: 2, of: text))
        #expect(middle.firstLine == 1)
        #expect(middle.lines == ["a", "b", "c", "d"])
        let end = try #require(SourceExcerpt(file: "main.lua", line: 4, of: text))
        #expect(end.firstLine == 2)
        #expect(end.lines == ["b", "c", "d"])
        #expect(SourceExcerpt(file: "main.lua", line: 5, of: text) == nil)
        #expect(SourceExcerpt(file: "main.lua", line: 0, of: text) == nil)
        let place = SourceExcerpt.place(in: "it does not load: lib/a-b.lua:12: no")
        #expect(place?.file == "lib/a-b.lua")
        #expect(place?.line == 12)
        #expect(SourceExcerpt.place(in: "no place") == nil)
    }
}
