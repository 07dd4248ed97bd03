import Lanes
import Serving
import Streaming

/// Brings what people in rooms ask of live video from their lanes to that of the stream.
struct StreamPictures: PictureDesk {
    let lane: Lane

    func take(
        _ request: PictureRequest, id: String, room: String, of connection: ConnectionID,
        in rooms: Lane
    ) {
        run { door, lane in
            switch request {
            case .watch(let plugin, let lease, let soundOnly):
                let seat = plugin.map { WatchRequest.Seat(plugin: $0, lease: lease) }
                door.watch(
                    WatchRequest(id: id, room: room, seat: seat, soundOnly: soundOnly),
                    by: connection, in: rooms, on: lane)
            case .unwatch(let view):
                door.unwatch(view, request: id, by: connection, in: rooms)
            }
        }
    }

    func left(_ connection: ConnectionID) { run { door, _ in door.watcherLeft(connection) } }

    func fellBehind(_ connection: ConnectionID, view: UInt32) {
        run { door, _ in door.watcherFellBehind(connection, view) }
    }

    func skipped(_ count: Int, of picture: UInt32) {
        run { door, _ in door.skipped(count, of: picture) }
    }

    private func run(_ body: @escaping @Sendable (StreamDoor, isolated Lane) -> Void) {
        lane.run { lane in
            guard let door = lane.handler as? StreamDoor else { return }
            body(door, lane)
        }
    }
}
