package import Wire
import PluginContract

// The form in which snapshots keep a play. What can have very many members is a list, so that
// reading takes time in proportion to its length.
extension PlayState {
    /// Everything, as one JSON object; ``init(json:)`` reads it back to an equal state.
    package var json: JSON {
        var object: JSONObject = [
            "status": .string(status.rawValue), "config": .object(configuration),
            "products": products, "state": tree.json, "now": .integer(nowMilliseconds),
            "calls": .integer(Int64(bitPattern: callCount)), "position": .integer(positionLast),
        ]
        object["program"] = program?.json
        object["timers"] = Self.object(timers) { timer in
            [.integer(timer.dueMilliseconds), .integer(timer.lengthMilliseconds)]
        }
        object["collectors"] = Self.object(collectors) { collector in
            let answers = collector.answers.values.sorted { one, other in
                (one.position, one.viewer.user) < (other.position, other.viewer.user)
            }
            var json: JSONObject = [
                "keep": .string(collector.keep.rawValue), "staff": .bool(collector.admitsStaff),
                "open": .bool(collector.isOpen), "answers": .array(answers.map(\.json)),
            ]
            json["rule"] = collector.rule.map { .object($0.json) }
            json["grace"] = collector.grace?.json
            json["pictureSince"] = collector.pictureSinceMilliseconds.map { .integer($0) }
            json["lateSince"] = collector.lateSinceMilliseconds.map { .integer($0) }
            return .object(json)
        }
        object["undelivered"] = .array(undelivered.map(\.json))
        object["undeliveredSingly"] = .integer(Int64(undeliveredSingly))
        let shown = Dictionary(
            uniqueKeysWithValues: panels.map { ($0.key.rawValue, $0.value) })
        object["panels"] = Self.object(shown, \.json)
        object["own"] = .array(
            own.sorted { $0.key < $1.key }.map { user, elements in
                [.string(user), Self.object(elements) { .object($0) }]
            })
        object["ownIDs"] = .array(ownIDs.sorted().map { .string($0) })
        object["reserved"] = Self.object(reservations) { .integer($0) }
        object["wins"] = .array(wins.map(\.json))
        object["winCount"] = .integer(winCount)
        object["memory"] = memory.json
        object["hasRun"] = .bool(hasRun)
        object["requests"] = .array(
            requests.values.sorted { $0.request.id < $1.request.id }.map { waiting in
                [Effect.request(waiting.request).json, .integer(waiting.dueMilliseconds)]
            })
        object["pin"] = pin.map { [$0.product, .integer($0.atMilliseconds)] } ?? .null
        object["live"] = .array(liveLeases.sorted().map { .integer($0) })
        object["ending"] = .string(ending.rawValue)
        object["faults"] = .array(faultTimes.map { .integer($0) })
        return .object(object)
    }

    /// Reads what ``json`` wrote; nil when anything is missing or of another form.
    package init?(json: JSON) {
        guard let status = json["status"]?.stringValue.flatMap(PlayStatus.init),
            let configuration = json["config"]?.objectValue, let products = json["products"],
            let tree = json["state"].flatMap(StateTree.init), let now = json["now"]?.integerValue,
            let calls = json["calls"]?.integerValue, let position = json["position"]?.integerValue,
            let timers = Self.members(json["timers"], PlayTimer.init),
            let collectors = Self.members(json["collectors"], Collector.init),
            let undelivered = Self.list(json["undelivered"], CollectedAnswer.init),
            let shown = Self.members(json["panels"], ShownPanel.init),
            let own = Self.list(json["own"], Self.patches),
            let ownIDs = Self.list(json["ownIDs"], \.stringValue),
            let reserved = Self.members(json["reserved"], \.integerValue),
            let wins = Self.list(json["wins"] ?? [], Win.init(json:)),
            let memory = json["memory"].flatMap(HostMemory.init),
            let hasRun = json["hasRun"]?.boolValue,
            let requests = Self.list(json["requests"], WaitingRequest.init),
            let pin = json["pin"], let live = Self.list(json["live"] ?? [], \.integerValue),
            let faults = Self.list(json["faults"], \.integerValue)
        else { return nil }
        self.init()
        self.status = status
        self.configuration = configuration
        self.products = products
        self.tree = tree
        program = json["program"].flatMap(ProgramMark.init)
        nowMilliseconds = now
        callCount = UInt64(bitPattern: calls)
        positionLast = position
        self.timers = timers
        self.collectors = collectors
        self.undelivered = undelivered
        undeliveredSingly = Int(json["undeliveredSingly"]?.integerValue ?? 0)
        for (name, panel) in shown {
            guard let surface = PanelSurface(rawValue: name) else { return nil }
            panels[surface] = panel
        }
        for (user, elements) in own { self.own[user] = elements }
        self.ownIDs = Set(ownIDs)
        reservations = reserved
        self.wins = wins
        winCount = json["winCount"]?.integerValue ?? 0
        self.memory = memory
        self.hasRun = hasRun
        for waiting in requests { self.requests[waiting.request.id] = waiting }
        if !pin.isNull {
            guard let product = pin[0], let at = pin[1]?.integerValue else { return nil }
            self.pin = Pin(product: product, atMilliseconds: at)
        }
        liveLeases = Set(live)
        ending = json["ending"]?.stringValue.flatMap(Ending.init) ?? .none
        faultTimes = faults
    }

