/// A whole HTTP response (RFC 9110).
package struct HTTPResponse: Sendable {
    /// 100 to 599.
    package var status: Int
    /// In order; names in any case.
    package var headers: [(String, String)]
    /// Empty if the status allows none.
    package var body: [UInt8]

    /// Makes a response; length and connection are added by ``encoded(keepAlive:headOnly:)``.
    package init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Makes a response out of JSON.
    package static func json(_ value: JSON, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [("Content-Type", "application/json")], body: value.encoded())
    }

    /// Makes an error response: problem details (RFC 9457) of type `about:blank`.
    ///
    /// The code, stable and in capitals, is a member beside those of the RFC; the detail is a
    /// sentence for developers.
    package static func problem(
        status: Int, code: String, detail: String, headers: [(String, String)] = []
    ) -> HTTPResponse {
        let problem: JSON = [
            "type": "about:blank", "title": .string(reason(status)),
            "status": .integer(Int64(status)), "code": .string(code), "detail": .string(detail),
        ]
        return HTTPResponse(
            status: status, headers: [("Content-Type", "application/problem+json")] + headers,
            body: problem.encoded())
    }

    /// Makes the response to an error.
    package static func problem(_ error: HTTPError) -> HTTPResponse {
        problem(
            status: error.status, code: error.code, detail: error.detail, headers: error.headers)
    }

    /// Encodes the response for the connection.
    ///
    /// `Content-Length` and `Connection` are added unless they are among the headers or, as with
    /// 101 and 204, have no place there. A header with a line break in it is a programming error
    /// and traps. `keepAlive` says whether the connection stays open afterwards; `headOnly` is for
    /// the answer to a HEAD request, which has the length of the body but not the body.
    package func encoded(keepAlive: Bool, headOnly: Bool = false) -> [UInt8] {
        precondition((100...599).contains(status), "\(status) is not a status")
        var bytes = Array("HTTP/1.1 \(status) \(Self.reason(status))\r\n".utf8)
        var names: Set<String> = []
        for (name, value) in headers {
            bytes.appendHeader(name, value)
            names.insert(name.lowercased())
        }
        let mayHaveBody = status >= 200 && status != 204 && status != 304
        precondition(mayHaveBody || body.isEmpty, "a response of status \(status) has no body")
        if mayHaveBody, !names.contains("content-length") {
            bytes.appendHeader("Content-Length", String(body.count))
        }
        if status >= 200, !names.contains("connection") {
            bytes.appendHeader("Connection", keepAlive ? "keep-alive" : "close")
        }
        bytes.append(contentsOf: "\r\n".utf8)
        if !headOnly { bytes.append(contentsOf: body) }
        return bytes
    }

    /// The reason phrase of a status (RFC 9110, section 15); the name of its class if unknown.
    package static func reason(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Content"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        case ..<200: "Informational"
        case ..<300: "Success"
        case ..<400: "Redirection"
        case ..<500: "Client Error"
        default: "Server Error"
        }
    }
}

extension [UInt8] {
    /// Appends a field line; traps if it would become two, or none.
    mutating func appendHeader(_ name: String, _ value: String) {
        precondition(
            !name.isEmpty && name.utf8.allSatisfy(isTokenCharacter), "\(name) is no header name")
        precondition(
            value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 },
            "the value of \(name) has a control character")
        append(contentsOf: name.utf8)
        append(contentsOf: ": ".utf8)
        append(contentsOf: value.utf8)
        append(contentsOf: "\r\n".utf8)
    }
}
