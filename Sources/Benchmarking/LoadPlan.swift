import Wire

/// Tells the load process what to do.
struct LoadPlan: Equatable {
    var port: UInt16
    /// The server, whose use of processor and memory is measured.
    var process: Int32
    var rooms: Int
    var viewersPerRoom: Int
    /// Messages a second in each room; 0 only holds the connections.
    var ratePerRoom: Double
    /// Size of the `data` of an event.
    var dataBytes: Int
    /// How long deliveries are counted, after ``warmUpSeconds``.
    var seconds: Double
    /// Viewers, of all rooms together, who stop reading once they have joined.
    var slowViewers: Int
    /// Of role service, for all rooms.
    var token: String

    /// The time between the joins and the first message, for what joins set off.
    static let settleSeconds = 1.0
    static let warmUpSeconds = 1.0
    static let drainSecondsMax = 5.0
    static let connectSecondsMax = 60.0
    /// How long slow viewers read at the end, to learn how they were closed.
    static let resumeSeconds = 3.0
    /// What stands in `data` beside the padding.
    static let dataBytesMin = 30

    var viewers: Int { rooms * viewersPerRoom }
    var isIdle: Bool { ratePerRoom == 0 }
    var publishers: Int { isIdle ? 0 : rooms }

    /// The longest that a run may take.
    var secondsMax: Double {
        Self.connectSecondsMax + Self.settleSeconds + Self.warmUpSeconds + seconds
            + Self.drainSecondsMax + Self.resumeSeconds + 10
    }

    var encoded: JSON {
        [
            "port": .integer(Int64(port)), "process": .integer(Int64(process)),
            "rooms": .integer(Int64(rooms)), "viewersPerRoom": .integer(Int64(viewersPerRoom)),
            "ratePerRoom": .double(ratePerRoom), "dataBytes": .integer(Int64(dataBytes)),
            "seconds": .double(seconds), "slowViewers": .integer(Int64(slowViewers)),
            "token": .string(token),
        ]
    }

    init(
        port: UInt16, process: Int32, rooms: Int, viewersPerRoom: Int, ratePerRoom: Double,
        dataBytes: Int, seconds: Double, slowViewers: Int, token: String
    ) {
        self.port = port
        self.process = process
        self.rooms = rooms
        self.viewersPerRoom = viewersPerRoom
        self.ratePerRoom = ratePerRoom
        self.dataBytes = dataBytes
        self.seconds = seconds
        self.slowViewers = slowViewers
        self.token = token
    }

    /// Reads what ``encoded`` wrote; nil for anything else.
    init?(_ json: JSON) {
        func integer(_ name: String) -> Int? {
            json[name]?.integerValue.flatMap(Int.init(exactly:))
        }
        guard let port = integer("port").flatMap(UInt16.init(exactly:)),
            let process = integer("process").flatMap(Int32.init(exactly:)),
            let rooms = integer("rooms"), let viewersPerRoom = integer("viewersPerRoom"),
            let ratePerRoom = json["ratePerRoom"]?.doubleValue,
            let dataBytes = integer("dataBytes"), let seconds = json["seconds"]?.doubleValue,
            let slowViewers = integer("slowViewers"), let token = json["token"]?.stringValue
        else { return nil }
        self.init(
            port: port, process: process, rooms: rooms, viewersPerRoom: viewersPerRoom,
            ratePerRoom: ratePerRoom, dataBytes: dataBytes, seconds: seconds,
            slowViewers: slowViewers, token: token)
    }
}