    private static func patches(_ json: JSON) -> (String, [String: JSONObject])? {
        guard let user = json[0]?.stringValue, let elements = members(json[1], \.objectValue)
        else { return nil }
        return (user, elements)
    }

    private static func object<Value>(
        _ values: [String: Value], _ json: (Value) -> JSON
    ) -> JSON {
        .object(JSONObject(values.sorted { $0.key < $1.key }.map { ($0.key, json($0.value)) }))
    }

    private static func members<Value>(
        _ json: JSON?, _ read: (JSON) -> Value?
    ) -> [String: Value]? {
        guard let members = json?.objectValue else { return nil }
        var values: [String: Value] = [:]
        for (name, value) in members {
            guard let value = read(value) else { return nil }
            values[name] = value
        }
        return values
    }

    private static func list<Value>(_ json: JSON?, _ read: (JSON) -> Value?) -> [Value]? {
        guard let list = json?.arrayValue else { return nil }
        let values = list.compactMap(read)
        return values.count == list.count ? values : nil
    }
}

extension PlayState.PlayTimer {
    fileprivate init?(_ json: JSON) {
        guard let due = json[0]?.integerValue, let length = json[1]?.integerValue else {
            return nil
        }
        self.init(dueMilliseconds: due, lengthMilliseconds: length)
    }
}

extension PlayState.WaitingRequest {
    fileprivate init?(_ json: JSON) {
        guard case .request(let request)? = json[0].flatMap(Effect.init(json:)),
            let due = json[1]?.integerValue
        else { return nil }
        self.init(request: request, dueMilliseconds: due)
    }
}

extension PlayState.ShownPanel {
    fileprivate init?(_ json: JSON) {
        guard var panel = json["panel"].flatMap(Panel.init), let value = json["value"] else {
            return nil
        }
        var mark: PictureMark?
        if let recorded = json["mark"] {
            guard let at = recorded[0]?.integerValue, let since = recorded[1]?.integerValue else {
                return nil
            }
            mark = PictureMark(streamMilliseconds: at, sinceMilliseconds: since)
        }
        panel.followsPicture = json["picture"]?.boolValue ?? false
        self.init(panel: panel, value: value, mark: mark)
    }

    fileprivate var json: JSON {
        var object: JSONObject = ["panel": panel.json, "value": value]
        if panel.followsPicture { object["picture"] = true }
        object["mark"] = mark.map {
            [.integer($0.streamMilliseconds), .integer($0.sinceMilliseconds)]
        }
        return .object(object)
    }
}

extension PlayState.Collector {
    fileprivate init?(_ json: JSON) {
        guard let keep = json["keep"]?.stringValue.flatMap(CollectorKeep.init),
            let admitsStaff = json["staff"]?.boolValue, let isOpen = json["open"]?.boolValue,
            let list = json["answers"]?.arrayValue
        else { return nil }
        self.init(keep: keep, admitsStaff: admitsStaff, isOpen: isOpen)
        if let json = json["rule"] {
            guard let rule = PhraseRule(json: json) else { return nil }
            self.rule = rule
        }
        if let json = json["grace"] {
            guard let grace = CollectorGrace(json: json) else { return nil }
            self.grace = grace
        }
        pictureSinceMilliseconds = json["pictureSince"]?.integerValue
        lateSinceMilliseconds = json["lateSince"]?.integerValue
        for value in list {
            guard let answer = CollectedAnswer(json: value) else { return nil }
            answers[answer.viewer.user] = answer
        }
    }
}
