/// A user as a dictionary key.
///
/// Users are opaque: they are the same when their bytes are. `String` would also take composed and
/// decomposed letters for equal, and one person could wear another's id.
struct UserKey: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (one: Self, other: Self) -> Bool {
        one.text.utf8.elementsEqual(other.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
