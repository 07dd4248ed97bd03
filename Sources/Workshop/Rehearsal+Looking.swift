import Journaling
import Playhouse
import PluginContract
import PluginHosting
import Rooms
import Wire

// What a test may look at. Nothing here changes the show.
extension Rehearsal {
    /// Tells one thing about the show.
    ///
    /// - Parameters:
    ///   - what: Such as `panel` or `ledger`.
    ///   - fields: What it depends on.
    /// - Returns: A value as a test reads it.
    /// - Throws: ``DeedError`` for what nobody knows.
    func look(_ what: String, _ fields: JSON) async throws(DeedError) -> JSON {
        let device = fields["device"]?.stringValue ?? ""
        let name = fields["name"]?.stringValue
        let pool = fields["pool"]?.stringValue ?? ""
        switch what {
        case "now": return .double(Double(now - live.room.beganAtMilliseconds) / 1_000)
        case "status": return .string(play?.state.status.rawValue ?? "idle")
        case "state": return play?.state.tree.json ?? [:]
        case "config": return .object(play?.state.configuration ?? [:])
        case "timers": return timers
        case "panel": return try panel(of: device, fields["surface"]?.stringValue)
        case "picture": return shared["panel:\(plugin):viewer"]?["picture"] ?? .null
        case "lines":
            let locale = fields["locale"]?.stringValue ?? "en"
            let elements = try panel(of: device, fields["surface"]?.stringValue)
            return .array(
                ScreenText(program: plan.program, locale: locale).lines(of: elements)
                    .map { .string($0) })
        case "prizes": return devices[device]?.own["granted:\(plugin)"] ?? [:]
        case "is_here": return .bool(devices[device]?.session != nil)
        case "events":
            return .array(events.filter { name == nil || $0["name"]?.stringValue == name })
        case "chat": return .array(danmaku)
        case "effects":
            return .array(effects.filter { name == nil || $0["do"]?.stringValue == name })
        case "records": return .array(records.map { .string($0.kind) })
        case "faults": return .array(faults.map(Self.fault))
        case "log": return .array(effects.filter { $0["do"] == "log" })
        case "requests": return .array(waiting.map(Self.request))
        case "left": return .integer(try balance(of: pool))
        case "reserved": return .integer(play?.state.reservations[pool] ?? 0)
        case "ledger": return await ledger()
        case "points":
            return .integer(
                play?.state.memory.leaderboard.points(of: fields["user"]?.stringValue ?? "") ?? 0)
        case "leaderboard":
            return .array(play?.state.memory.leaderboard.top(100).map(\.json) ?? [])
        case "kept": return .object(play?.state.memory.values ?? [:])
        case "seats": return shared["seats"] ?? []
        case "is_publishing": return .bool(publishing[device] != nil)
        case "on_air": return shared["product"] ?? .null
        case "deaths": return .integer(Int64(deaths))
        default: throw DeedError("there is nothing called \"\(what)\" to look at")
        }
    }

    /// The elements that a person sees, with what only this person sees put into them.
    private func panel(of device: String, _ surface: String?) throws(DeedError) -> JSON {
        guard let person = devices[device]?.person else {
            throw DeedError("\(device) was never there")
        }
        let usual: PanelSurface =
            switch person.role {
            case .host: .host
            case .operator: .operator
            case .viewer, .service: .viewer
            }
        let surface = surface.map { PanelSurface(rawValue: $0) } ?? usual
        guard let surface else {
            throw DeedError("a surface is viewer, host or operator")
        }
        if surface != .viewer && !person.role.isStaff {
            throw DeedError("\(device) is a viewer and does not see the panel of the \(surface)")
        }
        guard devices[device]?.session != nil else {
            throw DeedError("\(device) is not there, so it sees nothing")
        }
        let key = "panel:\(plugin):\(surface.rawValue)"
        guard let panel = shared[key] ?? staffOnly[key] else { return [] }
        let own = devices[device]?.own["own:\(plugin)"]
        let elements = panel["elements"]?.arrayValue ?? []
        return .array(elements.compactMap { Self.seen($0, with: own) })
    }

    /// An element, and those inside it, as somebody sees it for whom a plugin has overridden attributes; nil
    /// for a hidden one.
    private static func seen(_ element: JSON, with own: JSON?) -> JSON? {
        guard var object = element.objectValue else { return element }
        let patch = object["id"]?.stringValue.flatMap { own?[$0]?.objectValue }
        for (name, value) in patch ?? [:] { object[name] = value }
        if object["hidden"] == true { return nil }
        if let inner = object["elements"]?.arrayValue {
            object["elements"] = .array(inner.compactMap { seen($0, with: own) })
        }
        return .object(object)
    }

    /// Everything that the plugin asked for, as recorded.
    private var effects: [JSON] { records.flatMap { $0.effects.arrayValue ?? [] } }

    private var timers: JSON {
        let due = (play?.state.timers ?? [:]).sorted { $0.key < $1.key }.map { name, timer in
            let milliseconds = timer.dueMilliseconds - (now - live.room.beganAtMilliseconds)
            return (name, JSON.double(Double(milliseconds) / 1_000))
        }
        return .object(JSONObject(due))
    }

    private func balance(of pool: String) throws(DeedError) -> Int64 {
        guard let left = live.playbill.pools.available[pool] else {
            let known = plan.pools.keys.sorted().joined(separator: ", ")
            throw DeedError("this show has no pool \"\(pool)\"; it has \(known)")
        }
        return left
    }

    private func ledger() async -> JSON {
        let entries = (try? await journal.entries(show: show)) ?? []
        return .array(
            entries.map { entry in
                var row: JSONObject = [
                    "sequence": .integer(entry.sequence), "index": .integer(entry.index),
                    "pool": .string(entry.pool), "kind": .string(entry.kind),
                    "count": .integer(entry.count),
                ]
                row["user"] = entry.user.map { .string($0) }
                return .object(row)
            })
    }

    private static func fault(_ event: JSON) -> JSON {
        [
            "hook": event["hook"] ?? .null, "kind": event["fault"] ?? .null,
            "message": event["message"] ?? .null, "trace": event["trace"] ?? .null,
        ]
    }

    private static func request(_ request: HostRequest) -> JSON {
        [
            "id": .integer(request.id), "service": .string(request.service.rawValue),
            "parameters": .object(request.parameters),
        ]
    }
}

// What holds in every show, whatever the test looks at.
extension Rehearsal {
    /// Says what is wrong with the books, or nil: of every pool what was there is what is left, what is
    /// reserved and what was granted.
    func ledgerProblem() async -> String? {
        guard let entries = try? await journal.entries(show: show) else {
            return "the ledger cannot be read"
        }
        for (pool, units) in plan.pools.sorted(by: { $0.key < $1.key }) {
            var reserved: Int64 = 0
            var granted: Int64 = 0
            for entry in entries where entry.pool == pool {
                switch entry.kind {
                case "reserve": reserved += entry.count
                case "grant":
                    reserved -= entry.count
                    granted += entry.count
                default: reserved -= entry.count
                }
                if reserved < 0 { return "pool \(pool): more was granted than was reserved" }
            }
            let left = live.playbill.pools.available[pool] ?? 0
            if left + reserved + granted != units {
                return "pool \(pool): \(left) left, \(reserved) reserved and \(granted) granted"
                    + " are not \(units)"
            }
            if reserved != play?.state.reservations[pool] ?? 0 {
                return "pool \(pool): the ledger and the play differ about what is reserved"
            }
        }
        return nil
    }
}
