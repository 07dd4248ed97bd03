package import Wire

extension Effect {
    /// The recorded form: an object whose `do` is the path of the host function.
    package var json: JSON {
        switch self {
        case .panelShow(let surface, let panel):
            panel.followsPicture
                ? [
                    "do": "panel.show", "surface": .string(surface.rawValue), "panel": panel.json,
                    "picture": true,
                ]
                : ["do": "panel.show", "surface": .string(surface.rawValue), "panel": panel.json]
        case .panelHide(let surface): ["do": "panel.hide", "surface": .string(surface.rawValue)]
        case .panelPatch(let user, let patch):
            ["do": "panel.patch", "user": .string(user), "elements": patch.json]
        case .collectOpen(let name, let keep, let admitsStaff, let grace):
            Self.collect(name, keep, admitsStaff, grace)
        case .collectClose(let name): ["do": "collect.close", "name": .string(name)]
        case .timerSet(let name, let milliseconds):
            ["do": "timers.set", "name": .string(name), "milliseconds": .integer(milliseconds)]
        case .timerCancel(let name): ["do": "timers.cancel", "name": .string(name)]
        case .prizeReserve(let pool, let count):
            ["do": "prizes.reserve", "pool": .string(pool), "count": .integer(count)]
        case .prizeGrant(let pool, let viewer, let count):
            [
                "do": "prizes.grant", "pool": .string(pool), "viewer": viewer.json,
                "count": .integer(count),
            ]
        case .prizeRelease(let pool): ["do": "prizes.release", "pool": .string(pool)]
        case .chatSay(let text, let args):
            ["do": "chat.say", "text": .string(text), "args": .object(args)]
        case .chatHide(let message): ["do": "chat.hide", "message": .string(message)]
        case .chatCollect(let name, let rule, let keep, let admitsStaff):
            [
                "do": "chat.collect", "name": .string(name), "rule": .object(rule.json),
                "keep": .string(keep.rawValue), "staff": .bool(admitsStaff),
            ]
        case .productPin(let product): ["do": "products.pin", "product": product.json()]
        case .productUnpin: ["do": "products.unpin"]
        case .productEmbargo(let id): ["do": "products.embargo", "id": .string(id)]
        case .productLift(let id): ["do": "products.lift", "id": .string(id)]
        case .leaderboardAdd(let viewer, let points):
            ["do": "leaderboard.add", "viewer": viewer.json, "points": .integer(points)]
        case .leaderboardReset: ["do": "leaderboard.reset"]
        case .kvSet(let key, let value):
            ["do": "kv.set", "key": .string(key), "value": value]
        case .request(let request):
            [
                "do": .string(request.service.path), "id": .integer(request.id),
                "parameters": .object(request.parameters),
                "milliseconds": .integer(request.milliseconds),
            ]
        case .fairnessCommit(let name, let rules, let number, let commitment):
            [
                "do": "fairness.commit", "name": .string(name), "rules": .string(rules),
                "number": .integer(number), "commitment": .string(commitment),
            ]
        case .fairnessFreeze(let name, let entrants, let hash):
            [
                "do": "fairness.freeze", "name": .string(name), "entrants": entrants.json,
                "hash": .string(hash),
            ]
        case .seatGrant(let lease): ["do": "seats.grant", "lease": lease.json]
        case .seatRevoke(let seat): ["do": "seats.revoke", "seat": .integer(seat)]
        case .seatSwap(let seat, let other):
            ["do": "seats.swap", "seat": .integer(seat), "other": .integer(other)]
        case .refuse(let reason): ["do": "refuse", "reason": .string(reason)]
        case .log(let level, let text):
            ["do": "log", "level": .string(level.rawValue), "text": .string(text)]
        case .linger: ["do": "linger"]
        case .finish: ["do": "finish"]
        }
    }

    private static func collect(
        _ name: String, _ keep: CollectorKeep, _ admitsStaff: Bool, _ grace: CollectorGrace?
    ) -> JSON {
        var object: JSONObject = [
            "do": "collect", "name": .string(name), "keep": .string(keep.rawValue),
            "staff": .bool(admitsStaff),
        ]
        object["grace"] = grace?.json
        return .object(object)
    }

    /// Reads the recorded form; nil when it is none.
    package init?(json: JSON) {
        guard let effect = Self.read(json) else { return nil }
        self = effect
    }

