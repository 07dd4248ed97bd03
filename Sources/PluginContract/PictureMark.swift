package import Wire

/// The moment of the picture at which something is to be seen.
///
/// A page shows it on the first frame at or after ``streamMilliseconds``, and when
/// ``waitMilliseconds`` have passed in any case (protocol.md, "On the picture").
package struct PictureMark: Sendable, Equatable {
    /// Stream time: that of the fragments' `tfdt`.
    package var streamMilliseconds: Int64
    /// When it was marked; Unix time where it is told, show time where a play keeps it.
    package var sinceMilliseconds: Int64

    /// The longest that anything waits for its frame.
    package static let waitMilliseconds: Int64 = 3_000

    package init(streamMilliseconds: Int64, sinceMilliseconds: Int64) {
        self.streamMilliseconds = streamMilliseconds
        self.sinceMilliseconds = sinceMilliseconds
    }

    /// As pages are told, with the longest allowance of what can be answered on a panel.
    package func told(allowanceMilliseconds: Int64 = 0) -> JSON {
        var object: JSONObject = [
            "at": .integer(streamMilliseconds), "since": .integer(sinceMilliseconds),
            "waitMilliseconds": .integer(Self.waitMilliseconds),
        ]
        if allowanceMilliseconds > 0 {
            object["allowanceMilliseconds"] = .integer(allowanceMilliseconds)
        }
        return .object(object)
    }
}

/// How much longer a viewer has to whom a question came later than to others.
package struct CollectorGrace: Sendable, Equatable {
    /// After this timer has fired, an answer is late, unless the question came as much later.
    package var timer: String
    /// At most; 0…3,000.
    package var milliseconds: Int64

    package init(timer: String, milliseconds: Int64) {
        self.timer = timer
        self.milliseconds = milliseconds
    }

    /// Of what a plugin asked for; nil when it said nothing of it.
    ///
    /// - Throws: For an allowance without a timer.
    init?(timer: String?, milliseconds: Int64?) throws(HostCallError) {
        guard let timer else {
            guard milliseconds == nil else {
                throw HostCallError("options.allowance needs options.timer")
            }
            return nil
        }
        self.init(timer: timer, milliseconds: milliseconds ?? 0)
    }

    package var json: JSON { [.string(timer), .integer(milliseconds)] }

    package init?(json: JSON) {
        guard let timer = json[0]?.stringValue, let milliseconds = json[1]?.integerValue,
            milliseconds >= 0
        else { return nil }
        self.init(timer: timer, milliseconds: milliseconds)
    }
}
