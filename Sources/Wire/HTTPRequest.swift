/// A whole HTTP request (RFC 9110).
package struct HTTPRequest: Sendable {
    /// Case-sensitive, such as `GET`; any token may come.
    package var method: String
    /// The request target as it was sent.
    package var target: String
    /// The path, percent-decoded once. Begins with a slash, or is `*`. Dot segments are left in
    /// place, and a decoded `%2F` looks like a slash: match it as a whole, never as a file name.
    package var path: String
    /// What follows the question mark, not decoded; empty if nothing does.
    package var query: String
    /// In order; names in lower case.
    package var headers: [(name: String, value: String)]
    /// Without its framing; empty if there is none.
    package var body: [UInt8]
    /// (1, 0) or (1, 1).
    package var version: (major: Int, minor: Int)
    /// Whether the client expects the connection to stay open.
    package var keepAlive: Bool

    /// Makes a request; names of headers may be of any case.
    package init(
        method: String = "GET", target: String, path: String, query: String = "",
        headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        version: (major: Int, minor: Int) = (1, 1), keepAlive: Bool = true
    ) {
        self.method = method
        self.target = target
        self.path = path
        self.query = query
        self.headers = headers.map { ($0.name.lowercased(), $0.value) }
        self.body = body
        self.version = version
        self.keepAlive = keepAlive
    }

    /// The value of a header, nil if it is missing.
    ///
    /// The name may be of any case. Several fields of it are joined by `, ` (RFC 9110, section
    /// 5.3), so that who sends a header twice that may come only once is not understood.
    package func header(_ name: String) -> String? {
        let values = headerValues(name)
        return values.count > 1 ? values.joined(separator: ", ") : values.first
    }

    /// The elements of a comma-separated list over all fields of the name, which may be of any
    /// case; the elements are in lower case.
    package func headerTokens(_ name: String) -> [String] {
        headerElements(name).map { $0.lowercased() }
    }

    /// The decoded value of the first query parameter of this name; nil if it is missing or its
    /// percent encoding is broken. A plus sign stands for a space.
    package func queryValue(_ name: String) -> String? {
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard percentDecoded(parts[0], plusIsSpace: true) == name else { continue }
            return parts.count > 1 ? percentDecoded(parts[1], plusIsSpace: true) : ""
        }
        return nil
    }

    func headerValues(_ name: String) -> [String] {
        let name = name.lowercased()
        return headers.filter { $0.name == name }.map(\.value)
    }

    /// As ``headerTokens(_:)``, in the case in which they were sent.
    func headerElements(_ name: String) -> [String] {
        headerValues(name).flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }
            .map { String(Substring(trimmingSpace($0))) }
            .filter { !$0.isEmpty }
    }
}

/// Drops spaces and tabs from both ends.
func trimmingSpace<Text: BidirectionalCollection<UInt8>>(_ text: Text) -> Text.SubSequence {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    guard let first = text.firstIndex(where: { !isSpace($0) }),
        let last = text.lastIndex(where: { !isSpace($0) })
    else { return text[text.endIndex...] }
    return text[first...last]
}

/// Decodes percent-encoded text (RFC 3986, section 2.1); nil if an escape is broken or the result
/// is not UTF-8 or has a NUL in it.
func percentDecoded(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> String? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.count)
    var rest = text.makeIterator()
    while let byte = rest.next() {
        switch byte {
        case UInt8(ascii: "%"):
            guard let high = rest.next().flatMap(hexadecimalDigit),
                let low = rest.next().flatMap(hexadecimalDigit)
            else { return nil }
            decoded.append(high << 4 | low)
        case UInt8(ascii: "+") where plusIsSpace:
            decoded.append(UInt8(ascii: " "))
        default:
            decoded.append(byte)
        }
    }
    guard !decoded.contains(0), decoded.withUnsafeBytes(UTF8Validator.isValid) else { return nil }
    return String(decoding: decoded, as: UTF8.self)
}
