/// What `playhouse bench stream` is asked to do.
package struct StreamOptions: Sendable, Equatable {
    /// 1 to 5,000.
    package var viewers = 1_000
    /// Bit rate of picture and sound together, 200 to 20,000.
    package var kilobits = 2_000
    /// Frames a second, 5 to 60.
    package var frames = 30
    /// How long arrivals are counted, 2 to 600.
    package var seconds = 10.0
    /// Of the viewers, those who read half as fast as the stream comes.
    package var slow = 0
    /// Of the viewers, those who stop reading.
    package var stopped = 0
    /// Milliseconds between two flushes; nil as the server decides.
    package var flush: Int?
    /// Whether each viewer has a connection for the picture alone, and not one for the room and it.
    package var isDirect = false
    package var isJSON = false

    package init() {}

    /// Reads the arguments of `bench stream`. Throws a sentence about the first that is wrong.
    package init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--json" {
                isJSON = true
                continue
            }
            if name == "--direct" {
                isDirect = true
                continue
            }
            guard name.hasPrefix("--"), let value = rest.popFirst(), let number = Double(value)
            else { throw UsageError("what is \(name)?") }
            guard number.isFinite, name == "--seconds" || number == number.rounded() else {
                throw UsageError("\(name) takes a whole number")
            }
            // Beyond these bounds is beyond every option's own.
            let whole = Int(max(-1, min(number, 1e6)))
            switch name {
            case "--viewers": viewers = whole
            case "--kbit": kilobits = whole
            case "--fps": frames = whole
            case "--seconds": seconds = number
            case "--slow": slow = whole
            case "--stopped": stopped = whole
            case "--flush": flush = whole
            default: throw UsageError("what is \(name)?")
            }
        }
        if let problem { throw UsageError(problem) }
    }

    private var problem: String? {
        guard (1...5_000).contains(viewers) else { return "--viewers is 1 to 5000" }
        guard (200...20_000).contains(kilobits) else { return "--kbit is 200 to 20000" }
        guard (5...60).contains(frames) else { return "--fps is 5 to 60" }
        guard (2...600).contains(seconds) else { return "--seconds is 2 to 600" }
        guard flush.map((0...1_000).contains) ?? true else { return "--flush is 0 to 1000" }
        guard slow >= 0, stopped >= 0, slow + stopped < viewers else {
            return "--slow and --stopped together are less than the viewers"
        }
        return nil
    }
}
