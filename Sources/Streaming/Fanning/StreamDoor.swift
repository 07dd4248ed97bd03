import Clockwork
import Cryptography
package import Lanes
import Wire

/// Speaks RTMP with publishers and HTTP with viewers, on one lane and one port.
///
/// RTMP begins with the byte 3, which no request begins with. Viewers get the same arrays of bytes,
/// which the lane writes without copying them; what is kept for a slow one is bounded by
/// ``ViewerPace``.
package final class StreamDoor: ConnectionHandling {
    let premises: StreamPremises
    let board: StreamBoard
    /// The seats of co-hosts.
    let seats: SeatDoor
    /// Who watches over the connection that they have in a room.
    let relays = Relays()
    /// By slot of the lane.
    private var guests: ContiguousArray<Guest?> = []
    var rooms: [String: Broadcast] = [:]
    /// What readers of HLS are given of streams that are over, and since when they are.
    var ended: [String: (desk: HLSDesk, since: UInt32)] = [:]
    var bans = BanMemory()
    /// Connections that have shown no key and asked for nothing, by address.
    private var strangers: [PeerAddress: Int] = [:]
    private var strangerCount = 0
    var viewers = 0
    /// Of the viewers, by address.
    var viewersByAddress: [PeerAddress: Int] = [:]
    private var isDraining = false
    var flush: FlushPace
    /// Rings when what is held is to be written.
    var flushAlarm: LoopAlarm?
    /// Rooms with fragments that are held.
    var holding: Set<String> = []
    private var busy: (processor: UInt64, moment: UInt64)?

    /// One connection.
    struct Guest {
        var id: ConnectionID
        var address: PeerAddress
        var since: UInt32
        var lastHeard: UInt32
        var stage: Stage
    }

    enum Stage {
        /// Nothing came yet.
        case unknown
        case request(HTTPRequestDecoder)
        case publisher(Publishing)
        case viewer(Viewer)
        /// Of ``SeatDoor``.
        case seat
        case reader(Reader)
        /// Nothing that comes is of interest.
        case closing
    }

    /// A publisher; an object, so that its buffers grow in place.
    final class Publishing {
        var session: PublishSession
        /// Empty before a key was accepted.
        var room = ""
        /// What the key allows; nil before.
        var grant: StreamKeyring.Grant?
        /// While somebody else publishes; nil for whoever is the room's publisher.
        var audition: Audition?
        /// Of the lane, when the key was accepted.
        var acceptedSeconds: UInt32 = 0
        /// When its newest bytes came, on the clock of the premises.
        var heardMilliseconds: Int64 = 0
        /// Whether something of it was shown.
        var isShown = false

        init(_ session: PublishSession) { self.session = session }
    }

    struct Viewer {
        var room: String
        var pace: ViewerPace
        /// Decodes what a viewer over WebSocket says; nil over HTTP.
        var socket: WebSocketDecoder?
        var format = Format.mp4
        /// Whether it was sent an initialisation segment.
        var hasBegun = false
        /// Who it is, for bans.
        var watcher: Watcher?
    }

    /// The stream of a room and who watches it.
    struct Broadcast {
        var stream: LiveStream
        let flv = FLVFeed()
        var sound = SoundFeed()
        /// Those of the viewers who get the sound alone.
        var listeners: Set<ConnectionID> = []
        /// Low-latency HLS, while somebody reads it.
        var hls: HLSDesk?
        /// Media sequence number that no reader has seen yet.
        var hlsNumber: Int64 = 0
        /// Fragments that have not been given to viewers yet.
        var held: [LiveStream.Output] = []
        var publisher: ConnectionID?
        /// Somebody with a good key who will replace the publisher when there is something to show.
        var candidate: ConnectionID?
        var grant: StreamKeyring.Grant?
        var viewers: Set<ConnectionID> = []
        var entry = StreamBoard.Entry()
        /// When the last publisher went.
        var endedAt: UInt32 = 0

        init(codings: Set<VideoCoding>) { stream = LiveStream(codings: codings) }
    }

    package init(premises: StreamPremises, board: StreamBoard) {
        self.premises = premises
        self.board = board
        seats = SeatDoor(premises: premises, board: board, relays: relays)
        flush = FlushPace(fixed: premises.flushMilliseconds)
    }

    func guest(_ id: ConnectionID) -> Guest? {
        guard id.slot < guests.count, let guest = guests[id.slot], guest.id == id else {
            return nil
        }
        return guest
    }

    func setStage(_ stage: Stage, of id: ConnectionID) {
        guard guest(id) != nil else { return }
        guests[id.slot]?.stage = stage
    }

    var nowMilliseconds: Int64 { Int64(premises.clock.monotonicNanoseconds / 1_000_000) }

    // MARK: - Coming and going

    package func opened(_ id: ConnectionID, from address: PeerAddress, on lane: isolated Lane) {
        while guests.count <= id.slot { guests.append(nil) }
        guests[id.slot] = nil
        guard !isDraining, strangerCount < premises.strangersMax,
            strangers[address, default: 0] < premises.strangersPerAddress
        else {
            lane.cut(id)
            return
        }
        strangerCount += 1
        strangers[address, default: 0] += 1
        guests[id.slot] = Guest(
            id: id, address: address, since: lane.uptimeSeconds, lastHeard: lane.uptimeSeconds,
            stage: .unknown)
    }

    package func received(
        _ bytes: UnsafeMutableRawBufferPointer, from id: ConnectionID, on lane: isolated Lane
    ) {
        guard let guest = guest(id), !bytes.isEmpty else { return }
        guests[id.slot]?.lastHeard = lane.uptimeSeconds
        switch guest.stage {
        case .unknown:
            if bytes[0] == 3 {
                let publishing = Publishing(
                    PublishSession(limits: premises.limits, random: SecureRandom.bytes(3_024)))
                setStage(.publisher(publishing), of: id)
                advance(publishing, bytes, id, on: lane)
            } else {
                request(
                    HTTPRequestDecoder(
                        limits: HTTPLimits(headBytesMax: 8 << 10, bodyBytesMax: 0)),
                    bytes, id, on: lane)
            }
        case .request(let decoder): request(decoder, bytes, id, on: lane)
        case .publisher(let publishing): advance(publishing, bytes, id, on: lane)
        case .viewer(var viewer):
            heard(bytes, from: &viewer, id, on: lane)
        case .seat: seats.received(bytes, from: id, on: lane)
        case .reader(let reader): heard(bytes, from: reader, id, on: lane)
        case .closing: break
        }
    }

    package func finishedSending(_ id: ConnectionID, on lane: isolated Lane) {
        // Some readers shut their side once they have asked.
        if case .viewer(let viewer) = guest(id)?.stage, viewer.socket == nil { return }
        if case .reader(let reader) = guest(id)?.stage, reader.want != nil {
            reader.keepsAlive = false
            return
        }
        lane.close(id, farewell: [])
    }

    package func ended(_ id: ConnectionID, on lane: isolated Lane) {
        guard let guest = guest(id) else { return }
        guests[id.slot] = nil
        switch guest.stage {
        case .reader(let reader):
            uncount(guest)
            readerEnded(reader, id)
        case .viewer(let viewer):
            uncount(guest)
            rooms[viewer.room]?.viewers.remove(id)
            rooms[viewer.room]?.listeners.remove(id)
            publishFigures(of: viewer.room)
        case .publisher(let publishing) where !publishing.room.isEmpty:
            left(publishing.room, id, on: lane)
        case .seat: seats.ended(id, on: lane)
        default: forget(strangerAt: guest.address)
        }
    }

    private func uncount(_ guest: Guest) {
        viewers -= 1
        let others = viewersByAddress[guest.address, default: 1] - 1
        viewersByAddress[guest.address] = others > 0 ? others : nil
    }

    package func released(_ id: ConnectionID, on lane: isolated Lane) {}

    package func drain(on lane: isolated Lane) {
        isDraining = true
        seats.drain(on: lane)
        for guest in guests.compactMap({ $0 }) {
            if case .viewer(let viewer) = guest.stage, viewer.socket != nil {
                lane.close(
                    guest.id, farewell: WebSocketFrame.close(code: 1012, reason: "restart"))
            } else {
                lane.close(guest.id, farewell: [])
            }
        }
    }

    // MARK: - Time limits

    package func secondPassed(on lane: isolated Lane) {
        let now = lane.uptimeSeconds
        sendBannedAway(on: lane)
        observeLoad()
        for guest in guests.compactMap({ $0 }) {
            switch guest.stage {
            case .unknown, .request, .closing:
                if now - guest.since > premises.requestSeconds { lane.cut(guest.id) }
            case .publisher(let publishing):
                if publishing.room.isEmpty {
                    guard now - guest.since > premises.limits.strangerSeconds else { continue }
                    // Who has ended a stream of their own knows why.
                    if !publishing.session.isTrusted {
                        publishing.session.explain(
                            StreamRefusal(.key, "no stream key came in time"))
                    }
                    lane.close(guest.id, farewell: publishing.session.takeOutput())
                } else if now - guest.lastHeard > premises.limits.silentSeconds {
                    premises.note("publisher fell silent", publishing.room, "")
                    lane.cut(guest.id)
                } else if publishing.audition != nil,
                    now - publishing.acceptedSeconds > premises.limits.auditionSeconds
                {
                    refuse(publishing, .nothingToShow, guest.id, on: lane)
                }
            case .viewer, .seat: break
            case .reader(let reader): secondPassed(for: reader, guest.id, on: lane)
            }
        }
        seats.secondPassed(on: lane)
        forgetEndedStreams(on: lane)
        for (room, broadcast) in rooms {
            if broadcast.publisher == nil, now - broadcast.endedAt > premises.holdSeconds {
                dismiss(room, on: lane)
            } else {
                forgetIdleDesk(of: room, on: lane)
                tell(of: room)
            }
        }
    }

    private func observeLoad() {
        let moment = premises.clock.monotonicNanoseconds
        let processor = Processor.threadNanoseconds
        if let busy, moment > busy.moment {
            let own = Double(processor &- busy.processor) / Double(moment &- busy.moment)
            flush.observe(busy: max(own, relays.busy))
        }
        busy = (processor, moment)
    }

    /// Publishes the figures of a room and tells of the change.
    func tell(of room: String) {
        publishFigures(of: room)
        premises.changed(room, rooms[room]?.entry)
    }

    func publishFigures(of room: String) {
        guard var broadcast = rooms[room] else { return }
        broadcast.entry.isLive = broadcast.publisher != nil
        broadcast.entry.publisher = broadcast.grant
        broadcast.entry.hasPicture = broadcast.stream.initialisation != nil
        let picture = Relays.Picture.stream(room: room)
        broadcast.entry.viewers = broadcast.viewers.count + relays.count(picture)
        broadcast.entry.listeners =
            broadcast.listeners.count + relays.count(Relays.Feed(picture: picture, isSound: true))
        broadcast.entry.hlsReaders = broadcast.hls?.readers.count ?? 0
        broadcast.entry.flushMilliseconds = flush.milliseconds
        broadcast.entry.readings = broadcast.stream.readings
        if broadcast.publisher == nil { broadcast.entry.readings.rest() }
        rooms[room]?.entry = broadcast.entry
        board.set(broadcast.entry, for: room)
    }

    /// The publisher did not come back.
    private func dismiss(_ room: String, on lane: isolated Lane) {
        guard let broadcast = rooms.removeValue(forKey: room) else { return }
        // The host is to read why nobody is shown.
        var rest: StreamBoard.Entry?
        if let refusal = broadcast.entry.refusal {
            rest = StreamBoard.Entry()
            rest?.refusal = refusal
        }
        board.set(rest, for: room)
        premises.changed(room, rest)
        premises.recorder?.end(room)
        dismissReaders(of: room, broadcast, on: lane)
        relays.end(.stream(room: room))
        for id in broadcast.viewers {
            guard case .viewer(let viewer) = guest(id)?.stage else { continue }
            lane.close(
                id,
                farewell: viewer.socket == nil
                    ? [] : WebSocketFrame.close(code: 1000, reason: "the stream has ended"))
        }
    }

    /// A stranger has become a publisher or a viewer.
    func welcomed(_ id: ConnectionID) {
        if let address = guest(id)?.address { forget(strangerAt: address) }
    }

    /// A publisher has ended its stream. It closes by itself, and takes a close of ours for a fault; or
    /// it publishes again, within the time that strangers have for that.
    func becameStranger(_ id: ConnectionID, on lane: isolated Lane) {
        guard let address = guest(id)?.address else { return }
        guests[id.slot]?.since = lane.uptimeSeconds
        strangerCount += 1
        strangers[address, default: 0] += 1
    }

    private func forget(strangerAt address: PeerAddress) {
        strangerCount -= 1
        let left = strangers[address, default: 1] - 1
        strangers[address] = left > 0 ? left : nil
    }
}
