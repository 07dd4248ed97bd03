import PluginContract
import Wire

/// What goes by and is told in batches when the time has come: danmaku, who came, who went.
///
/// Not journaled before it is told: what was not told when the server stopped never will be.
struct PlayNotices: Sendable {
    /// Between two calls of one hook, in milliseconds of show time.
    static func interval(of hook: Hook) -> Int64 { hook == .danmaku ? 250 : 1_000 }
    /// The most of one call.
    static func batchMax(of hook: Hook) -> Int { hook == .danmaku ? 200 : 1_000 }
    /// Danmaku that wait; beyond it the oldest are not told.
    static let danmakuMax = 1_000

    /// Hooks that the program turned out not to have.
    var absent: Set<Hook> = []
    private var danmaku: [Utterance] = []
    private var came = People()
    private var went = People()
    private var notBefore: [Hook: Int64] = [:]

    /// A batch that was taken out to be told.
    struct Batch: Sendable {
        var hook: Hook
        var danmaku: [Utterance] = []
        var people: [Person] = []

        /// What the hook is given.
        var json: JSON {
            hook == .danmaku
                ? .array(danmaku.map(\.json))
                : .array(
                    people.map { person in
                        [
                            "user": .string(person.user), "name": .string(person.name),
                            "role": .string(person.role.rawValue),
                        ]
                    })
        }
    }

    /// People in the order of their arrival here, each once.
    private struct People: Sendable {
        private var order: [String: Int] = [:]
        private var people: [Int: Person] = [:]
        private var first = 0
        private var next = 0

        var isEmpty: Bool { order.isEmpty }

        mutating func append(_ person: Person) {
            guard order[person.user] == nil else { return }
            order[person.user] = next
            people[next] = person
            next += 1
        }

        mutating func remove(_ user: String) -> Bool {
            guard let index = order.removeValue(forKey: user) else { return false }
            people[index] = nil
            return true
        }

        mutating func take(_ count: Int) -> [Person] {
            var taken: [Person] = []
            while taken.count < count, first < next {
                if let person = people.removeValue(forKey: first) {
                    order[person.user] = nil
                    taken.append(person)
                }
                first += 1
            }
            return taken
        }
    }

    mutating func said(_ utterance: Utterance) {
        guard !absent.contains(.danmaku) else { return }
        if danmaku.count == Self.danmakuMax { danmaku.removeFirst() }
        danmaku.append(utterance)
    }

    mutating func came(_ person: Person) {
        if !went.remove(person.user), !absent.contains(.join) { came.append(person) }
    }

    mutating func went(_ person: Person) {
        if !came.remove(person.user), !absent.contains(.leave) { went.append(person) }
    }

    /// Takes out what can be told now.
    mutating func take(nowMilliseconds now: Int64) -> Batch? {
        guard let hook = waiting.first(where: { notBefore[$0, default: .min] <= now }) else {
            return nil
        }
        notBefore[hook] = now + Self.interval(of: hook)
        var batch = Batch(hook: hook)
        switch hook {
        case .join: batch.people = came.take(Self.batchMax(of: hook))
        case .leave: batch.people = went.take(Self.batchMax(of: hook))
        default:
            batch.danmaku = Array(danmaku.prefix(Self.batchMax(of: hook)))
            danmaku.removeFirst(batch.danmaku.count)
        }
        return batch
    }

    /// Puts back what was not told, to be told at once.
    mutating func putBack(_ batch: Batch) {
        notBefore[batch.hook] = nil
        switch batch.hook {
        case .join: Self.putBack(batch.people, &came)
        case .leave: Self.putBack(batch.people, &went)
        default: danmaku = Array((batch.danmaku + danmaku).suffix(Self.danmakuMax))
        }
    }

    private static func putBack(_ people: [Person], _ list: inout People) {
        var all = People()
        for person in people + list.take(.max) { all.append(person) }
        list = all
    }

    /// The show time at which ``take(nowMilliseconds:)`` has something; nil for never.
    var dueMilliseconds: Int64? { waiting.map { notBefore[$0, default: .min] }.min() }

    /// Forgets a hook that the program does not have.
    mutating func forget(_ hook: Hook) {
        absent.insert(hook)
        switch hook {
        case .join: came = People()
        case .leave: went = People()
        default: danmaku = []
        }
    }

    /// A run ended: nothing is waiting any more.
    mutating func clear() { self = PlayNotices() }

    private var waiting: [Hook] {
        var hooks: [Hook] = []
        if !came.isEmpty { hooks.append(.join) }
        if !went.isEmpty { hooks.append(.leave) }
        if !danmaku.isEmpty { hooks.append(.danmaku) }
        return hooks
    }
}
