extension Reference {
    /// `reference/panel.md`.
    static var panel: String {
        let rows = PanelElement.Kind.allCases.map { kind -> [String] in
            let form = kind.form
            var parts = ["\"\(kind.rawValue)\""] + form.values
            if form.yields != nil { parts.append("id = …") }
            if kind == .choice { parts.append("options = …") }
            let fields = form.fields.map { "`\($0.name)`" }.joined(separator: ", ")
            return [
                "`{ \(parts.joined(separator: ", ")) }`", fields, form.summary, form.yields ?? "",
            ]
        }
        var known: [String: String] = [:]
        for kind in PanelElement.Kind.allCases {
            for field in kind.form.fields { known[field.name] = field.summary }
        }
        let fields = known.sorted { $0.key < $1.key }.map { ["`\($0.key)`", $0.value] }
        let patches = PanelPatch.names.map { "`\($0)`" }.joined(separator: ", ")
        let seatStates = PanelElement.seatStates.map { "`\($0)`" }.joined(separator: ", ")
        return header + """
            # Panels

            A view is a list of elements, each a table with its kind first, then its values, then named fields.
            `won and { "celebrate" }` leaves the element out when `won` is false or nil. Texts and labels are keys of the
            plugin's locale files; a text that is no key is shown as it is. What a locale file cannot hold, because everybody can read that
            file before it is time, is written out: `{ "title", { zh = "…", en = "…" } }`; texts, labels of anything and of options, and names
            of items may be such tables.

            \(table(["element", "named fields", "", "yields"], rows))
            \(table(["field", "meaning"], fields))
            A `card` and a `row` hold the elements that follow their kind: `{ "row", { "button", id = "a" }, won and { "celebrate" } }`.
            An element inside of others is named by its place in errors: `element 3.2 (money "guess"): …` is the second inside the third.

            ## For one viewer

            `room.panel.patch(viewer, { ID = { … } })` overrides \(patches) of an element of the viewer panel
            for one viewer. `elements` fills a slot with a view of its own; `hidden = false` shows what is hidden from everybody else. What is
            hidden or disabled for a viewer is refused when that viewer acts on it all the same.

            There is no function that draws the panel of each viewer: a panel is told to everybody at once, and a patch costs one effect and
            one message for the viewer whose screen changes. What every viewer has, the host does without a call: the recorded answer of each
            (`locked`), the order of options (`shuffle`), right or wrong (`correct`).

            ## Limits

            | | at most |
            | --- | --- |
            | elements of a panel, those inside of others included | \(Panel.Limit.elements) |
            | elements inside of each other | \(Panel.Limit.depth) deep |
            | a panel | \(Panel.Limit.bytes) bytes |
            | a text, a label, a line that viewers enter | \(Panel.Limit.textCharacters), \(Panel.Limit.labelCharacters), \(Panel.Limit.inputCharacters.upperBound) characters |
            | items of a list, options, seats, args | \(Panel.Limit.listItems), \(Panel.Limit.options.upperBound), \(Panel.Limit.seats.upperBound), \(Panel.Limit.arguments) |
            | a patch | \(Panel.Limit.patchBytes) bytes, with \(Panel.Limit.slotElements) elements in a slot |
            | changes of one surface in one call of a hook | \(Panel.Limit.showsPerCall) |

            A seat is `{ state = "open", viewer = viewer, label = "vip", muted = true, camera_off = true, featured = true }`; everything may be left out.
            States are \(seatStates). A picture comes from this server: that of a product,
            or a path such as `\(ImagePath.example)`.

            How elements arrive at pages and apps is in the [protocol](../protocol.md#panels); how they look, and how to give them another
            look, in the [guide](../guides/panels.md).

            ## Surfaces

            | surface | who sees it |
            | --- | --- |
            | `viewer` | everyone |
            | `host` | hosts and operators, on the host's screen, which may be on camera |
            | `operator` | hosts and operators, on the desk of whoever runs the show |

            """
    }

