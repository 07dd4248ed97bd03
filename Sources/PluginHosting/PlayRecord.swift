package import PluginContract
import Scripting
package import Wire

/// A call of a hook as its record keeps it: with this, the same program does the same again.
struct PlayCall: Sendable, Equatable {
    var hook: Hook
    /// After `room`.
    var arguments: [JSON]
    /// Show time.
    var nowMilliseconds: Int64
    var seed: UInt64
    var pools: [String: PoolStanding] = [:]
    /// Who asked for a start or a stop.
    var by: Viewer?
    /// Of a start: the resolved configuration.
    var configuration: JSONObject?
    /// Of a start: the products of the show at that time.
    var products: JSON?
    /// Of a start: what `kv` keeps, for plugins with that capability.
    var values: JSONObject?
    /// People in the room, for plugins that are told.
    var present: Int64?
    /// The hash of the next secret, for plugins that may commit to it.
    var sealed: String?
    /// Of a start and of a migration: what is run from here on.
    var program: ProgramMark?

    var stageCall: StageCall {
        StageCall(
            call: ScriptCall(
                hook: hook.functionName, arguments: JSON.array(arguments).encoded(),
                nowMilliseconds: nowMilliseconds, seed: seed),
            pools: pools, present: present, sealed: sealed)
    }

    /// `{hook, arguments, now, seed}` and what else is set.
    var json: JSONObject {
        var object: JSONObject = [
            "hook": .string(hook.functionName), "arguments": .array(arguments),
            "now": .integer(nowMilliseconds), "seed": .integer(Int64(bitPattern: seed)),
        ]
        // Looking for a place costs time, so nothing is looked for that most calls do not have.
        if !pools.isEmpty {
            let members = pools.sorted { $0.key < $1.key }.map { pool, standing -> (String, JSON) in
                let value: JSON = [
                    "available": .integer(standing.available),
                    "reserved": .integer(standing.reserved),
                ]
                return (pool, value)
            }
            object["pools"] = .object(JSONObject(members))
        }
        if let by { object["by"] = by.json }
        if let configuration { object["config"] = .object(configuration) }
        if let products { object["products"] = products }
        if let values { object["values"] = .object(values) }
        if let present { object["present"] = .integer(present) }
        if let sealed { object["sealed"] = .string(sealed) }
        if let program { object["program"] = program.json }
        return object
    }

    init(
        hook: Hook, arguments: [JSON], nowMilliseconds: Int64, seed: UInt64,
        pools: [String: PoolStanding] = [:]
    ) {
        self.hook = hook
        self.arguments = arguments
        self.nowMilliseconds = nowMilliseconds
        self.seed = seed
        self.pools = pools
    }

    init?(json: JSON) {
        guard let hook = json["hook"]?.stringValue.flatMap(Hook.init(functionName:)),
            let arguments = json["arguments"]?.arrayValue,
            let now = json["now"]?.integerValue, let seed = json["seed"]?.integerValue
        else { return nil }
        self.init(
            hook: hook, arguments: arguments, nowMilliseconds: now, seed: UInt64(bitPattern: seed))
        for (pool, standing) in json["pools"]?.objectValue?.members ?? [] {
            guard let available = standing["available"]?.integerValue,
                let reserved = standing["reserved"]?.integerValue
            else { return nil }
            pools[pool] = PoolStanding(available: available, reserved: reserved)
        }
        by = json["by"].flatMap(Viewer.init)
        configuration = json["config"]?.objectValue
        products = json["products"]
        values = json["values"]?.objectValue
        present = json["present"]?.integerValue
        sealed = json["sealed"]?.stringValue
        program = json["program"].flatMap(ProgramMark.init)
    }
}

/// One answer that counts.
package struct CollectedAnswer: Sendable, Equatable {
    package var collector: String
    package var viewer: Viewer
    package var value: JSON
    /// Ordinal among the accepted answers of this plugin in this show, from 1.
    package var position: Int64
    /// The danmaku it was found in, for collectors of phrases.
    package var message: String?

    var json: JSON {
        var object: JSONObject = [
            "collector": .string(collector), "user": .string(viewer.user),
            "name": .string(viewer.name), "value": value, "position": .integer(position),
        ]
        object["message"] = message.map { .string($0) }
        return .object(object)
    }

    /// What `on_collected` is given.
    var told: JSON {
        var object: JSONObject = [
            "viewer": viewer.json, "value": value, "position": .integer(position),
        ]
        object["message"] = message.map { .string($0) }
        return .object(object)
    }

    init(
        collector: String, viewer: Viewer, value: JSON, position: Int64, message: String? = nil
    ) {
        self.collector = collector
        self.viewer = viewer
        self.value = value
        self.position = position
        self.message = message
    }

    init?(json: JSON) {
        guard let collector = json["collector"]?.stringValue, let viewer = Viewer(json: json),
            let value = json["value"], let position = json["position"]?.integerValue
        else { return nil }
        self.init(
            collector: collector, viewer: viewer, value: value, position: position,
            message: json["message"]?.stringValue)
    }
}

