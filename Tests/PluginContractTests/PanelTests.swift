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
            [
                "1": "title", "2": "won",
                "args": ["name": "Ana", "amount": ["money": 5], "prize": ["text": "coupon"]],
            ],
            [
                "1": "text", "2": "hello", "id": "result", "hidden": true,
                "args": ["who": ["viewer": ["user": "a", "name": "A"]]],
            ],
            ["1": "card", "label": "more", "2": ["row", ["title", "in"], ["text", "side"]]],
            ["1": "slot", "id": "ticket", "2": ["text", "none yet"]],
            ["product", "oolong"],
            ["image", "oolong"],
            ["1": "image", "2": "/v1/plugins/quiz/images/cup.png", "label": "a cup"],
            ["1": "money", "id": "a", "locked": 5],
            ["1": "number", "id": "b", "min": -5, "max": 5],
            ["1": "input", "id": "line", "max": 20],
            ["1": "button", "id": "c", "disabled": true],
            ["1": "choice", "id": "d", "options": [["x", "X"], ["value": 2, "label": "Y"]]],
            [
                "1": "choice", "id": "e", "picks": 2, "shuffle": true, "correct": ["x", 2],
                "options": [["x", "X"], [2, "Y"], [3, "Z"]],
            ],
            [
                "1": "seats", "id": "seat", "columns": 3, "layout": "two_side", "version": 7,
                "2": [
                    [:], ["viewer": ["user": "a", "name": "A"], "muted": true],
                    ["state": "locked", "label": "vip"],
                ],
            ],
            ["countdown", "lock"],
            ["1": "progress", "2": "sold", "3": 30, "max": 40],
            ["viewer", ["user": "a", "name": "A"]],
            ["stat", "count", 5],
            [
                "list", "guesses",
                [
                    ["Ana", ["money": 5]], ["name": "Bo", "value": "x"],
                    [["text": "coupon"], ["text": "waiting"]],
                ],
            ],
            ["1": "leaderboard", "2": "best", "top": 3],
            ["celebrate"],
        ]
        let panel = try panel(view)
        #expect(Set(panel.elements.map(\.kind)) == Set(PanelElement.Kind.allCases))
        #expect(Panel(json: panel.json) == panel)
        #expect(panel.element("c")?.attributes == ["label": "c", "disabled": true])
        #expect(panel.element("a")?.attributes["currency"] == "CNY")
        #expect(
            panel.element("seat")?.attributes["seats"] == [
                ["state": "open"],
                ["viewer": ["user": "a", "name": "A"], "muted": true, "state": "occupied"],
                ["state": "locked", "label": "vip"],
            ])
        #expect(panel.timers == ["lock"])
        let list = panel.elements.first { $0.kind == .list }?.attributes["items"]
        #expect(list?[2] == ["name": ["text": "coupon"], "value": ["text": "waiting"]])
        let image = panel.elements.first { $0.kind == .image }
        #expect(image?.attributes["source"] == "/o.svg")
    }

    @Test func `What stands inside of others is found, and shown in its place`() throws {
        let panel = try panel([
            ["card", ["row", ["countdown", "lock"], ["1": "button", "id": "buzz"]]],
            ["card", ["leaderboard", "best"]],
        ])
        #expect(panel.element("buzz")?.kind == .button)
        #expect(panel.timers == ["lock"])
        #expect(panel.showsLeaderboard)
        let shown = panel.shown(nowMilliseconds: 5) { _ in .init(endsAtMilliseconds: 9, seconds: 4)
        }
        let row = shown["elements"]?[0]?["elements"]?[0]
        #expect(row?["elements"]?[0]?["endsAt"] == 9)
        #expect(shown["elements"]?[1]?["elements"]?[0]?["items"] == [])
    }

    @Test func `Holes and false are left out`() throws {
        let panel = try panel(["1": ["title", "a"], "3": ["celebrate"], "4": false])
        #expect(panel.elements.map(\.kind) == [.title, .celebrate])
    }

    @Test(
        arguments: [
            (["dance"], "element 1 must begin with its kind, one of title, text, card"),
            (
                ["title"],
                "element 1 (title): text must be a text of 1 to 500 characters, or"
                    + " { zh = …, en = … } of such texts, got nil"
            ),
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
            (["1": "text", "2": "a", "hidden": 1], "hidden must be true or false"),
            (
                ["card", ["title", "a"], ["row", ["1": "button", "id": "A"]]],
                "element 1.2.1 (button \"A\"): id must be"
            ),
            (["card", ["row", ["dance"]]], "element 1.1.1 must begin with its kind"),
            (["row", 5], "element 1.1 must be a table, got 5"),
            (["slot", ["text", "a"]], "element 1 (slot): id must be"),
            (["1": "input", "id": "a", "max": 201], "max must be an integer from 1 to 200"),
            (["1": "input", "id": "a", "max": 0], "max must be an integer from 1 to 200"),
            (
                ["1": "choice", "id": "a", "options": [["x", "X"], ["y", "Y"]], "picks": 3],
                "picks must be an integer from 2 to 2"
            ),
            (
                ["1": "choice", "id": "a", "options": [["x", "X"], ["y", "Y"]], "correct": "z"],
                "correct must be the value of an option"
            ),
            (["seats", []], "a list of 1 to 20 seats"),
            (["seats", .array(Array(repeating: [:], count: 21))], "a list of 1 to 20 seats"),
            (["seats", [["state": "gone"]]], "seat 1: state must be one of open, locked"),
            (["seats", [[:], ["colour": 1]]], "seat 2: colour is not a field of it"),
            (["1": "seats", "2": [[:]], "columns": 7], "columns must be an integer from 1 to 6"),
            (
                ["1": "seats", "2": [[:]], "layout": "heap"],
                "layout must be one of grid, float, featured, two_side"
            ),
            (["1": "seats", "2": [[:]], "version": 0], "version must be an integer from 1 to"),
            (["progress", "a", 101], "value must be an integer from 0 to 100"),
            (["progress", "a", -1], "value must be an integer from 0 to 100"),
            (["image", "https://evil.example/a.png"], "must be the id of a product of this show"),
            (["image", "//evil.example/v1/a.png"], "must be the id of a product of this show"),
            (["image", "/v1/plugins/quiz/images/../main.lua"], "must be the id of a product"),
            (["image", "/v1/plugins/quiz/images/cup.html"], "must be the id of a product"),
            (["image", "/v1/rooms/teahouse/images/cup.png"], "must be the id of a product"),
            (["image", "javascript:alert(1)"], "must be the id of a product of this show"),
            (
                ["image", "/v1/plugins/quiz/images/cup.png"],
                "label must say what the picture shows"
            ),
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
        // Elements inside of others count too, and a card one more.
        func card(_ count: Int) -> JSON {
            [.array(["card"] + Array(repeating: ["title", "a"], count: count))]
        }
        #expect(refusal(card(99)) == nil)
        #expect(refusal(card(100))?.contains("element 1.100: view has more than 100") == true)
        func nested(_ depth: Int) -> JSON {
            depth == 1 ? ["title", "a"] : ["row", nested(depth - 1)]
        }
        #expect(refusal([nested(4)]) == nil)
        #expect(
            refusal([nested(5)])?.contains("element 1.1.1.1 (row): elements are nested") == true)
        let seats = { (count: Int) -> JSON in
            [["seats", .array(Array(repeating: [:], count: count))]]
        }
        #expect(refusal(seats(20)) == nil)
        #expect(refusal(seats(21)) != nil)
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
            (
                ["1": "input", "id": "a", "max": 3], ["a", "<b>", "三个字", " a "],
                ["", "abcd", "   ", "a\nb", "a\u{0}", "\u{202E}ab", 3, nil]
            ),
            (
                [
                    "1": "choice", "id": "a", "picks": 2,
                    "options": [["x", "X"], [2, "Y"], ["z", "Z"]],
                ], [["x"], ["x", 2]],
                [[], ["x", "x"], ["x", 2, "z"], ["w"], "x", nil]
            ),
            (
                ["1": "choice", "id": "a", "correct": "x", "options": [["x", "X"], [2, "Y"]]],
                [], ["x", 2]
            ),
            (["1": "seats", "2": [[:], [:]], "id": "a"], [1, 2], [0, 3, "1", nil]),
        ] as [(JSON, [JSON], [JSON])])
    func `An input accepts what its element allows`(
        element: JSON, good: [JSON], bad: [JSON]
    ) throws {
        let element = try #require(try panel([element]).element("a"))
        for value in good { #expect(element.problem(with: value) == nil) }
        for value in bad { #expect(element.problem(with: value) != nil) }
    }

    @Test func `A text may be one for each language, wherever there is one`() throws {
        let text: JSON = ["zh": "茶", "en": "Tea", "pt-BR": "Chá"]
        let panel = try panel([
            ["1": "title", "2": text],
            [
                "1": "choice", "id": "drink", "label": text,
                "options": [["a", text], ["b", "b"]],
            ],
            ["1": "stat", "2": text, "3": 1],
            ["1": "list", "2": text, "3": [[text, 2]]],
        ])
        let elements = panel.elements.map(\.attributes)
        #expect(elements[0]["text"] == text && elements[1]["label"] == text)
        #expect(elements[1]["options"]?[0]?["label"] == text)
        #expect(elements[2]["label"] == text && elements[3]["items"]?[0]?["name"] == text)
        let patch = try PanelPatch(lua: ["drink": ["label": text], "t": ["text": text]])
        #expect(patch.json["drink"]?["label"] == text)
    }

    @Test(
        arguments: [
            ["zh": "茶"], ["en": "Tea"], ["zh": "茶", "en": ""], ["zh": "茶", "en": 1],
            ["zh": "茶", "en": "Tea", "English": "Tea"], [:], ["茶", "Tea"],
        ] as [JSON])
    func `A text for each language needs all of them, and no more than languages`(text: JSON) {
        #expect(refusal([["1": "title", "2": text]])?.contains("zh = …, en = …") == true)
        #expect(throws: HostCallError.self) { try PanelPatch(lua: ["a": ["text": text]]) }
    }

    @Test func `Each language of a text is held to its length`() {
        func text(_ count: Int) -> JSON {
            ["zh": "茶", "en": .string(String(repeating: "é", count: count))]
        }
        #expect(refusal([["1": "title", "2": text(500)]]) == nil)
        #expect(refusal([["1": "title", "2": text(501)]]) != nil)
        #expect(refusal([["1": "stat", "2": text(200), "3": 1]]) == nil)
        #expect(refusal([["1": "stat", "2": text(201), "3": 1]]) != nil)
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
            ["result": ["text": "congratulations"]], ["result": ["args": ["n": 5]]],
            ["ticket": ["hidden": false]], ["choice": ["locked": ["a", 2]]],
        ] as [JSON])
    func `A good patch is accepted`(patch: JSON) throws {
        #expect(try PanelPatch(lua: patch).json == patch)
        #expect(PanelPatch(json: patch)?.json == patch)
    }

    @Test(
        arguments: [
            [:], [1], "x", ["Guess": ["locked": 5]], ["guess": 5], ["guess": ["colour": 5]],
            ["guess": ["hidden": 1]], ["guess": ["locked": [true]]],
            ["guess": ["args": ["x": [:]]]],
            ["a": ["elements": [["1": "button", "id": "x"]]]], ["a": ["elements": [["dance"]]]],
            ["a": ["elements": [["1": "text", "2": "x", "id": "y"]]]],
            ["a": ["elements": [["countdown", "lock"]]]],
            ["guess": ["locked": true]], ["guess": ["disabled": 1]], ["guess": ["text": ""]],
        ] as [JSON])
    func `A wrong patch is refused`(patch: JSON) {
        #expect(throws: HostCallError.self) { try PanelPatch(lua: patch) }
    }

    @Test func `A patch fills a slot with elements that are looked at`() throws {
        let effect = try Effect(
            call: "panel.patch",
            arguments: [
                ["user": "a", "name": "A"],
                [
                    "ticket": [
                        "elements": [["card", ["stat", "number", 7]], ["product", "oolong"]]
                    ]
                ],
            ], products: products)
        guard case .panelPatch("a", let patch) = effect else { throw HostCallError("no patch") }
        let elements = patch.elements.first?.attributes["elements"]
        #expect(elements?[0]?["elements"]?[0] == ["kind": "stat", "label": "number", "value": 7])
        #expect(elements?[1]?["product"]?["id"] == "oolong")
        #expect(Effect(json: effect.json) == effect)
    }

    @Test func `The limits of a patch hold on both sides`() throws {
        func slot(_ count: Int) -> JSON {
            ["a": ["elements": .array(Array(repeating: ["celebrate"], count: count))]]
        }
        _ = try PanelPatch(lua: slot(20))
        #expect(throws: HostCallError.self) { try PanelPatch(lua: slot(21)) }
        let nested: JSON = [
            "a": ["elements": [.array(["card"] + Array(repeating: ["celebrate"], count: 19))]]
        ]
        _ = try PanelPatch(lua: nested)
        let over: JSON = [
            "a": ["elements": [.array(["card"] + Array(repeating: ["celebrate"], count: 20))]]
        ]
        #expect(throws: HostCallError.self) { try PanelPatch(lua: over) }
        // 18 elements whose texts fill the patch to its last byte, and one more.
        func texts(_ total: Int) -> JSON {
            let frame = JSON.object(["a": ["elements": []]]).encoded().count
            let each = JSON.object(["kind": "text", "text": ""]).encoded().count + 1
            var left = total - frame + 1 - 18 * each
            var elements: [JSON] = []
            for rest in (0..<18).reversed() {
                let length = rest == 0 ? left : min(left - rest, 440)
                elements.append(["text", .string(String(repeating: "a", count: length))])
                left -= length
            }
            return ["a": ["elements": .array(elements)]]
        }
        _ = try PanelPatch(lua: texts(Panel.Limit.patchBytes))
        #expect(throws: HostCallError.self) {
            try PanelPatch(lua: texts(Panel.Limit.patchBytes + 1))
        }
    }

    @Test func `What is disabled or hidden cannot be used, for everybody or for one`() throws {
        let button = try #require(try panel([["1": "button", "id": "a"]]).element("a"))
        #expect(button.isUsable(own: nil))
        #expect(!button.isUsable(own: ["hidden": true]))
        #expect(!button.isUsable(own: ["disabled": true]))
        let hidden = try #require(
            try panel([["1": "button", "id": "a", "hidden": true]]).element("a"))
        #expect(!hidden.isUsable(own: nil))
        #expect(hidden.isUsable(own: ["hidden": false]))
        let text = try #require(try panel([["1": "text", "2": "x", "id": "a"]]).element("a"))
        #expect(!text.isUsable(own: nil))
    }
}
