import Wire

/// Reads values out of a manifest and gathers what is wrong with them.
struct ManifestReader {
    let file: String
    let locator: JSONLocator
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
        guard let text = value.stringValue, (1...charactersMax).contains(text.count) else {
            report(path, "must be a text of 1 to \(charactersMax) characters")
            return nil
        }
        return text
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