/// What one record of a play says. The only way in which a ``PlayState`` changes.
enum PlayRecord: Sendable, Equatable {
    /// A hook ran, or the program has none of this name.
    case call(PlayCall, changes: JSON, effects: [Effect])
    /// Answers were taken by collectors.
    case answered(nowMilliseconds: Int64, [CollectedAnswer])
    /// A hook failed; its event is spent and nothing else changed, but that the play may be paused.
    case fault(PlayCall, ScriptFault, pauses: Bool)
    /// Everything was cleared without asking the program: it was paused, or had ended by itself.
    case stopped(nowMilliseconds: Int64, by: Viewer)
    /// A run goes on with another configuration.
    case configured(nowMilliseconds: Int64, by: Viewer, JSONObject)
    /// A running play goes on with another program; its state stays.
    case loaded(nowMilliseconds: Int64, ProgramMark)
}

extension PlayRecord {
    var kind: String {
        switch self {
        case .call(let call, _, _): call.hook.functionName
        case .answered: "answered"
        case .fault: "fault"
        case .stopped: "stopped"
        case .configured: "configured"
        case .loaded: "loaded"
        }
    }

    var event: JSON {
        switch self {
        case .call(let call, _, _): return .object(call.json)
        case .answered(let now, let answers):
            return ["now": .integer(now), "answers": .array(answers.map(\.json))]
        case .fault(let call, let fault, let pauses):
            var object = call.json
            object["fault"] = .string(fault.kind.rawValue)
            object["message"] = .string(fault.message)
            object["trace"] = .string(fault.trace)
            object["pauses"] = .bool(pauses)
            return .object(object)
        case .stopped(let now, let by): return ["now": .integer(now), "by": by.json]
        case .configured(let now, let by, let configuration):
            return [
                "now": .integer(now), "by": by.json, "config": .object(configuration),
            ]
        case .loaded(let now, let program):
            return ["now": .integer(now), "program": program.json]
        }
    }

    var changes: JSON {
        guard case .call(_, let changes, _) = self else { return .null }
        return changes
    }

    var effects: JSON {
        guard case .call(_, _, let effects) = self else { return [] }
        return .array(effects.map(\.json))
    }

    /// Reads what a journal record kept; nil when it is none of a play.
    init?(kind: String, event: JSON, changes: JSON, effects: JSON) {
        switch kind {
        case "answered":
            guard let now = event["now"]?.integerValue, let list = event["answers"]?.arrayValue
            else { return nil }
            let answers = list.compactMap(CollectedAnswer.init)
            guard answers.count == list.count else { return nil }
            self = .answered(nowMilliseconds: now, answers)
        case "fault":
            guard let call = PlayCall(json: event),
                let kind = event["fault"]?.stringValue.flatMap(ScriptFault.Kind.init),
                let message = event["message"]?.stringValue,
                let trace = event["trace"]?.stringValue, let pauses = event["pauses"]?.boolValue
            else { return nil }
            self = .fault(
                call, ScriptFault(kind: kind, message: message, trace: trace), pauses: pauses)
        case "stopped":
            guard let now = event["now"]?.integerValue, let by = event["by"].flatMap(Viewer.init)
            else { return nil }
            self = .stopped(nowMilliseconds: now, by: by)
        case "configured":
            guard let now = event["now"]?.integerValue, let by = event["by"].flatMap(Viewer.init),
                let configuration = event["config"]?.objectValue
            else { return nil }
            self = .configured(nowMilliseconds: now, by: by, configuration)
        case "loaded":
            guard let now = event["now"]?.integerValue,
                let program = event["program"].flatMap(ProgramMark.init)
            else { return nil }
            self = .loaded(nowMilliseconds: now, program)
        default:
            guard let call = PlayCall(json: event), call.hook.functionName == kind,
                let list = effects.arrayValue
            else { return nil }
            let effects = list.compactMap(Effect.init(json:))
            guard effects.count == list.count else { return nil }
            self = .call(call, changes: changes, effects: effects)
        }
    }
}

extension PlayRecord {
    /// Reads what a journal record kept.
    ///
    /// - Throws: When it is none of a play.
    init(
        reading kind: String, event: JSON, changes: JSON, effects: JSON
    ) throws(PlayRecordError) {
        let record = PlayRecord(kind: kind, event: event, changes: changes, effects: effects)
        guard let record else { throw PlayRecordError("not a record of a play: \(kind)") }
        self = record
    }
}

/// A record of a play that cannot be: damaged, or of another program.
package struct PlayRecordError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
}
