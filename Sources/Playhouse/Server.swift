package import Clockwork
import Cryptography
import Foundation
package import Journaling
import Lanes
import PluginContract
import PluginHosting
import Rooms
import Serving
import Staging
import Streaming
package import Wire

/// Wires the modules into a running server: the only place that knows them all.
package actor Server {
    /// The port that was opened.
    package nonisolated let port: UInt16
    private nonisolated let configuration: Configuration
    private nonisolated let log: Log
    private nonisolated let lanes: [Lane]
    private nonisolated let rooms: [LiveRoom]
    package nonisolated let journal: SQLiteJournal
    nonisolated let stage: any Stage
    /// Where calls are made again and changed plugins are tried: never the stage of the rooms.
    private nonisolated let rehearsal: any Stage
    private nonisolated let checker: ReplayChecker
    private nonisolated let listener: Listener
    /// Live video, where the configuration has it.
    nonisolated let streams: StreamHouse?
    private nonisolated let recorder: Recorder?
    private nonisolated let draining: Lock<Bool>
    private nonisolated let counters: ServingCounters
    /// Looks for changed plugins by itself only where the configuration says so.
    package nonisolated let hotReload: HotReload
    private var reloading: Task<Void, Never>?
    private let knowledge: [ShowKnowledge]
    private var watching: Task<Void, Never>?

    /// Answers HTTP requests; is given one that has come, and the server's own way to answer it.
    package typealias Annex =
        @Sendable (
            _ request: HTTPRequest, _ respond: @escaping @Sendable (HTTPResponse) -> Void,
            _ house:
                @escaping @Sendable (
                    HTTPRequest, @escaping @Sendable (HTTPResponse) -> Void
                ) -> Void
        ) -> Void

    /// Opens the journal, brings every show back, and opens the port; nobody is let in before
    /// ``open()``.
    ///
    /// An annex, where there is one, gets every HTTP request first: for tools around a server.
    package init(
        configuration: Configuration, clock: any Clock, log: Log, annex: Annex? = nil
    ) async throws {
        self.configuration = configuration
        self.log = log
        var options = SQLiteJournal.Options()
        options.logBytesAhead = options.checkpointPages * SQLiteJournal.pageBytes
        journal = try SQLiteJournal(
            path: configuration.data + "/journal.sqlite", options: options, clock: clock)
        let programs = try Self.loadPrograms(configuration, log: log)
        Self.warn(of: configuration, log: log)
        // The other half is for what feeds the lanes: the kernel, rooms, the journal, stages. Two lanes on
        // two processors cost a fifth more per delivery than one (SDK-docs/performance.md).
        let laneCount =
            configuration.lanes > 0
            ? configuration.lanes : max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
        let lanes = (0..<min(laneCount, 64)).map {
            Lane(
                number: $0, limits: configuration.laneLimits, clock: clock,
                slowFarewell: ServerMessage.farewell(.slowViewer, afterMilliseconds: 1_000))
        }
        self.lanes = lanes
        let roll = StageRoll(log: log, firstCount: 2 * StageProcess.countAtStart)
        stage = Self.stage(configuration, log: log, roll)
        rehearsal = Self.stage(configuration, log: log, roll)
        checker = ReplayChecker(stage: rehearsal, log: log)
        let services = try ShopServices(configuration.rooms, clock: clock, log: log)
        knowledge = services.knowledge
        var surroundings = LiveRoom.Surroundings(
            clock: clock, log: log, journal: journal, lanes: lanes, stage: stage,
            loops: Self.roomLoops(besides: lanes),
            services: services)
        surroundings.snapshotRecords = configuration.snapshotRecords
        surroundings.checker = checker
        surroundings.replayOneIn = configuration.replayOneIn
        let recorder = try Recorder.open(configuration, clock: clock, log: log)
        self.recorder = recorder
        if let recorder { surroundings.hears = { recorder.hear($1, in: $0) } }
        let rooms = try await Self.openRooms(
            configuration, programs: programs, surroundings: surroundings)
        self.rooms = rooms
        draining = Lock(false)
        hotReload = HotReload(
            folder: configuration.folder(ofPlugin:), programs: programs, rooms: rooms,
            trial: ReloadTrial(stage: rehearsal, journal: journal), log: log)
        var streams: StreamHouse?
        if let settings = configuration.stream, settings.isOn {
            streams = try await StreamHouse(
                settings, of: configuration, rooms: rooms, laneNumber: lanes.count,
                recorder: recorder, clock: clock, log: log)
        }
        self.streams = streams
        var premises = try Self.premises(
            configuration, clock: clock, lanes: lanes, rooms: rooms, journal: journal,
            stage: stage as? StageProcess, draining: draining, checker: checker,
            hotReload: hotReload, knowledge: knowledge, streams: streams, recorder: recorder)
        if let annex {
            let house = premises.answer
            premises.answer = { annex($0, $1, house) }
        }
        counters = premises.counters
        let finished = premises
        for lane in lanes {
            await lane.start { _ in
                Doorkeeper(premises: finished) {
                    UInt32(truncatingIfNeeded: clock.monotonicNanoseconds / 1_000_000)
                }
            }
        }
        listener = try Listener(host: configuration.host, port: configuration.port, lanes: lanes)
        port = listener.port
    }

    /// Lets people in.
    package func open() async {
        for room in rooms { await room.open() }
        listener.start()
        streams?.open()
        watching = Task { [knowledge] in
            await withTaskGroup(of: Void.self) { group in
                for shop in knowledge { group.addTask { await shop.prepare() } }
                group.addTask { await KnowledgeWatch(knowledge).run() }
            }
        }
        if configuration.reload { reloading = Task { [hotReload] in await hotReload.run() } }
        log.info(
            "listening on http://\(urlHost):\(port)",
            [
                "host": .string(configuration.host), "port": .integer(Int64(port)),
                "rooms": .integer(Int64(rooms.count)), "lanes": .integer(Int64(lanes.count)),
            ])
        if let streams {
            log.info(
                "live video comes in at rtmp://\(urlHost):\(streams.port)/live",
                ["streamPort": .integer(Int64(streams.port))])
        }
    }

    private nonisolated var urlHost: String {
        switch configuration.host {
        case "0.0.0.0", "::": "127.0.0.1"
        case let host where host.contains(":"): "[\(host)]"
        case let host: host
        }
    }

    /// Ends in good order: lets nobody in, tells everybody to come back, makes everything durable.
    ///
    /// Until that is done the port stays open, so that health checks learn of it; whatever else is
    /// asked there is answered 503.
    ///
    /// - Returns: Whether all was done before the deadline of the configuration.
    @discardableResult
    package func drain() async -> Bool {
        draining.withLock { $0 = true }
        log.info("draining", ["seconds": .integer(Int64(configuration.drainSeconds))])
        reloading?.cancel()
        watching?.cancel()
        let deadline = configuration.drainSeconds
        let isDone = await withTaskGroup(of: Bool.self) { group in
            group.addTask { [self] in
                await streams?.drain()
                for lane in lanes { await lane.drain() }
                for room in rooms { await room.settled() }
                for room in rooms { await room.keepSnapshot() }
                // Clients need a moment to read the farewell and close.
                while counters.latest.awaited > 0 {
                    do { try await Task.sleep(for: .milliseconds(100)) } catch { break }
                }
                return !Task.isCancelled
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(deadline))
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        listener.stop()
        await streams?.stop()
        await recorder?.close()
        for lane in lanes { await lane.stop() }
        await stage.stop()
        await reloading?.value
        await checker.close()
        await rehearsal.stop()
        await journal.close()
        if isDone {
            log.info("drained")
        } else {
            log.warning("the drain deadline passed; the last connections were cut")
        }
        return isDone
    }

    /// Looks for everything that would keep a server of this configuration from starting, except for
    /// what a running one holds: the port and the journal.
    package static func check(_ configuration: Configuration, log: Log) throws {
        _ = try loadPrograms(configuration, log: log)
        _ = try ProductPictures(configuration.rooms)
        _ = try Assets()
        try Listener.check(host: configuration.host)
        if let stream = configuration.stream, stream.isOn, let host = stream.host {
            try Listener.check(host: host)
        }
        try Recorder.check(configuration)
        // A server makes the folder; whether it may, the folder that there is tells.
        var folder = URL(fileURLWithPath: configuration.data).standardized
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        guard FileManager.default.isWritableFile(atPath: folder.path) else {
            throw ConfigurationError(
                description:
                    "\(configuration.data): the data folder cannot be written to; give this user "
                    + "the right, or name another with \"data\"")
        }
        warn(of: configuration, log: log)
    }

    private static func warn(of configuration: Configuration, log: Log) {
        let limit = DescriptorLimit.current
        let wanted = configuration.limits.connectionsMax
        guard wanted > limit - filesBesideConnections else { return }
        log.warning(
            "limits.connectionsMax is more than the system lets this process have; raise the limit of "
                + "open files (ulimit -n, LimitNOFILE) or lower the setting",
            ["connectionsMax": .integer(Int64(wanted)), "openFiles": .integer(Int64(limit))])
    }

    /// Journal, stages, listener and pages; what the default of `connectionsMax` leaves them.
    private static let filesBesideConnections = 256

    // MARK: - Wiring

    /// Where rooms live: half as many loops as there are lanes, since a room that shares a lane's makes
    /// the other lanes begin later. A single lane keeps nobody waiting but itself, and to share its
    /// thread saves two of ten context switches for each event.
    private static func roomLoops(besides lanes: [Lane]) -> [Loop] {
        lanes.count == 1
            ? lanes.map(\.loop) : (0..<lanes.count / 2).map { Loop(name: "rooms \($0)") }
    }

    /// Brings every room back. One whose show is damaged stays closed, and the others open.
    ///
    /// - Throws: When no room can be opened, or for a reason that concerns them all.
    private static func openRooms(
        _ configuration: Configuration, programs: [String: PluginProgram],
        surroundings: LiveRoom.Surroundings
    ) async throws -> [LiveRoom] {
        let opened = try await ConcurrentOpening.map(configuration.rooms.indices) {
            number -> Result<LiveRoom, DamagedShow> in
            let room = configuration.rooms[number]
            let opening = RoomOpening(
                configuration: room, programs: programs, surroundings: surroundings)
            do {
                return .success(try await opening.open(number: number))
            } catch let damage as DamagedShow {
                surroundings.log.error(
                    "the journal of a show is damaged; its room stays closed until somebody puts a "
                        + "backup in the journal's place or gives the show a new id",
                    [
                        "room": .string(room.settings.id), "show": .string(damage.show),
                        "sequence": .integer(damage.sequence), "reason": .string(damage.reason),
                    ])
                return .failure(damage)
            }
        }
        let rooms = opened.compactMap { try? $0.get() }
        guard !rooms.isEmpty else {
            let damages = opened.compactMap { result in
                if case .failure(let damage) = result { damage.description } else { nil }
            }
            throw ConfigurationError(
                description: "no room can be opened; " + damages.joined(separator: "; "))
        }
        return rooms
    }

    private static func stage(
        _ configuration: Configuration, log: Log, _ roll: StageRoll
    ) -> any Stage {
        switch configuration.stage {
        case .inProcess:
            log.warning("plugins run in the server's own process: use only plugins you trust")
            return InProcessStage()
        case .process:
            return StageProcess(
                executable: configuration.stageExecutable ?? StageProcess.ownExecutable
            ) { roll.note($0) }
        }
    }

    private static func loadPrograms(
        _ configuration: Configuration, log: Log
    ) throws -> [String: PluginProgram] {
        var programs: [String: PluginProgram] = [:]
        let wanted = Set(configuration.rooms.flatMap { $0.plugins.map(\.id) })
        for id in wanted.sorted() {
            let folder = configuration.folder(ofPlugin: id)
            let program: PluginProgram
            do throws(ProgramError) {
                program = try ProgramLoader().load(folder: folder)
            } catch {
                throw ConfigurationError(
                    description: "the plugin \"\(id)\" in \(folder) cannot be loaded:\n\(error)")
            }
            programs[id] = program
            log.info(
                "plugin loaded",
                [
                    "plugin": .string(id), "version": .string("\(program.manifest.version)"),
                    "hash": .string(String(program.contentHash.prefix(12))),
                ])
        }
        try checkConfigurations(of: programs, in: configuration)
        return programs
    }

    /// Tells what plugins cannot be started with now, and not when the show is on air.
    private static func checkConfigurations(
        of programs: [String: PluginProgram], in configuration: Configuration
    ) throws(ConfigurationError) {
        var problems: [String] = []
        for room in configuration.rooms {
            let products = room.hostProducts
            for plugin in room.plugins {
                do throws(RequestError) {
                    try programs[plugin.id]?.manifest.configuration.check(
                        show: plugin.config, products: products)
                } catch {
                    problems.append("\(plugin.place): \(error.message)")
                }
            }
        }
        if !problems.isEmpty {
            throw ConfigurationError(description: problems.joined(separator: "\n"))
        }
    }

    private static func premises(
        _ configuration: Configuration, clock: any Clock, lanes: [Lane], rooms: [LiveRoom],
        journal: SQLiteJournal, stage: StageProcess?, draining: Lock<Bool>,
        checker: ReplayChecker, hotReload: HotReload, knowledge: [ShowKnowledge],
        streams: StreamHouse?, recorder: Recorder?
    ) throws -> Premises {
        let counters = ServingCounters()
        let addresses = AddressBook(limits: configuration.limits)
        let connectionsMax = configuration.limits.connectionsMax
        let pictures = try ProductPictures(configuration.rooms)
        let byID = Dictionary(uniqueKeysWithValues: rooms.map { ($0.id, $0) })
        let settingsByID = Dictionary(
            uniqueKeysWithValues: configuration.rooms.map { ($0.settings.id, $0.settings) })
        let doors = rooms.compactMap { room -> Door? in
            guard let settings = settingsByID[room.id] else { return nil }
            return Door(
                room: room.id, number: room.number, admitsAnonymous: settings.anonymous,
                post: { room.post($0) })
        }
        let doorByRoom = Dictionary(uniqueKeysWithValues: doors.map { ($0.room, $0) })
        let sources = Router.Sources(
            isDraining: { draining.withLock { $0 } },
            metrics: {
                var metrics = MetricsText()
                let every = lanes + (streams.map { [$0.lane] } ?? [])
                metrics.add(lanes: every.map { ($0.number, $0.latestStatistics) })
                metrics.add(rooms: rooms.map { ($0.id, $0.latestFigures) })
                metrics.add(
                    roomsOpen: configuration.rooms.map {
                        ($0.settings.id, byID[$0.settings.id]?.latestFigures.isClosed == false)
                    })
                metrics.add(serving: counters.latest)
                metrics.add(addresses: addresses, connectionsMax: connectionsMax)
                if let stage { metrics.add(stage: stage.figures) }
                metrics.add(programsOf: rooms.map { ($0.id, $0.latestFigures) })
                metrics.add(replays: checker.counts)
                metrics.add(reloads: hotReload.counts)
                metrics.add(knowledge: knowledge.map { ($0.room, $0.entryCount, $0.figures) })
                if let streams { metrics.add(streams: streams.board.latest) }
                if let streams { metrics.add(seats: streams.board.seats) }
                if let recorder { metrics.add(recordings: recorder.figures) }
                metrics.add(journal: journal.statistics)
                return metrics.text
            },
            rooms: { respond in respond(Self.list(of: configuration.rooms, open: byID)) },
            room: { id, respond in
                guard let room = byID[id] else { return respond(.null) }
                Task { respond(await room.description()) }
            },
            call: { id, person, request, respond in
                guard let room = byID[id] else {
                    return respond(.failure(RequestError(.badRequest, "there is no such room")))
                }
                Task {
                    await room.call(by: person, request) { respond(Self.result(of: $0)) }
                }
            },
            locale: { plugin, locale in hotReload.program(plugin)?.locales[locale] },
            picture: { pictures.picture(room: $0, file: $1) },
            image: { plugin, file in hotReload.program(plugin)?.images[file] },
            streamKey: { streams?.setup(room: $0, for: $1, host: $2) })
        let verifier = TokenVerifier(keys: configuration.keys)
        var premises = Premises(
            doors: doorByRoom, verifier: verifier, limits: configuration.limits,
            addresses: addresses, trustedProxies: configuration.trustedProxies,
            answer: { _, _ in },
            sha1: { Digest.sha1($0) }, unixMilliseconds: { clock.unixMilliseconds },
            echoes: configuration.echoes, counters: counters)
        premises.elsewhere = streams?.elsewhere
        let assets = try Assets()
        let problemPages = ProblemPages(assets: assets)
        premises.dressed = { problemPages.dressed($0, for: $1) }
        let router = Router(
            assets: assets, sources: sources,
            isOpen: { doorByRoom[$0]?.admitsAnonymous },
            admit: { [premises] token, room in premises.bearer(token, room: room) })
        premises.answer = { router.answer($0, $1) }
        return premises
    }

    /// The answer of `GET /v1/rooms`: from what the rooms have published, so that nobody who asks
    /// again and again keeps them from their work.
    private static func list(
        of rooms: [RoomConfiguration], open: [String: LiveRoom]
    ) -> JSON {
        let entries = rooms.compactMap { configuration -> JSON? in
            let settings = configuration.settings
            guard settings.anonymous, let room = open[settings.id] else { return nil }
            let titles = settings.title.sorted { $0.key < $1.key }
                .map { ($0.key, JSON.string($0.value)) }
            return [
                "room": .string(settings.id), "title": .object(JSONObject(titles)),
                "show": .string(configuration.show),
                "users": .integer(Int64(room.latestFigures.users)),
            ]
        }
        return ["rooms": .array(entries)]
    }

    /// Reads the room's own answer back, so that HTTP can give it a status.
    private static func result(of message: [UInt8]) -> Result<JSON, RequestError> {
        guard let reply = try? JSON(parsing: message) else {
            return .failure(RequestError(.unavailable, "no answer"))
        }
        guard reply["type"]?.stringValue == "error" else { return .success(reply) }
        let code = reply["code"]?.stringValue.flatMap { RequestError.Code(rawValue: $0) }
        return .failure(
            RequestError(
                code ?? .unavailable, reply["message"]?.stringValue ?? "",
                retryAfterMilliseconds: reply["retryAfterMilliseconds"]?.integerValue))
    }
}
