import Wire

/// Tells the process of the viewers what to do.
struct StreamPlan: Equatable {
    var port: UInt16
    /// The server, whose use of processor and memory is measured.
    var process: Int32
    var viewers: Int
    var slow: Int
    var stopped: Int
    /// Bytes a second of the stream, by which slow viewers read half.
    var bytesPerSecond: Int
    var seconds: Double
    /// Whether each viewer has a connection for the picture alone, and is in no room.
    var isDirect: Bool

    static let connectSecondsMax = 60.0
    /// From the last viewer's coming to the first arrival that counts.
    static let settleSeconds = 3.0

    /// The longest that a run may take.
    var secondsMax: Double { Self.connectSecondsMax + Self.settleSeconds + seconds + 10 }

    var encoded: JSON {
        [
            "port": .integer(Int64(port)), "process": .integer(Int64(process)),
            "viewers": .integer(Int64(viewers)), "slow": .integer(Int64(slow)),
            "stopped": .integer(Int64(stopped)),
            "bytesPerSecond": .integer(Int64(bytesPerSecond)), "seconds": .double(seconds),
            "direct": .bool(isDirect),
        ]
    }

    init(
        port: UInt16, process: Int32, viewers: Int, slow: Int, stopped: Int, bytesPerSecond: Int,
        seconds: Double, isDirect: Bool
    ) {
        self.port = port
        self.process = process
        self.viewers = viewers
        self.slow = slow
        self.stopped = stopped
        self.bytesPerSecond = bytesPerSecond
        self.seconds = seconds
        self.isDirect = isDirect
    }

    /// Reads what ``encoded`` wrote; nil for anything else.
    init?(_ json: JSON) {
        func integer(_ name: String) -> Int? {
            json[name]?.integerValue.flatMap(Int.init(exactly:))
        }
        guard let port = integer("port").flatMap(UInt16.init(exactly:)),
            let process = integer("process").flatMap(Int32.init(exactly:)),
            let viewers = integer("viewers"), let slow = integer("slow"),
            let stopped = integer("stopped"), let bytesPerSecond = integer("bytesPerSecond"),
            let seconds = json["seconds"]?.doubleValue,
            case .bool(let isDirect)? = json["direct"]
        else { return nil }
        self.init(
            port: port, process: process, viewers: viewers, slow: slow, stopped: stopped,
            bytesPerSecond: bytesPerSecond, seconds: seconds, isDirect: isDirect)
    }
}
