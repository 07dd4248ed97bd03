import Wire

/// Turns the view tree a plugin wrote in Lua into a ``Panel``.
///
/// `{ "title", "ask" }`, `{ "product", "oolong", price = "hidden" }`,
/// `{ "money", id = "guess", min = 1, max = 9900 }`, `{ "countdown", "lock" }` and so on: the kind
/// first, then what the kind is about. Holes (`won and { "celebrate" }`) are left out.
struct PanelReader {
    let products: [Product]
    /// Of the first product on this panel, else of the show's first.
    private var currency: String?
    private var ids: Set<String> = []

    init(products: [Product]) {
        self.products = products
        currency = products.first?.currency
    }

    /// - Throws: The first problem, naming the element.
    mutating func panel(_ view: JSON) throws(HostCallError) -> Panel {
        guard let table = LuaTable(view), table.names.isEmpty else {
            throw HostCallError("view must be a list of elements such as { \"title\", \"ask\" }")
        }
        guard table.positionLast <= Panel.Limit.elements else {
            throw HostCallError(
                "view has \(table.positionLast) elements, more than \(Panel.Limit.elements)")
        }
        let positions = table.positions(limit: Panel.Limit.elements)
        adoptCurrency(positions)
        var elements: [PanelElement] = []
        for (index, value) in positions.enumerated() {
            guard let value else { continue }
            guard let element = LuaTable(value) else {
                throw HostCallError("element \(index + 1) must be a table, got \(value.quoted)")
            }
            elements.append(try self.element(element, number: index + 1))
        }
        let panel = Panel(elements: elements)
        let bytes = panel.json.encoded().count
        guard bytes <= Panel.Limit.bytes else {
            throw HostCallError("view has \(bytes) bytes, more than \(Panel.Limit.bytes)")
        }
        return panel
    }

    private mutating func adoptCurrency(_ positions: [JSON?]) {
        for value in positions {
            guard let table = LuaTable(value), table.at(1) == "product",
                let product = products.first(where: { .string($0.id) == table.at(2) })
            else { continue }
            currency = product.currency
            return
        }
    }

    private mutating func element(
        _ table: LuaTable, number: Int
    ) throws(HostCallError) -> PanelElement {
        guard let kind = table.at(1)?.stringValue.flatMap(PanelElement.Kind.init) else {
            let known = PanelElement.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw HostCallError(
                "element \(number) must begin with its kind, one of \(known);"
                    + " got \((table.at(1) ?? .null).quoted)")
        }
        let reader = PanelElementReader(
            kind: kind, table: table, number: number, products: products, currency: currency)
        let element = try reader.element()
        if let id = element.id, !ids.insert(id).inserted {
            throw HostCallError("\(reader.place): id \"\(id)\" is used twice on this panel")
        }
        return element
    }
}
