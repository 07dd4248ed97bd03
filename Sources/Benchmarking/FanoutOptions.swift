/// What `playhouse bench fanout` and `bench idle` are asked to do.
package struct FanoutOptions: Sendable, Equatable {
    /// 1 to 1,000.
    package var rooms = 1
    /// In each room, 1 to 19,000; all rooms together at most 19,000.
    package var viewers = 1000
    /// Messages a second in each room; 0 holds the connections without sending.
    package var rate = 50.0
    /// Size of an event's `data`, 30 to 16,384.
    package var dataBytes = 200
    /// How long deliveries are counted, 1 to 600; with several turns, in each.
    package var seconds = 10.0
    /// How often server and floor are measured in turns, 1 to 100.
    package var turns = 1
    /// Viewers who stop reading, less than there are.
    package var slowViewers = 0
    package var isJSON = false

    package init() {}

    var problem: String? {
        guard (1...1000).contains(rooms) else { return "--rooms is 1 to 1000" }
        guard viewers >= 1, rooms * viewers <= 19_000 else {
            return "the viewers of all rooms together are 1 to 19000"
        }
        guard (0...10_000).contains(rate) else { return "--rate is 0 to 10000" }
        guard (LoadPlan.dataBytesMin...16_384).contains(dataBytes) else {
            return "--size is \(LoadPlan.dataBytesMin) to 16384"
        }
        guard (1...600).contains(seconds) else { return "--seconds is 1 to 600" }
        guard (1...100).contains(turns) else { return "--turns is 1 to 100" }
        guard (0..<rooms * viewers).contains(slowViewers) else {
            return "--slow is 0 to one less than the viewers"
        }
        return nil
    }

    /// Reads the arguments of `bench fanout`. Throws a sentence about the first that is wrong.
    package init(fanout arguments: [String]) throws(UsageError) {
        try read(arguments) { options, name, value throws(UsageError) in
            switch name {
            case "--rooms": options.rooms = try integer(name, value)
            case "--viewers": options.viewers = try integer(name, value)
            case "--rate": options.rate = try number(name, value)
            case "--size": options.dataBytes = try integer(name, value)
            case "--seconds": options.seconds = try number(name, value)
            case "--slow": options.slowViewers = try integer(name, value)
            case "--turns": options.turns = try integer(name, value)
            default: return false
            }
            return true
        }
        if rate == 0 { throw UsageError("--rate is above 0") }
    }

    /// Reads the arguments of `bench idle`. Throws a sentence about the first that is wrong.
    package init(idle arguments: [String]) throws(UsageError) {
        var connections = 19_000
        var roomCount: Int?
        rate = 0
        seconds = 4
        try read(arguments) { options, name, value throws(UsageError) in
            switch name {
            case "--connections": connections = try integer(name, value)
            case "--rooms": roomCount = try integer(name, value)
            case "--seconds": options.seconds = try number(name, value)
            default: return false
            }
            return true
        }
        // A hundred to a room, as in case iv, unless told otherwise.
        rooms = roomCount ?? max(1, connections / 100)
        guard rooms > 0, connections >= rooms else {
            throw UsageError("--connections is at least --rooms")
        }
        viewers = connections / rooms
        if let problem { throw UsageError(problem) }
    }

    private mutating func read(
        _ arguments: [String],
        _ take: (inout FanoutOptions, String, String) throws(UsageError) -> Bool
    ) throws(UsageError) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--json" {
                isJSON = true
                continue
            }
            guard name.hasPrefix("--"), let value = rest.popFirst() else {
                throw UsageError("what is \(name)?")
            }
            guard try take(&self, name, value) else { throw UsageError("what is \(name)?") }
        }
        if let problem { throw UsageError(problem) }
    }
}

/// Arguments that cannot be understood, in a sentence for the person who typed them.
package struct UsageError: Error, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

private func integer(_ name: String, _ value: String) throws(UsageError) -> Int {
    guard let number = Int(value) else { throw UsageError("\(name) takes a whole number") }
    return number
}

private func number(_ name: String, _ value: String) throws(UsageError) -> Double {
    guard let number = Double(value), number.isFinite else {
        throw UsageError("\(name) takes a number")
    }
    return number
}
