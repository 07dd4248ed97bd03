import PluginContract
import Wire

// What everybody hears of commitments comes from the host, whatever a plugin shows.
extension PlayState {
    /// Takes a commitment out whose secret a call has been told, and says so.
    mutating func reveal(
        _ call: PlayCall, _ setting: Setting, _ consequences: inout PlayConsequences
    ) {
        guard call.hook == .revealed, let name = call.arguments.values.first?.stringValue else {
            return
        }
        for (id, waiting) in requests
        where waiting.request.service.isOfTheHouse
            && waiting.request.parameters["name"]?.stringValue == name
        {
            requests[id] = nil
        }
        memory.commitments.close(name)
        let reveal = call.arguments.values.last ?? .null
        var data: JSONObject = [:]
        for field in ["commitment", "secret", "rules", "hash", "input"] {
            if let value = reveal[field] { data[field] = value }
        }
        consequences.events.append(
            .fairness("revealed", name, reveal["number"]?.integerValue, setting, data))
    }

    /// Gives up what is not revealed, and says so: there is no draw without a trace.
    mutating func abandonCommitments(
        _ setting: Setting, _ consequences: inout PlayConsequences
    ) {
        for item in memory.commitments.abandon() {
            consequences.events.append(
                .fairness(
                    "abandoned", item.name, item.number, setting,
                    ["commitment": .string(item.commitment)]))
        }
    }
}

extension PublicEvent {
    /// What is told about a commitment.
    static func fairness(
        _ step: String, _ name: String, _ number: Int64?, _ setting: PlayState.Setting,
        _ more: JSONObject
    ) -> PublicEvent {
        var data: JSONObject = ["step": .string(step), "name": .string(name)]
        if let number { data["number"] = .integer(number) }
        for (field, value) in more { data[field] = value }
        return PublicEvent(
            name: "fairness", from: "plugin:" + setting.plugin, data: .object(data))
    }
}
