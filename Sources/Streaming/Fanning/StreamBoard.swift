import Clockwork

/// The figures of every stream, for other threads.
package final class StreamBoard: Sendable {
    /// One room's stream.
    package struct Entry: Sendable, Equatable {
        package var isLive = false
        /// Who publishes; nil while nobody does.
        package var publisher: StreamKeyring.Grant?
        /// Whether viewers who come now see something.
        package var hasPicture = false
        package var viewers = 0
        /// Those of them that get the sound alone.
        package var listeners = 0
        /// Connections that read HLS now, and what they asked for so far.
        package var hlsReaders = 0
        package var hlsRequests = 0
        /// How long fragments are held, so that several are written together; 0 is not at all.
        package var flushMilliseconds = 0
        package var readings = StreamReadings()
        /// The newest publisher with a good key that was sent away; nil once another one is shown.
        package var refusal: Refusal?

        /// The estimate of ``StreamReadings``; nil while nobody publishes.
        package var delayMilliseconds: Int64? {
            isLive ? readings.delayMilliseconds(flushMilliseconds: flushMilliseconds) : nil
        }
        /// Fragments that slow viewers did not get.
        package var skipped = 0
        /// Viewers that were closed for being too slow.
        package var slowClosed = 0
    }

    /// Why a publisher was sent away, for the host.
    package struct Refusal: Sendable, Equatable {
        package var words: String
        package var unixMilliseconds: Int64
    }

    /// The seats of one room.
    package struct Seats: Sendable, Equatable {
        /// Those whose media arrive.
        package var live = 0
        /// Connections that get a seat's picture.
        package var viewers = 0
    }

    private let seatEntries = Lock<[String: Seats]>([:])
    private let entries = Lock<[String: Entry]>([:])

    package init() {}

    /// By room.
    package var latest: [String: Entry] { entries.withLock { $0 } }

    func set(_ entry: Entry?, for room: String) { entries.withLock { $0[room] = entry } }

    /// By room; none for rooms of which nobody has a seat with a picture.
    package var seats: [String: Seats] { seatEntries.withLock { $0 } }

    func set(seats: [String: Seats]) { seatEntries.withLock { $0 = seats } }
}
