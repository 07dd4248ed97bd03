import Wire

/// Who is muted and who is banned.
///
/// A decision counts at once for what is judged after it, and is kept apart until it is durable:
/// when the journal refuses it, what was durable counts again.
struct Moderation {
    /// How one user stands.
    struct Standing: Equatable {
        /// Muted before this time; 0 for not at all.
        var mutedUntilMilliseconds: Int64 = 0
        var isBanned = false
        /// What the user was called when this was decided; empty where that is not known.
        var name = ""
        /// Grows from decision to decision.
        var turn: Int64 = 0

        var isNothing: Bool { mutedUntilMilliseconds == 0 && !isBanned }
    }

    /// So many people are listed for the staff: the last ones that something was decided on.
    static let listedMax = 100
    /// Milliseconds between two lists.
    private static let tellEvery: Int64 = 250

    private let usersMax: Int
    private var durable: [UserKey: Standing] = [:]
    private var judged: [UserKey: (standing: Standing, undecided: Int)] = [:]
    private var turn: Int64 = 0
    /// Whether the list changed since it was told.
    private var isListDue = false
    private var toldAtMilliseconds: Int64?

    init(usersMax: Int) { self.usersMax = usersMax }

    var isEmpty: Bool { durable.isEmpty && judged.isEmpty }

    /// How a user stands, what is not durable yet included; nil for somebody never moderated.
    func standing(of user: String) -> Standing? {
        let key = UserKey(user)
        return judged[key]?.standing ?? durable[key]
    }

    /// Whether one more user can be muted or banned.
    func hasRoom(for user: String) -> Bool {
        standing(of: user) != nil || durable.count + judged.count < usersMax
    }

    /// Makes a decision that is on its way to the journal.
    mutating func judge(_ user: String, _ change: (inout Standing) -> Void) {
        var standing = standing(of: user) ?? Standing()
        change(&standing)
        judged[UserKey(user), default: (standing, 0)].standing = standing
        judged[UserKey(user)]?.undecided += 1
    }

    /// A decision became durable, or is read back.
    mutating func decide(_ user: String, _ change: (inout Standing) -> Void) {
        let key = UserKey(user)
        var standing = durable[key] ?? Standing()
        change(&standing)
        turn += 1
        standing.turn = turn
        durable[key] = standing.isNothing ? nil : standing
        isListDue = true
        forgetJudgement(key)
    }

    /// A decision did not become durable.
    mutating func abandon(_ user: String) { forgetJudgement(UserKey(user)) }

    private mutating func forgetJudgement(_ key: UserKey) {
        guard let undecided = judged[key]?.undecided else { return }
        if undecided > 1 {
            judged[key]?.undecided = undecided - 1
        } else {
            judged[key] = nil
        }
    }

    /// Forgets mutes that have ended.
    mutating func endMutes(nowMilliseconds: Int64) {
        let ended = durable.filter {
            !$0.value.isBanned && $0.value.mutedUntilMilliseconds <= nowMilliseconds
        }
        for key in ended.keys { durable[key] = nil }
        if !ended.isEmpty { isListDue = true }
    }

    /// Everybody with a durable standing, in the order of the last decisions on them.
    var everybody: [(user: String, standing: Standing)] {
        durable.map { ($0.key.text, $0.value) }.sorted { $0.1.turn < $1.1.turn }
    }

    /// When the list is to be told next, if it has changed; a time gone by means now.
    var nextTellingMilliseconds: Int64? {
        guard isListDue else { return nil }
        return toldAtMilliseconds.map { $0 + Self.tellEvery } ?? 0
    }

    /// Takes the list for the staff when it is to be told now: null when nobody is on it.
    mutating func takeTelling(nowMilliseconds: Int64) -> JSON? {
        guard let due = nextTellingMilliseconds,
            due <= nowMilliseconds || due > nowMilliseconds + Self.tellEvery
        else { return nil }
        isListDue = false
        toldAtMilliseconds = nowMilliseconds
        let everybody = everybody
        guard !everybody.isEmpty else { return .null }
        let people = everybody.suffix(Self.listedMax).reversed().map { user, standing -> JSON in
            var person: JSONObject = ["user": .string(user), "name": .string(standing.name)]
            if standing.isBanned { person["banned"] = true }
            if standing.mutedUntilMilliseconds > 0 {
                person["mutedUntil"] = .integer(standing.mutedUntilMilliseconds)
            }
            return .object(person)
        }
        return ["count": .integer(Int64(everybody.count)), "people": .array(Array(people))]
    }
}
