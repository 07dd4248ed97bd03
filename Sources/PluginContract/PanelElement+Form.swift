extension PanelElement {
    /// How a plugin writes an element: what its reader accepts, and what the reference says.
    package struct Form: Sendable {
        /// The values without a name, after the kind.
        package var values: [String]
        package var fields: [Field]
        /// What it yields when a viewer acts on it; nil for what cannot be acted on.
        package var yields: String?
        package var summary: String
    }

    /// A named field of an element.
    package struct Field: Sendable {
        package var name: String
        package var summary: String
    }
}

extension PanelElement.Kind {
    /// How a plugin writes an element of this kind.
    package var form: PanelElement.Form {
        func form(
            _ values: [String], _ fields: [String], yields: String? = nil, _ summary: String
        ) -> PanelElement.Form {
            // Anything may carry an id and be hidden, so that it can be patched for one viewer.
            PanelElement.Form(
                values: values,
                fields: ((self == .countdown ? [] : ["id"]) + fields + ["hidden"]).map {
                    .init(name: $0, summary: Self.fields[$0] ?? "")
                },
                yields: yields, summary: summary)
        }
        return switch self {
        case .title: form(["text"], ["args"], "The heading.")
        case .text: form(["text"], ["args"], "A paragraph.")
        case .card: form(["…"], ["label"], "A frame around the elements that follow its kind.")
        case .row: form(["…"], [], "Elements side by side, where there is room.")
        case .slot:
            form(
                ["…"], [],
                "The place of what only one viewer sees: a patch puts `elements` into it, which are"
                    + " looked at and not acted on. Until then it shows what is written here.")
        case .product: form(["product"], ["price"], "A product of the show, by its id.")
        case .image:
            form(
                ["source"], ["label"],
                "A picture of this server, by the id of a product of the show or by its path.")
        case .money:
            form(
                [], ["label", "min", "max", "currency", "locked", "disabled"],
                yields: "an integer of minor units", "An amount to enter.")
        case .number:
            form(
                [], ["label", "min", "max", "locked", "disabled"], yields: "an integer",
                "A number to enter.")
        case .input:
            form(
                [], ["label", "max", "locked", "disabled"], yields: "a text",
                "A line of text to enter, of 1 to `max` characters, 100 unless given.")
        case .button: form([], ["label", "disabled"], yields: "null", "A button.")
        case .choice:
            form(
                [], ["label", "options", "picks", "shuffle", "locked", "correct", "disabled"],
                yields: "the value of the option, with `picks` a list of values",
                "One of 2 to 10 options, or several.")
        case .seats:
            form(
                ["seats"], ["label", "columns", "layout", "version", "disabled"],
                yields: "the number of the seat, from 1; only with an id",
                "A grid of 1 to 20 seats.")
        case .countdown: form(["timer"], [], "The time that a timer has left.")
        case .progress:
            form(["label", "value"], ["max"], "How far something has come, from 0 to `max`.")
        case .viewer: form(["viewer"], [], "One person, highlighted.")
        case .stat: form(["label", "value"], [], "A number or a text with a label.")
        case .list:
            form(
                ["label", "items"], [],
                "At most 100 items `{ name, value }`; a value is an integer, a text,"
                    + " `{ money = 4900 }` or `{ text = \"coupon\" }`; names and texts are shown as"
                    + " they are, `{ text = … }` is a key of the texts."
            )
        case .leaderboard:
            form(
                ["label"], ["top"],
                "Who has most points, always as it stands (capability `leaderboard`).")
        case .celebrate: form([], [], "A celebration.")
        }
    }

    private static let fields: [String: String] = [
        "id": "names the element, for actions and patches",
        "hidden": "`true` for what is not shown; a patch can show it to one viewer",
        "args": "what stands for `{name}` in the text; at most 16 texts, integers,"
            + " `{ money = 4900 }`, `{ text = \"coupon\" }` (a key of the texts) or"
            + " `{ viewer = viewer }`",
        "price": "`\"hidden\"` keeps the price from pages; `\"shown\"` unless given",
        "label": "a key of the texts; of an input the id unless given, of an image what it shows",
        "min": "the smallest value; for money 0 unless given",
        "max": "the largest value; of an `input` its characters, of a progress where it ends, 100"
            + " unless given",
        "currency": "a code such as `\"CNY\"`; that of the first product unless given",
        "locked": "the answer that is recorded already",
        "disabled": "`true` for what cannot be used now",
        "options": "a list of `{ value, label }`; a value is an integer or a text",
        "picks": "how many options may be chosen, 2 or more",
        "shuffle": "`true` to show the options in an order of each viewer's own",
        "correct": "the right value, or a list of them, once everybody may know: each viewer's own"
            + " answer is shown as right or wrong, and no more answers are taken",
        "columns": "seats side by side, 1 to 6; 4 unless given",
        "layout":
            "how host and seats stand on screen, one of `grid`, `float`, `featured`, `two_side`; pages"
            + " put their pictures in this order too",
        "version":
            "grows with every change of the layout: a page that has seen a later one keeps it",
        "top": "how many are shown, 1 to 100; 10 unless given",
    ]
}
