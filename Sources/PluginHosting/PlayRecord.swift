package import PluginContract
import Scripting
package import Wire

/// A call of a hook as its record keeps it: with this, the same program does the same again.
struct PlayCall: Sendable, Equatable {
    var hook: Hook
    /// After `room`.
    var arguments: CallArguments
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
    /// Of a start: the id of the show.
    var show: String?
    /// People in the room, for plugins that are told.
    var present: Int64?
    /// Where the picture is, in stream time; nil while there is none.
    var picture: Int64?
    /// The hash of the next secret, for plugins that may commit to it.
    var sealed: String?
    /// What others did with products, for plugins that are told.
    var shelf: Shelf?
    /// Of a start and of a migration: what is run from here on.
    var program: ProgramMark?

    var stageCall: StageCall {
        StageCall(
            call: ScriptCall(
                hook: hook.functionName, arguments: arguments.text,
                nowMilliseconds: nowMilliseconds, seed: seed),
            pools: pools, present: present, picture: picture, shelf: shelf, sealed: sealed)
    }

    /// Writes the members `hook`, `arguments`, `now`, `seed` and what else is set.
    func write(to writer: inout JSONWriter) {
        writer.name("hook")
        writer.string(hook.functionName)
        writer.name("arguments")
        writer.raw(arguments.text)
        writer.name("now")
        writer.integer(nowMilliseconds)
        writer.name("seed")
        writer.integer(Int64(bitPattern: seed))
        if !pools.isEmpty {
            writer.name("pools")
            writer.beginObject()
            for (pool, standing) in pools.sorted(by: { $0.key < $1.key }) {
                writer.name(pool)
                writer.beginObject()
                writer.name("available")
                writer.integer(standing.available)
                writer.name("reserved")
                writer.integer(standing.reserved)
                writer.endObject()
            }
            writer.endObject()
        }
        func write(_ name: StaticString, _ value: JSON?) {
            guard let value else { return }
            writer.name(name)
            value.appendEncoded(to: &writer)
        }
        write("by", by?.json)
        write("config", configuration.map { .object($0) })
        write("products", products)
        write("values", values.map { .object($0) })
        write("show", show.map { .string($0) })
        write("present", present.map { .integer($0) })
        write("picture", picture.map { .integer($0) })
        write("sealed", sealed.map { .string($0) })
        write("shelf", shelf?.json)
        write("program", program?.json)
    }

    init(
        hook: Hook, arguments: CallArguments, nowMilliseconds: Int64, seed: UInt64,
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
            hook: hook, arguments: CallArguments(arguments), nowMilliseconds: now,
            seed: UInt64(bitPattern: seed))
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
        show = json["show"]?.stringValue
        present = json["present"]?.integerValue
        picture = json["picture"]?.integerValue
        sealed = json["sealed"]?.stringValue
        shelf = json["shelf"].flatMap(Shelf.init)
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
    /// Show time at which it was judged to count.
    package var atMilliseconds: Int64
    /// How much later than others the viewer saw the question, as far as that is believed.
    package var delayMilliseconds: Int64 = 0

    var json: JSON {
        var object: JSONObject = [
            "collector": .string(collector), "user": .string(viewer.user),
            "name": .string(viewer.name), "value": value, "position": .integer(position),
            "at": .integer(atMilliseconds),
        ]
        object["message"] = message.map { .string($0) }
        if delayMilliseconds > 0 { object["delay"] = .integer(delayMilliseconds) }
        return .object(object)
    }

    /// What `on_collected` is given.
    var told: JSON {
        var object: JSONObject = [
            "viewer": viewer.json, "value": value, "position": .integer(position),
            "at": .double(Double(atMilliseconds) / 1_000),
        ]
        object["message"] = message.map { .string($0) }
        if delayMilliseconds > 0 {
            object["delay"] = .double(Double(delayMilliseconds) / 1_000)
        }
        return .object(object)
    }

    init(
        collector: String, viewer: Viewer, value: JSON, position: Int64, message: String? = nil,
        atMilliseconds: Int64
    ) {
        self.collector = collector
        self.viewer = viewer
        self.value = value
        self.position = position
        self.message = message
        self.atMilliseconds = atMilliseconds
    }

    init?(json: JSON) {
        guard let collector = json["collector"]?.stringValue, let viewer = Viewer(json: json),
            let value = json["value"], let position = json["position"]?.integerValue
        else { return nil }
        self.init(
            collector: collector, viewer: viewer, value: value, position: position,
            message: json["message"]?.stringValue,
            atMilliseconds: json["at"]?.integerValue ?? 0)
        delayMilliseconds = json["delay"]?.integerValue ?? 0
    }
}

/// What one record of a play says. The only way in which a ``PlayState`` changes.
enum PlayRecord: Sendable, Equatable {
    /// A hook ran, or the program has none of this name.
    case call(PlayCall, changes: StateChanges, effects: [Effect])
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

    var event: RecordedValue {
        switch self {
        case .call(let call, _, _):
            var writer = JSONWriter()
            writer.beginObject()
            call.write(to: &writer)
            writer.endObject()
            return .text(writer.bytes)
        case .answered(let now, let answers):
            return .tree(["now": .integer(now), "answers": .array(answers.map(\.json))])
        case .fault(let call, let fault, let pauses):
            var writer = JSONWriter()
            writer.beginObject()
            call.write(to: &writer)
            writer.name("fault")
            writer.string(fault.kind.rawValue)
            writer.name("message")
            writer.string(fault.message)
            writer.name("trace")
            writer.string(fault.trace)
            writer.name("pauses")
            writer.bool(pauses)
            writer.endObject()
            return .text(writer.bytes)
        case .stopped(let now, let by): return .tree(["now": .integer(now), "by": by.json])
        case .configured(let now, let by, let configuration):
            return .tree([
                "now": .integer(now), "by": by.json, "config": .object(configuration),
            ])
        case .loaded(let now, let program):
            return .tree(["now": .integer(now), "program": program.json])
        }
    }

    var changes: RecordedValue {
        guard case .call(_, let changes, _) = self else { return .tree(.null) }
        return .text(changes.text)
    }

    var effects: JSON {
        guard case .call(_, _, let effects) = self, !effects.isEmpty else { return [] }
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
            guard effects.count == list.count, let changes = StateChanges(json: changes) else {
                return nil
            }
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
