package import Wire

/// One element of a panel.
package struct PanelElement: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case title, text, card, row, slot, product, image
        case money, number, input, button, choice, seats
        case countdown, progress, viewer, stat, list, leaderboard, celebrate

        /// Whether a viewer can act on it, when it has an id.
        package var isInput: Bool {
            switch self {
            case .money, .number, .input, .button, .choice, .seats: true
            default: false
            }
        }

        /// Whether it holds other elements.
        package var holdsElements: Bool { self == .card || self == .row || self == .slot }
    }

    package var kind: Kind
    package var id: String?
    /// The other fields of protocol.md. A countdown's `endsAt` and `seconds` are not among them:
    /// they come from the timer when the panel is shown.
    package var attributes: JSONObject
    /// The elements inside, of a card, a row or a slot.
    package var children: [PanelElement]

    package init(
        kind: Kind, id: String? = nil, attributes: JSONObject = [:], children: [PanelElement] = []
    ) {
        self.kind = kind
        self.id = id
        self.attributes = attributes
        self.children = children
    }

    /// It and everything inside, in reading order.
    var withChildren: [PanelElement] { [self] + children.flatMap(\.withChildren) }

    /// The element of an id: this one, or one inside.
    func element(_ id: String) -> PanelElement? {
        if self.id == id { return self }
        for child in children {
            if let found = child.element(id) { return found }
        }
        return nil
    }
}

// What viewers enter.
extension PanelElement {
    /// Whether somebody can use it; `own` is what a patch overrides for this person.
    package func isUsable(own: JSONObject?) -> Bool {
        func flag(_ name: String) -> Bool { (own?[name] ?? attributes[name]) == true }
        return kind.isInput && !flag("disabled") && !flag("hidden")
    }

    /// Says what is wrong with a value that a viewer entered here, or nil.
    package func problem(with value: JSON) -> String? {
        switch kind {
        case .money, .number:
            let low = attributes["min"]?.integerValue ?? .min
            let high = attributes["max"]?.integerValue ?? .max
            guard let number = value.integerValue, (min(low, high)...high).contains(number) else {
                return "value must be an integer from \(low) to \(high)"
            }
            return nil
        case .input: return problem(withText: value)
        case .choice: return problem(withChoice: value)
        case .seats:
            let count = Int64(attributes["seats"]?.arrayValue?.count ?? 0)
            guard let seat = value.integerValue, seat >= 1, seat <= count else {
                return "value must be the number of a seat, 1 to \(count)"
            }
            return nil
        case .button: return value.isNull ? nil : "value must be null"
        default: return "\(kind.rawValue) takes no value"
        }
    }

    private func problem(withText value: JSON) -> String? {
        let charactersMax = Int(attributes["max"]?.integerValue ?? 0)
        guard let text = value.stringValue, (1...max(1, charactersMax)).contains(text.count),
            text.utf8.count <= 4 * charactersMax
        else { return "value must be a text of 1 to \(charactersMax) characters" }
        guard text.contains(where: { !$0.isWhitespace }) else {
            return "value must not be blank"
        }
        guard !text.unicodeScalars.contains(where: \.steersText) else {
            return "value must not have control characters"
        }
        return nil
    }

    private func problem(withChoice value: JSON) -> String? {
        if attributes["correct"] != nil { return "the answer is known" }
        let options = (attributes["options"]?.arrayValue ?? []).compactMap { $0["value"] }
        guard let picks = attributes["picks"]?.integerValue else {
            return options.contains(value) ? nil : "value must be that of an option"
        }
        guard let values = value.arrayValue, values.count >= 1, values.count <= picks,
            values.allSatisfy(options.contains),
            !values.indices.contains(where: { values[..<$0].contains(values[$0]) })
        else { return "value must be a list of 1 to \(picks) different options" }
        return nil
    }
}

extension Unicode.Scalar {
    /// Whether it acts on the text around it and shows nothing itself: control characters, line
    /// breaks, and what turns the direction of writing (UAX #9).
    fileprivate var steersText: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate: true
        default: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        }
    }
}
