/// A request target (RFC 9112, section 3.2) taken apart.
struct HTTPTarget {
    var path: String
    var query: String
    /// Host and port of an absolute target.
    var authority: String?

    init(
        parsing target: ArraySlice<UInt8>, method: String, limits: HTTPLimits
    ) throws(HTTPError) {
        guard target.count <= limits.targetBytesMax else { throw Self.tooLong(limits) }
        // A fragment is never sent; a byte that is not ASCII must be percent-encoded.
        guard target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) else {
            throw .badRequest("the target has characters that are not allowed")
        }
        guard method != "CONNECT" else {
            throw HTTPError(
                status: 501, code: "UNSUPPORTED_METHOD", detail: "this server is not a proxy")
        }
        if method == "OPTIONS", target.elementsEqual("*".utf8) {
            self.init(path: "*", query: "", authority: nil)
            return
        }
        var rest = target
        var authority: String?
        if rest.first != UInt8(ascii: "/") {
            rest = try Self.afterScheme(target)
            let end =
                rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
                ?? rest.endIndex
            guard end > rest.startIndex, rest[..<end].allSatisfy(isAuthorityCharacter) else {
                throw .badRequest("the target names no host")
            }
            authority = String(decoding: rest[..<end], as: UTF8.self)
            rest = rest[end...]
        }
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        guard let path = percentDecoded(rest[..<mark], plusIsSpace: false) else {
            throw .badRequest("the path is not percent-encoded UTF-8")
        }
        self.init(
            path: path.isEmpty ? "/" : path,
            query: String(decoding: rest[mark...].dropFirst(), as: UTF8.self),
            authority: authority)
    }

    private init(path: String, query: String, authority: String?) {
        self.path = path
        self.query = query
        self.authority = authority
    }

    private static func afterScheme(
        _ target: ArraySlice<UInt8>
    ) throws(HTTPError) -> ArraySlice<UInt8> {
        for scheme in ["http://", "https://"] {
            let start = String(decoding: target.prefix(scheme.utf8.count), as: UTF8.self)
            if start.lowercased() == scheme { return target.dropFirst(scheme.utf8.count) }
        }
        throw .badRequest("the target is neither a path nor an http address")
    }

    static func tooLong(_ limits: HTTPLimits) -> HTTPError {
        HTTPError(
            status: 414, code: "TARGET_TOO_LONG",
            detail: "the target has more than \(limits.targetBytesMax) bytes")
    }
}

/// RFC 3986, section 3.2, without user information, which has no place in a request, and without
/// the comma, which would look like two hosts.
func isAuthorityCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
        UInt8(ascii: "%"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"),
        UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"),
        UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: ":"),
        UInt8(ascii: "["), UInt8(ascii: "]"):
        true
    default:
        false
    }
}
