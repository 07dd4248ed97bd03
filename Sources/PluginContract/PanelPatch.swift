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
    package init(lua value: JSON, products: [Product] = []) throws(HostCallError) {
        guard let object = value.objectValue, (1...Panel.Limit.elements).contains(object.count)
        else {
            throw HostCallError("elements must be a table from element id to attributes")
        }
        elements = []
        for (id, attributes) in object.members {
            guard Identifier.isValid(id), let attributes = attributes.objectValue else {
                throw HostCallError("\"\(id)\" must be an element id with a table of attributes")
            }
            var read: JSONObject = [:]
            for (name, value) in attributes.members {
                read[name] = try Self.attribute(name, value, of: id, products)
            }
            elements.append((id, read))
        }
        let bytes = json.encoded().count
        guard bytes <= Panel.Limit.patchBytes else {
            throw HostCallError("elements have \(bytes) bytes, more than \(Panel.Limit.patchBytes)")
        }
    }

    private static func attribute(
        _ name: String, _ value: JSON, of id: String, _ products: [Product]
    ) throws(HostCallError) -> JSON {
        do throws(HostCallError) {
            switch name {
            case "elements":
                var reader = PanelReader(products: products)
                return .array(try reader.slot(value).map(\.json))
            case "args": return .object(try TextArguments(lua: value).json)
            default: break
            }
        } catch {
            throw HostCallError("\(id).\(name): \(error)")
        }
        guard let accepts = attributes[name] else {
            throw HostCallError(
                "\(id).\(name) cannot be patched; known are \(names.joined(separator: ", "))")
        }
        guard accepts(value) else {
            throw HostCallError("\(id).\(name) cannot be \(value.quoted)")
        }
        return value
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
    static var names: [String] { (attributes.keys + ["args", "elements"]).sorted() }

    private static let attributes: [String: @Sendable (JSON) -> Bool] = [
        "locked": isRecorded,
        "value": { $0.integerValue != nil || isText($0, Panel.Limit.labelCharacters) },
        "disabled": { $0.boolValue != nil },
        "hidden": { $0.boolValue != nil },
        "label": { PanelText.isValid($0, charactersMax: Panel.Limit.labelCharacters) },
        "text": { PanelText.isValid($0, charactersMax: Panel.Limit.textCharacters) },
    ]

    /// An answer as it is recorded: an integer, a text, or a list of those.
    @Sendable private static func isRecorded(_ value: JSON) -> Bool {
        if let list = value.arrayValue {
            return list.count <= Panel.Limit.options.upperBound && list.allSatisfy(isOne)
        }
        return isOne(value)
        func isOne(_ value: JSON) -> Bool {
            value.integerValue != nil || isText(value, Panel.Limit.labelCharacters)
        }
    }

    private static func isText(_ value: JSON, _ charactersMax: Int) -> Bool {
        value.stringValue.map { !$0.isEmpty && $0.count <= charactersMax } ?? false
    }
}
