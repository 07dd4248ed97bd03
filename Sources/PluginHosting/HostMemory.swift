package import PluginContract
package import Wire

/// What the host keeps for a plugin so that its functions can answer at once: points, values, seats,
/// prizes it has granted, commitments, the number of its requests.
///
/// Like `room.state` it changes with what a call asked for, on the stage while the call runs and in
/// ``PlayState`` when its record is folded, by the same function.
package struct HostMemory: Sendable, Equatable {
    /// What `kv` keeps, by key.
    package var values: JSONObject = [:]
    package var leaderboard = Leaderboard()
    package var seating = Seating()
    package var commitments = Commitments()
    /// Products whose price the run keeps to itself.
    package var embargoes: Set<String> = []
    /// Of the last request.
    package var requestCount: Int64 = 0

    /// Units granted in this show, by pool and user.
    package var granted: [String: [String: Int64]] = [:]
    /// The id of the show.
    package var show = ""

    package init() {}

    /// Of all values together, encoded.
    package static let valueBytesMax = 16 << 10

    /// Says why an effect cannot be, or nil.
    package func problem(with effect: Effect) -> String? {
        switch effect {
        case .leaderboardAdd(let viewer, _):
            return leaderboard.hasRoom(for: viewer.user)
                ? nil : "leaderboard.add: more than \(Leaderboard.viewersMax) viewers have points"
        case .kvSet(let key, let value):
            var values = values
            values[key] = value.isNull ? JSON?.none : value
            let bytes = values.encoded().count
            return bytes <= Self.valueBytesMax
                ? nil
                : "kv.set: the values would have \(bytes) bytes, more than \(Self.valueBytesMax)"
        case .request(let request):
            let bytes = request.parameters.encoded().count
            if bytes > HostRequest.Limit.parameterBytes {
                return "\(request.service.path): \(bytes) bytes are more than"
                    + " \(HostRequest.Limit.parameterBytes)"
            }
            if let problem = commitments.problem(with: effect) { return problem }
            return request.id == requestCount + 1
                ? nil : "\(request.service.path): request \(request.id) is out of order"
        case .fairnessCommit, .fairnessFreeze: return commitments.problem(with: effect)
        default: return nil
        }
    }

    /// Changes with an effect that has no ``problem(with:)``.
    package mutating func apply(_ effect: Effect) {
        switch effect {
        case .leaderboardAdd(let viewer, let points): leaderboard.add(points, to: viewer)
        case .leaderboardReset: leaderboard = Leaderboard()
        case .kvSet(let key, let value): values[key] = value.isNull ? JSON?.none : value
        case .request(let request):
            requestCount = max(requestCount, request.id)
            commitments.apply(effect)
        case .fairnessCommit, .fairnessFreeze: commitments.apply(effect)
        case .productEmbargo(let id): embargoes.insert(id)
        case .productLift(let id): embargoes.remove(id)
        case .seatGrant(let lease): seating.grant(lease)
        case .seatRevoke(let seat): seating.revoke(seat)
        case .seatSwap(let seat, let other): seating.swap(seat, other)
        case .prizeGrant(let pool, let viewer, let count):
            granted[pool, default: [:]][viewer.user, default: 0] += count
        default: break
        }
    }

    /// Whether an effect changes it.
    static func isChanged(by effect: Effect) -> Bool {
        switch effect {
        case .leaderboardAdd, .leaderboardReset, .kvSet, .request, .prizeGrant: true
        case .seatGrant, .seatRevoke, .seatSwap: true
        case .productEmbargo, .productLift: true
        case .fairnessCommit, .fairnessFreeze: true
        default: false
        }
    }

    /// What a run begins with: points and seats belong to a run; values, the counts and what was
    /// granted do not.
    func begun(values: JSONObject?, show: String? = nil) -> HostMemory {
        var memory = HostMemory()
        memory.values = values ?? self.values
        memory.requestCount = requestCount
        memory.commitments = commitments
        memory.commitments.abandon()
        memory.granted = granted
        memory.show = show ?? self.show
        memory.seating = seating
        memory.seating.revokeAll()
        return memory
    }

    package var json: JSON {
        let pools = granted.sorted { $0.key < $1.key }.map { pool, units -> (String, JSON) in
            let users = units.sorted { $0.key < $1.key }.map { ($0.key, JSON.integer($0.value)) }
            return (pool, .object(JSONObject(users)))
        }
        return [
            "values": .object(values), "leaderboard": leaderboard.json,
            "requests": .integer(requestCount), "seats": seating.json,
            "commitments": commitments.json,
            "leases": .integer(seating.leaseCount),
            "granted": .object(JSONObject(pools)), "show": .string(show),
            "embargoes": .array(embargoes.sorted().map { .string($0) }),
        ]
    }

    /// Reads what ``json`` wrote; nil for anything else.
    package init?(json: JSON) {
        guard let values = json["values"]?.objectValue,
            let leaderboard = json["leaderboard"].flatMap(Leaderboard.init),
            let count = json["requests"]?.integerValue,
            let seating = Seating(
                json: json["seats"] ?? [], leaseCount: json["leases"]?.integerValue ?? 0),
            let commitments = json["commitments"].map(Commitments.init(json:)) ?? Commitments()
        else { return nil }
        self.values = values
        self.leaderboard = leaderboard
        requestCount = count
        embargoes = Set((json["embargoes"]?.arrayValue ?? []).compactMap(\.stringValue))
        self.seating = seating
        self.commitments = commitments
        show = json["show"]?.stringValue ?? ""
        for (pool, units) in json["granted"]?.objectValue ?? [:] {
            for (user, count) in units.objectValue ?? [:] {
                granted[pool, default: [:]][user] = count.integerValue
            }
        }
    }
}
