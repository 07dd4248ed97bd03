import Wire

/// Reads one element of a view tree.
struct PanelElementReader {
    let kind: PanelElement.Kind
    let table: LuaTable
    /// Where it stands, such as `3.2`: the second element inside the third.
    let number: String
    let products: [Product]
    let currency: String?

    /// How error messages name the element: `element 3.2 (money "guess")`.
    var place: String {
        let id = table.named("id")?.stringValue.map { " \"\($0)\"" } ?? ""
        return "element \(number) (\(kind.rawValue)\(id))"
    }

    func element() throws(HostCallError) -> PanelElement {
        try refuseUnknown()
        var element = try content()
        if element.id == nil && table.named("id") != nil { element.id = try identifier() }
        element.attributes["hidden"] = try flag("hidden")
        if kind.isInput && kind != .button { element.attributes["disabled"] = try flag("disabled") }
        return element
    }

    private func content() throws(HostCallError) -> PanelElement {
        switch kind {
        case .title, .text:
            var attributes: JSONObject = [
                "text": try text(table.at(2), "text", Panel.Limit.textCharacters)
            ]
            attributes["args"] = try arguments()
            return PanelElement(kind: kind, attributes: attributes)
        case .product: return try product()
        case .image: return try image()
        case .card, .row, .slot:
            var attributes: JSONObject = [:]
            if let label = table.named("label") {
                attributes["label"] = try text(label, "label", Panel.Limit.labelCharacters)
            }
            let id = kind == .slot ? try identifier() : nil
            return PanelElement(kind: kind, id: id, attributes: attributes)
        case .money, .number: return try numeric()
        case .input: return try input()
        case .button:
            let id = try identifier()
            var attributes: JSONObject = ["label": try label(defaultingTo: id)]
            attributes["disabled"] = try flag("disabled")
            return PanelElement(kind: kind, id: id, attributes: attributes)
        case .choice: return try choice()
        case .seats: return try seats()
        case .countdown:
            guard let timer = table.at(2)?.stringValue, Identifier.isValid(timer) else {
                throw wrong("the second value must be the name of a timer", table.at(2))
            }
            return PanelElement(kind: kind, id: timer)
        case .progress: return try progress()
        case .viewer:
            guard let viewer = table.at(2).flatMap(Viewer.init) else {
                throw wrong("the second value must be a viewer { user, name }", table.at(2))
            }
            return PanelElement(
                kind: kind,
                attributes: ["user": .string(viewer.user), "name": .string(viewer.name)])
        case .stat:
            return PanelElement(
                kind: kind,
                attributes: [
                    "label": try labelValue(),
                    "value": try integerOrText(table.at(3), "value"),
                ])
        case .list: return try list()
        case .leaderboard:
            return PanelElement(
                kind: kind,
                attributes: [
                    "label": try labelValue(),
                    "top": .integer(try integer("top", in: 1...100) ?? 10),
                ])
        case .celebrate: return PanelElement(kind: kind)
        }
    }

    func wrong(_ message: String, _ got: JSON?) -> HostCallError {
        HostCallError("\(place): \(message), got \((got ?? .null).quoted)")
    }

    private func refuseUnknown() throws(HostCallError) {
        let form = kind.form
        let known = form.fields.map(\.name)
        for name in table.names where !known.contains(name) {
            let list = known.isEmpty ? "none" : known.joined(separator: ", ")
            throw HostCallError("\(place): \(name) is not a field of it; known are \(list)")
        }
        let values = form.values.count + 1
        if kind.holdsElements { return }
        if table.positionLast > values {
            throw HostCallError(
                "\(place): takes \(values) values without a name, the kind included,"
                    + " got \(table.positionLast)")
        }
    }

    private func product() throws(HostCallError) -> PanelElement {
        guard let product = products.first(where: { .string($0.id) == table.at(2) }) else {
            throw wrong("the second value must be the id of a product of this show", table.at(2))
        }
        let price = table.named("price")
        guard price == nil || price == "hidden" || price == "shown" else {
            throw wrong("price must be \"hidden\" or \"shown\"", price)
        }
        return PanelElement(
            kind: kind, attributes: ["product": product.json(isPriceHidden: price == "hidden")])
    }

    private func numeric() throws(HostCallError) -> PanelElement {
        let id = try identifier()
        let range = (kind == .money ? ConfigSchema.FieldType.money : .integer).range
        let low = try integer("min", in: range) ?? (kind == .money ? 0 : range.lowerBound)
        let high = try integer("max", in: range) ?? range.upperBound
        guard low <= high else {
            throw wrong("max must not be less than min, which is \(low)", .integer(high))
        }
        var attributes: JSONObject = [
            "label": try label(defaultingTo: id), "min": .integer(low), "max": .integer(high),
        ]
        if kind == .money {
            guard let currency = table.named("currency") ?? currency.map(JSON.string),
                let code = currency.stringValue, (1...8).contains(code.utf8.count)
            else {
                throw wrong("currency must be a code such as \"CNY\"", table.named("currency"))
            }
            attributes["currency"] = currency
        }
        if let locked = try integer("locked", in: range) { attributes["locked"] = .integer(locked) }
        return PanelElement(kind: kind, id: id, attributes: attributes)
    }

    private func list() throws(HostCallError) -> PanelElement {
        let limit = Panel.Limit.listItems
        guard let items = LuaTable(table.at(3)), items.positionLast <= limit else {
            throw wrong("the third value must be a list of at most \(limit) items", table.at(3))
        }
        var list: [JSON] = []
        for item in items.positions(limit: limit) {
            guard let item = LuaTable(item) else {
                throw wrong("an item must be { name, value }", item)
            }
            let value = item.named("value") ?? item.at(2)
            list.append([
                "name": try itemName(item.named("name") ?? item.at(1)),
                "value": try itemValue(value),
            ])
        }
        return PanelElement(
            kind: kind,
            attributes: [
                "label": try labelValue(), "items": .array(list),
            ])
    }
}
