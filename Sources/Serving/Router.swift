package import PluginContract
package import Wire

/// Finds the answer to an HTTP request (protocol.md, "HTTP").
package struct Router: Sendable {
    /// Where the answers come from that are not files.
    package struct Sources: Sendable {
        package var isDraining: @Sendable () -> Bool
        package var metrics: @Sendable () -> String
        /// One line per room that admits anonymous viewers.
        package var rooms: @Sendable (@escaping @Sendable (JSON) -> Void) -> Void
        /// The public state of a room.
        package var room: @Sendable (String, @escaping @Sendable (JSON) -> Void) -> Void
        /// Carries out a request of a back end and hands on the room's answer.
        package var call:
            @Sendable (
                _ room: String, _ by: Person, RequestParser.Request,
                @escaping @Sendable (Result<JSON, RequestError>) -> Void
            ) -> Void
        package var locale: @Sendable (_ plugin: String, _ locale: String) -> [UInt8]?
        /// A product picture: its bytes and media type.
        package var picture: @Sendable (_ room: String, _ file: String) -> ([UInt8], String)?
        /// A picture of a plugin.
        package var image: @Sendable (_ plugin: String, _ file: String) -> [UInt8]?
        /// Where an encoder sends to, and with which key; nil where there is no live video. `host` is
        /// the name by which the server was reached.
        package var streamKey: @Sendable (_ room: String, _ for: Person, _ host: String?) -> JSON?

        package init(
            isDraining: @escaping @Sendable () -> Bool, metrics: @escaping @Sendable () -> String,
            rooms: @escaping @Sendable (@escaping @Sendable (JSON) -> Void) -> Void,
            room: @escaping @Sendable (String, @escaping @Sendable (JSON) -> Void) -> Void,
            call:
                @escaping @Sendable (
                    String, Person, RequestParser.Request,
                    @escaping @Sendable (Result<JSON, RequestError>) -> Void
                ) -> Void, locale: @escaping @Sendable (String, String) -> [UInt8]?,
            picture: @escaping @Sendable (String, String) -> ([UInt8], String)?,
            image: @escaping @Sendable (String, String) -> [UInt8]? = { _, _ in nil },
            streamKey: @escaping @Sendable (String, Person, String?) -> JSON? = { _, _, _ in nil }
        ) {
            self.isDraining = isDraining
            self.metrics = metrics
            self.rooms = rooms
            self.room = room
            self.call = call
            self.locale = locale
            self.picture = picture
            self.image = image
            self.streamKey = streamKey
        }
    }

    private let assets: Assets
    private let problemPages: ProblemPages
    private let sources: Sources
    /// Whether a room admits anonymous viewers; nil if there is no such room.
    private let isOpen: @Sendable (String) -> Bool?
    /// Verifies a bearer token for a room.
    private let admit: @Sendable (_ token: String, _ room: String) -> Result<Person, Refusal>

    /// Why a bearer token was refused.
    package struct Refusal: Error {
        package var code: String
        package var detail: String
        package init(code: String, detail: String) {
            self.code = code
            self.detail = detail
        }
    }

    package init(
        assets: Assets, sources: Sources, isOpen: @escaping @Sendable (String) -> Bool?,
        admit: @escaping @Sendable (String, String) -> Result<Person, Refusal>
    ) {
        self.assets = assets
        problemPages = ProblemPages(assets: assets)
        self.sources = sources
        self.isOpen = isOpen
        self.admit = admit
    }

    /// Answers a request, at once or later, exactly once; people get problems as pages.
    package func answer(
        _ request: HTTPRequest, _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        route(request) { respond(problemPages.dressed($0, for: request)) }
    }

    private func route(
        _ request: HTTPRequest, _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
            .dropFirst().map(String.init)
        let isRead = request.method == "GET" || request.method == "HEAD"
        if parts.count == 4, parts[0] == "v1", parts[1] == "rooms", parts[3] == "requests" {
            guard request.method == "POST" else {
                respond(Self.notAllowed("POST"))
                return
            }
            call(request, room: parts[2], respond)
            return
        }
        if parts.count == 4, parts[0] == "v1", parts[1] == "rooms", parts[3] == "stream-keys" {
            respond(
                request.method == "POST"
                    ? streamKey(request, room: parts[2]) : Self.notAllowed("POST"))
            return
        }
        guard isRead else {
            respond(Self.notAllowed("GET, HEAD"))
            return
        }
        switch (parts.first ?? "", parts.count) {
        case ("", 1): respond(asset("index.html", request))
        case ("rooms", 2) where isOpen(parts[1]) != nil: respond(asset("viewer.html", request))
        case ("host", 2) where isOpen(parts[1]) != nil: respond(asset("host.html", request))
        case ("operator", 2) where isOpen(parts[1]) != nil:
            respond(asset("operator.html", request))
        case ("assets", 2...): respond(asset(parts.dropFirst().joined(separator: "/"), request))
        case ("favicon.ico", 1): respond(asset("icon.svg", request))
        case ("healthz", 1): respond(health())
        case ("metrics", 1):
            respond(
                HTTPResponse(
                    status: 200,
                    headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                    body: Array(sources.metrics().utf8)))
        case ("v1", _): data(request, Array(parts.dropFirst()), respond)
        case ("rooms", 2), ("host", 2), ("operator", 2):
            respond(parts[1].isEmpty ? Self.notFound(request.path) : Self.noRoom(parts[1]))
        default: respond(Self.notFound(request.path))
        }
    }

    private func asset(_ name: String, _ request: HTTPRequest) -> HTTPResponse {
        assets.response(for: name, to: request) ?? Self.notFound(request.path)
    }

    private func health() -> HTTPResponse {
        sources.isDraining()
            ? .problem(
                status: 503, code: CloseCode.draining.name, detail: "the server is being restarted",
                headers: [])
            : .json(["status": "ok"])
    }

    private func data(
        _ request: HTTPRequest, _ parts: [String],
        _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        switch (parts.first, parts.count) {
        case ("rooms", 1):
            sources.rooms { respond(Self.fresh($0)) }
        case ("rooms", 2):
            switch visitor(request, room: parts[1]) {
            case .failure(let problem): respond(problem.response)
            case .success: sources.room(parts[1]) { respond(Self.fresh($0)) }
            }
        case ("rooms", 4) where parts[2] == "products":
            let found = sources.picture(parts[1], parts[3])
            respond(found.map { Self.picture($0, $1) } ?? Self.notFound(request.path))
        case ("plugins", 4) where parts[2] == "images":
            guard let type = ImagePath.type(ofFile: parts[3]),
                let bytes = sources.image(parts[1], parts[3])
            else {
                respond(Self.notFound(request.path))
                return
            }
            respond(Self.picture(bytes, type))
        case ("plugins", 4) where parts[2] == "locales" && parts[3].hasSuffix(".json"):
            if let bytes = sources.locale(parts[1], String(parts[3].dropLast(5))) {
                respond(
                    HTTPResponse(
                        status: 200,
                        headers: [
                            ("Content-Type", "application/json"), ("Cache-Control", "no-cache"),
                        ], body: bytes))
            } else {
                respond(Self.notFound(request.path))
            }
        case ("socket", 1):
            respond(
                .problem(
                    status: 426, code: "UPGRADE_REQUIRED",
                    detail: "this address speaks WebSocket (RFC 6455)",
                    headers: [("Upgrade", "websocket")]))
        default: respond(Self.notFound(request.path))
        }
    }

    private struct Problem: Error { var response: HTTPResponse }

    /// Whoever asks about a room: nobody in particular for an open room without a token.
    private func visitor(_ request: HTTPRequest, room: String) -> Result<Person?, Problem> {
        guard let isOpen = isOpen(room) else {
            return .failure(
                Problem(response: Self.noRoom(room)))
        }
        guard let header = request.header("authorization") else {
            if isOpen { return .success(nil) }
            return .failure(
                Problem(
                    response: Self.unauthorised(
                        CloseCode.tokenRequired.name, "this room wants a bearer token")))
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            return .failure(
                Problem(
                    response: Self.unauthorised(
                        CloseCode.tokenMalformed.name, "Authorization must be: Bearer TOKEN")))
        }
        switch admit(String(parts[1]), room) {
        case .success(let person): return .success(person)
        case .failure(let refusal):
            return .failure(
                Problem(response: Self.unauthorised(refusal.code, refusal.detail)))
        }
    }

    /// Whoever may speak for a back end or the staff: everybody but viewers.
    private func staff(
        _ request: HTTPRequest, room: String, what: String
    ) -> Result<Person, Problem> {
        switch visitor(request, room: room) {
        case .failure(let problem): return .failure(problem)
        case .success(nil):
            return .failure(
                Problem(
                    response: Self.unauthorised(
                        CloseCode.tokenRequired.name, "\(what) wants a bearer token")))
        case .success(let person?):
            guard person.role != .viewer else {
                let error = RequestError(
                    .forbidden, "this is for hosts, operators and services")
                return .failure(Problem(response: Self.problem(error)))
            }
            return .success(person)
        }
    }

    private func streamKey(_ request: HTTPRequest, room: String) -> HTTPResponse {
        switch staff(request, room: room, what: "a stream key") {
        case .failure(let problem): problem.response
        case .success(let person):
            sources.streamKey(room, person, request.header("host")).map { Self.fresh($0) }
                ?? .problem(
                    status: 404, code: "NO_STREAM",
                    detail: "the server takes no live video; configure \"stream\"", headers: [])
        }
    }

    private func call(
        _ request: HTTPRequest, room: String,
        _ respond: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        let person: Person
        switch staff(request, room: room, what: "a request") {
        case .failure(let problem):
            respond(problem.response)
            return
        case .success(let found): person = found
        }
        do throws(RequestParser.Refusal) {
            let message = try RequestParser.json(request.body)
            let parsed = try RequestParser.request(message)
            sources.call(room, person, parsed) { result in
                switch result {
                case .success(let reply): respond(.json(reply))
                case .failure(let error): respond(Self.problem(error))
                }
            }
        } catch {
            respond(Self.problem(error.error))
        }
    }

    /// A picture is looked at and never run, even when it is opened by itself.
    private static func picture(_ bytes: [UInt8], _ type: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", type), ("Cache-Control", "max-age=300"),
                ("X-Content-Type-Options", "nosniff"),
                ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ], body: bytes)
    }

    private static func fresh(_ value: JSON) -> HTTPResponse {
        var response = HTTPResponse.json(value)
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }

    private static func unauthorised(_ code: String, _ detail: String) -> HTTPResponse {
        .problem(
            status: 401, code: code, detail: detail, headers: [("WWW-Authenticate", "Bearer")])
    }

    private static func noRoom(_ room: String) -> HTTPResponse {
        .problem(
            status: 404, code: CloseCode.roomUnknown.name,
            detail: "there is no room \"\(room.prefix(64))\"", headers: [])
    }

    private static func notFound(_ path: String) -> HTTPResponse {
        .problem(
            status: 404, code: "NOT_FOUND", detail: "there is nothing at \(path.prefix(200))",
            headers: [])
    }

    private static func notAllowed(_ methods: String) -> HTTPResponse {
        .problem(
            status: 405, code: "METHOD_NOT_ALLOWED", detail: "this address takes \(methods)",
            headers: [("Allow", methods)])
    }

    /// Error codes as HTTP statuses, in this one place.
    private static func problem(_ error: RequestError) -> HTTPResponse {
        let status =
            switch error.code {
            case .badJSON, .badRequest, .unknownType, .badConfig, .tooLong, .empty: 400
            case .forbidden, .muted, .blockedWord: 403
            case .unknownMessage, .unknownUser, .unknownPlugin, .noSuchAction, .notLive, .noSound:
                404
            case .duplicate, .notRunning, .alreadyRunning, .paused, .late, .alreadyAnswered,
                .refused:
                409
            case .slowMode, .tooManyMessages, .tooManyBytes: 429
            case .busy, .unavailable, .serverFull: 503
            }
        let retry = error.retryAfterMilliseconds.map {
            [("Retry-After", String(($0 + 999) / 1000))]
        }
        return .problem(
            status: status, code: error.code.rawValue, detail: error.message, headers: retry ?? [])
    }
}
