package import PluginContract
import Wire

extension Play {
    /// Queues a request. Nothing is judged before ``step(pools:nowMilliseconds:)``.
    ///
    /// Timers that are due come before it. Hosts and operators find room even when viewers have
    /// filled the queue.
    package mutating func request(
        _ request: PluginRequest, nowMilliseconds: Int64
    ) -> [PlayOutput] {
        advance(nowMilliseconds: nowMilliseconds)
        let bound = limits.queueMax + (request.by.role == .viewer ? 0 : 100)
        guard queue.count < bound else {
            let error = RequestError(
                .busy, "the plugin has \(queue.count) requests waiting",
                retryAfterMilliseconds: 1_000)
            return [.afterwards(refusal(request, error))]
        }
        queue.append(request)
        return []
    }

    /// What judging the head of the queue leads to.
    enum Verdict {
        /// The head is done with.
        case next
        /// Lua has to run; answers that it was not told yet go first.
        case call(Hook, CallArguments)
        /// Lua has to be asked before; then the head is judged again.
        case ask(Hook)
        case start(JSONObject)
    }

    mutating func judge(
        _ request: PluginRequest, _ now: Int64, _ pools: inout PoolBalances,
        _ desk: inout AnswerDesk
    ) -> Verdict {
        do throws(RequestError) {
            switch request.action {
            case .start(let config): return try judgeStart(config)
            case .stop: return try judgeStop(request, now, &pools, &desk)
            case .command(let name, let value):
                try requireRunning()
                return .call(.command, arguments(of: .command, name, value, by: request.by))
            case .configure(let config):
                try requireRunning()
                return try judgeConfigure(request, config, now, &pools, &desk)
            case .act(let name, let value):
                try requireRunning()
                return try judgeAct(request, name, value, &desk)
            }
        } catch {
            desk.say(refusal(request, error))
            return .next
        }
    }

    private func requireRunning() throws(RequestError) {
        switch state.status {
        case .running: break
        case .idle: throw RequestError(.notRunning, "\(plugin) is not running")
        case .paused: throw RequestError(.paused, "\(plugin) failed too often and is paused")
        }
    }

    private func judgeStart(_ config: JSONObject) throws(RequestError) -> Verdict {
        guard state.status != .running else {
            throw RequestError(.alreadyRunning, "\(plugin) is running")
        }
        let schema = program.manifest.configuration
        let resolved = try schema.resolve(
            show: show.configuration, override: config, products: show.products)
        try schema.checkWords(resolved, isForbidden)
        return .start(resolved)
    }

    private mutating func judgeStop(
        _ request: PluginRequest, _ now: Int64, _ pools: inout PoolBalances,
        _ desk: inout AnswerDesk
    ) throws(RequestError) -> Verdict {
        let asked = stopAskedAbout
        stopAskedAbout = nil
        if let asked, state.ending == .lingering, asked.session == request.session,
            asked.requestID == request.requestID
        {
            // It goes on, or has ended by itself meanwhile.
            desk.say(.reply(to: request.session, id: request.requestID, fields: [:]))
            return .next
        }
        if state.status == .running {
            // It may want to end what it has promised, and is asked about that once.
            if state.ending == .none, !notices.absent.contains(.ending) {
                stopAskedAbout = request
                return .ask(.ending)
            }
            return .call(.stop, CallArguments([]))
        }
        guard state.status == .paused || !state.panels.isEmpty else {
            throw RequestError(.notRunning, "\(plugin) is not running")
        }
        // Nothing runs any more: what is left is cleared without the program.
        desk.flush(&self)
        let reply = Afterwards.reply(to: request.session, id: request.requestID, fields: [:])
        desk.outputs += write(
            .stopped(nowMilliseconds: now, by: Viewer(request.by)), replies: [reply], &pools)
        if isStageOpen { desk.outputs.append(closeStage()) }
        return .next
    }

