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
    }

    private let usersMax: Int
    private var durable: [UserKey: Standing] = [:]
    private var judged: [UserKey: (standing: Standing, undecided: Int)] = [:]

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
        durable[key] = standing == Standing() ? nil : standing
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
    }

    /// Everybody with a durable standing, sorted by user.
    var everybody: [(user: String, standing: Standing)] {
        durable.map { ($0.key.text, $0.value) }
            .sorted { $0.user.utf8.lexicographicallyPrecedes($1.user.utf8) }
    }
}
