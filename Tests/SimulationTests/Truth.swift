import Journaling
import Wire

/// What the journal knows: nobody may be told anything else.
struct Truth {
    private(set) var sequence: Int64 = 0
    private var answers: Set<String> = []
    private var values: Set<String> = []
    private var winners: Set<String> = []
    private var events: [JSON] = []

    /// Takes in the record that follows.
    mutating func learn(_ record: Record) throws {
        sequence = record.sequence
        let event = try JSON(parsing: record.event)
        for answer in event["answers"]?.arrayValue ?? [] {
            let user = answer["user"]?.stringValue ?? ""
            let value = answer["value"]?.integerValue ?? 0
            answers.insert("\(user) \(value) \(answer["position"]?.integerValue ?? 0)")
            values.insert("\(user) \(value)")
        }
        if !record.effects.isEmpty {
            for effect in try JSON(parsing: record.effects).arrayValue ?? []
            where effect["do"] == "prizes.grant" {
                winners.insert(effect["viewer"]?["user"]?.stringValue ?? "")
            }
        }
        if !record.events.isEmpty {
            events += try JSON(parsing: record.events).arrayValue ?? []
        }
    }

    /// Whether a message to a user says only what is recorded.
    func allows(_ message: JSON, for user: String) -> Bool {
        switch message["type"]?.stringValue {
        case "event":
            guard let offset = message["offset"]?.integerValue, offset <= Int64(events.count)
            else { return false }
            let event = events[Int(offset) - 1]
            return ["name", "from", "data"].allSatisfy { event[$0] == message[$0] }
        case "reply":
            if let offset = message["offset"]?.integerValue, offset > Int64(events.count) {
                return false
            }
            guard message["accepted"] == true, let value = message["value"]?.integerValue,
                let position = message["position"]?.integerValue
            else { return true }
            return answers.contains("\(user) \(value) \(position)")
        case "error":
            guard let value = message["value"]?.integerValue else { return true }
            return values.contains("\(user) \(value)")
        case "welcome": return allows(own: message["states"]?["own:price-guess"], user)
        case "state" where message["key"] == "own:price-guess":
            return allows(own: message["value"], user)
        default: return true
        }
    }

    private func allows(own: JSON?, _ user: String) -> Bool {
        if let locked = own?["guess"]?["locked"]?.integerValue,
            !values.contains("\(user) \(locked)")
        {
            return false
        }
        return own?["result"] == nil || winners.contains(user)
    }
}
