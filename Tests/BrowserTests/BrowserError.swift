/// Tells why a page did not do what a test expected.
struct BrowserError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
