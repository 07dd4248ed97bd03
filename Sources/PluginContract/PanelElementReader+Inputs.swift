import Wire

// The elements that viewers act on, and those with a shape of their own.
extension PanelElementReader {
    func input() throws(HostCallError) -> PanelElement {
        let id = try identifier()
        let limit = Panel.Limit.inputCharacters
        let charactersMax =
            try integer("max", in: Int64(limit.lowerBound)...Int64(limit.upperBound)) ?? 100
        var attributes: JSONObject = [
            "label": try label(defaultingTo: id), "max": .integer(charactersMax),
        ]
        if let locked = table.named("locked") {
            attributes["locked"] = try text(locked, "locked", limit.upperBound)
        }
        return PanelElement(kind: kind, id: id, attributes: attributes)
    }

    func choice() throws(HostCallError) -> PanelElement {
        let id = try identifier()
        let limit = Panel.Limit.options
        guard let options = LuaTable(table.named("options")), limit.contains(options.positionLast)
        else {
            throw wrong(
                "options must be a list of \(limit.lowerBound) to \(limit.upperBound)",
                table.named("options"))
        }
        let list = try self.options(options.positions(limit: limit.upperBound))
        let values = list.compactMap { $0["value"] }
        var attributes: JSONObject = [
            "label": try label(defaultingTo: id), "options": .array(list),
        ]
        if table.named("picks") != nil {
            let picks = try integer("picks", in: 2...Int64(max(2, values.count)))
            attributes["picks"] = picks.map(JSON.integer)
        }
        attributes["shuffle"] = try flag("shuffle")
        for name in ["locked", "correct"] {
            guard let value = table.named(name) else { continue }
            attributes[name] = try optionValues(value, name, of: values)
        }
        return PanelElement(kind: kind, id: id, attributes: attributes)
    }

    private func options(_ positions: [JSON?]) throws(HostCallError) -> [JSON] {
        var values: [JSON] = []
        var list: [JSON] = []
        for value in positions {
            guard let option = LuaTable(value) else {
                throw wrong("an option must be { value, label }", value)
            }
            let value = try integerOrText(
                option.named("value") ?? option.at(1), "an option's value")
            if values.contains(value) { throw wrong("two options have the same value", value) }
            values.append(value)
            list.append([
                "value": value,
                "label": try text(
                    option.named("label") ?? option.at(2), "an option's label",
                    Panel.Limit.labelCharacters),
            ])
        }
        return list
    }

    /// The value of an option, or a list of such values.
    private func optionValues(
        _ value: JSON, _ what: String, of options: [JSON]
    ) throws(HostCallError) -> JSON {
        guard let list = LuaTable(value) else {
            let value = try integerOrText(value, what)
            guard options.contains(value) else {
                throw wrong("\(what) must be the value of an option", value)
            }
            return value
        }
        guard list.names.isEmpty, (1...options.count).contains(list.positionLast) else {
            throw wrong("\(what) must be values of options", value)
        }
        var values: [JSON] = []
        for value in list.positions(limit: options.count) {
            let value = try integerOrText(value, what)
            guard options.contains(value) else {
                throw wrong("\(what) must be values of options", value)
            }
            values.append(value)
        }
        return .array(values)
    }

    func seats() throws(HostCallError) -> PanelElement {
        let limit = Panel.Limit.seats
        guard let seats = LuaTable(table.at(2)), seats.names.isEmpty,
            limit.contains(seats.positionLast)
        else {
            throw wrong(
                "the second value must be a list of \(limit.lowerBound) to \(limit.upperBound)"
                    + " seats", table.at(2))
        }
        var list: [JSON] = []
        for (index, value) in seats.positions(limit: limit.upperBound).enumerated() {
            guard let seat = value?.objectValue else {
                throw wrong("seat \(index + 1) must be a table such as { state = \"open\" }", value)
            }
            list.append(try self.seat(seat, number: index + 1))
        }
        let columns = Panel.Limit.columns
        var attributes: JSONObject = [
            "seats": .array(list),
            "columns": .integer(
                try integer("columns", in: Int64(columns.lowerBound)...Int64(columns.upperBound))
                    ?? 4),
        ]
        if let label = table.named("label") {
            attributes["label"] = try text(label, "label", Panel.Limit.labelCharacters)
        }
        if let layout = table.named("layout") {
            guard let name = layout.stringValue, PanelElement.seatLayouts.contains(name) else {
                throw wrong(
                    "layout must be one of "
                        + PanelElement.seatLayouts.joined(separator: ", "), layout)
            }
            attributes["layout"] = layout
        }
        if let version = try integer("version", in: 1...1_000_000_000_000) {
            attributes["version"] = .integer(version)
        }
        let id = table.named("id") == nil ? nil : try identifier()
        return PanelElement(kind: kind, id: id, attributes: attributes)
    }

    private func seat(_ seat: JSONObject, number: Int) throws(HostCallError) -> JSON {
        var json: JSONObject = [:]
        for (name, value) in seat.members where value != false && !value.isNull {
            switch name {
            case "state":
                guard let state = value.stringValue, PanelElement.seatStates.contains(state) else {
                    throw wrong(
                        "seat \(number): state must be one of "
                            + PanelElement.seatStates.joined(separator: ", "), value)
                }
                json["state"] = value
            case "viewer":
                guard let viewer = Viewer(json: value) else {
                    throw wrong("seat \(number): viewer must be a viewer { user, name }", value)
                }
                json["viewer"] = viewer.json
            case "label":
                json["label"] = try text(
                    value, "seat \(number): label", Panel.Limit.labelCharacters)
            case "muted", "camera_off", "featured":
                guard value == true else {
                    throw wrong("seat \(number): \(name) must be true or false", value)
                }
                json[name] = value
            default:
                throw wrong(
                    "seat \(number): \(name) is not a field of it; known are state, viewer, label,"
                        + " muted, camera_off, featured", value)
            }
        }
        if json["state"] == nil { json["state"] = json["viewer"] == nil ? "open" : "occupied" }
        return .object(json)
    }

    func progress() throws(HostCallError) -> PanelElement {
        let end = try integer("max", in: 1...Panel.Limit.progress) ?? 100
        guard let value = table.at(3)?.wholeNumber, (0...end).contains(value) else {
            throw wrong("value must be an integer from 0 to \(end)", table.at(3))
        }
        return PanelElement(
            kind: kind,
            attributes: [
                "label": try labelValue(), "value": .integer(value), "max": .integer(end),
            ])
    }

    func image() throws(HostCallError) -> PanelElement {
        var attributes: JSONObject = [:]
        let source = try text(table.at(2), "the second value", Panel.Limit.labelCharacters)
        if let product = products.first(where: { .string($0.id) == source }) {
            attributes["source"] = .string(product.image)
            attributes["title"] = product.json()["title"]
        } else if ImagePath.isAllowed(source.stringValue ?? "") {
            attributes["source"] = source
        } else {
            throw wrong(
                "the second value must be the id of a product of this show, or a path such as"
                    + " \(ImagePath.example)", source)
        }
        if let label = table.named("label") {
            attributes["label"] = try text(label, "label", Panel.Limit.labelCharacters)
        } else if attributes["title"] == nil {
            throw wrong("label must say what the picture shows", nil)
        }
        return PanelElement(kind: kind, attributes: attributes)
    }
}

extension PanelElement {
    /// How the seats of a grid can stand on screen.
    package static let seatLayouts = ["grid", "float", "featured", "two_side"]

    /// What a seat of a grid can be.
    package static let seatStates = ["open", "locked", "reserved", "occupied", "suspended"]
}
