import Clockwork
import PluginContract
import Rooms
import Testing
import Wire

@testable import Serving

/// A router over two rooms, `teahouse` open to everybody and `closed`, that answers at once.
struct RouterFixture {
    let router: Router
    let calls = Lock<[(room: String, by: Person, request: RequestParser.Request)]>([])

    init(
        isDraining: Bool = false,
        answer: @escaping @Sendable (Command) -> Result<JSON, RequestError> = { _ in
            .success(["type": "reply", "id": "1", "offset": 44])
        }
    ) throws {
        let folder = try PagesFolder([
            "index.html": Array("index".utf8), "viewer.html": Array("viewer".utf8),
            "host.html": Array("host".utf8), "operator.html": Array("operator".utf8),
            "icon.svg": Array("<svg/>".utf8),
            "playhouse.js": Array("js".utf8), "deep/a.css": Array("css".utf8),
        ])
        let calls = calls
        router = Router(
            assets: try Assets(folder: folder.path),
            sources: Router.Sources(
                isDraining: { isDraining }, metrics: { "playhouse_joins_total 1\n" },
                rooms: { $0(["rooms": .array([["room": "teahouse"]])]) },
                room: { id, respond in respond(["room": .string(id)]) },
                call: { room, person, request, respond in
                    calls.withLock { $0.append((room, person, request)) }
                    respond(answer(request.command))
                },
                locale: { plugin, locale in
                    plugin == "price-guess" && locale == "zh" ? Array("{}".utf8) : nil
                },
                picture: { room, file in
                    room == "teahouse" && file == "oolong.svg"
                        ? (Array("<svg/>".utf8), "image/svg+xml") : nil
                },
                image: { plugin, file in
                    plugin == "price-guess" && file == "oolong.svg" ? Array("<svg/>".utf8) : nil
                },
                streamKey: { room, _, _ in room == "teahouse" ? ["key": "k"] : nil }),
            isOpen: { ["teahouse": true, "closed": false][$0] },
            admit: { token, room in
                let parts = token.split(separator: "@").map(String.init)
                guard parts.count == 2, parts[1] == room, let role = Role(rawValue: parts[0]) else {
                    return .failure(Router.Refusal(code: "TOKEN_ROOM", detail: "not for \(room)"))
                }
                return .success(Person(user: "mei", name: "Mei", role: role))
            })
    }

    func answer(
        _ method: String = "GET", _ path: String, _ headers: [(name: String, value: String)] = [],
        body: String = ""
    ) -> HTTPResponse {
        let answers = Lock<[HTTPResponse]>([])
        let request = HTTPRequest(
            method: method, target: path, path: path, headers: headers, body: Array(body.utf8))
        router.answer(request) { response in answers.withLock { $0.append(response) } }
        let all = answers.withLock { $0 }
        precondition(all.count == 1, "answered \(all.count) times")
        return all[0]
    }

    func problem(_ response: HTTPResponse) throws -> (status: Int64?, code: String?) {
        let header = response.headers.first { $0.0 == "Content-Type" }?.1
        try #require(header == "application/problem+json")
        let body = try JSON(parsing: response.body)
        #expect(body["type"] == "about:blank")
        #expect(body["title"]?.stringValue?.isEmpty == false)
        #expect(body["detail"]?.stringValue?.isEmpty == false)
        #expect(body["status"]?.integerValue == Int64(response.status))
        return (body["status"]?.integerValue, body["code"]?.stringValue)
    }
}

@Suite struct RouterTests {
    private let fixture: RouterFixture

    init() throws { fixture = try RouterFixture() }

