import Clockwork
import PluginContract
package import PluginHosting
import Rooms
import Wire

// Programs that have passed their check are exchanged at the next moment between two events of
// their play.
extension LiveRoom {
    /// How a play stands, for the check of another program.
    struct Standing: Sendable {
        var play: Play
        var show: String
        var beganAtMilliseconds: Int64
        /// Of the newest record; it may not be durable yet.
        var sequence: Int64
    }

    /// How the play of a plugin stands; nil without the plugin.
    func standing(of plugin: String) -> Standing? {
        playbill.plays[plugin].map {
            Standing(
                play: $0, show: room.show, beganAtMilliseconds: room.beganAtMilliseconds,
                sequence: chain.sequence)
        }
    }

    /// Goes on with another program as soon as its play is between two events and holds no prizes.
    package func reload(_ program: PluginProgram) {
        let plugin = program.manifest.id
        guard let play = playbill.plays[plugin] else { return }
        // Back to what runs: nothing is left to be exchanged.
        reloads[plugin] = play.program.contentHash == program.contentHash ? nil : program
        if reloads[plugin] != nil, play.reloadObstacle == .reservations {
            log.info("a reload waits until the play holds no prizes", fields(of: program))
        }
        endTurn(nowMilliseconds: clock.unixMilliseconds)
    }

    /// Tells the staff why what stands in a plugin's folder was not taken over; nil that all is well.
    func tellReload(of plugin: String, problem: String?) {
        guard playbill.plays[plugin] != nil else { return }
        let value: JSON = problem.map { ["reason": .string(String($0.prefix(4_000)))] } ?? .null
        let now = clock.unixMilliseconds
        var outputs: [RoomOutput] = []
        room.setState(
            key: "reload:" + plugin, value: value, audience: .staff, into: &outputs)
        perform(outputs, nowMilliseconds: now)
        endTurn(nowMilliseconds: now)
    }

    /// Whether programs wait to be exchanged.
    package var isReloading: Bool { !reloads.isEmpty }

    /// Exchanges what can be exchanged now.
    func exchangePrograms(nowMilliseconds now: Int64) {
        for (plugin, program) in reloads {
            guard stageWork[plugin] == nil, let play = playbill.plays[plugin],
                play.reloadObstacle == nil
            else { continue }
            reloads[plugin] = nil
            perform(playbill.reload(program), of: plugin, nowMilliseconds: now)
            workOnStage(for: plugin)
            log.info("plugin reloaded", fields(of: program))
        }
    }

    private func fields(of program: PluginProgram) -> KeyValuePairs<String, JSON> {
        [
            "room": .string(id), "plugin": .string(program.manifest.id),
            "version": .string(program.manifest.version),
            "hash": .string(String(program.contentHash.prefix(12))),
        ]
    }

    /// What each play runs.
    var runningPrograms: [RoomFigures.Program] {
        playbill.plugins.compactMap { plugin in
            playbill.plays[plugin].map {
                RoomFigures.Program(plugin: plugin, mark: $0.program.mark)
            }
        }
    }
}
