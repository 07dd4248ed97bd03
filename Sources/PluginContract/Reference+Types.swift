extension Reference {
    /// A table that a plugin is given, as the Lua language server knows it.
    struct LuaClass {
        var name: String
        var parent: String?
        var summary: String
        var fields: [(name: String, type: String, summary: String)]
    }

    /// In the order of the documentation.
    static let classes: [LuaClass] = [
        LuaClass(
            name: "Viewer", summary: "A person.",
            fields: [
                ("user", "string", "Opaque, the same on all devices."),
                ("name", "string", "Shown to others."),
            ]),
        LuaClass(
            name: "Visitor", parent: "Viewer", summary: "A person who came or went.",
            fields: [("role", role, "")]),
        LuaClass(
            name: "Answer", summary: "An answer that counts.",
            fields: [
                ("viewer", "Viewer", ""),
                (
                    "value", "integer|string|boolean|nil",
                    "What was entered; of a danmaku the phrase."
                ),
                ("position", "integer", "Among all answers of the plugin in this show, from 1."),
                (
                    "at", "number",
                    "Seconds since the show began when it was taken, with milliseconds: of the log, whatever"
                        + " the viewer's clock says."
                ),
                ("message", "string?", "The danmaku it was found in."),
            ]),
        LuaClass(
            name: "Danmaku", summary: "Something that was said.",
            fields: [
                ("message", "string", "Its id, as `chat.hide` takes it."), ("viewer", "Viewer", ""),
                ("role", role, ""), ("text", "string", ""),
            ]),
        LuaClass(
            name: "ModerationAct", summary: "What a host did.",
            fields: [
                (
                    "act", "\"deleted\"|\"muted\"|\"unmuted\"|\"banned\"|\"unbanned\"", ""
                ),
                (
                    "message", "string?",
                    "The danmaku that was deleted, as an answer or a danmaku names it."
                ),
                ("user", "string?", "The person whom the other acts are about."),
                ("ends", "number?", "When a mute ends, in seconds since the show began."),
            ]),
        LuaClass(
            name: "Action", summary: "A use of an element.",
            fields: [
                ("viewer", "Viewer", ""), ("role", role, ""),
                ("name", "string", "The element's id."),
                ("value", "integer|string|nil", "What the element yields."),
            ]),
        LuaClass(
            name: "Command", summary: "A wish of a host or operator.",
            fields: [
                ("by", "Viewer", ""), ("role", "\"host\"|\"operator\"|\"service\"", ""),
                ("name", "string", ""), ("value", "integer|string|boolean|nil", ""),
            ]),
        LuaClass(
            name: "Result", summary: "What came of a request to the host.",
            fields: [
                ("id", "integer", "What the request returned."),
                (
                    "service",
                    HostRequest.Service.allCases.filter { !$0.isOfTheHouse }.map {
                        "\"\($0.rawValue)\""
                    }.joined(
                        separator: "|"),
                    ""
                ),
                ("value", "any", "The answer; nil when there is an error."),
                (
                    "error",
                    HostResult.Code.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: "|")
                        + "|nil", ""
                ),
                ("message", "string?", "For developers."),
            ]),
        LuaClass(
            name: "Entrants", summary: "A list of entrants that was fixed.",
            fields: [
                ("hash", "string", "64 hexadecimal digits, to be shown."),
                ("count", "integer", "Entrants."), ("tickets", "integer", "Of all of them."),
            ]),
        LuaClass(
            name: "Reveal", summary: "What was secret, and what followed from it.",
            fields: [
                ("number", "integer", "Of the commitment, among those of the plugin in the show."),
                ("commitment", "string", "As it was shown."),
                ("secret", "string", "64 hexadecimal digits."),
                ("rules", "string", "What was committed to: JSON with sorted names."),
                ("ranking", "string[]?", "Ids, the first place first; nil without a draw."),
                ("rolls", "integer[]?", "A number for each place, where `sides` asked for it."),
                ("hash", "string?", "Of the entrants."),
                ("count", "integer?", "Of the entrants."),
                ("input", "string?", "The public input, empty for none."),
            ]),
        LuaClass(
            name: "Finding", summary: "What is to be done about a line: the value of a search.",
            fields: [
                (
                    "band", "\"answer\"|\"handover\"|\"ignore\"",
                    "By the shop's own rules and the score."
                ),
                (
                    "rule", "\"injection\"|\"spam\"|\"complaint\"|\"order\"|\"price\"|nil",
                    "The rule that held the line; then it is never answered."
                ),
                ("question", "boolean", "Whether the line asks something."),
                ("score", "number", "How probable it is that the first entry is right, 0 to 1."),
                (
                    "margin", "number",
                    "By how much the first entry is more probable than the second."
                ),
                ("entries", "Entry[]", "The best ones, best first."),
                (
                    "words", "string?",
                    "The first entry's answer in the words of a model that says nothing else."
                ),
                ("kept", "string?", "Why the model's words were not taken."),
                ("edition", "string", "Changes whenever anything in the shop's folder does."),
            ]),
        LuaClass(
            name: "Entry", summary: "A question with the answer that the merchant approved.",
            fields: [
                ("id", "string", ""),
                ("version", "string", "Changes with the texts."),
                ("question", "string", ""), ("answer", "string", ""),
                ("product", "string?", "Nil for the whole shop."),
                ("category", "string", ""), ("language", "string", "Such as `\"zh\"`."),
            ]),
        LuaClass(
            name: "Product", summary: "A thing on sale.",
            fields: [
                ("id", "string", ""), ("title", "table<string, string>", "Per locale."),
                ("image", "string", "A URL."), ("currency", "string", "ISO 4217."),
                ("priceMinor", "integer?", "In minor units; nil under an embargo."),
            ]),
        LuaClass(
            name: "Rank", parent: "Viewer", summary: "A place on the leaderboard.",
            fields: [
                ("rank", "integer", "From 1; equals share it."), ("points", "integer", ""),
            ]),
        LuaClass(
            name: "Media", summary: "What became of what is sent from a seat.",
            fields: [
                ("seat", "integer", "Its number."),
                ("viewer", "Viewer", "Who has the seat."),
                ("up", "boolean", "Whether it arrives."),
                (
                    "reason", "\"lost\"|\"restart\"|\"banned\"|nil",
                    "Why it does not: it broke off, the server was started again, or the person was"
                        + " banned from the room, whether something was sent or not."
                ),
            ]),
        LuaClass(
            name: "Seat", parent: "Viewer", summary: "A seat that somebody has.",
            fields: [
                ("seat", "integer", "Its number."),
                (
                    "lease", "integer",
                    "Tells this grant from those before it; stays when the person moves or is muted."
                ),
                ("audio", "boolean", "Whether sound may be sent from it."),
                ("video", "boolean", "Whether a picture may be sent from it."),
                ("screen", "boolean", "Whether a screen may be sent from it."),
            ]),
    ]

    private static let role = Role.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: "|")
}

extension HostParameter {
    /// The parameter's type as the Lua language server writes it.
    var luaType: String {
        switch kind {
        case .name, .text: "string"
        case .integer: "integer"
        case .number: "number"
        case .choice(let options): options.map { "\"\($0)\"" }.joined(separator: "|")
        case .boolean: "boolean"
        case .viewer: "Viewer"
        case .table: "table"
        case .plain: "any"
        case .texts: "string|string[]"
        case .options(let parameters):
            "{ "
                + parameters.map { "\($0.name)?: \($0.luaType)" }.joined(separator: ", ") + " }"
        }
    }
}
