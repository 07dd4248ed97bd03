import Clockwork
import Foundation
import Journaling
package import Playhouse
import PluginContract
import PluginHosting
import Visiting
import Wire

/// A local room in which plugins are written: a whole server on the loopback address, simulated
/// viewers, a page that shows all three surfaces, and the journal to go back in.
///
/// The server is the one that operators run. Going back means opening another one, on the same port,
/// with the records up to there: the one path of recovery. Plugins are looked at twice a second.
package actor DevHouse {
    /// One plugin's folder.
    struct Site: Sendable {
        var folder: String
        /// Its id, as soon as it could be loaded.
        var id: String?
        var stamp: FolderStamp
        var findings: [DevProblem] = []
    }

    let show: DevShow
    let crowd: DevCrowd
    let log: Log
    let clock = DevClock()
    nonisolated let data: String
    private let stage: StageKind
    var sites: [Site]
    private(set) var server: Server?
    private(set) var timeline: Timeline?
    private(set) var header: ShowHeader?
    /// How often the show was opened; tells the page that it is another one.
    private(set) var opening = 0
    private(set) var isOpening = true
    /// The hash of the program that failed, by plugin.
    private(set) var failedPrograms: [String: String] = [:]
    private(set) var port: UInt16
    private var crowdTask: Task<Void, Never>?
    private var director: RoomClient?
    private let shared = Lock(Shared())

    /// What the crowd is told from outside of the actor.
    private struct Shared {
        var isAwake = true
        var phrases: [String] = []
    }

    /// Prepares a house for the plugins in these folders; port 0 is any free one.
    ///
    /// - Throws: When the folder for the journal cannot be made.
    package init(
        folders: [String], port: UInt16, crowd: DevCrowd, log: Log, stage: StageKind = .process
    ) throws {
        show = try DevShow()
        self.port = port
        self.stage = stage
        self.crowd = crowd
        self.log = log
        data =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-dev-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        sites = folders.map { Site(folder: $0, id: nil, stamp: FolderStamp(of: $0)) }
    }

    /// Opens the show for the first time.
    ///
    /// - Returns: The address of the page.
    /// - Throws: When the port is taken, or two plugins have the same id.
    package func open() async throws -> String {
        for index in sites.indices { await look(index) }
        try await openServer(with: [], entries: [], header: nil)
        return "http://127.0.0.1:\(port)/dev"
    }

    /// Keeps the house going until the task is cancelled: follows the journal and the folders.
    package func run() async {
        while !Task.isCancelled {
            await follow()
            do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
            await lookAtFolders()
        }
    }

    /// Ends everything and removes the journal.
    package func close() async {
        isOpening = true
        await closeServer()
        try? FileManager.default.removeItem(atPath: data)
    }

    // MARK: - Opening

    /// Plugins that can be loaded, in the order in which they were given.
    ///
    /// - Throws: When two have the same id.
    private func programs() throws -> [(program: PluginProgram, folder: String)] {
        var programs: [(program: PluginProgram, folder: String)] = []
        for index in sites.indices {
            let folder = sites[index].folder
            guard let program = try? ProgramLoader().load(folder: folder) else { continue }
            let id = program.manifest.id
            if let other = programs.first(where: { $0.program.manifest.id == id }) {
                throw ScaffoldError(
                    description: "\(other.folder) and \(folder) are both the plugin \"\(id)\"")
            }
            sites[index].id = id
            programs.append((program, folder))
        }
        return programs
    }

    /// Opens a server whose journal begins with these records.
    private func openServer(
        with records: [Record], entries: [LedgerEntry], header known: ShowHeader?
    ) async throws {
        let programs = try programs()
        opening += 1
        let folder = "\(data)/\(opening)"
        let began = known?.beganAtMilliseconds ?? clock.unixMilliseconds
        // Of the seed alone, so that the same seed gives the same dice.
        let digits = String(crowd.seed, radix: 16)
        let epoch = String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        let header =
            known
            ?? ShowHeader(
                show: DevShow.show, room: DevShow.room, epoch: epoch, beganAtMilliseconds: began,
                seed: SecretSeed(fixed: crowd.seed))
        if known != nil {
            clock.set(unixMilliseconds: records.last?.atMilliseconds ?? began)
        }
        try await Self.write(records, entries, header, to: folder)
        var configuration = show.configuration(of: programs, data: folder, port: port)
        configuration.stage = stage
        let server = try await Server(configuration: configuration, clock: clock, log: log) {
            [weak self] request, respond, house in
            guard DevDesk.isForDesk(request) else {
                house(request) { respond(DevDesk.admittingFrames($0)) }
                return
            }
            guard let self else { return respond(DevDesk.closed) }
            Task { respond(await self.answer(request)) }
        }
        port = server.port
        self.server = server
        self.header = header
        failedPrograms = [:]
        timeline = Timeline(beginning: try await beginning(programs.map(\.program), header))
        await server.open()
        await follow()
        isOpening = false
        let hostToken = try show.token(user: "director", name: "Director", role: "host")
        await begin(programs.map(\.program.manifest.id), token: hostToken, isNew: known == nil)
        crowdTask = Task { [crowd, log, port, shared] in
            await crowd.run(
                port: port, hostToken: hostToken, log: log,
                isAwake: { shared.withLock { $0.isAwake } },
                phrases: { shared.withLock { $0.phrases } })
        }
    }

    private static func write(
        _ records: [Record], _ entries: [LedgerEntry], _ header: ShowHeader, to folder: String
    ) async throws {
        let journal = try SQLiteJournal(path: folder + "/journal.sqlite")
        _ = try await journal.open(header)
        var rest = records[...]
        while !rest.isEmpty {
            let batch = Array(rest.prefix(500))
            rest = rest.dropFirst(500)
            let sequences = Set(batch.map(\.sequence))
            try await journal.append(batch, entries.filter { sequences.contains($0.sequence) })
        }
        await journal.close()
    }

    /// The show before its first record.
    private func beginning(
        _ programs: [PluginProgram], _ header: ShowHeader
    ) async throws -> ShowRecovery.Show {
        let journal = MemoryJournal()
        _ = try await journal.open(header)
        let byID = Dictionary(uniqueKeysWithValues: programs.map { ($0.manifest.id, $0) })
        return try await ShowRecovery(
            configuration: show.room(of: programs), programs: byID, journal: journal, log: .silent
        ).recover(nowMilliseconds: header.beganAtMilliseconds)
    }

    /// Lets the stand-in host in, who starts what has never been started.
    private func begin(_ plugins: [String], token: String, isNew: Bool) async {
        do throws(RoomClientError) {
            let director = try await RoomClient.join(
                RoomClient.Entry(room: DevShow.room, token: token), port: port)
            self.director = director
            guard isNew else { return }
            for plugin in plugins {
                do throws(RoomClientError) {
                    _ = try await director.request("start", [("plugin", .string(plugin))])
                } catch {
                    log.warning(
                        "a plugin was not started; start it from the host's page",
                        ["plugin": .string(plugin), "reason": .string("\(error)")])
                }
            }
        } catch {
            log.warning("the stand-in host was not let in", ["error": .string("\(error)")])
        }
    }

    private func closeServer() async {
        crowdTask?.cancel()
        await crowdTask?.value
        crowdTask = nil
        await director?.leave()
        director = nil
        await server?.drain()
        server = nil
    }

    /// Plays on from a position: the records behind it have never been.
    ///
    /// - Returns: Whether there is such a position.
    func branch(at position: Int64) -> Bool {
        guard !isOpening, let timeline, timeline.first == 0 || position == timeline.last,
            (timeline.first...timeline.last).contains(position)
        else { return false }
        isOpening = true
        Task { await reopen(at: position) }
        return true
    }

    private func reopen(at position: Int64?) async {
        guard let server, let header else { return }
        do {
            // Whoever asked for it gets the answer first.
            try await Task.sleep(for: .milliseconds(100))
            crowdTask?.cancel()
            await crowdTask?.value
            var records: [Record] = []
            while true {
                let more = try await server.journal.records(
                    show: DevShow.show, after: records.last?.sequence ?? 0, limit: 1_000)
                records += more.filter { $0.sequence <= position ?? .max }
                guard let end = more.last, end.sequence < position ?? .max else { break }
            }
            let entries = try await server.journal.entries(show: DevShow.show)
            let last = records.last?.sequence ?? 0
            await closeServer()
            try await openServer(
                with: records, entries: entries.filter { $0.sequence <= last },
                header: records.isEmpty ? nil : header)
        } catch {
            log.error("the show could not be opened again", ["reason": .string("\(error)")])
        }
    }

    // MARK: - Following

    /// Takes over what has come into the journal.
    func follow() async {
        guard let server, timeline != nil else { return }
        do {
            while let last = timeline?.last {
                let records = try await server.journal.records(
                    show: DevShow.show, after: last, limit: 500)
                // Meanwhile the show may have been opened again, or somebody else have read on.
                guard self.server === server, timeline?.last == last, !records.isEmpty else {
                    break
                }
                try timeline?.append(records)
                for record in records where record.kind == "fault" {
                    guard let plugin = record.plugin else { continue }
                    failedPrograms[plugin] = server.hotReload.program(plugin)?.contentHash
                }
            }
            let plays = try timeline?.show(at: timeline?.last ?? 0)?.playbill.plays ?? [:]
            let phrases = plays.values.flatMap { play in
                play.state.collectors.values.filter(\.isOpen).flatMap { $0.rule?.phrases ?? [] }
            }
            shared.withLock { $0.phrases = phrases.sorted() }
        } catch {
            log.error("the journal cannot be followed", ["reason": .string("\(error)")])
        }
    }

    private func lookAtFolders() async {
        await server?.hotReload.look()
        for index in sites.indices {
            let stamp = FolderStamp(of: sites[index].folder)
            guard stamp != sites[index].stamp else { continue }
            sites[index].stamp = stamp
            await look(index)
            let isNew = sites[index].id == nil
            if isNew, !isOpening, (try? ProgramLoader().load(folder: sites[index].folder)) != nil {
                isOpening = true
                await reopen(at: nil)
            }
        }
    }

    private func look(_ index: Int) async {
        let folder = sites[index].folder
        let findings = await PluginCheck(folder: folder).run()
        sites[index].findings = findings.map { DevProblem($0, folder: folder) }
    }

    // MARK: - For the page

    var isCrowdAwake: Bool { shared.withLock { $0.isAwake } }

    func wakeCrowd(_ isAwake: Bool) { shared.withLock { $0.isAwake = isAwake } }

    /// What the stand-in host is told, by key.
    func statesOfStaff() async -> [String: JSON] { await director?.states ?? [:] }
}
