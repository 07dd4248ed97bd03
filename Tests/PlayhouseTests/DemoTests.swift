import Clockwork
import Testing
import Wire

@testable import Playhouse

/// The demo: what can be played, and what its simulated viewers do.
@Suite struct DemoTests {
    private func acts(
        _ states: [String: JSON], wantsSeat: Bool = false
    ) -> [DemoTaste.Act] {
        var taste = DemoTaste(wantsSeat: wantsSeat)
        var random = SeededRandom(seed: 1)
        return (0..<100).compactMap { _ in taste.act(on: states, &random) }
    }

    @Test func `All plugins that come with it are there`()
        async throws
    {
        let folder = try TemporaryFolder()
        let show = try DemoShow(
            folder: folder.path, host: "127.0.0.1", port: 0, plugins: DemoShow.pluginsFolder())
        let room = try #require(show.configuration.rooms.first)
        #expect(
            room.plugins.map(\.id).sorted() == [
                "co-host", "faq-assistant", "lottery", "price-guess", "quiz",
            ])
    }

    @Test func `A viewer enters a draw once, and again in the next one`() {
        func panel(_ id: String) -> [String: JSON] {
            [
                "panel:lottery:viewer": [
                    "elements": [
                        ["kind": "row", "elements": [["kind": "button", "id": .string(id)]]]
                    ]
                ]
            ]
        }
        #expect(acts(panel("enter-1")) == [.init(plugin: "lottery", name: "enter-1", value: .null)])
        #expect(acts(panel("enter-2")).map(\.name) == ["enter-2"])
        #expect(acts(panel("claim")) == [])
    }

    @Test func `A question is answered with one of its options while it is open`() {
        let open: JSON = [
            "elements": [
                ["kind": "countdown", "endsAt": 5],
                [
                    "kind": "choice", "id": "answer",
                    "options": [["value": "a", "label": "A"], ["value": "b", "label": "B"]],
                ],
            ]
        ]
        let given = acts(["panel:quiz:viewer": open])
        #expect(given.map(\.name) == ["answer"])
        #expect(["a", "b"].contains(given.first?.value.stringValue))
        let over: JSON = [
            "elements": [
                [
                    "kind": "choice", "id": "answer", "correct": "a",
                    "options": [["value": "a", "label": "A"]],
                ]
            ]
        ]
        #expect(acts(["panel:quiz:viewer": over]) == [])
    }

    @Test func `Few viewers want a seat`() {
        let states: [String: JSON] = [
            "panel:co-host:viewer": ["elements": [["kind": "button", "id": "apply"]]]
        ]
        #expect(acts(states) == [])
        #expect(acts(states, wantsSeat: true).map(\.plugin) == ["co-host"])
    }
}
