import Foundation
import Journaling
import Playhouse
import PluginContract
import PluginHosting
import Scripting
import Serving
import Wire

/// The page of `playhouse dev` and its small JSON interface.
///
/// Who reaches it is the host of the room. So it is served on the loopback address only, it answers
/// nobody who called this machine by another name (a foreign page whose name was pointed here), and what
/// changes something must be JSON, which a foreign page cannot send without asking first.
enum DevDesk {
    static func isForDesk(_ request: HTTPRequest) -> Bool {
        request.path == "/" || request.path == "/dev" || request.path.hasPrefix("/dev/")
    }

    static let closed = HTTPResponse.problem(
        status: 503, code: "CLOSED", detail: "the workshop is closing", headers: [])

    /// Lets a page of the house be shown inside the page of the workshop.
    static func admittingFrames(_ response: HTTPResponse) -> HTTPResponse {
        response.withPolicy {
            $0.replacing("frame-ancestors 'none'", with: "frame-ancestors 'self'")
        }
    }

    /// Why somebody is not answered; nil for nobody.
    static func objection(to request: HTTPRequest) -> HTTPResponse? {
        let host = request.header("host") ?? ""
        let name = host.split(separator: ":").first.map(String.init) ?? ""
        guard ["127.0.0.1", "localhost"].contains(name) else {
            return .problem(
                status: 403, code: "FORBIDDEN", detail: "the workshop is for this machine only",
                headers: [])
        }
        switch request.method {
        case "GET", "HEAD": return nil
        case "POST":
            let type = request.header("content-type")?.split(separator: ";").first
            let origin = request.header("origin") ?? "http://" + host
            guard type == "application/json", origin == "http://" + host else {
                return .problem(
                    status: 403, code: "FORBIDDEN", detail: "send application/json from the page",
                    headers: [])
            }
            return nil
        default:
            return .problem(
                status: 405, code: "METHOD_NOT_ALLOWED", detail: "GET and POST are known",
                headers: [("Allow", "GET, HEAD, POST")])
        }
    }

    /// A file of the page; nil if there is none of that name.
    static func file(_ name: String, for request: HTTPRequest) -> HTTPResponse? {
        guard let folder = try? WorkshopFiles.folder("Dev"),
            let assets = try? Assets(folder: folder)
        else { return nil }
        return assets.response(for: name, to: request)?.withPolicy { $0 + "; frame-src 'self'" }
    }
}

extension HTTPResponse {
    /// Changes the content security policy.
    fileprivate func withPolicy(_ change: (String) -> String) -> HTTPResponse {
        var response = self
        response.headers = headers.map { name, value in
            (name, name == "Content-Security-Policy" ? change(value) : value)
        }
        return response
    }

    fileprivate static func fresh(_ value: JSON, status: Int = 200) -> HTTPResponse {
        var response = HTTPResponse.json(value, status: status)
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }
}