    private static func read(_ json: JSON) -> Effect? {
        let name = json["name"]?.stringValue
        let pool = json["pool"]?.stringValue
        let count = json["count"]?.integerValue
        let surface = json["surface"]?.stringValue.flatMap(PanelSurface.init)
        let text = json["text"]?.stringValue
        switch json["do"]?.stringValue {
        case "panel.show":
            guard let surface, var panel = json["panel"].flatMap(Panel.init) else { return nil }
            panel.followsPicture = json["picture"]?.boolValue ?? false
            return .panelShow(surface, panel)
        case "panel.hide": return surface.map { .panelHide($0) }
        case "panel.patch":
            guard let user = json["user"]?.stringValue,
                let patch = json["elements"].flatMap({ PanelPatch(json: $0) })
            else { return nil }
            return .panelPatch(user: user, patch)
        case "collect":
            guard let name, let keep = json["keep"]?.stringValue.flatMap(CollectorKeep.init),
                let admitsStaff = json["staff"]?.boolValue
            else { return nil }
            var grace: CollectorGrace?
            if let recorded = json["grace"] {
                guard let read = CollectorGrace(json: recorded) else { return nil }
                grace = read
            }
            return .collectOpen(name: name, keep: keep, admitsStaff: admitsStaff, grace: grace)
        case "collect.close": return name.map { .collectClose(name: $0) }
        case "timers.set":
            guard let name, let milliseconds = json["milliseconds"]?.integerValue,
                milliseconds > 0
            else { return nil }
            return .timerSet(name: name, milliseconds: milliseconds)
        case "timers.cancel": return name.map { .timerCancel(name: $0) }
        case "prizes.reserve":
            guard let pool, let count, count > 0 else { return nil }
            return .prizeReserve(pool: pool, count: count)
        case "prizes.grant":
            guard let pool, let count, count > 0,
                let viewer = json["viewer"].flatMap(Viewer.init)
            else { return nil }
            return .prizeGrant(pool: pool, viewer: viewer, count: count)
        case "prizes.release": return pool.map { .prizeRelease(pool: $0) }
        case "chat.say":
            guard let text, let args = json["args"]?.objectValue else { return nil }
            return .chatSay(text: text, args: args)
        case "chat.hide": return json["message"]?.stringValue.map { .chatHide(message: $0) }
        case "chat.collect":
            guard let name, let keep = json["keep"]?.stringValue.flatMap(CollectorKeep.init),
                let admitsStaff = json["staff"]?.boolValue,
                let rule = json["rule"].flatMap(PhraseRule.init)
            else { return nil }
            return .chatCollect(name: name, rule, keep: keep, admitsStaff: admitsStaff)
        case "products.pin": return json["product"].flatMap(Product.init).map { .productPin($0) }
        case "products.unpin": return .productUnpin
        case "products.embargo":
            return json["id"]?.stringValue.map { .productEmbargo(id: $0) }
        case "products.lift": return json["id"]?.stringValue.map { .productLift(id: $0) }
        case "leaderboard.add":
            guard let viewer = json["viewer"].flatMap(Viewer.init),
                let points = json["points"]?.integerValue
            else { return nil }
            return .leaderboardAdd(viewer, points: points)
        case "leaderboard.reset": return .leaderboardReset
        case "kv.set":
            guard let key = json["key"]?.stringValue else { return nil }
            return .kvSet(key: key, value: json["value"] ?? .null)
        case HostRequest.Service.knowledge.path: return request(.knowledge, json)
        case HostRequest.Service.webhook.path: return request(.webhook, json)
        case HostRequest.Service.draw.path: return request(.draw, json)
        case HostRequest.Service.reveal.path: return request(.reveal, json)
        case "fairness.commit":
            guard let name, let rules = json["rules"]?.stringValue,
                let number = json["number"]?.integerValue, number > 0,
                let commitment = json["commitment"]?.stringValue
            else { return nil }
            return .fairnessCommit(
                name: name, rules: rules, number: number, commitment: commitment)
        case "fairness.freeze":
            guard let name, let entrants = json["entrants"].flatMap(EntrantList.init(json:)),
                let hash = json["hash"]?.stringValue
            else { return nil }
            return .fairnessFreeze(name: name, entrants, hash: hash)
        case "seats.grant":
            return json["lease"].flatMap(SeatLease.init).map { .seatGrant($0) }
        case "seats.revoke": return json["seat"]?.integerValue.map { .seatRevoke(seat: $0) }
        case "seats.swap":
            guard let seat = json["seat"]?.integerValue, let other = json["other"]?.integerValue
            else { return nil }
            return .seatSwap(seat: seat, other: other)
        case "refuse": return json["reason"]?.stringValue.map { .refuse(reason: $0) }
        case "log":
            guard let text, let level = json["level"]?.stringValue.flatMap(LogLevel.init)
            else { return nil }
            return .log(level, text: text)
        case "linger": return .linger
        case "finish": return .finish
        default: return nil
        }
    }

    private static func request(_ service: HostRequest.Service, _ json: JSON) -> Effect? {
        guard let id = json["id"]?.integerValue, id > 0,
            let parameters = json["parameters"]?.objectValue,
            let milliseconds = json["milliseconds"]?.integerValue, milliseconds > 0
        else { return nil }
        return .request(
            HostRequest(
                id: id, service: service, parameters: parameters, milliseconds: milliseconds))
    }
}
