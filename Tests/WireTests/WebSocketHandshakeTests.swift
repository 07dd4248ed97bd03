import Testing
import Wire

@Suite struct WebSocketHandshakeTests {
    /// Stands for SHA-1 with the example of RFC 6455, section 1.3.
    private static func sha1(_ bytes: [UInt8]) -> [UInt8] {
        #expect(bytes == Array("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11".utf8))
        return [
            0xB3, 0x7A, 0x4F, 0x2C, 0xC0, 0x62, 0x4F, 0x16, 0x90, 0xF6, 0x46, 0x06, 0xCF, 0x38,
            0x59, 0x45, 0xB2, 0xBE,
            0xC4, 0xEA,
        ]
    }

    private static let headers = [
        "host": "a", "upgrade": "WebSocket", "connection": "keep-alive, Upgrade",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==", "sec-websocket-version": "13",
    ]

    private func accept(
        _ changes: [String: String?] = [:], method: String = "GET", version: (Int, Int) = (1, 1),
        body: [UInt8] = [], protocols: [String] = []
    ) throws(HTTPError) -> HTTPResponse {
        var headers = Self.headers
        for (name, value) in changes { headers[name] = value }
        let request = HTTPRequest(
            method: method, target: "/", path: "/", headers: headers.map { ($0.key, $0.value) },
            body: body, version: version)
        return try WebSocketHandshake.accept(request, protocols: protocols, sha1: Self.sha1)
    }

    @Test func `The example of the RFC is accepted`() throws {
        let response = try accept()
        #expect(
            String(decoding: response.encoded(keepAlive: true), as: UTF8.self)
                == "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\n"
                + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
        )
    }

    @Test(
        arguments: [
            ["upgrade": nil], ["upgrade": "h2c"], ["connection": nil], ["connection": "close"],
            ["sec-websocket-key": nil],
            ["sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ="],
            ["sec-websocket-key": "dGhlIHNhbXBsZSBub25j"],
            ["sec-websocket-key": "dGhlIHNhbXBsZSBub25-ZQ=="],
            ["sec-websocket-key": "dGhlIHNhbXBsZSBub25jZ==="],
            ["sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ=="],
        ] as [[String: String?]])
    func `A handshake that lacks something is refused`(changes: [String: String?]) {
        let error = #expect(throws: HTTPError.self) { try accept(changes) }
        #expect(error?.status == 400)
        #expect(error?.code == "BAD_HANDSHAKE")
    }

    @Test func `Only a GET of HTTP 1.1 without body is a handshake`() {
        #expect(throws: HTTPError.self) { try accept(method: "POST") }
        #expect(throws: HTTPError.self) { try accept(version: (1, 0)) }
        #expect(throws: HTTPError.self) { try accept(body: [1]) }
    }

    @Test(arguments: [nil, "8", "14", "13, 8", "013"] as [String?])
    func `Another version is told which one to use`(version: String?) {
        let error = #expect(throws: HTTPError.self) {
            try accept(["sec-websocket-version": version])
        }
        #expect(error?.status == 426)
        #expect(error?.headers.contains { $0 == ("Sec-WebSocket-Version", "13") } == true)
    }

    @Test func `The first sub-protocol of the client that is spoken here is chosen`() throws {
        let offer = ["sec-websocket-protocol": "x, Tea.v2,tea.v2 , tea.v1"]
        let response = try accept(offer, protocols: ["tea.v1", "tea.v2"])
        #expect(response.headers.last?.0 == "Sec-WebSocket-Protocol")
        #expect(response.headers.last?.1 == "tea.v2")
        #expect(try accept(protocols: ["tea.v1"]).headers.count == 3)
        let error = #expect(throws: HTTPError.self) { try accept(offer, protocols: ["tea.v3"]) }
        #expect(error?.status == 400)
        #expect(error?.code == "NO_SUCH_PROTOCOL")
    }

    @Test func `The request of a client is one that the server accepts`() throws {
        let bytes = WebSocketHandshake.request(
            host: "a:80", path: "/v1?x=y", key: "dGhlIHNhbXBsZSBub25jZQ==",
            headers: [("Origin", "http://a")])
        let request = try single(String(decoding: bytes, as: UTF8.self))
        #expect(WebSocketHandshake.isUpgrade(request))
        #expect(
            request.path == "/v1" && request.query == "x=y"
                && request.header("origin") == "http://a")
        #expect(
            try WebSocketHandshake.accept(request, protocols: [], sha1: Self.sha1).status == 101)
        #expect(!WebSocketHandshake.isUpgrade(try single("GET / HTTP/1.1\r\nHost: a\r\n\r\n")))
    }
}