extension DevHouse {
    /// Answers a request for the desk.
    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        if let objection = DevDesk.objection(to: request) { return objection }
        let body = (try? JSON(parsing: request.body)) ?? .null
        switch (request.method == "POST", request.path) {
        case (false, "/"): return HTTPResponse(status: 303, headers: [("Location", "/dev")])
        case (false, "/dev"): return DevDesk.file("dev.html", for: request) ?? missing(request)
        case (false, "/dev/status"): return .fresh(await status())
        case (false, "/dev/records"):
            let after = request.queryValue("after").flatMap { Int64($0) } ?? 0
            let lines = timeline?.records(after: after, limit: 2_000).map(\.line) ?? []
            return .fresh(["opening": .integer(Int64(opening)), "records": .array(lines)])
        case (false, "/dev/at"):
            guard let position = request.queryValue("position").flatMap({ Int64($0) }),
                let json = try? timeline?.json(at: position)
            else { return missing(request) }
            return .fresh(json)
        case (false, let path) where path.hasPrefix("/dev/files/"):
            let name = String(path.dropFirst("/dev/files/".count))
            return DevDesk.file(name, for: request) ?? missing(request)
        case (true, "/dev/branch"):
            guard let position = body["position"]?.integerValue, branch(at: position) else {
                return .problem(
                    status: 409, code: "NO_POSITION",
                    detail: "there is no such position, or the show is being opened", headers: [])
            }
            return .fresh(["position": .integer(position)], status: 202)
        case (true, "/dev/crowd"):
            guard let isAwake = body["awake"]?.boolValue else { return missing(request) }
            wakeCrowd(isAwake)
            return .fresh(["awake": .bool(isAwake)])
        default: return missing(request)
        }
    }

    private func missing(_ request: HTTPRequest) -> HTTPResponse {
        .problem(
            status: 404, code: "NOT_FOUND",
            detail: "there is nothing at \(request.path.prefix(200))",
            headers: [])
    }

    private func status() async -> JSON {
        await follow()
        let states = await statesOfStaff()
        var tokens = JSONObject()
        for (role, user, name) in [
            ("viewer", "you", "You"), ("host", "mei", "Mei"), ("operator", "lu", "Lu"),
        ] {
            tokens[role] = (try? show.token(user: user, name: name, role: role)).map { .string($0) }
        }
        return [
            "room": .string(DevShow.room), "opening": .integer(Int64(opening)),
            "ready": .bool(!isOpening), "first": .integer(timeline?.first ?? 0),
            "last": .integer(timeline?.last ?? 0), "seed": .integer(Int64(bitPattern: crowd.seed)),
            "crowd": [
                "count": .integer(Int64(crowd.kinds.count)), "awake": .bool(isCrowdAwake),
            ],
            "tokens": .object(tokens),
            "plugins": .array(sites.map { json(of: $0, states) }),
        ]
    }

    private func json(of site: Site, _ states: [String: JSON]) -> JSON {
        let name = site.id ?? URL(fileURLWithPath: site.folder).lastPathComponent
        let program = site.id.flatMap { server?.hotReload.program($0) }
        let budgets = program?.manifest.budgets ?? Budgets()
        let meter = states["meter:" + name]
        var hooks = JSONObject()
        for (hook, use) in (timeline?.uses[name] ?? [:]).sorted(by: { $0.key < $1.key }) {
            hooks[hook] = [
                "calls": .integer(Int64(use.callCount)), "faults": .integer(Int64(use.faultCount)),
                "outputBytesLast": .integer(Int64(use.outputBytesLast)),
                "outputBytesMax": .integer(Int64(use.outputBytesMax)),
                "instructions": meter?["instructions"]?[hook] ?? .null,
                "memoryBytes": meter?["memoryBytes"]?[hook] ?? .null,
                "hostCalls": meter?["hostCalls"]?[hook] ?? .null,
                "effects": meter?["effects"]?[hook] ?? .null,
            ]
        }
        return [
            "plugin": .string(name), "folder": .string(site.folder),
            "version": program.map { .string($0.manifest.version) } ?? .null,
            "hash": program.map { .string(String($0.contentHash.prefix(12))) } ?? .null,
            "status": states["plugins"]?[name]?["status"] ?? .null,
            "problems": .array(problems(of: site, program).map { $0.json(of: name) }),
            "budget": [
                "instructions": .integer(budgets.instructions),
                "memoryBytes": .integer(budgets.memoryBytes),
                "hostCalls": .integer(budgets.hostCalls),
                "outputBytes": .integer(budgets.outputBytes),
            ],
            "hooks": .object(hooks),
        ]
    }

    /// What is amiss now: with what was saved, and with what runs.
    private func problems(of site: Site, _ program: PluginProgram?) -> [DevProblem] {
        var problems = site.findings
        guard let id = site.id else { return problems }
        if let waiting = waiting(id, program) { problems.insert(waiting, at: 0) }
        let hasErrors = problems.contains { $0.level == .error }
        // What the check has found already need not be said again in other words.
        if !hasErrors, let reason = server?.hotReload.problems[id] {
            problems.insert(
                DevProblem(kind: .reload, message: reason) {
                    FileManager.default.contents(atPath: site.folder + "/" + $0).map { [UInt8]($0) }
                }, at: 0)
        }
        if let record = timeline?.faults[id], let program,
            failedPrograms[id] == program.contentHash, let event = try? record.parsed(record.event)
        {
            let hook = event["hook"]?.stringValue ?? record.kind
            let message = event["message"]?.stringValue ?? ""
            var problem = DevProblem(kind: .fault, message: "\(hook): \(message)") {
                program.source.files[$0]
            }
            problem.details = (event["trace"]?.stringValue ?? "").split(separator: "\n")
                .map(String.init)
            problem.remedy = "record \(record.sequence)"
            problems.insert(problem, at: 0)
        }
        return problems
    }

    /// Why what was saved and is good is not played yet.
    private func waiting(_ plugin: String, _ program: PluginProgram?) -> DevProblem? {
        guard let program, let state = playState(of: plugin), state.status == .running,
            !state.reservations.isEmpty, let running = state.program,
            running.hash != program.contentHash
        else { return nil }
        var problem = DevProblem(
            kind: .waiting, level: .warning,
            message: "saved, and good; it is taken over when the play holds no prizes any more")
        problem.remedy = "end the run, or begin again"
        return problem
    }

    private func playState(of plugin: String) -> PlayState? {
        guard let timeline, let show = try? timeline.show(at: timeline.last) else { return nil }
        return show.playbill.plays[plugin]?.state
    }
}
