package import Wire

/// What one viewer sees differently on the viewer panel: attributes per element id.
package struct PanelPatch: Sendable, Equatable {
    /// From element id to the attributes that override the element's.
    package var elements: [(id: String, attributes: JSONObject)]

    package init(elements: [(id: String, attributes: JSONObject)]) { self.elements = elements }

    package static func == (one: Self, other: Self) -> Bool { one.json == other.json }

    /// Reads a patch as a plugin writes it: `{ guess = { locked = 4900 } }`.
    ///
    /// - Throws: The first problem, naming element and attribute.
    package init(lua value: JSON) throws(HostCallError) {
        guard let object = value.objectValue, (1...Panel.Limit.elements).contains(object.count)
        else {
            throw HostCallError("elements must be a table from element id to attributes")
        }
        elements = []
        for (id, attributes) in object.members {
            guard Identifier.isValid(id), let attributes = attributes.objectValue else {
                throw HostCallError("\"\(id)\" must be an element id with a table of attributes")
            }
            for (name, value) in attributes.members {
                guard let accepts = Self.attributes[name] else {
                    let known = Self.attributes.keys.sorted().joined(separator: ", ")
                    throw HostCallError("\(id).\(name) cannot be patched; known are \(known)")
                }
                guard accepts(value) else {
                    throw HostCallError("\(id).\(name) cannot be \(value.quoted)")
                }
            }
            elements.append((id, attributes))
        }
    }

    /// The recorded form.
    package var json: JSON {
        .object(JSONObject(elements.map { ($0.id, .object($0.attributes)) }))
    }

    /// Reads the recorded form; nil when it is none.
    package init?(json: JSON) {
        guard let object = json.objectValue else { return nil }
        elements = object.members.compactMap { member in
            member.value.objectValue.map { (id: member.name, attributes: $0) }
        }
        guard elements.count == object.count else { return nil }
    }

    /// What can be overridden.
    static var names: [String] { attributes.keys.sorted() }

    private static let attributes: [String: @Sendable (JSON) -> Bool] = [
        "locked": { $0.integerValue != nil || isText($0, Panel.Limit.labelCharacters) },
        "value": { $0.integerValue != nil || isText($0, Panel.Limit.labelCharacters) },
        "disabled": { $0.boolValue != nil },
        "label": { isText($0, Panel.Limit.labelCharacters) },
        "text": { isText($0, Panel.Limit.textCharacters) },
    ]

    private static func isText(_ value: JSON, _ charactersMax: Int) -> Bool {
        value.stringValue.map { !$0.isEmpty && $0.count <= charactersMax } ?? false
    }
}
