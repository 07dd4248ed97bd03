package import Wire

/// A declarative view tree in the normal form of protocol.md, "Panels".
///
/// It is complete in itself: products are resolved, so that a recorded panel needs nothing but
/// the timers of its plugin to be shown again.
package struct Panel: Sendable, Equatable {
    package var elements: [PanelElement]

    package init(elements: [PanelElement]) { self.elements = elements }

    /// The element of an id.
    package func element(_ id: String) -> PanelElement? {
        elements.first { $0.id == id }
    }

    /// Whether it shows points, and changes with them.
    package var showsLeaderboard: Bool { elements.contains { $0.kind == .leaderboard } }

    /// The timers that countdowns of this panel show.
    package var timers: Set<String> {
        Set(elements.filter { $0.kind == .countdown }.compactMap(\.id))
    }

    /// Limits of one panel.
    package enum Limit {
        package static let elements = 100
        /// Of the encoded normal form.
        package static let bytes = 32 << 10
        /// Of `text`.
        package static let textCharacters = 500
        /// Of labels, names and arguments.
        package static let labelCharacters = 200
        package static let listItems = 100
        package static let options = 2...10
        package static let arguments = 16
    }
}

/// One element of a panel.
package struct PanelElement: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case title, text, product, money, number, button, choice, countdown, viewer, stat, list
        case leaderboard, celebrate

        /// Whether a viewer can act on it.
        package var isInput: Bool {
            switch self {
            case .money, .number, .button, .choice: true
            default: false
            }
        }
    }

    package var kind: Kind
    package var id: String?
    /// The other fields of protocol.md. A countdown's `endsAt` and `seconds` are not among them:
    /// they come from the timer when the panel is shown.
    package var attributes: JSONObject

    package init(kind: Kind, id: String? = nil, attributes: JSONObject = [:]) {
        self.kind = kind
        self.id = id
        self.attributes = attributes
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
        case .choice:
            let options = attributes["options"]?.arrayValue ?? []
            return options.contains { $0["value"] == value }
                ? nil : "value must be that of an option"
        case .button: return value.isNull ? nil : "value must be null"
        default: return "\(kind.rawValue) takes no value"
        }
    }
}
