import PluginContract
import Wire

// A program is exchanged between two events: state stays, code changes.
extension Play {
    /// Why the program cannot be exchanged at this moment; nil when it can.
    package var reloadObstacle: ReloadObstacle? {
        if !state.reservations.isEmpty { return .reservations }
        return outstanding.isEmpty ? nil : .call
    }

    /// Goes on with another program of the same id, at a moment without ``reloadObstacle``.
    ///
    /// The next call opens the play again with the state as it is. A run that goes on says in its log
    /// which program it is from there on.
    package mutating func reload(_ program: PluginProgram) -> [PlayOutput] {
        precondition(program.manifest.id == plugin, "a play stays with its plugin")
        precondition(reloadObstacle == nil, "a program is exchanged between events")
        self.program = program
        notices.absent = []
        let closing = isStageOpen ? [closeStage()] : []
        return closing + [
            .afterwards(
                .state(key: "plugins", value: .object([plugin: entry]), audience: .everyone))
        ]
    }

    /// The record before the first call of another program.
    mutating func draftOfLoading(_ nowMilliseconds: Int64) -> PlayOutput {
        let record = PlayRecord.loaded(nowMilliseconds: nowMilliseconds, program.mark)
        do throws(PlayRecordError) {
            return .draft(draft(record, try state.fold(record, setting), replies: []))
        } catch {
            preconditionFailure("a record without changes does not fit: \(error)")
        }
    }

    /// What is wrong with the show's configuration for another program, if this one accepts it.
    package func configurationProblem(for other: PluginProgram) -> String? {
        func problem(_ schema: ConfigSchema) -> String? {
            do throws(RequestError) {
                _ = try schema.resolve(
                    show: show.configuration, override: [:], products: show.products)
                return nil
            } catch {
                return error.message
            }
        }
        guard problem(program.manifest.configuration) == nil else { return nil }
        return problem(other.manifest.configuration)
    }

    /// What a stage needs to load another program as it would go on.
    package func trialOpening(for other: PluginProgram) -> StageOpening {
        if state.status == .running {
            return state.opening(surfaces: other.manifest.surfaces)
        }
        let resolved = try? other.manifest.configuration.resolve(
            show: show.configuration, override: [:], products: show.products)
        return StageOpening(
            configuration: (resolved ?? [:]).encoded(),
            products: JSON.array(show.products.map { $0.json() }).encoded(),
            state: Array("{}".utf8),
            host: HostCalls.opening(
                surfaces: other.manifest.surfaces, memory: state.memory.begun(values: nil)))
    }
}

/// What a reload waits for.
package enum ReloadObstacle: Sendable, Equatable {
    /// A call is out on the stage.
    case call
    /// The play holds prizes: who plays for them plays by one set of rules to the end.
    case reservations
}
