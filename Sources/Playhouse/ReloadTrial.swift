import Journaling
import PluginContract
import PluginHosting
import Scripting
import Wire

/// Tries a changed program out before it may take over a play: it is loaded with the play's state, and
/// the newest calls are made again.
struct ReloadTrial: Sendable {
    /// Where it is tried: not the stage of the rooms.
    let stage: any Stage
    let journal: any Journal
    /// How far back the records are read.
    var recordsMax: Int64 = 1_000

    /// Why a program may not take over, in words for its author.
    struct Failure: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    /// What was found out about a program that may.
    struct Passed: Sendable, Equatable {
        /// Calls that were made again.
        var callCount = 0
        /// Those that would have come out differently, none of them as a new fault that counts.
        var differenceCount = 0
    }

    /// Tries a program out.
    ///
    /// Of a play that runs, no call since its start may fail that did not fail then: it will meet such
    /// states. Of a play that is idle only starts count, because the next thing to come is one.
    ///
    /// - Parameters:
    ///   - program: What is to take over.
    ///   - play: The play as it stands.
    ///   - show: Its show.
    ///   - beganAtMilliseconds: Unix time at which the show began.
    ///   - last: A sequence that is durable, the last one that is looked at.
    /// - Returns: What was found out.
    /// - Throws: Why it may not take over.
    func check(
        _ program: PluginProgram, for play: Play, show: String, beganAtMilliseconds: Int64,
        upTo last: Int64
    ) async throws(Failure) -> Passed {
        if let problem = play.configurationProblem(for: program) {
            throw Failure(description: "the configuration of the show does not fit: \(problem)")
        }
        let migration: StageCall?
        do throws(TakeoverRefusal) {
            migration = try play.trialMigration(to: program)
        } catch {
            throw Failure(description: error.description)
        }
        let id = PlayID(show: "trial:" + show, plugin: program.manifest.id)
        do throws(ScriptFault) {
            try await stage.open(id, program: program, play.trialOpening(for: program))
        } catch {
            throw Failure(description: "it does not load: \(error.message)")
        }
        do {
            if let migration {
                try await migrate(migration, id)
                await stage.close(id)
                // Calls of before met states of another form.
                return Passed(callCount: 1)
            }
            let passed = try await rehearse(
                program, isRunning: play.state.status == .running, show, beganAtMilliseconds,
                upTo: last, id)
            await stage.close(id)
            return passed
        } catch let failure as Failure {
            await stage.close(id)
            throw failure
        } catch {
            await stage.close(id)
            throw Failure(description: "its records cannot be read: \(error)")
        }
    }

    /// Lets `on_migrate` change a copy of the state.
    private func migrate(_ call: StageCall, _ id: PlayID) async throws {
        switch try await stage.run(id, [call]).first {
        case .done: break
        case .fault(let fault): throw Failure(description: "on_migrate fails: \(fault.message)")
        case .absent, nil:
            throw Failure(description: "it has no on_migrate, which \"migrations\" promises")
        }
    }

    private func rehearse(
        _ program: PluginProgram, isRunning: Bool, _ show: String, _ beganAtMilliseconds: Int64,
        upTo last: Int64, _ id: PlayID
    ) async throws -> Passed {
        var replay = Replay(
            program: program, beganAtMilliseconds: beganAtMilliseconds, state: nil)
        let snapshot = try await snapshotState(show, id.plugin)
        var after = max(0, last - recordsMax)
        if after == 0 { replay.resume(with: PlayState()) }
        var passed = Passed()
        var failure: Failure?
        while after < last {
            let records = try await journal.records(show: show, after: after, limit: 100)
            if records.isEmpty { break }
            for record in records where record.sequence <= last {
                after = record.sequence
                if record.source == "plugin:" + id.plugin {
                    if record.kind == "on_start" { failure = nil }
                    let difference = try await replay.replay(record, on: stage, as: id)
                    if let difference {
                        passed.differenceCount += 1
                        let counts = isRunning || record.kind == "on_start"
                        if counts, difference.isNewFault, failure == nil {
                            failure = Self.failure(difference, record)
                        }
                    }
                }
                if replay.state == nil, let snapshot, snapshot.sequence == record.sequence {
                    replay.resume(with: snapshot.state)
                }
            }
        }
        if let failure { throw failure }
        passed.callCount = replay.callCount
        return passed
    }

    private static func failure(_ difference: ReplayDifference, _ record: Record) -> Failure {
        var reason = "a budget is not enough"
        if case .fault(_, let message) = difference.replayed, !message.isEmpty { reason = message }
        return Failure(
            description: "\(difference.hook) fails when record \(record.sequence) is repeated: "
                + reason)
    }

    private func snapshotState(
        _ show: String, _ plugin: String
    ) async throws(JournalError) -> (sequence: Int64, state: PlayState)? {
        guard let snapshot = try await journal.snapshot(show: show),
            let read = try? ReadSnapshot(snapshot),
            let state = read.plugins["plays"]?[plugin].flatMap(PlayState.init)
        else { return nil }
        return (snapshot.sequence, state)
    }
}
