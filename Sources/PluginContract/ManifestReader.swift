import Wire

/// Reads values out of a manifest and gathers what is wrong with them.
struct ManifestReader {
    let file: String
    let locator: JSONLocator
    /// Those in which the plugin must say everything.
    var locales = Manifest.localesRequired
    private(set) var problems: [ManifestError.Problem] = []

    init(file: String, locator: JSONLocator) {
        self.file = file
        self.locator = locator
    }

    mutating func report(_ path: String, _ message: String) {
        problems.append(
            .init(file: file, line: locator.line(of: path), path: path, message: message))
    }

    /// The object at a path, or nil after a report.
    mutating func object(_ value: JSON?, _ path: String, what: String) -> JSONObject? {
        if let object = value?.objectValue { return object }
        report(path, value == nil ? "is missing: \(what)" : "must be \(what)")
        return nil
    }

    /// A string of 1 to `charactersMax` characters, or nil after a report.
    mutating func text(_ value: JSON?, _ path: String, charactersMax: Int) -> String? {
        guard let value else {
            report(path, "is missing: add a text of 1 to \(charactersMax) characters")
            return nil
        }
        guard let text = value.stringValue, (1...charactersMax).contains(text.unicodeScalars.count)
        else {
            report(path, "must be a text of 1 to \(charactersMax) characters")
            return nil
        }
        return text
    }

    /// Texts by locale, for every locale of the plugin.
    mutating func localized(
        _ value: JSON?, _ path: String, charactersMax: Int, isRequired: Bool
    ) -> [String: String] {
        if value == nil && !isRequired { return [:] }
        let list = locales.joined(separator: " and ")
        guard let object = object(value, path, what: "an object with texts for \(list)") else {
            return [:]
        }
        var texts: [String: String] = [:]
        for (locale, text) in object.members {
            guard Manifest.isLocale(locale) else {
                report("\(path).\(locale)", "must be a locale such as zh, en or pt-BR")
                continue
            }
            texts[locale] = self.text(text, "\(path).\(locale)", charactersMax: charactersMax)
        }
        for locale in locales where object[locale] == nil {
            report("\(path).\(locale)", "is missing: add the text in this language")
        }
        return texts
    }

    /// A list of different known names, or what of it is good after reports.
    mutating func names<Name: RawRepresentable & CaseIterable & Hashable>(
        _ value: JSON, _ path: String, what: String
    ) -> [Name] where Name.RawValue == String {
        let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
        guard let list = value.arrayValue else {
            report(path, "must be a list of \(known)")
            return []
        }
        var names: [Name] = []
        for (index, element) in list.enumerated() {
            guard let text = element.stringValue, let name = Name(rawValue: text) else {
                report("\(path)[\(index)]", "is not \(what); known are \(known)")
                continue
            }
            if names.contains(name) {
                report("\(path)[\(index)]", "\"\(text)\" is listed twice; remove one")
            } else {
                names.append(name)
            }
        }
        return names
    }

    /// An integer in a range, or nil after a report.
    mutating func integer(_ value: JSON, _ path: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let number = value.integerValue, range.contains(number) else {
            report(
                path, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func boolean(_ value: JSON?, _ path: String) -> Bool {
        guard let value else { return false }
        guard let flag = value.boolValue else {
            report(path, "must be true or false")
            return false
        }
        return flag
    }

    /// Reports each member whose name is not in `names`.
    mutating func refuseUnknown(_ object: JSONObject, _ path: String, allowed names: [String]) {
        for (name, _) in object.members where !names.contains(name) {
            report(
                "\(path).\(name)",
                "is not a known field; known are \(names.joined(separator: ", "))")
        }
    }
}
