import Clockwork
import Cryptography
import Lanes
import PluginContract
import Rooms
import Serving
import Streaming
import Wire

/// Live video of a server: a lane and a port of its own for encoders and tools, and the way there
/// from the rooms' port for pages.
///
/// One lane does all of it: publishers and viewers share bytes, which must not cross threads for
/// each viewer.
final class StreamHouse: Sendable {
    let lane: Lane
    let board = StreamBoard()
    /// The port that was opened.
    let port: UInt16
    private let settings: StreamConfiguration
    private let keyring: StreamKeyring
    private let listener: Listener
    private let clock: any Clock
    private let publicity: StreamPublicity

    /// Opens the port; nobody is let in before ``open()``.
    ///
    /// No other lane of the server has the lane's number.
    ///
    /// - Throws: When the port cannot be opened.
    init(
        _ settings: StreamConfiguration, of configuration: Configuration, rooms: [LiveRoom],
        laneNumber number: Int, recorder: Recorder?, clock: any Clock, log: Log
    ) async throws {
        self.settings = settings
        self.clock = clock
        var limits = LaneLimits()
        // A whole group of pictures waits for somebody who joins.
        limits.directBytesMax = 16 << 20
        limits.sendBufferBytes = 256 << 10
        let lane = Lane(number: number, limits: limits, clock: clock, slowFarewell: [])
        self.lane = lane
        var ingest = IngestLimits()
        ingest.codings = settings.codecs.subtracting([.h264])
        keyring = StreamKeyring(keys: configuration.keys, secondsMax: ingest.keySecondsMax)
        publicity = StreamPublicity(rooms: rooms)
        let open = Dictionary(uniqueKeysWithValues: rooms.map { ($0.id, $0) })
        let anonymous = Set(configuration.rooms.filter(\.settings.anonymous).map(\.settings.id))
        let verifier = TokenVerifier(keys: configuration.keys)
        var premises = StreamPremises(
            keyring: keyring, clock: clock,
            hasRoom: { open[$0]?.latestFigures.isClosed == false },
            mayWatch: { room, token in
                guard let token, !token.isEmpty else { return anonymous.contains(room) }
                let claims = try? verifier.verify(
                    token, nowSeconds: clock.unixMilliseconds / 1_000)
                return claims.map { $0.room == room || $0.room == "*" } ?? false
            },
            note: { message, room, words in
                if words.isEmpty {
                    log.info(message, ["room": .string(room)])
                } else {
                    log.warning(message, ["room": .string(room), "reason": .string(words)])
                }
            })
        premises.limits = ingest
        premises.recorder = recorder
        premises.viewersMax = settings.viewersMax
        premises.flushMilliseconds = settings.flushMilliseconds
        premises.soundOnlyAfter = settings.soundOnlyAfter
        premises.bansAddresses = settings.bansAddresses
        premises.viewersPerAddress = configuration.limits.connectionsPerAddress
        let publicity = publicity
        premises.changed = { publicity.tell($0, $1) }
        premises.seats = SeatDesk.premises(
            rooms: rooms, anonymous: anonymous, verifier: verifier, clock: clock)
        premises.seats.limits.viewersMax = 4 * settings.viewersMax
        premises.seats.limits.viewersPerAddress = configuration.limits.connectionsPerAddress
        premises.user = { token in
            guard let token, !token.isEmpty,
                let claims = try? verifier.verify(
                    token, nowSeconds: clock.unixMilliseconds / 1_000)
            else { return nil }
            // As in the room: nobody bans its staff.
            return claims.role == "viewer" ? claims.subject : nil
        }
        premises.banned = { open[$0]?.bannedUsers ?? [] }
        premises.advanced = { open[$0]?.notePicture($1) }
        let (finished, board) = (premises, board)
        await lane.start { _ in StreamDoor(premises: finished, board: board) }
        SeatDesk.watch(rooms, for: lane)
        listener = try Self.listener(
            settings, host: settings.host ?? configuration.host, lane: lane)
        port = listener.port
    }

    private static func listener(
        _ settings: StreamConfiguration, host: String, lane: Lane
    ) throws(ListenError) -> Listener {
        do throws(ListenError) {
            return try Listener(host: host, port: settings.port, lanes: [lane])
        } catch {
            guard settings.mayMove else { throw error }
            return try Listener(host: host, port: 0, lanes: [lane])
        }
    }

    /// Lets encoders and viewers in.
    func open() { listener.start() }

    /// Sends everybody away; who comes later is cut.
    func drain() async { await lane.drain() }

    /// Closes the port and cuts whoever is left.
    func stop() async {
        listener.stop()
        await lane.stop()
    }

    // MARK: - On the rooms' port

    /// Takes what pages ask for on the rooms' port over to the lane of the stream.
    var elsewhere: Elsewhere {
        Elsewhere(
            lane: lane,
            wants: { request in
                SeatAddress(path: request.path) != nil || StreamDoor.serves(request.path)
            },
            answer: { request, id, lane in
                guard let door = lane.handler as? StreamDoor else { return }
                door.take(request, id, on: lane)
            },
            pictures: StreamPictures(lane: lane))
    }

    // MARK: - Keys

    /// A new stream key; nil when the server has no keys.
    func key(room: String, user: String, hours: Int, isFiller: Bool = false) -> String? {
        keyring.issue(
            room: room, user: user,
            expiresAtSeconds: clock.unixMilliseconds / 1_000 + Int64(hours) * 3_600,
            isFiller: isFiller)
    }

    /// Where encoders send to, for somebody who reached the server by this name.
    func address(forHost header: String?) -> String {
        if let address = settings.address { return address }
        return "rtmp://\(Self.name(in: header ?? "")):\(port)/live"
    }

    /// The name in a `Host` header, without its port.
    private static func name(in header: String) -> String {
        let isName = header.utf8.allSatisfy {
            (0x30...0x3A).contains($0) || (0x41...0x5B).contains($0) || $0 == 0x5D
                || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x2E
        }
        guard isName, !header.isEmpty, header.count <= 255 else { return "127.0.0.1" }
        if header.hasPrefix("["), let end = header.firstIndex(of: "]") {
            return String(header[...end])
        }
        return header.split(separator: ":").first.map(String.init) ?? "127.0.0.1"
    }

    /// The answer to a host who wants to set an encoder up.
    func setup(room: String, for person: Person, host: String?) -> JSON? {
        let hours = StreamConfiguration.keyHours
        guard let key = key(room: room, user: person.user, hours: hours) else { return nil }
        return [
            "address": .string(address(forHost: host)), "key": .string(key),
            "expiresAt": .integer(clock.unixMilliseconds + Int64(hours) * 3_600_000),
        ]
    }
}
