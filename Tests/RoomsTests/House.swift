import PluginContract
import Rooms
import Wire

/// A room with the shell around it played by the test: a clock, a journal, connections.
struct House {
    var room: Room
    var now: Int64 = 1_795_363_200_000
    var outputs: [RoomOutput] = []
    /// Drafts that are on their way to the journal.
    var pending: [Draft] = []
    /// Whether drafts become durable as soon as they are made.
    var commitsAtOnce = true
    private var requestCount = 0
    private var callSession: UInt64 = 1 << 40

    init(
        _ change: (inout RoomSettings) -> Void = { _ in }, epoch: String = "e1",
        messagePrefix: String = ""
    ) {
        var settings = RoomSettings(id: "teahouse", title: ["zh": "云上茶馆", "en": "Tea house"])
        change(&settings)
        room = Room(
            settings: settings, epoch: epoch, show: "spring-tea", beganAtMilliseconds: now,
            messagePrefix: messagePrefix)
    }

    mutating func advance(milliseconds: Int64) { now += milliseconds }

    /// Feeds inputs and keeps the outputs of this call alone.
    @discardableResult
    mutating func handle(_ inputs: RoomInput...) -> [RoomOutput] {
        outputs = []
        room.handle(inputs, nowMilliseconds: now, into: &outputs)
        takeDrafts()
        return outputs
    }

    @discardableResult
    mutating func tick() -> [RoomOutput] {
        outputs = []
        room.tick(nowMilliseconds: now, into: &outputs)
        takeDrafts()
        return outputs
    }

    @discardableResult
    mutating func commit(_ draft: Draft) -> [RoomOutput] {
        outputs = []
        room.committed(draft, nowMilliseconds: now, into: &outputs)
        return outputs
    }

    @discardableResult
    mutating func commitPending() -> [RoomOutput] {
        outputs = []
        for draft in pending { room.committed(draft, nowMilliseconds: now, into: &outputs) }
        pending = []
        return outputs
    }

    private mutating func takeDrafts() {
        for case .draft(let draft) in outputs { pending.append(draft) }
        guard commitsAtOnce else { return }
        for draft in pending { room.committed(draft, nowMilliseconds: now, into: &outputs) }
        pending = []
    }

    @discardableResult
    mutating func join(
        _ session: UInt64, _ user: String, name: String? = nil, role: Role = .viewer,
        recover: (epoch: String, offset: Int64)? = nil
    ) -> [RoomOutput] {
        let person = Person(user: user, name: name ?? user, role: role)
        return handle(
            .join(
                SessionID(raw: session),
                Guest(person: person, requestID: "h", recover: recover)))
    }

    @discardableResult
    mutating func leave(_ session: UInt64) -> [RoomOutput] {
        handle(.leave(SessionID(raw: session)))
    }

    /// Sends a request and returns the answer to it, or null when there is none (yet).
    @discardableResult
    mutating func ask(_ session: UInt64, _ command: Command) -> JSON {
        requestCount += 1
        let id = "r\(requestCount)"
        handle(.request(SessionID(raw: session), id: id, command))
        return answer(to: session, id)
    }

    /// Sends a request over HTTP.
    @discardableResult
    mutating func call(_ user: String, _ role: Role, _ command: Command) -> JSON {
        callSession += 1
        let person = Person(user: user, name: user, role: role)
        handle(.call(SessionID(raw: callSession), id: "c", by: person, command))
        return answer(to: callSession, "c")
    }

    private func answer(to session: UInt64, _ id: String) -> JSON {
        sent(to: session).last { $0["id"]?.stringValue == id } ?? .null
    }

    /// Messages of the last step to one session alone.
    func sent(to session: UInt64) -> [JSON] {
        outputs.compactMap {
            guard case .send(SessionID(raw: session), let bytes) = $0 else { return nil }
            return parsed(bytes)
        }
    }

    /// Events, states and danmaku of the last step to everybody.
    var broadcasts: [JSON] {
        outputs.compactMap {
            switch $0 {
            case .event(let bytes), .state(_, let bytes, _), .chatter(let bytes, _): parsed(bytes)
            default: nil
            }
        }
    }

    var closes: [UInt64: CloseCode] {
        var closes: [UInt64: CloseCode] = [:]
        for case .close(let session, let code) in outputs { closes[session.raw] = code }
        for case .refuse(let session, _, let code, _) in outputs { closes[session.raw] = code }
        return closes
    }

    var drafts: [Draft] {
        outputs.compactMap { if case .draft(let draft) = $0 { draft } else { nil } }
    }

    var pluginRequests: [PluginRequest] {
        outputs.compactMap { if case .plugin(let request) = $0 { request } else { nil } }
    }

    /// The `welcome` of the last step, and the missed events.
    var admission: (welcome: JSON, missed: [JSON])? {
        for case .admit(_, _, _, let welcome, let missed) in outputs {
            return (parsed(welcome), missed.map(parsed))
        }
        return nil
    }

    var welcome: JSON { admission?.welcome ?? .null }

    var states: JSON { welcome["states"] ?? .null }
}

/// What is no JSON becomes a text that no expectation matches.
func parsed(_ bytes: [UInt8]) -> JSON {
    (try? JSON(parsing: bytes)) ?? .string("not JSON: \(String(decoding: bytes, as: UTF8.self))")
}

extension JSON {
    /// The `code` of an error.
    var code: String? {
        self["type"]?.stringValue == "error" ? self["code"]?.stringValue : nil
    }
    var isReply: Bool { self["type"]?.stringValue == "reply" }
    var wait: Int64? { self["retryAfterMilliseconds"]?.integerValue }
}

/// A plugin's draft.
func pluginDraft(
    _ names: String..., afterwards: [Afterwards] = [], kind: String = "on_timer"
) -> Draft {
    Draft(
        source: "plugin:game", kind: kind, event: [:],
        events: names.map { PublicEvent(name: $0, from: "plugin:game", data: ["n": 1]) },
        afterwards: afterwards)
}
