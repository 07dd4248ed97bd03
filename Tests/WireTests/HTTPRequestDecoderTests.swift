import Testing
import Wire

@Suite struct HTTPRequestDecoderTests {
    private static let host = "Host: tea.example\r\n"

    @Test func `A request is taken apart`() throws {
        let request = try single(
            "POST /v1/rooms/tea%20house?after=1&x=%C3%A9 HTTP/1.1\r\nHOST: a:8080\r\n"
                + "X-Two:  one \t\r\nx-two: two\r\nEmpty:\r\nContent-Length: 3\r\n\r\nabc")
        #expect(request.method == "POST")
        #expect(request.target == "/v1/rooms/tea%20house?after=1&x=%C3%A9")
        #expect(request.path == "/v1/rooms/tea house")
        #expect(request.query == "after=1&x=%C3%A9")
        #expect(
            request.headers.map(\.name) == ["host", "x-two", "x-two", "empty", "content-length"])
        #expect(request.headers.map(\.value) == ["a:8080", "one", "two", "", "3"])
        #expect(request.body == Array("abc".utf8))
        #expect(request.version == (1, 1))
        #expect(request.keepAlive)
        #expect(request.header("X-TWO") == "one, two")
        #expect(request.header("empty") == "")
        #expect(request.header("missing") == nil)
    }

    @Test func `Lists are read over all fields, in lower case and without empty elements`() throws {
        let request = try single(
            "GET / HTTP/1.1\r\n\(Self.host)Connection: Keep-Alive , ,UPGRADE\r\n"
                + "connection:x\r\n\r\n"
        )
        #expect(request.headerTokens("Connection") == ["keep-alive", "upgrade", "x"])
        #expect(request.headerTokens("missing") == [])
    }

    @Test(
        arguments: [
            ("a", "1"), ("b", "x y"), ("c", ""), ("d", "é&="), ("e", "a=b"), ("none", nil),
            ("f", nil),
            ("g", nil), ("h", nil), ("twice", "1"), ("", nil),
        ] as [(String, String?)])
    func `Query values are decoded`(name: String, value: String?) throws {
        let query = "a=1&b=x+y&c&%64=%C3%A9%26%3d&e=a=b&f=%4&g=%FF&h=%00&twice=1&twice=2"
        #expect(try single("GET /?\(query) HTTP/1.1\r\n\(Self.host)\r\n").queryValue(name) == value)
    }

    static let targets: [(String, String, String)] = [
        ("GET /", "/", ""), ("GET /?", "/", ""), ("GET /a?b?c", "/a", "b?c"),
        ("GET //a/../b", "//a/../b", ""),
        ("GET /%41%2f%25%2541", "/A/%%41", ""), ("GET /+", "/+", ""), ("GET /%E8%8C%B6", "/茶", ""),
        ("GET http://tea.example/a?b", "/a", "b"), ("GET HTTPS://tea.example", "/", ""),
        ("GET http://TEA.example?b", "/", "b"), ("OPTIONS *", "*", ""), ("BREW-1 /pot", "/pot", ""),
    ]

    @Test(arguments: targets) func `Targets of every form are read`(
        line: String, path: String, query: String
    ) throws {
        let request = try single("\(line) HTTP/1.1\r\n\(Self.host)\r\n")
        #expect(request.path == path)
        #expect(request.query == query)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
        ("HTTP/1.1", "Connection: x, Close\r\n", false),
        ("HTTP/1.1", "Connection: keep-alive\r\n", true),
        ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
        ("HTTP/1.0", "Connection: keep-alive, close\r\n", false),
    ])
    func `Keep-alive follows version and Connection`(
        version: String, header: String, expected: Bool
    ) throws {
        let request = try single("GET / \(version)\r\n\(Self.host)\(header)\r\n")
        #expect(request.keepAlive == expected)
        #expect(request.version == (1, version == "HTTP/1.1" ? 1 : 0))
    }

    @Test func `HTTP 1.0 needs no host`() throws {
        #expect(try single("GET / HTTP/1.0\r\n\r\n").headers.isEmpty)
    }

    static let refused: [(String, Int, String)] = [
        // Request line.
        ("GET /\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET  / HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1 \r\n\(host)\r\n", 400, "BAD_REQUEST"),
        (" GET / HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET\t/ HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("G(T / HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / a HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("\u{16}\u{3}\u{1}", 400, "BAD_REQUEST"), ("\n", 400, "BAD_REQUEST"),
        ("\rG", 400, "BAD_REQUEST"),
        // Version.
        ("GET / HTTP/2.0\r\n\(host)\r\n", 505, "UNSUPPORTED_VERSION"),
        ("GET / HTTP/1.2\r\n\(host)\r\n", 505, "UNSUPPORTED_VERSION"),
        ("GET / HTTP/0.9\r\n\(host)\r\n", 505, "UNSUPPORTED_VERSION"),
        ("GET / http/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.10\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1,1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/x.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        // Target.
        ("GET a HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET * HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /% HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /%4 HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /%4G HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /%00 HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /%FF HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /%C0%AF HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /%ED%A0%80 HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /a#b HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET /茶 HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET ftp://tea.example/ HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET http:///a HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET http://u@tea.example/ HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET http://other.example/ HTTP/1.1\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("CONNECT tea.example:80 HTTP/1.1\r\n\(host)\r\n", 501, "UNSUPPORTED_METHOD"),
        // Host.
        ("GET / HTTP/1.1\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.0\r\n\(host)\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400, "BAD_REQUEST"),
        // Headers.
        ("GET / HTTP/1.1\r\n\(host)a\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a : b\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host): b\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a b: c\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)é: c\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host) a: b\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a: b\r\n c\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a: b\r\n\tc: d\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n a: b\r\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a: b\0\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a: b\u{b}\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a: b\u{7f}\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a: b\rc: d\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\n\(host)\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)a: b\nc: d\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)\r\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\n\(host)Expect: tea\r\n\r\n", 417, "EXPECTATION_FAILED"),
        // Framing.
        (
            "POST / HTTP/1.1\r\n\(host)Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400, "BAD_REQUEST"
        ),
        (
            "POST / HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400,
            "BAD_REQUEST"
        ),
        (
            "POST / HTTP/1.1\r\n\(host)Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400,
            "BAD_REQUEST"
        ),
        ("POST / HTTP/1.1\r\n\(host)Content-Length: 1, 1\r\n\r\n", 400, "BAD_REQUEST"),
        ("POST / HTTP/1.1\r\n\(host)Content-Length: +1\r\n\r\n", 400, "BAD_REQUEST"),
        ("POST / HTTP/1.1\r\n\(host)Content-Length: -1\r\n\r\n", 400, "BAD_REQUEST"),
        ("POST / HTTP/1.1\r\n\(host)Content-Length: 0x1\r\n\r\n", 400, "BAD_REQUEST"),
        ("POST / HTTP/1.1\r\n\(host)Content-Length:\r\n\r\n", 400, "BAD_REQUEST"),
        ("POST / HTTP/1.1\r\n\(host)Content-Length: 1 1\r\n\r\n", 400, "BAD_REQUEST"),
        (
            "POST / HTTP/1.1\r\n\(host)Content-Length: 99999999999999999999999999\r\n\r\n", 413,
            "BODY_TOO_LARGE"
        ),
        ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding: gzip\r\n\r\n", 501, "UNSUPPORTED_CODING"),
        (
            "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: gzip, chunked\r\n\r\n", 501,
            "UNSUPPORTED_CODING"
        ),
        (
            "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: chunked, chunked\r\n\r\n", 501,
            "UNSUPPORTED_CODING"
        ),
        (
            "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: xchunked\r\n\r\n", 501,
            "UNSUPPORTED_CODING"
        ),
        (
            "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: \"chunked\"\r\n\r\n", 501,
            "UNSUPPORTED_CODING"
        ),
        ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding:\r\n\r\n", 501, "UNSUPPORTED_CODING"),
        (
            "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n",
            501, "UNSUPPORTED_CODING"
        ),
        ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding: \u{b}chunked\r\n\r\n", 400, "BAD_REQUEST"),
        ("POST / HTTP/1.1\r\n\(host)Transfer-Encoding : chunked\r\n\r\n", 400, "BAD_REQUEST"),
        ("POST / HTTP/1.0\r\n\(host)Transfer-Encoding: chunked\r\n\r\n", 400, "BAD_REQUEST"),
    ]

    @Test(arguments: refused) func `A bad head is refused`(text: String, status: Int, code: String)
    {
        for pieces in [[Array(text.utf8)], text.utf8.map { [$0] }] {
            let (requests, error) = decodeRequests(pieces)
            #expect(requests.isEmpty)
            #expect(error?.status == status)
            #expect(error?.code == code)
            #expect(error?.detail.isEmpty == false)
        }
    }

    static let chunked = "POST / HTTP/1.1\r\n\(host)Transfer-Encoding: Chunked\r\n\r\n"

    @Test(arguments: [
        ("0\r\n\r\n", ""), ("3\r\nabc\r\n0\r\n\r\n", "abc"),
        ("1\r\na\r\nA\r\n0123456789\r\n0\r\n\r\n", "a0123456789"),
        ("0003\r\n\r\n\r\r\n00\r\n\r\n", "\r\n\r"),
        ("3;name=value;x=\"y z\"\r\nabc\r\n0;last\r\n\r\n", "abc"),
        ("3 ;x\r\nabc\r\n0\r\n\r\n", "abc"),
        ("3\r\nabc\r\n0\r\nDigest: x\r\nHost: evil\r\n\r\n", "abc"),
    ])
    func `Chunks are put together`(text: String, body: String) throws {
        let request = try single(Self.chunked + text)
        #expect(request.body == Array(body.utf8))
        #expect(request.header("host") == "tea.example")
        #expect(request.header("digest") == nil)
    }

    @Test(arguments: [
        "\r\n", "x\r\n", "-1\r\n", "+1\r\n", "0x1\r\n", "1_\r\n", " 1\r\n", "1 \r\n", "1 2\r\n",
        "3\nabc", "3\rabc", "3;a\nb\r\n",
        "3;\0\r\n", "3\r\nabcd", "3\r\nabc\n", "3\r\nabc\r\r", "3\r\nabcx\r\n", "0\r\n\n",
        "0\r\nbad\r\n\r\n",
        "0\r\n: x\r\n\r\n", "0\r\na: b\r\n c\r\n\r\n", "0\r\na : b\r\n\r\n", "0\r\na: b\0\r\n\r\n",
        "\u{660}\r\n",
    ])
    func `Bad chunks are refused`(text: String) {
        for pieces in [
            [Array((Self.chunked + text).utf8)], (Self.chunked + text).utf8.map { [$0] },
        ] {
            let (requests, error) = decodeRequests(pieces)
            #expect(requests.isEmpty)
            #expect(error?.status == 400)
            #expect(["BAD_CHUNK", "BAD_REQUEST"].contains(error?.code))
        }
    }

    @Test func `Requests may follow each other at once, with an empty line between`() throws {
        let text =
            "GET /1 HTTP/1.1\r\n\(Self.host)\r\n\r\n" + Self.chunked + "1\r\nx\r\n0\r\n\r\n"
            + "POST /3 HTTP/1.1\r\n\(Self.host)Content-Length: 2\r\n\r\nyz"
            + "\r\nGET /4 HTTP/1.0\r\n\r\n"
        let whole = decodeRequests([Array(text.utf8)])
        let bytewise = decodeRequests(text.utf8.map { [$0] })
        for (requests, error) in [whole, bytewise] {
            #expect(error == nil)
            #expect(requests.map(\.path) == ["/1", "/", "/3", "/4"])
            #expect(requests.map(\.body) == [[], Array("x".utf8), Array("yz".utf8), []])
        }
    }

    @Test func `An error comes after the requests before it, and stays`() throws {
        var decoder = HTTPRequestDecoder()
        append(
            "GET /1 HTTP/1.1\r\n\(Self.host)\r\nGET /2\r\n\r\nGET /3 HTTP/1.1\r\n\(Self.host)\r\n",
            to: &decoder)
        #expect(try decoder.next()?.path == "/1")
        for _ in 0..<2 {
            let error = #expect(throws: HTTPError.self) { try decoder.next() }
            #expect(error?.status == 400)
            append("GET /4 HTTP/1.1\r\n\(Self.host)\r\n", to: &decoder)
        }
    }

    @Test func `The phase tells what is awaited`() throws {
        var decoder = HTTPRequestDecoder()
        #expect(decoder.phase == .idle)
        let text = "POST / HTTP/1.1\r\n\(Self.host)Content-Length: 2\r\n\r\n"
        for byte in text.utf8.dropLast() {
            append([byte], to: &decoder)
            #expect(try decoder.next() == nil)
            #expect(decoder.phase == .head)
        }
        append("\n", to: &decoder)
        #expect(try decoder.next() == nil)
        #expect(decoder.phase == .body)
        append("a", to: &decoder)
        #expect(try decoder.next() == nil)
        #expect(decoder.phase == .body)
        append("b\r\n", to: &decoder)
        #expect(try decoder.next()?.body.count == 2)
        #expect(try decoder.next() == nil)
        #expect(decoder.phase == .idle)
    }

    @Test func `A client that waits for a go-ahead is seen once`() throws {
        let head =
            "POST / HTTP/1.1\r\n\(Self.host)Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
        var decoder = HTTPRequestDecoder()
        append(head, to: &decoder)
        #expect(!decoder.wantsContinue)
        #expect(try decoder.next() == nil)
        #expect(decoder.wantsContinue)
        append("a", to: &decoder)
        #expect(!decoder.wantsContinue)
        #expect(try decoder.next() == nil)
        #expect(!decoder.wantsContinue)
        append("b", to: &decoder)
        #expect(try decoder.next()?.body.count == 2)
        // Nobody waits who has begun to send, has nothing to send, or speaks HTTP/1.0.
        for text in [
            head + "a", "POST / HTTP/1.1\r\n\(Self.host)Expect: 100-continue\r\n\r\n",
            "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        ] {
            var decoder = HTTPRequestDecoder()
            append(text, to: &decoder)
            _ = try decoder.next()
            #expect(!decoder.wantsContinue)
        }
    }

    @Test func `What follows an upgrade is handed out`() throws {
        var decoder = HTTPRequestDecoder()
        append("GET / HTTP/1.1\r\n\(Self.host)\r\n\u{1}frame", to: &decoder)
        #expect(try decoder.next() != nil)
        #expect(decoder.takeRemainder() == Array("\u{1}frame".utf8))
        #expect(decoder.takeRemainder() == [])
        #expect(decoder.phase == .idle)
    }
}