    private mutating func judgeConfigure(
        _ request: PluginRequest, _ config: JSONObject, _ now: Int64,
        _ pools: inout PoolBalances, _ desk: inout AnswerDesk
    ) throws(RequestError) -> Verdict {
        let products = state.products.arrayValue?.compactMap(Product.init) ?? []
        let changed = try program.manifest.configuration.change(
            state.configuration, override: config, products: products)
        try program.manifest.configuration.checkWords(changed, isForbidden)
        desk.flush(&self)
        let reply = Afterwards.reply(to: request.session, id: request.requestID, fields: [:])
        desk.outputs += write(
            .configured(nowMilliseconds: now, by: Viewer(request.by), changed),
            replies: [reply], &pools)
        // The next call opens the play with it.
        if isStageOpen { desk.outputs.append(closeStage()) }
        return .next
    }

    private mutating func judgeAct(
        _ request: PluginRequest, _ name: String, _ value: JSON, _ desk: inout AnswerDesk
    ) throws(RequestError) -> Verdict {
        guard let collector = state.collectors[name] else {
            try requireInput(request, name, value)
            return .call(.action, arguments(of: .action, name, value, by: request.by))
        }
        guard collector.rule == nil else {
            throw RequestError(.noSuchAction, "\(name) takes danmaku, not actions")
        }
        if collector.keep == .first, let recorded = collector.answers[request.by.user] {
            throw RequestError(
                .alreadyAnswered, "the first answer counts", value: recorded.value)
        }
        let now = desk.nowMilliseconds
        let delay = collector.credible(
            delayMilliseconds: request.delayMilliseconds, nowMilliseconds: now)
        guard !collector.isTooLate(delayMilliseconds: delay, nowMilliseconds: now) else {
            throw RequestError(.late, "\(name) is closed")
        }
        try requireInput(request, name, value)
        if request.by.role != .viewer && !collector.admitsStaff {
            throw RequestError(.forbidden, "only viewers take part")
        }
        guard
            collector.answers.count < limits.answersPerCollectorMax
                || collector.answers[request.by.user] != nil
        else { throw RequestError(.busy, "\(name) has taken all the answers it can") }
        var answer = CollectedAnswer(
            collector: name, viewer: Viewer(request.by), value: value,
            position: state.positionLast + 1, atMilliseconds: now)
        answer.delayMilliseconds = delay
        desk.take(answer, of: request, &self)
        return .next
    }

    /// `[{viewer, role, name, value}]` of an action, `[{by, role, name, value}]` of a command.
    func arguments(
        of hook: Hook, _ name: String, _ value: JSON, by person: Person
    ) -> CallArguments {
        var writer = JSONWriter(reserving: 160)
        writer.beginArray()
        writer.beginObject()
        writer.name(hook == .command ? "by" : "viewer")
        writer.beginObject()
        writer.name("user")
        writer.string(person.user)
        writer.name("name")
        writer.string(person.name)
        writer.endObject()
        writer.name("role")
        writer.string(person.role.rawValue)
        writer.name("name")
        writer.string(name)
        writer.name("value")
        value.appendEncoded(to: &writer)
        writer.endObject()
        writer.endArray()
        return CallArguments(text: writer.bytes)
    }

    /// The element must be there, usable, and fit the value; else no attempt is used up.
    func requireInput(
        _ request: PluginRequest, _ name: String, _ value: JSON
    ) throws(RequestError) {
        guard let element = state.element(name, for: request.by.role) else {
            throw RequestError(.noSuchAction, "the panel has no input \"\(name)\"")
        }
        if let problem = problem(request, element, name, value) { throw problem }
    }

    /// Why an input cannot be used, or not with this value.
    func problem(
        _ request: PluginRequest, _ element: PanelElement, _ name: String, _ value: JSON
    ) -> RequestError? {
        let own = state.own.isEmpty ? nil : state.own[request.by.user]?[name]
        guard element.isUsable(own: own) else {
            return RequestError(.noSuchAction, "\"\(name)\" is disabled")
        }
        return element.problem(with: value).map { RequestError(.badRequest, $0) }
    }

    func refusal(_ request: PluginRequest, _ error: RequestError) -> Afterwards {
        .refuse(to: request.session, id: request.requestID, error: error)
    }
}
