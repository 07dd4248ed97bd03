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
            PanelElement.Form(
                values: values,
                fields: fields.map { .init(name: $0, summary: Self.fields[$0] ?? "") },
                yields: yields, summary: summary)
        }
        return switch self {
        case .title: form(["text"], ["id", "args"], "The heading.")
        case .text: form(["text"], ["id", "args"], "A paragraph.")
        case .product: form(["product"], ["id", "price"], "A product of the show, by its id.")
        case .money:
            form(
                [], ["id", "label", "min", "max", "currency", "locked"],
                yields: "an integer of minor units", "An amount to enter.")
        case .number:
            form(
                [], ["id", "label", "min", "max", "locked"], yields: "an integer",
                "A number to enter.")
        case .button: form([], ["id", "label", "disabled"], yields: "null", "A button.")
        case .choice:
            form(
                [], ["id", "label", "options", "locked"], yields: "the value of the option",
                "One of 2 to 10 options.")
        case .countdown: form(["timer"], [], "The time that a timer has left.")
        case .viewer: form(["viewer"], ["id"], "One person, highlighted.")
        case .stat: form(["label", "value"], ["id"], "A number or a text with a label.")
        case .list:
            form(
                ["label", "items"], ["id"],
                "At most 100 items `{ name, value }`; a value is an integer, a text or `{ money = 4900 }`."
            )
        case .leaderboard:
            form(
                ["label"], ["id", "top"],
                "Who has most points, always as it stands (capability `leaderboard`).")
        case .celebrate: form([], ["id"], "A celebration.")
        }
    }

    private static let fields: [String: String] = [
        "id": "names the element, for actions and patches",
        "args": "what stands for `{name}` in the text; at most 16 texts, integers,"
            + " `{ money = 4900 }` or `{ viewer = viewer }`",
        "price": "`\"hidden\"` keeps the price from pages; `\"shown\"` unless given",
        "label": "a key of the texts; the id unless given",
        "min": "the smallest value; for money 0 unless given",
        "max": "the largest value",
        "currency": "a code such as `\"CNY\"`; that of the first product unless given",
        "locked": "the answer that is recorded already",
        "disabled": "`true` for what cannot be used now",
        "options": "a list of `{ value, label }`; a value is an integer or a text",
        "top": "how many are shown, 1 to 100; 10 unless given",
    ]
}
