package import Wire

extension Panel {
    /// When a countdown ends.
    package struct Countdown: Sendable, Equatable {
        /// Milliseconds of Unix time.
        package var endsAtMilliseconds: Int64
        /// The full length.
        package var seconds: JSON

        package init(endsAtMilliseconds: Int64, seconds: JSON) {
            self.endsAtMilliseconds = endsAtMilliseconds
            self.seconds = seconds
        }
    }

    /// The normal form without times, as it is recorded: a list of elements.
    package var json: JSON {
        .array(content.map(\.json))
    }

    /// Reads a recorded panel; nil when it is none.
    package init?(json: JSON) {
        guard let content = PanelElement.list(json) else { return nil }
        self.init(content: content)
    }

    /// The value of the panel's `state` key (protocol.md, "Panels").
    ///
    /// - Parameters:
    ///   - nowMilliseconds: Unix time at which it is shown.
    ///   - leaderboard: The points as they stand.
    ///   - countdown: When the timer of a name ends; nil when it is not running, which shows as ended.
    /// - Returns: `{"now","elements"}`.
    package func shown(
        nowMilliseconds: Int64, leaderboard: Leaderboard = Leaderboard(),
        countdown: (String) -> Countdown?
    ) -> JSON {
        func shown(_ element: PanelElement) -> JSON {
            var object = element.fields
            if element.kind == .countdown, let id = element.id {
                let time = countdown(id)
                object["endsAt"] = .integer(time?.endsAtMilliseconds ?? nowMilliseconds)
                object["seconds"] = time?.seconds ?? 0
            }
            if element.kind == .leaderboard {
                let top = Int(element.attributes["top"]?.integerValue ?? 10)
                object["items"] = .array(leaderboard.top(top).map(\.json))
            }
            if element.kind.holdsElements {
                object["elements"] = .array(element.children.map(shown))
            }
            return .object(object)
        }
        return [
            "now": .integer(nowMilliseconds), "elements": .array(content.map(shown)),
        ]
    }
}

extension PanelElement {
    /// The recorded form, with what is inside.
    var json: JSON {
        var object = fields
        if kind.holdsElements { object["elements"] = .array(children.map(\.json)) }
        return .object(object)
    }

    /// Without what is inside.
    fileprivate var fields: JSONObject {
        var object: JSONObject = ["kind": .string(kind.rawValue)]
        if let id { object["id"] = .string(id) }
        for (name, value) in attributes.members { object[name] = value }
        return object
    }

    /// Reads a recorded list of elements; nil when it is none.
    static func list(_ json: JSON) -> [PanelElement]? {
        guard let list = json.arrayValue else { return nil }
        let elements = list.compactMap(PanelElement.init)
        return elements.count == list.count ? elements : nil
    }

    private init?(json: JSON) {
        guard var attributes = json.objectValue,
            let kind = attributes["kind"]?.stringValue.flatMap(Kind.init)
        else { return nil }
        let id = attributes["id"]?.stringValue
        attributes["kind"] = nil
        attributes["id"] = nil
        var children: [PanelElement] = []
        if kind.holdsElements {
            guard let list = attributes["elements"].flatMap(Self.list) else { return nil }
            children = list
            attributes["elements"] = nil
        }
        self.init(kind: kind, id: id, attributes: attributes, children: children)
    }
}
