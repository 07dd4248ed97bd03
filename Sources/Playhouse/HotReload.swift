import Clockwork
import Foundation
import PluginContract
package import PluginHosting
import Wire

/// Takes changed plugins over while shows run: looks at their folders, checks what has changed, and
/// hands it to the rooms. What does not pass its check changes nothing, and the log says why.
package actor HotReload {
    /// What was done so far.
    package struct Counts: Sendable, Equatable {
        package var passes = 0
        package var failures = 0
    }

    private struct Shared {
        var programs: [String: PluginProgram]
        var counts = Counts()
        var problems: [String: String] = [:]
    }

    /// By plugin.
    private let folders: [String: String]
    private let rooms: [LiveRoom]
    private let trial: ReloadTrial
    private let log: Log
    private nonisolated let shared: Lock<Shared>
    /// What the folders looked like when they were read last.
    private var stamps: [String: FolderStamp] = [:]

    init(
        folder: (String) -> String, programs: [String: PluginProgram], rooms: [LiveRoom],
        trial: ReloadTrial, log: Log
    ) {
        folders = Dictionary(uniqueKeysWithValues: programs.keys.map { ($0, folder($0)) })
        self.rooms = rooms
        self.trial = trial
        self.log = log
        shared = Lock(Shared(programs: programs))
        for (plugin, folder) in folders { stamps[plugin] = FolderStamp(of: folder) }
    }

    package nonisolated var counts: Counts { shared.withLock { $0.counts } }

    /// Why what stands in a plugin's folder now was not taken over, by plugin; empty when all was.
    package nonisolated var problems: [String: String] { shared.withLock { $0.problems } }

    /// The newest program of a plugin that passed its check. Rooms in which it is pinned run another.
    package nonisolated func program(_ plugin: String) -> PluginProgram? {
        shared.withLock { $0.programs[plugin] }
    }

    /// Looks once a second until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await look()
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
        }
    }

    /// Takes over what has changed since the last look.
    package func look() async {
        let programs = shared.withLock { $0.programs }
        for (plugin, current) in programs.sorted(by: { $0.key < $1.key }) {
            guard let folder = folders[plugin] else { continue }
            let stamp = FolderStamp(of: folder)
            guard stamp != stamps[plugin] else { continue }
            stamps[plugin] = stamp
            do {
                let program = try ProgramLoader().load(folder: folder)
                if program.contentHash != current.contentHash {
                    try await takeOver(program, plugin)
                }
                if shared.withLock({ $0.problems.removeValue(forKey: plugin) }) != nil {
                    for room in rooms { await room.tellReload(of: plugin, problem: nil) }
                }
            } catch {
                shared.withLock {
                    $0.counts.failures += 1
                    $0.problems[plugin] = "\(error)"
                }
                log.error(
                    "a changed plugin did not pass its check; the old one goes on",
                    ["plugin": .string(plugin), "reason": .string("\(error)")])
                for room in rooms { await room.tellReload(of: plugin, problem: "\(error)") }
            }
        }
    }

    private func takeOver(_ program: PluginProgram, _ plugin: String) async throws {
        guard program.manifest.id == plugin else {
            throw ReloadTrial.Failure(
                description: "its id is now \"\(program.manifest.id)\"; restart the server")
        }
        var concerned: [LiveRoom] = []
        var passed = ReloadTrial.Passed()
        for room in rooms {
            guard let standing = await room.standing(of: plugin) else { continue }
            concerned.append(room)
            let result = try await trial.check(
                program, for: standing.play, show: standing.show,
                beganAtMilliseconds: standing.beganAtMilliseconds, upTo: standing.sequence)
            passed.callCount += result.callCount
            passed.differenceCount += result.differenceCount
        }
        shared.withLock {
            $0.programs[plugin] = program
            $0.counts.passes += 1
        }
        log.info(
            "a changed plugin passed its check",
            [
                "plugin": .string(plugin), "version": .string(program.manifest.version),
                "hash": .string(String(program.contentHash.prefix(12))),
                "calls": .integer(Int64(passed.callCount)),
                "different": .integer(Int64(passed.differenceCount)),
            ])
        for room in concerned { await room.reload(program) }
    }
}

/// What can be seen of a plugin's files without reading them.
package struct FolderStamp: Equatable, Sendable {
    private var files: [String: String] = [:]

    package init(of folder: String) {
        let enumerator = FileManager.default.enumerator(
            at: URL(fileURLWithPath: folder),
            includingPropertiesForKeys: [.contentModificationDateKey, .fileSizeKey],
            options: [.skipsHiddenFiles])
        // A folder with more than any plugin may have is not looked at to its end.
        var count = 0
        while let file = enumerator?.nextObject() as? URL, count < 1_000 {
            count += 1
            let values = try? file.resourceValues(
                forKeys: [.contentModificationDateKey, .fileSizeKey])
            let time = values?.contentModificationDate?.timeIntervalSince1970 ?? 0
            files[file.path] = "\(time) \(values?.fileSize ?? 0)"
        }
    }
}
