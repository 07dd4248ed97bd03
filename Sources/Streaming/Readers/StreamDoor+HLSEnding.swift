import Lanes
import Wire

/// How readers come to an end.
extension StreamDoor {
    /// The stream is over: who waits gets what there is, and the end of the list, and so does for a while
    /// who comes later: players have to fetch what they have not shown yet.
    func dismissReaders(of room: String, _ broadcast: Broadcast, on lane: isolated Lane) {
        guard let desk = broadcast.hls else { return }
        desk.end(broadcast.stream)
        for id in desk.readers {
            if case .reader(let reader) = guest(id)?.stage { reader.keepsAlive = false }
        }
        // Nothing would come of a list that never began.
        if desk.playlist(skips: false) != nil { ended[room] = (desk, lane.uptimeSeconds) }
        answerWaiting(desk, on: lane)
        for id in desk.readers { lane.close(id, farewell: []) }
    }

    /// Gives up what ended long enough ago.
    func forgetEndedStreams(on lane: isolated Lane) {
        ended = ended.filter { lane.uptimeSeconds - $0.value.since <= premises.hlsEndedSeconds }
    }

    func readerEnded(_ reader: Reader, _ id: ConnectionID) {
        rooms[reader.room]?.hls?.readers.remove(id)
        rooms[reader.room]?.hls?.waiting.remove(id)
        ended[reader.room]?.desk.readers.remove(id)
    }

    /// Time limits of a reader.
    func secondPassed(for reader: Reader, _ id: ConnectionID, on lane: isolated Lane) {
        let waited = lane.uptimeSeconds - reader.since
        guard reader.want != nil else {
            if waited > Self.idleReaderSeconds { lane.cut(id) }
            return
        }
        // Section 6.2.5.2: three target durations.
        let desk = rooms[reader.room]?.hls
        guard let desk, waited > UInt32(3 * (desk.window.targetDuration ?? 4)) else { return }
        let error = HTTPError(
            status: 503, code: "NOT_YET", detail: "the stream stands still",
            headers: [("Retry-After", "1")])
        refuse(error, reader, id, on: lane)
        settle(reader, desk, id, on: lane)
    }

    /// Gives up what nobody reads.
    func forgetIdleDesk(of room: String, on lane: isolated Lane) {
        guard let desk = rooms[room]?.hls, desk.waiting.isEmpty,
            lane.uptimeSeconds - desk.lastAsked > HLSDesk.idleSeconds
        else { return }
        rooms[room]?.hlsNumber = desk.window.open.number + 1
        rooms[room]?.hls = nil
    }
}
