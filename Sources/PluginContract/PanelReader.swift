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
    private var count = 0

    init(products: [Product]) {
        self.products = products
        currency = products.first?.currency
    }

    /// - Throws: The first problem, naming the element by its place: 3.2 is the second inside the
    ///   third.
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
        let panel = Panel(content: try elements(positions, inside: ""))
        let bytes = panel.json.encoded().count
        guard bytes <= Panel.Limit.bytes else {
            throw HostCallError("view has \(bytes) bytes, more than \(Panel.Limit.bytes)")
        }
        return panel
    }

    /// Reads what a patch puts into a slot: elements that are only looked at.
    mutating func slot(_ view: JSON?) throws(HostCallError) -> [PanelElement] {
        guard let table = LuaTable(view), table.names.isEmpty,
            table.positionLast <= Panel.Limit.slotElements
        else {
            throw HostCallError(
                "elements must be a list of at most \(Panel.Limit.slotElements) elements")
        }
        let positions = table.positions(limit: Panel.Limit.slotElements)
        adoptCurrency(positions)
        let content = try elements(positions, inside: "")
        let all = Panel(content: content).elements
        guard all.count <= Panel.Limit.slotElements else {
            throw HostCallError(
                "elements are \(all.count), more than \(Panel.Limit.slotElements)")
        }
        for element in all where element.id != nil || !element.kind.canStandInSlot {
            throw HostCallError(
                "elements of a slot are looked at: \(element.kind.rawValue) cannot be one"
                    + (element.id == nil ? "" : " with an id"))
        }
        return content
    }

    private mutating func adoptCurrency(_ positions: [JSON?]) {
        if let product = firstProduct(positions, depth: 1) { currency = product.currency }
    }

    private func firstProduct(_ positions: [JSON?], depth: Int) -> Product? {
        for value in positions {
            guard let table = LuaTable(value) else { continue }
            let kind = table.at(1)?.stringValue.flatMap(PanelElement.Kind.init)
            if kind == .product {
                if let product = products.first(where: { .string($0.id) == table.at(2) }) {
                    return product
                }
            } else if kind?.holdsElements == true, depth < Panel.Limit.depth {
                let inside = table.positions(limit: Panel.Limit.elements + 1)
                if let product = firstProduct(inside, depth: depth + 1) { return product }
            }
        }
        return nil
    }

    private mutating func elements(
        _ positions: [JSON?], inside place: String
    ) throws(HostCallError) -> [PanelElement] {
        var elements: [PanelElement] = []
        for (index, value) in positions.enumerated() {
            guard let value else { continue }
            let number = place + "\(index + 1)"
            count += 1
            guard count <= Panel.Limit.elements else {
                throw HostCallError(
                    "element \(number): view has more than \(Panel.Limit.elements) elements")
            }
            guard let element = LuaTable(value) else {
                throw HostCallError("element \(number) must be a table, got \(value.quoted)")
            }
            elements.append(try self.element(element, number: number))
        }
        return elements
    }

    private mutating func element(
        _ table: LuaTable, number: String
    ) throws(HostCallError) -> PanelElement {
        guard let kind = table.at(1)?.stringValue.flatMap(PanelElement.Kind.init) else {
            let known = PanelElement.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw HostCallError(
                "element \(number) must begin with its kind, one of \(known);"
                    + " got \((table.at(1) ?? .null).quoted)")
        }
        let reader = PanelElementReader(
            kind: kind, table: table, number: number, products: products, currency: currency)
        var element = try reader.element()
        if let id = element.id, !ids.insert(id).inserted {
            throw HostCallError("\(reader.place): id \"\(id)\" is used twice on this panel")
        }
        if kind.holdsElements {
            let depth = number.split(separator: ".").count + 1
            let inside = table.positions(limit: Panel.Limit.elements + 1).dropFirst()
            guard depth <= Panel.Limit.depth || inside.allSatisfy({ $0 == nil }) else {
                throw HostCallError(
                    "\(reader.place): elements are nested more than \(Panel.Limit.depth) deep")
            }
            element.children = try elements(Array(inside), inside: number + ".")
        }
        return element
    }
}

extension PanelElement.Kind {
    /// A countdown needs its name, which a panel has once.
    fileprivate var canStandInSlot: Bool { !isInput && self != .slot && self != .countdown }
}
