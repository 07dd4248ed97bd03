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
        .array(elements.map { .object($0.json) })
    }

    /// Reads a recorded panel; nil when it is none.
    package init?(json: JSON) {
        guard let list = json.arrayValue else { return nil }
        var elements: [PanelElement] = []
        for value in list {
            guard let element = PanelElement(json: value) else { return nil }
            elements.append(element)
        }
        self.init(elements: elements)
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
        let elements = elements.map { element -> JSON in
            var object = element.json
            if element.kind == .countdown, let id = element.id {
                let time = countdown(id)
                object["endsAt"] = .integer(time?.endsAtMilliseconds ?? nowMilliseconds)
                object["seconds"] = time?.seconds ?? 0
            }
            if element.kind == .leaderboard {
                let top = Int(element.attributes["top"]?.integerValue ?? 10)
                object["items"] = .array(leaderboard.top(top).map(\.json))
            }
            return .object(object)
        }
        return ["now": .integer(nowMilliseconds), "elements": .array(elements)]
    }
}

extension PanelElement {
    fileprivate var json: JSONObject {
        var object: JSONObject = ["kind": .string(kind.rawValue)]
        if let id { object["id"] = .string(id) }
        for (name, value) in attributes.members { object[name] = value }
        return object
    }

    fileprivate init?(json: JSON) {
        guard var attributes = json.objectValue,
            let kind = attributes["kind"]?.stringValue.flatMap(Kind.init)
        else { return nil }
        let id = attributes["id"]?.stringValue
        attributes["kind"] = nil
        attributes["id"] = nil
        self.init(kind: kind, id: id, attributes: attributes)
    }
}