    @Test(arguments: [
        ("/", "index"), ("/rooms/teahouse", "viewer"), ("/rooms/closed", "viewer"),
        ("/host/teahouse", "host"), ("/operator/teahouse", "operator"),
        ("/assets/playhouse.js", "js"), ("/assets/deep/a.css", "css"),
        ("/favicon.ico", "<svg/>"), ("/healthz", #"{"status":"ok"}"#),
        ("/metrics", "playhouse_joins_total 1\n"),
        ("/v1/rooms", #"{"rooms":[{"room":"teahouse"}]}"#),
        ("/v1/rooms/teahouse", #"{"room":"teahouse"}"#),
        ("/v1/plugins/price-guess/locales/zh.json", "{}"),
        ("/v1/rooms/teahouse/products/oolong.svg", "<svg/>"),
    ])
    func `every address of the protocol has its answer`(path: String, body: String) {
        for method in ["GET", "HEAD"] {
            let response = fixture.answer(method, path)
            #expect(response.status == 200)
            // The encoder leaves the body out for HEAD, so that the length is right.
            #expect(String(decoding: response.body, as: UTF8.self) == body)
            #expect(response.headers.contains { $0.0 == "Content-Type" })
        }
    }

    @Test(arguments: [
        "/nothing", "/rooms", "/rooms/", "/rooms/nowhere", "/host/nowhere", "/operator/nowhere",
        "/rooms/teahouse/x",
        "/assets", "/assets/", "/assets/none.js", "/assets/../index.html", "/v1", "/v1/",
        "/v1/rooms/", "/v1/rooms/nowhere", "/v1/rooms/teahouse/products/none.svg",
        "/v1/rooms/closed/products/oolong.svg", "/v1/plugins/price-guess/images/none.svg",
        "/v1/plugins/price-guess/images/main.lua", "/v1/plugins/nobody/images/oolong.svg",
        "/v1/plugins/price-guess/locales/fr.json",
        "/v1/plugins/price-guess/locales/zh", "/v1/plugins/none/locales/zh.json", "/v2/rooms",
        "/healthz/", "/Healthz", "*", "",
    ])
    func `every other is a 404 in problem JSON`(path: String) throws {
        let response = fixture.answer("GET", path)
        #expect(response.status == 404)
        let code = try fixture.problem(response).code
        #expect(
            code
                == (path.hasSuffix("/nowhere") || path == "/v1/rooms/"
                    ? "ROOM_UNKNOWN" : "NOT_FOUND"))
    }

    /// What a browser sends when a person opens an address, in short.
    private static let browser = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"

    @Test(arguments: [
        ("/rooms/nope", "en-GB,en;q=0.9", "en", "There is no such room", 404),
        ("/rooms/nope", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "没有这个房间", 404),
        ("/nothing", "fr, zh;q=0.5", "zh-CN", "这里什么也没有", 404),
        ("/v1/rooms/<b>", "", "en", "There is no such room", 404),
        ("/v1/rooms/closed", "", "en", "This page cannot be shown", 401),
        ("/v1/socket", "", "en", "This page cannot be shown", 426),
    ])
    func `a person who typed an address gets a page, with the policy of the pages`(
        path: String, languages: String, language: String, title: String, status: Int
    ) throws {
        let pages = ProblemPages(assets: try Assets())
        let request = HTTPRequest(
            method: "GET", target: path, path: path,
            headers: [("Accept", Self.browser), ("Accept-Language", languages)], body: [])
        let response = pages.dressed(fixture.answer("GET", path), for: request)
        #expect(response.status == status)
        let html = String(decoding: response.body, as: UTF8.self)
        #expect(html.contains("<html lang=\"\(language)\">"))
        #expect(html.contains("<h1>\(title)</h1>"))
        #expect(!html.contains("{") && !html.contains("<b>") && !html.contains("<script"))
        let headers = Dictionary(
            response.headers.map { ($0.0, $0.1) }, uniquingKeysWith: { $0 + "," + $1 })
        #expect(headers["Content-Type"] == "text/html; charset=utf-8")
        #expect(headers["Content-Security-Policy"]?.contains("default-src 'none'") == true)
        #expect(headers["Cache-Control"] == "no-store")
    }

    @Test(arguments: ["", "*/*", "application/json", "text/html;q=0, */*", "text/htmlx"])
    func `a program gets problem JSON`(accept: String) throws {
        let response = fixture.answer("GET", "/rooms/nope", [("Accept", accept)])
        #expect(try fixture.problem(response).code == "ROOM_UNKNOWN")
        let posted = fixture.answer("POST", "/rooms/nope", [("Accept", "text/html")])
        #expect(try fixture.problem(posted).code == "METHOD_NOT_ALLOWED")
    }

    @Test func `the router dresses its own problems`() {
        let response = fixture.answer("GET", "/rooms/nope", [("Accept", "text/html")])
        #expect(response.status == 404)
        #expect(response.headers.contains { $0 == ("Content-Type", "text/html; charset=utf-8") })
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"])
    func `a method that an address does not take is a 405 that names those it takes`(
        method: String
    ) throws {
        for path in ["/", "/healthz", "/v1/rooms", "/assets/playhouse.js"] {
            let response = fixture.answer(method, path)
            #expect(response.status == 405)
            #expect(try fixture.problem(response).code == "METHOD_NOT_ALLOWED")
            #expect(response.headers.contains { $0.0 == "Allow" && $0.1 == "GET, HEAD" })
        }
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE"])
    func `requests are posted`(method: String) throws {
        let response = fixture.answer(method, "/v1/rooms/teahouse/requests")
        #expect(response.status == 405)
        #expect(response.headers.contains { $0.0 == "Allow" && $0.1 == "POST" })
    }

    @Test func `pages carry the policy that keeps them to their origin`() {
        for path in ["/", "/rooms/teahouse", "/host/teahouse", "/assets/playhouse.js"] {
            let headers = fixture.answer("GET", path).headers
            #expect(headers.contains { $0.0 == "Content-Security-Policy" }, "\(path)")
        }
        // A picture is shown by a page, but may be opened by itself: then nothing in it runs.
        let picture = fixture.answer("GET", "/v1/rooms/teahouse/products/oolong.svg").headers
        let policy = picture.first { $0.0 == "Content-Security-Policy" }?.1
        #expect(policy?.hasPrefix("default-src 'none'") == true)
    }

    @Test func `what changes from moment to moment is not stored`() {
        for path in ["/v1/rooms", "/v1/rooms/teahouse"] {
            let headers = fixture.answer("GET", path).headers
            #expect(headers.contains { $0.0 == "Cache-Control" && $0.1 == "no-store" })
        }
    }

    @Test func `health is 503 while draining`() throws {
        let draining = try RouterFixture(isDraining: true)
        let response = draining.answer("GET", "/healthz")
        #expect(response.status == 503)
        #expect(try draining.problem(response).code == "DRAINING")
        #expect(fixture.answer("GET", "/healthz").status == 200)
    }

    @Test func `the socket's address asks for an upgrade`() throws {
        let response = fixture.answer("GET", "/v1/socket")
        #expect(response.status == 426)
        #expect(try fixture.problem(response).code == "UPGRADE_REQUIRED")
        #expect(response.headers.contains { $0.0 == "Upgrade" && $0.1 == "websocket" })
    }

    // MARK: - Who may ask

    @Test(
        arguments: [
            (nil, "closed", 401, "TOKEN_REQUIRED"), (nil, "teahouse", 200, nil),
            ("Bearer viewer@closed", "closed", 200, nil),
            ("bearer viewer@closed", "closed", 200, nil),
            ("Bearer viewer@teahouse", "closed", 401, "TOKEN_ROOM"),
            ("Bearer viewer@closed", "teahouse", 401, "TOKEN_ROOM"),
            ("Basic dTpw", "closed", 401, "TOKEN_MALFORMED"),
            ("viewer@closed", "closed", 401, "TOKEN_MALFORMED"),
            ("Bearer", "closed", 401, "TOKEN_MALFORMED"),
            ("", "closed", 401, "TOKEN_MALFORMED"),
        ] as [(String?, String, Int, String?)])
    func `a room that is not open wants a token for it`(
        authorization: String?, room: String, status: Int, code: String?
    ) throws {
        let headers = authorization.map { [(name: "Authorization", value: $0)] } ?? []
        let response = fixture.answer("GET", "/v1/rooms/\(room)", headers)
        #expect(response.status == status)
        guard status == 401 else { return }
        #expect(try fixture.problem(response).code == code)
        #expect(response.headers.contains { $0.0 == "WWW-Authenticate" && $0.1 == "Bearer" })
    }

    private static let publish = #"{"type":"publish","id":"17","name":"sale","data":1}"#

    @Test(arguments: [Role.host, .operator, .service])
    func `a back end asks in its own name and gets the reply`(role: Role) throws {
        let response = fixture.answer(
            "POST", "/v1/rooms/closed/requests",
            [("Authorization", "Bearer \(role.rawValue)@closed")], body: Self.publish)
        #expect(response.status == 200)
        #expect(try JSON(parsing: response.body)["offset"] == 44)
        let calls = fixture.calls.withLock { $0 }
        #expect(calls.count == 1)
        #expect(calls.first?.room == "closed")
        #expect(calls.first?.by == Person(user: "mei", name: "Mei", role: role))
        #expect(calls.first?.request.id == "17")
        #expect(calls.first?.request.command == .publish(name: "sale", data: 1))
    }

    @Test(
        arguments: [
            (nil, "teahouse", 401, "TOKEN_REQUIRED"),
            ("Bearer viewer@teahouse", "teahouse", 403, "FORBIDDEN"),
            ("Bearer host@closed", "teahouse", 401, "TOKEN_ROOM"),
            ("Bearer host@nowhere", "nowhere", 404, "ROOM_UNKNOWN"),
            ("Basic x", "teahouse", 401, "TOKEN_MALFORMED"),
        ] as [(String?, String, Int, String)])
    func `nobody else's request reaches the room`(
        authorization: String?, room: String, status: Int, code: String
    ) throws {
        let headers = authorization.map { [(name: "Authorization", value: $0)] } ?? []
        let response = fixture.answer(
            "POST", "/v1/rooms/\(room)/requests", headers, body: Self.publish)
        #expect(response.status == status)
        #expect(try fixture.problem(response).code == code)
        #expect(fixture.calls.withLock { $0.isEmpty })
    }

    @Test(arguments: [
        ("", "BAD_JSON"), ("[]", "BAD_JSON"), ("{", "BAD_JSON"),
        (#"{"type":"ping"}"#, "BAD_REQUEST"), (#"{"type":"like","id":"1"}"#, "BAD_REQUEST"),
        (#"{"type":"hello","id":"1","version":1,"room":"teahouse"}"#, "UNKNOWN_TYPE"),
    ])
    func `a body that is no request is a 400`(body: String, code: String) throws {
        let response = fixture.answer(
            "POST", "/v1/rooms/teahouse/requests", [("Authorization", "Bearer host@teahouse")],
            body: body)
        #expect(response.status == 400)
        #expect(try fixture.problem(response).code == code)
        #expect(fixture.calls.withLock { $0.isEmpty })
    }

    @Test(arguments: RequestError.Code.allCases)
    func `every error of a room has a status that fits it`(code: RequestError.Code) throws {
        let fixture = try RouterFixture { _ in
            .failure(RequestError(code, "why", retryAfterMilliseconds: 1_200))
        }
        let response = fixture.answer(
            "POST", "/v1/rooms/teahouse/requests", [("Authorization", "Bearer host@teahouse")],
            body: Self.publish)
        #expect((400...503).contains(response.status))
        #expect(try fixture.problem(response).code == code.rawValue)
        #expect(response.headers.contains { $0.0 == "Retry-After" && $0.1 == "2" })
    }
}
