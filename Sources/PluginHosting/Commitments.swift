package import PluginContract
package import Wire

/// The commitments of a play, from the moment they are made until their secret is revealed.
///
/// They belong to a run. How many there were, and how many were given up, is known for the whole show:
/// a number is never used twice, and nobody can draw until the outcome pleases without leaving a trace.
package struct Commitments: Sendable, Equatable {
    /// One that is not revealed yet.
    package struct Open: Sendable, Equatable {
        package var name: String
        package var number: Int64
        package var commitment: String
        /// JSON with sorted names.
        package var rules: String
        /// Once they are fixed.
        package var entrants: EntrantList?
        package var entrantsHash: String?
        /// Whether its draw or its secret was asked for.
        package var isAsked = false
    }

    /// By name.
    package private(set) var open: [String: Open] = [:]
    /// Of the last one in this show.
    package private(set) var count: Int64 = 0
    /// In this show.
    package private(set) var abandonedCount: Int64 = 0

    package init() {}

    /// Says why an effect cannot be, or nil.
    func problem(with effect: Effect) -> String? {
        switch effect {
        case .fairnessCommit(let name, _, let number, _):
            if open[name] != nil { return "fairness.commit: \"\(name)\" is not revealed yet" }
            if open.count >= FairnessLimit.open {
                return "fairness.commit: more than \(FairnessLimit.open) are not revealed yet"
            }
            return number == count + 1
                ? nil : "fairness.commit: number \(number) is out of order"
        case .fairnessFreeze(let name, _, _):
            guard let known = open[name] else { return unknown("fairness.freeze", name) }
            return known.entrants == nil && !known.isAsked
                ? nil : "fairness.freeze: the entrants of \"\(name)\" are fixed"
        case .request(let request) where request.service.isOfTheHouse:
            let name = request.parameters["name"]?.stringValue ?? ""
            let path = request.service.path
            guard let known = open[name] else { return unknown(path, name) }
            if known.isAsked { return "\(path): \"\(name)\" is being revealed" }
            if request.service == .draw, known.entrants == nil {
                return "\(path): freeze the entrants of \"\(name)\" first"
            }
            if request.service == .reveal, known.entrants != nil {
                return "\(path): the entrants of \"\(name)\" are fixed, so that it must be drawn"
            }
            return nil
        default: return nil
        }
    }

    private func unknown(_ path: String, _ name: String) -> String {
        "\(path): there is no commitment \"\(name)\"; fairness.commit makes one"
    }

    /// Changes with an effect that has no ``problem(with:)``.
    mutating func apply(_ effect: Effect) {
        switch effect {
        case .fairnessCommit(let name, let rules, let number, let commitment):
            open[name] = Open(
                name: name, number: number, commitment: commitment, rules: rules)
            count = max(count, number)
        case .fairnessFreeze(let name, let entrants, let hash):
            open[name]?.entrants = entrants
            open[name]?.entrantsHash = hash
        case .request(let request) where request.service.isOfTheHouse:
            open[request.parameters["name"]?.stringValue ?? ""]?.isAsked = true
        default: break
        }
    }

    /// Takes out one that is revealed.
    mutating func close(_ name: String) { open[name] = nil }

    /// Gives up what is not revealed.
    ///
    /// - Returns: What that was, in the order in which it was made.
    @discardableResult
    mutating func abandon() -> [Open] {
        let abandoned = open.values.sorted { $0.number < $1.number }
        abandonedCount += Int64(abandoned.count)
        open = [:]
        return abandoned
    }

    package var json: JSON {
        [
            "count": .integer(count), "abandoned": .integer(abandonedCount),
            "open": .array(
                open.values.sorted { $0.number < $1.number }.map { item in
                    [
                        "name": .string(item.name), "number": .integer(item.number),
                        "commitment": .string(item.commitment), "rules": .string(item.rules),
                        "entrants": item.entrants?.json ?? .null,
                        "hash": item.entrantsHash.map { .string($0) } ?? .null,
                        "asked": .bool(item.isAsked),
                    ]
                }),
        ]
    }

    /// Reads what ``json`` wrote; nil for anything else.
    package init?(json: JSON) {
        guard let count = json["count"]?.integerValue,
            let abandoned = json["abandoned"]?.integerValue, let list = json["open"]?.arrayValue
        else { return nil }
        self.count = count
        abandonedCount = abandoned
        for item in list {
            guard let name = item["name"]?.stringValue, let number = item["number"]?.integerValue,
                let commitment = item["commitment"]?.stringValue,
                let rules = item["rules"]?.stringValue, let isAsked = item["asked"]?.boolValue
            else { return nil }
            var known = Open(name: name, number: number, commitment: commitment, rules: rules)
            if let entrants = item["entrants"], !entrants.isNull {
                guard let list = EntrantList(json: entrants) else { return nil }
                known.entrants = list
                known.entrantsHash = item["hash"]?.stringValue
            }
            known.isAsked = isAsked
            open[name] = known
        }
    }
}
