import PluginHosting
import Wire

/// Writes a panel as lines of text, for people who read the output of a test.
struct ScreenText {
    private let texts: JSON
    private let locale: String

    init(program: PluginProgram, locale: String) {
        self.locale = locale
        texts = program.locales[locale].flatMap { try? JSON(parsing: $0) } ?? .null
    }

    /// One line an element, its values after its kind.
    ///
    /// Those inside of another one stand below it.
    func lines(of elements: JSON, indent: String = "") -> [String] {
        (elements.arrayValue ?? []).flatMap { element in
            [indent + line(of: element)]
                + lines(of: element["elements"] ?? [], indent: indent + "  ")
        }
    }

    private func line(of element: JSON) -> String {
        let currency = element["currency"]?.stringValue
        var parts = [element["kind"]?.stringValue ?? "?"]
        if let id = element["id"]?.stringValue { parts.append("#\(id)") }
        if let text = element["text"] { parts.append("\"\(read(text, element["args"]))\"") }
        if let label = element["label"] { parts.append(read(label)) }
        if let product = element["product"] {
            parts.append(product["id"]?.stringValue ?? "?")
            if let price = product["priceMinor"], price.isNull { parts.append("(price hidden)") }
        }
        if let name = element["name"]?.stringValue { parts.append(name) }
        if let value = element["value"] { parts.append("= \(shown(value, currency))") }
        if let locked = element["locked"] { parts.append("locked = \(shown(locked, currency))") }
        if element["disabled"] == true { parts.append("(disabled)") }
        if let options = element["options"]?.arrayValue {
            parts.append(options.map { read($0["label"] ?? "") }.joined(separator: " | "))
        }
        if let seconds = element["seconds"] { parts.append("of \(shown(seconds, nil)) s") }
        if let items = element["items"]?.arrayValue {
            let names = items.map { item in
                let value = item["value"] ?? item["points"] ?? .null
                let name = item["name"]
                let isKey = name?["text"] != nil
                return "\(name.map { isKey ? shown($0, nil) : pick($0) } ?? "?") "
                    + shown(value, currency)
            }
            parts.append("[\(names.joined(separator: ", "))]")
        }
        return parts.joined(separator: " ")
    }

    /// What is read where an element has a text: that of a key, or the one for this language.
    private func read(_ text: JSON, _ arguments: JSON? = nil) -> String {
        filled(pick(text), arguments)
    }

    /// The one of several texts that is for this language.
    private func pick(_ text: JSON) -> String {
        text.stringValue ?? text[locale]?.stringValue ?? text["en"]?.stringValue ?? "?"
    }

    /// The text of a key with its arguments put in; a text that is no key stays as it is.
    func filled(_ key: String, _ arguments: JSON?) -> String {
        var text = texts[key]?.stringValue ?? key
        for (name, value) in arguments?.objectValue ?? [:] {
            text = text.replacing("{\(name)}", with: shown(value, nil))
        }
        return text
    }

    /// A value as a person reads it: amounts with two digits after the point.
    private func shown(_ value: JSON, _ currency: String?) -> String {
        switch value {
        case .string(let text): text
        case .integer(let number):
            currency == nil ? "\(number)" : Self.amount(number)
        case .object(let object):
            object["money"]?.integerValue.map(Self.amount)
                ?? object["text"]?.stringValue.map { filled($0, nil) }
                ?? object["viewer"]?["name"]?.stringValue
                ?? String(decoding: value.encoded(), as: UTF8.self)
        default: String(decoding: value.encoded(), as: UTF8.self)
        }
    }

    private static func amount(_ minor: Int64) -> String {
        let cents = minor.magnitude % 100
        return (minor < 0 ? "-" : "") + "\(minor.magnitude / 100)."
            + (cents < 10 ? "0\(cents)" : "\(cents)")
    }
}
