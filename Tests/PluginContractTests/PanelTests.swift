import PluginContract
import Testing
import Wire

@Suite struct PanelTests {
    let products = [
        Product(
            id: "oolong", title: ["zh": "冻顶乌龙", "en": "Oolong"], image: "/o.svg",
            currency: "CNY", priceMinor: 8_800)
    ]

    private func panel(_ view: JSON) throws -> Panel {
        let effect = try Effect(
            call: "panel.show", arguments: ["viewer", view], products: products)
        guard case .panelShow(_, let panel) = effect else { throw HostCallError("no panel") }
        return panel
    }

    private func refusal(_ view: JSON) -> String? {
        do {
            _ = try panel(view)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `The sketch of a price guess takes the normal form of the protocol`() throws {
        let panel = try panel([
            ["title", "ask"],
            ["1": "product", "2": "oolong", "price": "hidden"],
            ["1": "money", "id": "guess", "label": "your_guess", "min": 1, "max": 100_000],
            ["countdown", "lock"],
        ])
        let shown = panel.shown(nowMilliseconds: 1_795_363_202_000) { name in
            name == "lock"
                ? Panel.Countdown(endsAtMilliseconds: 1_795_363_232_000, seconds: 30) : nil
        }
        #expect(
            shown == [
                "now": 1_795_363_202_000,
                "elements": [
                    ["kind": "title", "text": "ask"],
                    [
                        "kind": "product",
                        "product": [
                            "id": "oolong", "title": ["zh": "冻顶乌龙", "en": "Oolong"],
                            "image": "/o.svg", "currency": "CNY", "priceMinor": nil,
                        ],
                    ],
                    [
                        "kind": "money", "id": "guess", "label": "your_guess", "min": 1,
                        "max": 100_000, "currency": "CNY",
                    ],
                    [
                        "kind": "countdown", "id": "lock", "endsAt": 1_795_363_232_000,
                        "seconds": 30,
                    ],
                ],
            ])
    }

    @Test func `Every kind is read, recorded and read back`() throws {
        let view: JSON = [
            ["1": "title", "2": "won", "args": ["name": "Ana", "amount": ["money": 5]]],
            [
                "1": "text", "2": "hello", "id": "result",
                "args": ["who": ["viewer": ["user": "a", "name": "A"]]],
            ],
            ["product", "oolong"],
            ["1": "money", "id": "a", "locked": 5],
            ["1": "number", "id": "b", "min": -5, "max": 5],
            ["1": "button", "id": "c", "disabled": true],
            ["1": "choice", "id": "d", "options": [["x", "X"], ["value": 2, "label": "Y"]]],
            ["countdown", "lock"],
            ["viewer", ["user": "a", "name": "A"]],
            ["stat", "count", 5],
            ["list", "guesses", [["Ana", ["money": 5]], ["name": "Bo", "value": "x"]]],
            ["celebrate"],
        ]
        let panel = try panel(view)
        #expect(panel.elements.map(\.kind) == PanelElement.Kind.allCases)
        #expect(Panel(json: panel.json) == panel)
        #expect(panel.element("c")?.attributes == ["label": "c", "disabled": true])
        #expect(panel.element("a")?.attributes["currency"] == "CNY")
        #expect(panel.timers == ["lock"])
    }

    @Test func `Holes and false are left out`() throws {
        let panel = try panel(["1": ["title", "a"], "3": ["celebrate"], "4": false])
        #expect(panel.elements.map(\.kind) == [.title, .celebrate])
    }

    @Test(
        arguments: [
            (["dance"], "element 1 must begin with its kind, one of title, text, product"),
            (["title"], "element 1 (title): text must be a text of 1 to 500 characters, got nil"),
            (
                ["product", "green"],
                "element 1 (product): the second value must be the id of a product"
            ),
            (
                ["1": "product", "2": "oolong", "price": "secret"],
                "price must be \"hidden\" or \"shown\""
            ),
            (["1": "money", "id": "Guess"], "element 1 (money \"Guess\"): id must be"),
            (
                ["1": "money", "id": "guess", "min": 5, "max": 4],
                "element 1 (money \"guess\"): max must not be less than min"
            ),
            (
                ["1": "money", "id": "guess", "min": -1],
                "min must be an integer from 0 to 9007199254740991"
            ),
            (
                ["1": "money", "id": "guess", "colour": 1],
                "colour is not a field of it; known are id, label"
            ),
            (
                ["1": "choice", "id": "a", "options": [["x", "X"]]],
                "options must be a list of 2 to 10"
            ),
            (
                ["1": "choice", "id": "a", "options": [["x", "X"], ["x", "Y"]]],
                "two options have the same value"
            ),
            (["title", "a", "b"], "element 1 (title): takes 2 values without a name"),
            (["countdown", "Lock"], "the second value must be the name of a timer"),
            (["viewer", "ana"], "the second value must be a viewer"),
            (["stat", "a", [:]], "value must be an integer or a text"),
            (["list", "a", [["Ana", true]]], "an item's value must be an integer or a text"),
            (["1": "button", "id": "a", "disabled": "yes"], "disabled must be true or false"),
            (["1": "text", "2": "a", "args": ["x": [:]]], "args.x must be a text"),
        ] as [(JSON, String)])
    func `A wrong element is named with the remedy`(element: JSON, message: String) {
        let refusal = refusal([element])
        #expect(refusal?.contains(message) == true, "\(refusal ?? "accepted")")
    }

    @Test func `Two elements cannot have the same id`() {
        let button: JSON = ["1": "button", "id": "a"]
        #expect(refusal([button, button])?.contains("id \"a\" is used twice") == true)
    }

    @Test func `The limits of a panel hold on both sides`() {
        func titles(_ count: Int, _ text: String = "a") -> JSON {
            .array(Array(repeating: ["title", .string(text)], count: count))
        }
        #expect(refusal(titles(100)) == nil)
        #expect(refusal(titles(101))?.contains("more than 100") == true)
        let text = { (count: Int) in String(repeating: "a", count: count) }
        #expect(refusal(titles(1, text(500))) == nil)
        #expect(refusal(titles(1, text(501))) != nil)
        // 65 elements whose texts fill the panel to its last byte, and one more.
        let frame = JSON.array([["kind": "title", "text": ""]]).encoded().count - 2
        let rest = Panel.Limit.bytes - 2 - 64 - 65 * frame
        let lengths = Array(repeating: rest / 65, count: 64) + [rest / 65 + rest % 65]
        let full = lengths.map { length -> JSON in ["title", .string(text(length))] }
        #expect(refusal(.array(full)) == nil)
        let over = full.dropLast() + [["title", .string(text(lengths[64] + 1))]]
        #expect(refusal(.array(Array(over)))?.contains("bytes") == true)
        let items = { (count: Int) -> JSON in
            [["list", "a", .array(Array(repeating: ["b", 1], count: count))]]
        }
        #expect(refusal(items(100)) == nil)
        #expect(refusal(items(101)) != nil)
    }

    @Test(
        arguments: [
            (
                ["1": "money", "id": "a", "min": 1, "max": 9], [1, 9], [0, 10, 1.5, "5", nil, true]
            ),
            (["1": "number", "id": "a", "min": -1, "max": 1], [-1, 1], [-2, 2, "0"]),
            (["1": "button", "id": "a"], [nil], [0, "", false]),
            (
                ["1": "choice", "id": "a", "options": [["x", "X"], [2, "Y"]]], ["x", 2],
                ["2", 3, nil]
            ),
            (["1": "title", "2": "a", "id": "a"], [], [nil, 1]),
        ] as [(JSON, [JSON], [JSON])])
    func `An input accepts what its element allows`(
        element: JSON, good: [JSON], bad: [JSON]
    ) throws {
        let element = try #require(try panel([element]).element("a"))
        for value in good { #expect(element.problem(with: value) == nil) }
        for value in bad { #expect(element.problem(with: value) != nil) }
    }

    @Test func `Money takes the currency of the product on its panel`() throws {
        let yen = Product(
            id: "kettle", title: [:], image: "", currency: "JPY", priceMinor: 1)
        let effect = try Effect(
            call: "panel.show",
            arguments: ["viewer", [["1": "money", "id": "a"], ["product", "kettle"]]],
            products: products + [yen])
        guard case .panelShow(_, let panel) = effect else { return }
        #expect(panel.element("a")?.attributes["currency"] == "JPY")
    }

    @Test(
        arguments: [
            ["guess": ["locked": 5]], ["guess": ["locked": "x", "disabled": true]],
            ["result": ["text": "congratulations"]],
        ] as [JSON])
    func `A good patch is accepted`(patch: JSON) throws {
        #expect(try PanelPatch(lua: patch).json == patch)
        #expect(PanelPatch(json: patch)?.json == patch)
    }

    @Test(
        arguments: [
            [:], [1], "x", ["Guess": ["locked": 5]], ["guess": 5], ["guess": ["colour": 5]],
            ["guess": ["locked": true]], ["guess": ["disabled": 1]], ["guess": ["text": ""]],
        ] as [JSON])
    func `A wrong patch is refused`(patch: JSON) {
        #expect(throws: HostCallError.self) { try PanelPatch(lua: patch) }
    }
}
