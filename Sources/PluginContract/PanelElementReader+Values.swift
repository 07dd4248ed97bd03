import Wire

extension PanelElementReader {
    func identifier() throws(HostCallError) -> String {
        guard let id = table.named("id")?.stringValue, Identifier.isValid(id) else {
            throw wrong("id must be \(Identifier.rule)", table.named("id"))
        }
        return id
    }

    func label(defaultingTo id: String) throws(HostCallError) -> JSON {
        guard let label = table.named("label") else { return .string(id) }
        return try text(label, "label", Panel.Limit.labelCharacters)
    }

    /// The label of an element that has it as its first value.
    func labelValue() throws(HostCallError) -> JSON {
        try text(table.at(2), "label", Panel.Limit.labelCharacters)
    }

    func flag(_ name: String) throws(HostCallError) -> JSON? {
        guard let flag = table.flag(name), !flag.isNull else { return nil }
        guard flag.boolValue != nil else { throw wrong("\(name) must be true or false", flag) }
        return flag
    }

    /// A key of the texts, or a text of its own: one for every language, or one for each.
    func text(
        _ value: JSON?, _ what: String, _ charactersMax: Int
    ) throws(HostCallError) -> JSON {
        guard let value, PanelText.isValid(value, charactersMax: charactersMax) else {
            throw wrong(
                "\(what) must be a text of 1 to \(charactersMax) characters, or"
                    + " { zh = …, en = … } of such texts", value)
        }
        return value
    }

    func integer(
        _ name: String, in range: ClosedRange<Int64>
    ) throws(HostCallError) -> Int64? {
        guard let value = table.named(name) else { return nil }
        guard let number = value.wholeNumber, range.contains(number) else {
            throw wrong(
                "\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)", value)
        }
        return number
    }

    func integerOrText(_ value: JSON?, _ what: String) throws(HostCallError) -> JSON {
        let limit = Panel.Limit.labelCharacters
        if let number = value?.wholeNumber { return .integer(number) }
        if let text = value?.stringValue, text.count <= limit { return .string(text) }
        throw wrong("\(what) must be an integer or a text of at most \(limit) characters", value)
    }

    /// A name as it is, one for each language, or `{ text = "coupon" }`.
    func itemName(_ value: JSON?) throws(HostCallError) -> JSON {
        if let key = PanelText.key(value) { return key }
        return try text(value, "an item's name", Panel.Limit.labelCharacters)
    }

    /// An integer, a text, `{ money = 4900 }` or `{ text = "coupon" }`.
    func itemValue(_ value: JSON?) throws(HostCallError) -> JSON {
        if let key = PanelText.key(value) { return key }
        guard let value, let amount = value.objectValue?["money"] else {
            return try integerOrText(value, "an item's value")
        }
        guard let number = amount.wholeNumber, value.objectValue?.count == 1 else {
            throw wrong("money must be an integer of minor units", amount)
        }
        return ["money": .integer(number)]
    }

    func arguments() throws(HostCallError) -> JSON? {
        guard let value = table.named("args") else { return nil }
        do {
            let arguments = try TextArguments(lua: value)
            return arguments.json.isEmpty ? nil : .object(arguments.json)
        } catch {
            throw HostCallError("\(place): \(error)")
        }
    }
}

/// A text as a panel carries it: a key of the plugin's texts, which is shown as it is when it is no
/// key, or an object from locale to text for what no locale file can hold, because it is not known
/// beforehand or must not be known yet.
enum PanelText {
    static func isValid(_ value: JSON, charactersMax: Int) -> Bool {
        guard let texts = value.objectValue else { return isOne(value, charactersMax) }
        return Manifest.localesRequired.allSatisfy { texts[$0] != nil }
            && texts.count <= Manifest.localesMax
            && texts.members.allSatisfy { locale, text in
                Manifest.isLocale(locale) && isOne(text, charactersMax)
            }
    }

    /// `{ text = "coupon" }`, which stands for the text of a key where a text by itself is shown as it
    /// is; nil for anything else.
    static func key(_ value: JSON?) -> JSON? {
        guard let object = value?.objectValue, object.count == 1, let key = object["text"],
            isOne(key, Panel.Limit.labelCharacters)
        else { return nil }
        return ["text": key]
    }

    private static func isOne(_ value: JSON, _ charactersMax: Int) -> Bool {
        value.stringValue.map { !$0.isEmpty && $0.count <= charactersMax } ?? false
    }
}

/// The `args` of a text: what stands for `{name}` in the locale file.
struct TextArguments {
    /// From name to a text, an integer, `{"money"}`, `{"text"}` or `{"viewer"}`.
    private(set) var json: JSONObject = [:]

    /// - Throws: What is wrong, naming the argument.
    init(lua value: JSON) throws(HostCallError) {
        if value == .array([]) { return }
        guard let object = value.objectValue, object.count <= Panel.Limit.arguments else {
            throw HostCallError(
                "args must be a table of at most \(Panel.Limit.arguments) named values")
        }
        for (name, value) in object.members {
            guard let argument = Self.argument(value) else {
                throw HostCallError(
                    "args.\(name) must be a text of at most \(Panel.Limit.labelCharacters)"
                        + " characters, an integer, { money = 4900 }, { text = \"coupon\" } or"
                        + " { viewer = viewer },"
                        + " got \(value.quoted)")
            }
            json[name] = argument
        }
    }

    private static func argument(_ value: JSON) -> JSON? {
        if let number = value.wholeNumber { return .integer(number) }
        if let text = value.stringValue {
            return text.count <= Panel.Limit.labelCharacters ? .string(text) : nil
        }
        guard let object = value.objectValue, object.count == 1 else { return nil }
        if let amount = object["money"]?.wholeNumber { return ["money": .integer(amount)] }
        if let key = PanelText.key(value) { return key }
        if let viewer = object["viewer"].flatMap(Viewer.init) { return ["viewer": viewer.json] }
        return nil
    }
}
