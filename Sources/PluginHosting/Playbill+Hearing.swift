package import PluginContract
package import Wire

// What goes by in the room and from outside.
extension Playbill {
    /// What plays of this show want to be told of.
    package var hears: (chat: Bool, presence: Bool) {
        let capabilities = plays.values.reduce(into: Set<Capability>()) {
            $0.formUnion($1.program.manifest.capabilities)
        }
        return (capabilities.contains(.chat), capabilities.contains(.presence))
    }

    /// A danmaku was said and shown.
    package mutating func heard(_ utterance: Utterance) {
        for plugin in plugins { plays[plugin]?.heard(utterance) }
    }

    /// Somebody came: the first connection of a person.
    package mutating func came(_ person: Person) {
        for plugin in plugins { plays[plugin]?.came(person) }
    }

    /// Somebody went: the last connection of a person.
    package mutating func went(_ person: Person) {
        for plugin in plugins { plays[plugin]?.went(person) }
    }

    /// A request of a plugin was answered.
    package mutating func answered(_ plugin: String, _ request: Int64, _ result: HostResult) {
        plays[plugin]?.answered(request, result)
    }

    /// Requests to the world outside that wait for their answers, to be made again after a restart: with their ids, so
    /// that a service can tell that it has seen them.
    package var waitingRequests: [(plugin: String, request: HostRequest)] {
        plugins.flatMap { plugin in
            (plays[plugin]?.state.requests.values.map(\.request) ?? [])
                .filter { !$0.service.isOfTheHouse }.sorted { $0.id < $1.id }.map { (plugin, $0) }
        }
    }
}

// What `kv` keeps, from show to show.
extension Playbill {
    /// What a plugin keeps after the records so far, be it in this show's bill or not; nil when it has
    /// never run.
    package func keptValues(of plugin: String) -> JSONObject? {
        let state = plays[plugin]?.state ?? absent[plugin]
        guard let state, state.hasRun else { return nil }
        return state.memory.values
    }

    /// Hands on what a plugin kept in an earlier show, for its first run in this one.
    package mutating func carry(_ values: JSONObject, to plugin: String) {
        plays[plugin]?.show.values = values
    }
}

extension Play {
    /// Queues a danmaku for collectors of phrases and for `on_danmaku`. When the queue is full it
    /// is not heard: the chat does not wait.
    mutating func heard(_ utterance: Utterance) {
        guard state.status == .running, program.manifest.capabilities.contains(.chat) else {
            return
        }
        let isAwaited =
            !outstanding.isEmpty || !notices.absent.contains(.danmaku)
            || state.collectors.values.contains { $0.rule != nil && $0.isOpen }
        guard isAwaited, queue.count < limits.queueMax else { return }
        queue.append(utterance)
    }

    mutating func came(_ person: Person) {
        guard hearsPresence else { return }
        notices.came(person)
    }

    mutating func went(_ person: Person) {
        guard hearsPresence else { return }
        notices.went(person)
    }

    private var hearsPresence: Bool {
        state.status == .running && program.manifest.capabilities.contains(.presence)
    }

    mutating func answered(_ request: Int64, _ result: HostResult) {
        guard state.requests[request] != nil else { return }
        queue.append(result: result, of: request)
    }

    /// Judges a danmaku in its turn.
    mutating func hear(_ utterance: Utterance, _ desk: inout AnswerDesk) {
        let by = utterance.by
        for (name, collector) in state.collectors.sorted(by: { $0.key < $1.key }) {
            guard collector.isOpen, let phrase = collector.rule?.phrase(in: utterance.letters),
                by.role == .viewer || collector.admitsStaff
            else { continue }
            let isNew = collector.answers[by.user] == nil
            guard isNew || collector.keep == .last,
                !isNew || collector.answers.count < limits.answersPerCollectorMax
            else { continue }
            desk.take(
                CollectedAnswer(
                    collector: name, viewer: Viewer(by), value: .string(phrase),
                    position: state.positionLast + 1, message: utterance.message,
                    atMilliseconds: desk.nowMilliseconds),
                of: nil, &self)
        }
        notices.said(utterance)
    }
}