    /// `reference/manifest.md`.
    static var manifest: String {
        let members = ManifestSchema.properties.map { property in
            ["`\(property.name)`", property.isRequired ? "required" : "", property.description]
        }
        let types = ConfigSchema.FieldType.allCases.map { type in
            [
                "`\(type.rawValue)`",
                type.members.filter { $0 != "type" }.map { "`\($0)`" }.joined(separator: ", "),
            ]
        }
        let budgets = Budgets.limits.map { limit in
            [
                "`\(limit.name)`", "\(Budgets()[keyPath: limit.keyPath])",
                "\(limit.range.lowerBound) to \(limit.range.upperBound)",
            ]
        }
        let capabilities = Capability.allCases.map { ["`\($0.rawValue)`", $0.summary] }
        return header + """
            # Manifest

            `plugin.json`, at most \(Manifest.bytesMax) bytes. Its JSON Schema is
            [`plugin.schema.json`](../schema/plugin.schema.json). What is wrong is reported all at once, each with file, line, JSON path and
            remedy: `plugin.json:9: $.config.seconds.max: must not be less than min, which is 5`.

            \(table(["member", "", "meaning"], members))
            ## Capabilities

            \(table(["", ""], capabilities))
            ## config

            From a Lua name to a field; read as `room.config.NAME`. At most \(ConfigSchema.Limit.fields) fields.

            \(table(["type", "further members"], types))
            A `table` is plain data, a list or an object, for what has no fixed number of parts, such as questions or prizes: the plugin
            checks its inside in `on_start`, where `error` refuses the start and says why.

            | member | meaning |
            | --- | --- |
            | `min`, `max` | bounds; of a string its length in characters, of a table its size in bytes of JSON, at most \(ConfigSchema.FieldType.table.range.upperBound) |
            | `options` | 1 to 100 texts |
            | `default` | used when nobody says anything |
            | `required` | a start without the value is refused with `BAD_CONFIG` |
            | `secret` | pages are not told the value |
            | `moderated` | everybody is going to read the text: a start with a word that the room does not let through is refused with `BAD_CONFIG` |
            | `immutable` | a run keeps the value that it began with |
            | `priceOf` | a field of type `product`, whose price is the default |
            | `title`, `description` | what a form says, per locale |

            ## rules

            What must hold between fields, and what the starter is told when it does not:

            ```json
            {"rules": [{"rule": "price <= max", "message": {"zh": "价格不能超过上限", "en": "The price is over the limit"}}]}
            ```

            A rule is made of fields, whole numbers, texts in single quotes, `true`, `false`, `+ - *`, `< <= > >= == ~=`, `not`, `and`, `or` and
            brackets, with the precedence of Lua. Types are checked when the manifest is read. A rule about a field that has no value
            holds. At most \(ConfigSchema.Limit.rules) rules of \(ConfigRule.bytesMax) bytes.

            ## budgets

            What one call of a hook may use up, within the platform's limits.

            \(table(["budget", "unless given", "range"], budgets))
            ## migrations

            What becomes of a running plugin when another version of it is loaded: when the old version begins with an entry of
            `migrations`, `on_migrate(room, from)` changes the state first. Otherwise versions of the same first number (before version
            1, of the same first two) share their state. Any other version is refused while the plugin runs, and pauses a plugin that it
            finds running after a restart of the server.

            """
    }

    /// `reference/errors.md`.
    static var errors: String {
        let requests = RequestError.Code.allCases.map { ["`\($0.rawValue)`", $0.summary] }
        let results = HostResult.Code.allCases.map { ["`\($0.rawValue)`", $0.summary] }
        return header + """
            # Errors

            ## What people are answered

            Codes of `error` messages and of problem JSON; see the [protocol](../protocol.md#error-codes).

            \(table(["code", "when"], requests))
            ## What a plugin is answered

            `error` of the result that `on_result` gets.

            \(table(["error", "when"], results))
            ## What a call on room raises

            | error | remedy |
            | --- | --- |
            | `capability "prizes" is not declared in plugin.json` | name it in `capabilities` |
            | `surface "operator" is not declared in plugin.json` | name it in `surfaces` |
            | `timers.set cannot be called in on_stop; it can be called in …` | call it in one of these |
            | `timers.set: seconds must be a number from 0.1 to 86400.0, got "soon"` | pass what is expected |
            | `panel.show: element 3 (money "guess"): max must not be less than min …` | mend the element |
            | `prizes.grant: only 0 of pool "coupon" are reserved; reserve before granting` | reserve first |

            An error that the plugin does not catch ends the call: it has never been, and a fault is recorded with file, line and stack
            trace. Too many faults pause the plugin.

            """
    }
}
