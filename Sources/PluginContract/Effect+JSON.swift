package import Wire

extension Effect {
    /// The recorded form: an object whose `do` is the path of the host function.
    package var json: JSON {
        switch self {
        case .panelShow(let surface, let panel):
            ["do": "panel.show", "surface": .string(surface.rawValue), "panel": panel.json]
        case .panelHide(let surface): ["do": "panel.hide", "surface": .string(surface.rawValue)]
        case .panelPatch(let user, let patch):
            ["do": "panel.patch", "user": .string(user), "elements": patch.json]
        case .collectOpen(let name, let keep, let admitsStaff):
            [
                "do": "collect", "name": .string(name), "keep": .string(keep.rawValue),
                "staff": .bool(admitsStaff),
            ]
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
        case .log(let level, let text):
            ["do": "log", "level": .string(level.rawValue), "text": .string(text)]
        case .finish: ["do": "finish"]
        }
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
            guard let surface, let panel = json["panel"].flatMap(Panel.init) else { return nil }
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
            return .collectOpen(name: name, keep: keep, admitsStaff: admitsStaff)
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
        case "log":
            guard let text, let level = json["level"]?.stringValue.flatMap(LogLevel.init)
            else { return nil }
            return .log(level, text: text)
        case "finish": return .finish
        default: return nil
        }
    }
}
