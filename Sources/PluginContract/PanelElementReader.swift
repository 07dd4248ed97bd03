import Wire

/// Reads one element of a view tree.
struct PanelElementReader {
    let kind: PanelElement.Kind
    let table: LuaTable
    let number: Int
    let products: [Product]
    let currency: String?

    /// How error messages name the element: `element 3 (money "guess")`.
    var place: String {
        let id = table.named("id")?.stringValue.map { " \"\($0)\"" } ?? ""
        return "element \(number) (\(kind.rawValue)\(id))"
    }

    func element() throws(HostCallError) -> PanelElement {
        try refuseUnknown()
        var element = try content()
        // Anything may carry an id, so that it can be patched for one viewer.
        if element.id == nil && table.named("id") != nil { element.id = try identifier() }
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
        case .money, .number: return try numeric()
        case .button:
            var attributes: JSONObject = [:]
            let id = try identifier()
            attributes["label"] = try label(defaultingTo: id)
            attributes["disabled"] = try disabled()
            return PanelElement(kind: kind, id: id, attributes: attributes)
        case .choice: return try choice()
        case .countdown:
            guard let timer = table.at(2)?.stringValue, Identifier.isValid(timer) else {
                throw wrong("the second value must be the name of a timer", table.at(2))
            }
            return PanelElement(kind: kind, id: timer)
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
                    "label": try text(table.at(2), "label", Panel.Limit.labelCharacters),
                    "value": try integerOrText(table.at(3), "value"),
                ])
        case .list: return try list()
        case .celebrate: return PanelElement(kind: kind)
        }
    }

    func wrong(_ message: String, _ got: JSON?) -> HostCallError {
        HostCallError("\(place): \(message), got \((got ?? .null).quoted)")
    }

    private func refuseUnknown() throws(HostCallError) {
        let known: [String] =
            switch kind {
            case .title, .text: ["id", "args"]
            case .product: ["id", "price"]
            case .money: ["id", "label", "min", "max", "currency", "locked"]
            case .number: ["id", "label", "min", "max", "locked"]
            case .button: ["id", "label", "disabled"]
            case .choice: ["id", "label", "options", "locked"]
            case .countdown: []
            case .viewer, .stat, .list, .celebrate: ["id"]
            }
        for name in table.names where !known.contains(name) {
            let list = known.isEmpty ? "none" : known.joined(separator: ", ")
            throw HostCallError("\(place): \(name) is not a field of it; known are \(list)")
        }
        let values: Int =
            switch kind {
            case .title, .text, .product, .countdown, .viewer: 2
            case .stat, .list: 3
            case .money, .number, .button, .choice, .celebrate: 1
            }
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

    private func choice() throws(HostCallError) -> PanelElement {
        let id = try identifier()
        let limit = Panel.Limit.options
        guard let options = LuaTable(table.named("options")), limit.contains(options.positionLast)
        else {
            throw wrong(
                "options must be a list of \(limit.lowerBound) to \(limit.upperBound)",
                table.named("options"))
        }
        var values: [JSON] = []
        var list: [JSON] = []
        for value in options.positions(limit: limit.upperBound) {
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
        var attributes: JSONObject = [
            "label": try label(defaultingTo: id), "options": .array(list),
        ]
        if let locked = table.named("locked") {
            attributes["locked"] = try integerOrText(locked, "locked")
        }
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
                "name": try text(
                    item.named("name") ?? item.at(1), "an item's name", Panel.Limit.labelCharacters),
                "value": try itemValue(value),
            ])
        }
        return PanelElement(
            kind: kind,
            attributes: [
                "label": try text(table.at(2), "label", Panel.Limit.labelCharacters),
                "items": .array(list),
            ])
    }
}
