/// Request line and headers, checked (RFC 9112, sections 2 to 7), and how the body is framed.
///
/// Two readers of one stream who disagree on where a request ends are how requests are smuggled.
/// What can be read in two ways is therefore refused, even where the RFC would allow to repair it.
struct HTTPRequestHead {
    enum Framing: Equatable {
        case length(Int)
        case chunked
    }
    /// The request, its body still empty.
    var request: HTTPRequest
    var framing: Framing
    /// `Expect: 100-continue`.
    var expectsContinue: Bool

    /// Parses the bytes from the request line to the empty line, inclusive. The decoder has checked
    /// that every line ends in CR LF and that there are no other control characters but tabs.
    init(parsing bytes: ArraySlice<UInt8>, limits: HTTPLimits) throws(HTTPError) {
        var lines = HTTPLines(bytes)
        let line = lines.next() ?? []
        let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw .badRequest("the request line is not method, target and version")
        }
        guard !parts[0].isEmpty, parts[0].allSatisfy(isTokenCharacter) else {
            throw .badRequest("the method has characters that are not allowed")
        }
        let method = String(decoding: parts[0], as: UTF8.self)
        let version = try Self.version(parts[2])
        let target = try HTTPTarget(parsing: parts[1], method: method, limits: limits)
        var headers: [(name: String, value: String)] = []
        while let line = lines.next(), !line.isEmpty {
            guard headers.count < limits.headersMax else {
                throw HTTPError(
                    status: 431, code: "TOO_MANY_HEADERS",
                    detail: "more than \(limits.headersMax) headers")
            }
            headers.append(try Self.field(line))
        }
        request = HTTPRequest(
            method: method, target: String(decoding: parts[1], as: UTF8.self), path: target.path,
            query: target.query, headers: headers, version: version)
        try Self.checkHost(request, authority: target.authority)
        framing = try Self.framing(request, limits)
        expectsContinue = try Self.expectsContinue(request)
        let connection = request.headerTokens("connection")
        request.keepAlive =
            !connection.contains("close")
            && (version.minor == 1 || connection.contains("keep-alive"))
    }

    private static func version(
        _ text: ArraySlice<UInt8>
    ) throws(HTTPError) -> (major: Int, minor: Int) {
        let bytes = Array(text)
        guard bytes.count == 8, bytes.starts(with: "HTTP/".utf8), bytes[6] == UInt8(ascii: "."),
            let major = decimal(bytes[5]), let minor = decimal(bytes[7])
        else { throw .badRequest("the request line does not end in a version of HTTP") }
        guard major == 1, minor <= 1 else {
            throw HTTPError(
                status: 505, code: "UNSUPPORTED_VERSION",
                detail: "HTTP/\(major).\(minor) is not spoken here, HTTP/1.1 is")
        }
        return (major, minor)
    }

    private static func decimal(_ byte: UInt8) -> Int? {
        let digit = byte &- UInt8(ascii: "0")
        return digit < 10 ? Int(digit) : nil
    }

    /// Parses one field line. A line that begins with a space, an obsolete continuation, has no
    /// valid name; neither has one with a space before the colon.
    static func field(
        _ line: ArraySlice<UInt8>
    ) throws(HTTPError) -> (name: String, value: String) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else {
            throw .badRequest("a header has no colon")
        }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(isTokenCharacter) else {
            throw .badRequest("a header's name has characters that are not allowed")
        }
        return (
            String(decoding: name.map(lowercased), as: UTF8.self),
            String(decoding: trimmingSpace(line[(colon + 1)...]), as: UTF8.self)
        )
    }

    private static func checkHost(
        _ request: HTTPRequest, authority: String?
    ) throws(HTTPError) {
        let hosts = request.headerValues("host")
        guard hosts.count == 1 || hosts.isEmpty && request.version.minor == 0 else {
            throw .badRequest("there must be one Host header, not \(hosts.count)")
        }
        guard hosts.allSatisfy({ $0.utf8.allSatisfy(isAuthorityCharacter) }) else {
            throw .badRequest("the Host header has characters that are not allowed")
        }
        if let authority, let host = hosts.first, authority.lowercased() != host.lowercased() {
            throw .badRequest("target and Host header name different hosts")
        }
    }

    private static func framing(
        _ request: HTTPRequest, _ limits: HTTPLimits
    ) throws(HTTPError) -> Framing {
        let lengths = request.headerValues("content-length")
        let codings = request.headerValues("transfer-encoding")
        guard codings.isEmpty else {
            guard lengths.isEmpty else {
                throw .badRequest("there are both Content-Length and Transfer-Encoding")
            }
            guard request.version.minor == 1 else {
                throw .badRequest("HTTP/1.0 has no Transfer-Encoding")
            }
            guard codings.count == 1, codings[0].lowercased() == "chunked" else {
                throw HTTPError(
                    status: 501, code: "UNSUPPORTED_CODING",
                    detail: "the only transfer coding understood here is chunked")
            }
            return .chunked
        }
        guard let length = lengths.first else { return .length(0) }
        guard lengths.count == 1 else { throw .badRequest("there are several Content-Lengths") }
        let digits = length.utf8.map { $0 &- UInt8(ascii: "0") }
        guard !digits.isEmpty, digits.allSatisfy({ $0 < 10 }) else {
            throw .badRequest("the Content-Length is not a number")
        }
        var count = 0
        for digit in digits {
            count = count * 10 + Int(digit)
            guard count <= limits.bodyBytesMax else { throw HTTPError.bodyTooLarge(limits) }
        }
        return .length(count)
    }

    private static func expectsContinue(_ request: HTTPRequest) throws(HTTPError) -> Bool {
        let expectations = request.headerTokens("expect")
        guard expectations.allSatisfy({ $0 == "100-continue" }) else {
            throw HTTPError(
                status: 417, code: "EXPECTATION_FAILED",
                detail: "the only expectation understood here is 100-continue")
        }
        // RFC 9110, section 10.1.1: of a client of HTTP/1.0 it is ignored.
        return !expectations.isEmpty && request.version.minor == 1
    }
}

extension HTTPError {
    static func bodyTooLarge(_ limits: HTTPLimits) -> HTTPError {
        HTTPError(
            status: 413, code: "BODY_TOO_LARGE",
            detail: "the body has more than \(limits.bodyBytesMax) bytes")
    }
}

/// The lines of bytes in which every line is known to end in CR LF, without their ends.
struct HTTPLines: IteratorProtocol {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<(end - 1)]
    }
}

/// RFC 9110, section 5.6.2.
func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        true
    case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
        UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
        UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
        true
    default:
        false
    }
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
