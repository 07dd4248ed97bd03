import Clockwork
import PluginHosting
import Rooms
import Wire

/// Brings rooms back from the journal, or begins them.
struct RoomOpening {
    let configuration: RoomConfiguration
    let programs: [String: PluginProgram]
    let surroundings: LiveRoom.Surroundings

    /// Reads the show's records and puts the room together.
    ///
    /// - Parameter number: Among the rooms of the server.
    /// - Returns: The room, not yet open.
    /// - Throws: What ``ShowRecovery/recover(nowMilliseconds:)`` throws.
    func open(number: Int) async throws -> LiveRoom {
        let recovery = ShowRecovery(
            configuration: configuration, programs: programs, journal: surroundings.journal,
            log: surroundings.log)
        let show = try await recovery.recover(
            nowMilliseconds: surroundings.clock.unixMilliseconds)
        if show.chain.sequence > 0 {
            surroundings.log.info(
                "the show goes on",
                [
                    "room": .string(configuration.settings.id),
                    "show": .string(configuration.show),
                    "records": .integer(show.chain.sequence),
                    "snapshot": .integer(show.snapshotSequence),
                    "offset": .integer(show.chain.offset),
                ])
        }
        return LiveRoom(number: number, show: show, surroundings: surroundings)
    }
}
