import PluginContract
import Scripting
import Wire

/// What whoever runs the show is told about a play, beside its panels: state of this server alone,
/// never recorded.
struct PlayDesk: Sendable {
    /// The last call that failed.
    var fault: JSON = .null
    /// What the last call of each hook has used.
    private(set) var uses: [Hook: ScriptUse] = [:]
    /// Changes and effects of the last call of each hook, as JSON.
    private(set) var outputBytes: [Hook: Int] = [:]
    /// Effects of the last call of each hook.
    private(set) var effects: [Hook: Int] = [:]
    /// Show time at which the meter was told last; nil before the first time.
    private var toldMilliseconds: Int64?

    /// How often the meter is told at most.
    static let meterMilliseconds: Int64 = 1_000

    mutating func note(_ hook: Hook, _ use: ScriptUse, outputBytes count: Int) {
        uses[hook] = use
        outputBytes[hook] = count
    }

    mutating func note(_ hook: Hook, effects count: Int) { effects[hook] = count }

    /// Whether it is time to tell the meter again; then that is noted.
    mutating func isMeterDue(_ nowMilliseconds: Int64) -> Bool {
        if let told = toldMilliseconds, nowMilliseconds - told < Self.meterMilliseconds {
            return false
        }
        toldMilliseconds = nowMilliseconds
        return true
    }
}

extension Play {
    /// Takes note of a fault, live or when it is read back.
    mutating func noteFault(in record: PlayRecord) {
        guard case .fault(let call, let fault, _) = record else { return }
        desk.fault = [
            "hook": .string(call.hook.functionName), "kind": .string(fault.kind.rawValue),
            "message": .string(fault.message), "trace": .string(fault.trace),
            "at": .integer(show.beganAtMilliseconds + call.nowMilliseconds),
        ]
    }

    /// What the desk is told because of a record.
    mutating func deskNews(
        _ record: PlayRecord, _ consequences: PlayConsequences
    ) -> [Afterwards] {
        noteFault(in: record)
        var news: [Afterwards] = []
        if consequences.isStatusChanged || record.concernsDesk {
            news.append(.state(key: "desk:" + plugin, value: deskValue, audience: .staff))
        }
        if desk.isMeterDue(state.nowMilliseconds) {
            news.append(.state(key: "meter:" + plugin, value: meterValue, audience: .staff))
        }
        return news
    }

    /// The value of the state `desk:PLUGIN` (protocol.md, "state").
    var deskValue: JSON {
        let schema = program.manifest.configuration
        let secrets = Set(schema.fields.filter(\.isSecret).map(\.name))
        func open(_ values: JSONObject) -> JSON {
            .object(
                JSONObject(values.members.filter { !secrets.contains($0.name) }.map { ($0, $1) }))
        }
        let since = state.nowMilliseconds - limits.faultWindowMilliseconds
        let recent = state.faultTimes.filter { $0 > since }.count
        return [
            "hash": .string(program.contentHash),
            "fields": .array(schema.fields.map(\.form)),
            "show": open(show.configuration),
            "run": state.status == .idle ? .null : open(state.configuration),
            "fault": desk.fault,
            "faults": .integer(Int64(state.status == .paused ? limits.faultsMax : recent)),
            "faultsMax": .integer(Int64(limits.faultsMax)),
        ]
    }

    /// The value of the state `meter:PLUGIN`.
    var meterValue: JSON {
        let budgets = program.manifest.budgets
        let hooks = desk.uses.keys.sorted { $0.rawValue < $1.rawValue }
        func used(_ amount: (Hook) -> Int64?) -> JSON {
            .object(JSONObject(hooks.map { ($0.functionName, .integer(amount($0) ?? 0)) }))
        }
        return [
            "instructionsMax": .integer(budgets.instructions),
            "instructions": used { desk.uses[$0]?.instructions },
            "memoryBytesMax": .integer(budgets.memoryBytes),
            "memoryBytes": used { desk.uses[$0]?.memoryBytes },
            "hostCallsMax": .integer(budgets.hostCalls),
            "hostCalls": used { desk.uses[$0]?.hostCalls },
            "outputBytesMax": .integer(budgets.outputBytes),
            "outputBytes": used { desk.outputBytes[$0].map(Int64.init) },
            "effects": used { desk.effects[$0].map(Int64.init) },
        ]
    }
}

extension PlayRecord {
    /// Whether the desk shows something else after it.
    fileprivate var concernsDesk: Bool {
        switch self {
        case .fault, .configured, .loaded, .stopped: true
        case .call(let call, _, _): call.hook == .start || call.hook == .migrate
        case .answered: false
        }
    }
}

extension ConfigSchema.Field {
    /// What a form for the value needs to know.
    fileprivate var form: JSON {
        func texts(_ texts: [String: String]) -> JSON {
            .object(
                JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
        var form: JSONObject = ["name": .string(name), "type": .string(type.rawValue)]
        if type == .integer || type == .money || type == .string {
            form["min"] = .integer(minimum)
            form["max"] = .integer(maximum)
        }
        if type == .table { form["max"] = .integer(maximum) }
        if type == .choice { form["options"] = .array(options.map(JSON.string)) }
        if !isSecret { form["default"] = defaultValue }
        for (member, flag) in [
            ("secret", isSecret), ("required", isRequired), ("immutable", isImmutable),
        ] where flag {
            form[member] = true
        }
        if !title.isEmpty { form["title"] = texts(title) }
        if !summary.isEmpty { form["description"] = texts(summary) }
        return .object(form)
    }
}
