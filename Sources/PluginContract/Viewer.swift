package import Wire

/// A person as a plugin sees one: an opaque id and a display name.
package struct Viewer: Hashable, Sendable {
    /// Opaque, 1 to 64 bytes.
    package var user: String
    /// 1 to 32 characters.
    package var name: String

    package init(user: String, name: String) {
        self.user = user
        self.name = name
    }

    package init(_ person: Person) { self.init(user: person.user, name: person.name) }

    /// Reads `{"user","name"}`; nil for anything else.
    package init?(json: JSON) {
        guard let object = json.objectValue,
            let user = object["user"]?.stringValue, (1...64).contains(user.utf8.count),
            let name = object["name"]?.stringValue, name.utf8.count <= 256
        else { return nil }
        self.init(user: user, name: name)
    }

    /// `{"user","name"}`.
    package var json: JSON {
        .object(JSONObject([("user", .string(user)), ("name", .string(name))]))
    }

    /// What strangers learn of the name: its first character, and as many stars for everybody.
    package var maskedName: String { name.prefix(1) + "***" }
}
