import PluginContract

/// What a play has to do next, in log order.
///
/// It has no bound of its own: ``Play/request(_:nowMilliseconds:)`` refuses, and timers are few.
struct PlayQueue: Sendable {
    enum Item: Sendable {
        case request(PluginRequest)
        /// Due at a show time; skipped when the timer was set anew or cancelled meanwhile.
        case timer(String, dueMilliseconds: Int64)
        /// A danmaku, for collectors of phrases and for `on_danmaku`.
        case heard(Utterance)
        /// What came of a request; skipped when it was answered before.
        case result(Int64, HostResult)
        /// Something became of the media of a lease; the newest signal is told.
        case media(lease: Int64, SeatSignal.Change)
        /// What hosts did to danmaku and people, one after the other.
        case moderated([ModerationAct])
    }

    /// Acts of moderation that wait; more are not told.
    static let actsMax = 10_000
    /// Acts in one call.
    static let actsPerCallMax = 200

    private var items: [Item] = []
    private var head = 0
    private var timers: [String: Int64] = [:]
    private var results: [Int64: Int] = [:]
    /// By lease: media that come and go all the time take one place in the queue.
    private var signals: [Int64: SeatSignal.Change] = [:]
    private(set) var actCount = 0

    var count: Int { items.count - head }
    var first: Item? { head < items.count ? items[head] : nil }

    mutating func append(_ request: PluginRequest) { items.append(.request(request)) }

    mutating func append(timer name: String, due: Int64) {
        guard timers[name] != due else { return }
        timers[name] = due
        items.append(.timer(name, dueMilliseconds: due))
    }

    mutating func append(_ utterance: Utterance) { items.append(.heard(utterance)) }

    mutating func append(result: HostResult, of request: Int64) {
        results[request, default: 0] += 1
        items.append(.result(request, result))
    }

    /// Queues what became of the media of a lease. A ban is not taken back by what comes after it.
    mutating func append(_ change: SeatSignal.Change, ofLease lease: Int64) {
        if signals[lease] == nil { items.append(.media(lease: lease, change)) }
        if signals[lease] != .banned { signals[lease] = change }
    }

    /// Queues an act of moderation, with those right before it.
    mutating func append(_ act: ModerationAct) {
        actCount += 1
        if count > 0, case .moderated(let acts) = items[items.count - 1],
            acts.count < Self.actsPerCallMax
        {
            items[items.count - 1] = .moderated(acts + [act])
        } else {
            items.append(.moderated([act]))
        }
    }

    /// The newest that was said of a lease.
    func newestSignal(ofLease lease: Int64) -> SeatSignal.Change? { signals[lease] }

    /// Whether a result of a request is queued.
    func hasResult(of request: Int64) -> Bool { results[request] != nil }

    /// The due time for which a timer is queued.
    func dueOfTimer(_ name: String) -> Int64? { timers[name] }

    mutating func removeFirst() {
        guard let item = first else { return }
        forget(item)
        head += 1
        // Moved down in large steps, so that each removal costs a constant time on average.
        if head > 1_024, head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
    }

    mutating func putBack(_ item: Item) {
        switch item {
        case .timer(let name, let due): timers[name] = due
        case .result(let request, _): results[request, default: 0] += 1
        case .media(let lease, let change): signals[lease] = signals[lease] ?? change
        case .moderated(let acts): actCount += acts.count
        case .request, .heard: break
        }
        if head > 0 {
            head -= 1
            items[head] = item
        } else {
            items.insert(item, at: 0)
        }
    }

    private mutating func forget(_ item: Item) {
        switch item {
        case .timer(let name, let due): if timers[name] == due { timers[name] = nil }
        case .result(let request, _):
            let left = results[request, default: 1] - 1
            results[request] = left > 0 ? left : nil
        case .media(let lease, _): signals[lease] = nil
        case .moderated(let acts): actCount -= acts.count
        case .request, .heard: break
        }
    }
}
