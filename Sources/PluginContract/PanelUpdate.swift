package import Wire

/// What has changed since a panel was sent whole, in terms of what was sent (protocol.md, "Updates of a
/// panel").
///
/// It is always measured from the whole panel, never from an update before it. A reader who missed
/// updates in between needs only the newest one, which is what class `state` promises.
///
/// `{"of": 3, "now": …, "elements": [0, [1, {"value": 12}], {"kind": …}]}`: an element is a number
/// when it is the one that stood at this place, a pair when attributes of it changed (null for those
/// that are gone), and written out when it is new. Inside of cards, rows and slots `elements` is
/// written in the same way.
package enum PanelUpdate {
    /// The state key of the updates of a panel's key; nil for any other key.
    package static func key(ofPanel key: String) -> String? {
        key.hasPrefix("panel:") ? "update:" + key.dropFirst(6) : nil
    }

    /// The key of the panel whose updates come under a key; nil for any other key.
    package static func panelKey(ofUpdate key: String) -> String? {
        key.hasPrefix("update:") ? "panel:" + key.dropFirst(7) : nil
    }

    /// Writes a panel in terms of another.
    ///
    /// - Parameters:
    ///   - base: The value that was sent whole, with its `version`.
    ///   - value: The value to show now.
    /// - Returns: Nil when one of them is no panel.
    package static func difference(from base: JSON, to value: JSON) -> JSON? {
        guard let version = base["version"]?.integerValue,
            let old = base["elements"]?.arrayValue, let new = value["elements"]?.arrayValue
        else { return nil }
        var update: JSONObject = [
            "of": .integer(version), "now": value["now"] ?? .null,
            "elements": .array(list(from: old, to: new)),
        ]
        // Always that of the value, and none where it has none.
        update["picture"] = value["picture"]
        return .object(update)
    }

    /// What is shown when a panel was sent whole and an update came.
    ///
    /// - Returns: `base` itself when the update is of another version, or not fit to be read.
    package static func apply(_ update: JSON, to base: JSON) -> JSON {
        guard var panel = base.objectValue, let of = update["of"], panel["version"] == of,
            let old = base["elements"]?.arrayValue, let entries = update["elements"]?.arrayValue,
            let elements = list(entries, of: old, depth: 1)
        else { return base }
        panel["now"] = update["now"]
        panel["picture"] = update["picture"]
        panel["elements"] = .array(elements)
        return .object(panel)
    }

    // MARK: Writing

    private static func list(from old: [JSON], to new: [JSON]) -> [JSON] {
        var places: [String: [Int]] = [:]
        for (place, element) in old.enumerated().reversed() {
            places[identity(element), default: []].append(place)
        }
        return new.map { element in
            // Of several alike the first that is left; ids occur once.
            guard let place = places[identity(element)]?.popLast() else { return element }
            let changes = changes(from: old[place], to: element)
            if changes.isEmpty { return .integer(Int64(place)) }
            return [.integer(Int64(place)), .object(changes)]
        }
    }

    private static func identity(_ element: JSON) -> String {
        (element["kind"]?.stringValue ?? "") + ":" + (element["id"]?.stringValue ?? "")
    }

    private static func changes(from old: JSON, to new: JSON) -> JSONObject {
        var changes: JSONObject = [:]
        for (name, value) in new.objectValue?.members ?? [] where old[name] != value {
            if name == "elements", let old = old[name]?.arrayValue, let new = value.arrayValue {
                changes[name] = .array(list(from: old, to: new))
            } else {
                changes[name] = value
            }
        }
        for (name, _) in old.objectValue?.members ?? [] where new[name] == nil {
            changes[name] = .null
        }
        return changes
    }

    // MARK: Reading

    private static func list(_ entries: [JSON], of old: [JSON], depth: Int) -> [JSON]? {
        guard depth <= Panel.Limit.depth else { return nil }
        var elements: [JSON] = []
        for entry in entries {
            switch entry {
            case .integer(let place):
                guard old.indices.contains(Int(place)) else { return nil }
                elements.append(old[Int(place)])
            case .array(let pair):
                guard pair.count == 2, let place = pair[0].integerValue,
                    old.indices.contains(Int(place)), let changes = pair[1].objectValue,
                    let element = changed(old[Int(place)], changes, depth: depth)
                else { return nil }
                elements.append(element)
            case .object: elements.append(entry)
            default: return nil
            }
        }
        return elements
    }

    private static func changed(_ old: JSON, _ changes: JSONObject, depth: Int) -> JSON? {
        guard var element = old.objectValue else { return nil }
        for (name, value) in changes.members {
            if name == "elements", let inside = element[name]?.arrayValue {
                guard let entries = value.arrayValue,
                    let list = list(entries, of: inside, depth: depth + 1)
                else { return nil }
                element[name] = .array(list)
            } else {
                element[name] = value.isNull ? JSON?.none : value
            }
        }
        return .object(element)
    }
}
