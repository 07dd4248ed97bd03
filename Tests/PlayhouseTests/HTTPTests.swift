import Clockwork
import Foundation
import PluginContract
import Serving
import Testing
import Visiting
import Wire

@testable import Playhouse

/// HTTP/1.1 as a client sees it on the wire.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct HTTPTests {
    private func get(_ path: String, _ headers: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(headers)\r\n"
    }

    private func expectProblem(
        _ response: HTTPResponse, _ status: Int, _ code: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(response.status == status, sourceLocation: sourceLocation)
        #expect(
            response.header("content-type") == "application/problem+json",
            sourceLocation: sourceLocation)
        let body = try JSON(parsing: response.body)
        #expect(body["code"]?.stringValue == code, sourceLocation: sourceLocation)
        #expect(body["status"]?.integerValue == Int64(status), sourceLocation: sourceLocation)
    }

    @Test func `a connection serves one request after the other until asked to close`()
        async throws
    {
        try await withHouse { house in
            let connection = try await RawConnection.open(house.port)
            for path in ["/healthz", "/nothing", "/v1/rooms", "/healthz"] {
                await connection.send(get(path))
                let response = try await connection.response()
                #expect(response.status == (path == "/nothing" ? 404 : 200))
                #expect(response.header("connection") == "keep-alive")
            }
            await connection.send(get("/healthz", "Connection: close\r\n"))
            let last = try await connection.response()
            #expect(last.header("connection") == "close")
            try await connection.end()
        }
    }

    @Test func `a client of HTTP 1.0 is closed unless it asks otherwise`() async throws {
        try await withHouse { house in
            let old = try await RawConnection.open(house.port)
            await old.send("GET /healthz HTTP/1.0\r\n\r\n")
            #expect(try await old.response().status == 200)
            try await old.end()
            let kept = try await RawConnection.open(house.port)
            for _ in 0..<2 {
                await kept.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                #expect(try await kept.response().status == 200)
            }
        }
    }

    @Test func `answers to pipelined requests keep their order`() async throws {
        try await withHouse { house in
            // Some are answered at once and some by a room, later.
            let paths = ["/v1/rooms", "/healthz", "/v1/rooms/teahouse", "/nothing", "/metrics"]
            let connection = try await RawConnection.open(house.port)
            await connection.send((0..<20).map { get(paths[$0 % 5]) }.joined())
            for turn in 0..<20 {
                let response = try await connection.response()
                switch paths[turn % 5] {
                case "/v1/rooms": #expect(response.text.hasPrefix(#"{"rooms":"#))
                case "/healthz": #expect(response.text == #"{"status":"ok"}"#)
                case "/v1/rooms/teahouse": #expect(response.text.hasPrefix(#"{"room":"teahouse""#))
                case "/nothing": try expectProblem(response, 404, "NOT_FOUND")
                default: #expect(response.text.contains("playhouse_http_requests_total"))
                }
            }
        }
    }

    @Test func `a request may arrive byte by byte, and with its neighbours in one piece`()
        async throws
    {
        try await withHouse { house in
            let connection = try await RawConnection.open(house.port)
            for byte in get("/healthz").utf8 { await connection.send([byte]) }
            await connection.send(get("/healthz") + String(get("/v1/rooms").prefix(9)))
            #expect(try await connection.response().status == 200)
            #expect(try await connection.response().status == 200)
            await connection.send(String(get("/v1/rooms").dropFirst(9)))
            #expect(try await connection.response().text.hasPrefix(#"{"rooms":"#))
        }
    }

    @Test func `a head request has the length of the body and no body`() async throws {
        try await withHouse { house in
            let connection = try await RawConnection.open(house.port)
            await connection.send(get("/healthz"))
            let full = try await connection.response()
            await connection.send("HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let head = try await connection.response(isBodyless: true)
            #expect(head.status == 200)
            #expect(head.header("content-length") == String(full.body.count))
            // A body would now stand in the way.
            await connection.send(get("/nothing"))
            #expect(try await connection.response().status == 404)
        }
    }

    // MARK: - Limits

    private func head(ofBytes count: Int) -> String {
        let start = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "
        return start + String(repeating: "x", count: count - start.utf8.count - 4) + "\r\n\r\n"
    }

    @Test func `head, headers and target are bounded`() async throws {
        try await withHouse { house in
            func ask(_ request: String) async throws -> HTTPResponse {
                try await HTTPClient.exchange(port: house.port, bytes: Array(request.utf8))
            }
            #expect(try await ask(head(ofBytes: 16 << 10)).status == 200)
            try expectProblem(try await ask(head(ofBytes: (16 << 10) + 1)), 431, "HEAD_TOO_LARGE")

            let fields = String(repeating: "X: y\r\n", count: 98)
            #expect(try await ask(get("/healthz", fields + "X: y\r\n")).status == 200)
            try expectProblem(
                try await ask(get("/healthz", fields + "X: y\r\nX: y\r\n")), 431, "TOO_MANY_HEADERS"
            )

            let path = "/healthz?" + String(repeating: "q", count: 4_096 - 9)
            #expect(try await ask(get(path)).status == 200)
            try expectProblem(try await ask(get(path + "q")), 414, "TARGET_TOO_LONG")
        }
    }

    @Test func `a body is bounded whether counted or in chunks`() async throws {
        try await withHouse { house in
            let token = house.token("shop", .service)
            let start = """
                POST /v1/rooms/teahouse/requests HTTP/1.1\r\nHost: localhost\r\n\
                Authorization: Bearer \(token)\r\n
                """
            func ask(_ rest: String) async throws -> HTTPResponse {
                try await HTTPClient.exchange(port: house.port, bytes: Array((start + rest).utf8))
            }
            func body(_ count: Int) -> String {
                let text = #"{"type":"ping","id":"1","x":""#
                return text + String(repeating: "x", count: count - text.utf8.count - 2) + #""}"#
            }
            func chunked(_ body: String) -> String {
                let half = body.utf8.count / 2
                let (one, two) = (body.prefix(half), body.dropFirst(half))
                return "Transfer-Encoding: chunked\r\n\r\n"
                    + "\(String(half, radix: 16));ext=1\r\n\(one)\r\n"
                    + "\(String(two.utf8.count, radix: 16))\r\n\(two)\r\n0\r\nTrailer: x\r\n\r\n"
            }
            let most = 64 << 10
            let counted = try await ask("Content-Length: \(most)\r\n\r\n" + body(most))
            #expect(counted.status == 200, "\(counted.text)")
            let pieces = try await ask(chunked(body(most)))
            #expect(pieces.status == 200, "\(pieces.text)")
            // Refused by its announcement; the body is not waited for.
            try expectProblem(
                try await ask("Content-Length: \(most + 1)\r\n\r\n"), 413, "BODY_TOO_LARGE")
            try expectProblem(try await ask(chunked(body(most + 1))), 413, "BODY_TOO_LARGE")
        }
    }

    @Test func `a chunked request is carried out however it is cut`() async throws {
        try await withHouse { house in
            let connection = try await RawConnection.open(house.port)
            let request = """
                POST /v1/rooms/teahouse/requests HTTP/1.1\r\nHost: localhost\r\n\
                Authorization: Bearer \(house.token("shop", .service))\r\n\
                Transfer-Encoding: chunked\r\n\r\n\
                1b\r\n{"type":"publish","id":"1",\r\n14\r\n"name":"sale","data"\r\n3\r\n:1}\r\n0\r\n\r\n
                """
            let bytes = Array(request.utf8)
            for place in stride(from: 0, to: bytes.count, by: 7) {
                await connection.send(Array(bytes[place..<min(place + 7, bytes.count)]))
            }
            let response = try await connection.response()
            #expect(response.status == 200, "\(response.text)")
            #expect(try JSON(parsing: response.body)["offset"] == 1)
            await connection.send(get("/healthz"))
            #expect(try await connection.response().status == 200)
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET /\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/2.0\r\n\r\n", 505, "UNSUPPORTED_VERSION"),
        ("GET / HTTP/1.1\nHost: x\n\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, "BAD_REQUEST"),
        ("GET http:// HTTP/1.1\r\nHost: x\r\n\r\n", 400, "BAD_REQUEST"),
        ("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n", 501, "UNSUPPORTED_METHOD"),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
            "BAD_REQUEST"
        ),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400, "BAD_REQUEST"),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501,
            "UNSUPPORTED_CODING"
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400,
            "BAD_CHUNK"
        ),
        ("GET / HTTP/1.1\r\nHost: x\r\nExpect: 200-ok\r\n\r\n", 417, "EXPECTATION_FAILED"),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}", 400, "BAD_REQUEST"),
    ])
    func `a bad request is answered in problem JSON and the connection ends`(
        request: String, status: Int, code: String
    ) async throws {
        try await withHouse { house in
            let connection = try await RawConnection.open(house.port)
            await connection.send(get("/healthz") + request)
            #expect(try await connection.response().status == 200)
            try expectProblem(try await connection.response(), status, code)
            try await connection.end()
        }
    }

    @Test func `an expectation is met once, before the body`() async throws {
        try await withHouse { house in
            let connection = try await RawConnection.open(house.port)
            let body = #"{"type":"ping","id":"1"}"#
            await connection.send(
                """
                POST /v1/rooms/teahouse/requests HTTP/1.1\r\nHost: localhost\r\n\
                Authorization: Bearer \(house.token("shop", .service))\r\n\
                Expect: 100-continue\r\nContent-Length: \(body.utf8.count)\r\n\r\n
                """)
            try await eventually("100 Continue") { await !connection.bytes.isEmpty }
            #expect(await connection.text == "HTTP/1.1 100 Continue\r\n\r\n")
            await connection.send(String(body.prefix(5)))
            await connection.send(String(body.dropFirst(5)))
            let response = try await connection.response()
            #expect(response.status == 200)
            #expect(await connection.bytes.isEmpty)
        }
    }

    // MARK: - Time

    @Test func `who is slow with a head or a body is told so and closed`() async throws {
        try await withHouse { configuration in
            configuration.limits.headSeconds = 1
            configuration.limits.bodySeconds = 1
        } _: { house in
            let head = try await RawConnection.open(house.port)
            let body = try await RawConnection.open(house.port)
            let patient = try await RawConnection.open(house.port)
            await body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1234")
            // A byte now and then makes it no less slow.
            let trickle = Task {
                for byte in get("/healthz", "X: \(String(repeating: "x", count: 500))\r\n").utf8 {
                    await head.send([byte])
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            try expectProblem(try await head.response(), 408, "REQUEST_TIMEOUT")
            try await head.end()
            trickle.cancel()
            try expectProblem(try await body.response(), 408, "REQUEST_TIMEOUT")
            try await body.end()
            // Who has asked for nothing yet is not slow.
            await patient.send(get("/healthz"))
            #expect(try await patient.response().status == 200)
        }
    }

    @Test func `an idle connection is closed without a word`() async throws {
        try await withHouse { configuration in
            configuration.limits.idleSeconds = 4
        } _: { house in
            let silent = try await RawConnection.open(house.port)
            let served = try await RawConnection.open(house.port)
            await served.send(get("/healthz"))
            #expect(try await served.response().status == 200)
            try await served.end()
            try await silent.end()
            #expect(await served.bytes.isEmpty)
            #expect(await silent.bytes.isEmpty)
        }
    }

    // MARK: - Upgrades

    @Test(arguments: [
        ("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", 426, "UPGRADE_REQUIRED"),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400, "BAD_HANDSHAKE"),
        ("Connection: Upgrade", "Connection: close", 400, "BAD_HANDSHAKE"),
        ("GET", "POST", 400, "BAD_HANDSHAKE"),
        (
            "Upgrade: websocket", "Upgrade: websocket\r\nSec-WebSocket-Protocol: mqtt", 400,
            "NO_SUCH_PROTOCOL"
        ),
    ])
    func `a bad handshake is refused in problem JSON`(
        part: String, replacement: String, status: Int, code: String
    ) async throws {
        try await withHouse { house in
            let request = RawConnection.handshake.replacing(part, with: replacement)
            let response = try await HTTPClient.exchange(
                port: house.port, bytes: Array(request.utf8))
            try expectProblem(response, status, code)
            if status == 426 {
                // RFC 9110, section 15.5.22: with what to upgrade to.
                #expect(response.header("upgrade") == "websocket")
                #expect(response.header("sec-websocket-version") == "13")
            }
        }
    }

    @Test func `the sub-protocol is confirmed where it is offered`() async throws {
        try await withHouse { house in
            for (offer, answer) in [
                ("", nil), ("Sec-WebSocket-Protocol: playhouse.v1\r\n", "playhouse.v1"),
                ("Sec-WebSocket-Protocol: playhouse.v2, playhouse.v1\r\n", "playhouse.v1"),
            ] {
                let connection = try await RawConnection.open(house.port)
                await connection.send(
                    RawConnection.handshake.replacing("Upgrade: web", with: offer + "Upgrade: web"))
                let response = try await connection.response()
                #expect(response.status == 101)
                #expect(response.header("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                #expect(response.header("sec-websocket-protocol") == answer)
            }
        }
    }

    // MARK: - Rooms

    @Test func `rooms are listed and described to those who may know`() async throws {
        try await withHouse { house in
            let list = try await house.get("/v1/rooms").body["rooms"]?.arrayValue
            #expect(
                list == [
                    [
                        "room": "teahouse", "title": ["zh": "茶馆", "en": "Tea house"],
                        "show": "spring-tea", "users": 0,
                    ]
                ])
            let open = try await house.get("/v1/rooms/teahouse")
            #expect(open.status == 200)
            #expect(open.body["offset"] == 0)
            #expect(open.body["epoch"]?.stringValue?.isEmpty == false)
            #expect(open.body["states"]?["presence"] == ["users": 0, "connections": 0])
            #expect(try await house.get("/v1/rooms/closed").status == 401)
            let viewer = house.token("ana", room: "closed")
            #expect(try await house.get("/v1/rooms/closed", token: viewer).status == 200)
            let stranger = try await house.get(
                "/v1/rooms/closed", token: house.token("ana", room: "teahouse"))
            #expect(stranger.status == 401)
            #expect(stranger.body["code"] == "TOKEN_ROOM")
            #expect(try await house.get("/v1/rooms/nowhere").status == 404)
        }
    }

    @Test func `a back end's requests are carried out by role`() async throws {
        try await withHouse { house in
            let ana = try await house.join("ana")
            let publish: JSON = [
                "type": "publish", "id": "p1", "name": "sale", "data": ["left": 20],
            ]
            for (offset, role) in [Role.service, .host, .operator].enumerated() {
                let answer = try await house.post(publish, token: house.token("shop", role))
                #expect(answer.status == 200)
                #expect(
                    answer.body == [
                        "type": "reply", "id": "p1", "offset": .integer(Int64(offset + 1)),
                    ])
            }
            #expect(try await house.post(publish, token: house.token("ana")).status == 403)
            #expect(try await house.post(publish, token: nil).status == 401)
            let pin: JSON = ["type": "pin", "id": "1", "text": "now"]
            let service = try await house.post(pin, token: house.token("shop", .service))
            #expect(service.status == 403)
            #expect(service.body["code"] == "FORBIDDEN")
            #expect(try await house.post(pin, token: house.token("mei", .host)).status == 200)
            let delete: JSON = ["type": "delete", "id": "1", "message": "m999"]
            let unknown = try await house.post(delete, token: house.token("mei", .host))
            #expect(unknown.status == 404)
            #expect(unknown.body["code"] == "UNKNOWN_MESSAGE")
            try await eventually("the events") { await ana.events.count == 4 }
            #expect(await ana.events.map(\.name) == ["sale", "sale", "sale", "pinned"])
            // A back end is not in the room.
            #expect(await ana.states["presence"] == ["users": 1, "connections": 1])
        }
    }

    @Test func `a large picture arrives whole, and the connection goes on`() async throws {
        let folder = try TemporaryFolder()
        let picture = [UInt8](repeating: 7, count: 2 << 20)
        try Data(picture).write(to: URL(fileURLWithPath: folder.file("oolong.png")))
        try await withHouse(in: folder) { configuration in
            configuration.rooms[0].products = [
                ProductConfiguration(
                    id: "oolong", title: ["en": "Oolong"], image: folder.file("oolong.png"),
                    currency: "CNY", priceMinor: 12_800)
            ]
        } _: { house in
            let connection = try await RawConnection.open(house.port)
            await connection.send(get("/v1/rooms/teahouse/products/oolong.png"))
            let response = try await connection.response()
            #expect(response.status == 200)
            #expect(response.header("content-type") == "image/png")
            #expect(response.body == picture)
            await connection.send(get("/healthz"))
            #expect(try await connection.response().status == 200)
        }
    }
}
