import Scripting

/// What a stage answers.
enum StageAnswer: Sendable, Equatable {
    /// The first word of a stage: it is in its cage; what the cage has.
    case hello(StageCage)
    /// Opened, or closed.
    case done
    case outcomes([ScriptOutcome])
    case state([UInt8])
    case evaluated(Evaluated)
    /// The play could not be opened, or is not there.
    case failed(ScriptFault)
}

/// What came of a chunk.
package struct Evaluated: Sendable, Equatable {
    package enum Outcome: String, Sendable, CaseIterable { case ok, error, denied, budget, memory }

    package var outcome: Outcome
    /// JSON text: the first result, or the name of its type when it is no plain data.
    package var value: [UInt8]
    package var message: String
    package var trace: String
    /// JSON array: what the chunk asked of the host, such as `print`. Nothing of it is done.
    package var effects: [UInt8]
    package var instructions: Int64
    package var peakBytes: Int64
    /// Wall time in the stage.
    package var nanoseconds: UInt64

    package init(
        outcome: Outcome, value: [UInt8] = [], message: String = "", trace: String = "",
        effects: [UInt8] = [], instructions: Int64 = 0, peakBytes: Int64 = 0,
        nanoseconds: UInt64 = 0
    ) {
        self.outcome = outcome
        self.value = value
        self.message = message
        self.trace = trace
        self.effects = effects
        self.instructions = instructions
        self.peakBytes = peakBytes
        self.nanoseconds = nanoseconds
    }
}

extension StageAnswer {
    enum Kind: UInt8, CaseIterable, Sendable {
        case hello = 1
        case done, outcomes, state, evaluated, failed
    }

    /// Longer texts of faults are cut by the stage.
    static let messageBytesMax = 8 << 10
    /// Bounds an answer without data of a play: a message, a trace, and their surroundings.
    static let faultBytesMax = 2 * messageBytesMax + 256

    var kind: Kind {
        switch self {
        case .hello: .hello
        case .done: .done
        case .outcomes: .outcomes
        case .state: .state
        case .evaluated: .evaluated
        case .failed: .failed
        }
    }

    var body: [UInt8] {
        var writer = PackedWriter()
        switch self {
        case .hello(let cage): writer.integer(cage.rawValue)
        case .done: break
        case .outcomes(let outcomes): writer.list(outcomes) { $1.write(to: &$0) }
        case .state(let state): writer.data(state)
        case .evaluated(let evaluated): evaluated.write(to: &writer)
        case .failed(let fault): fault.write(to: &writer)
        }
        return writer.bytes
    }

    init(_ frame: StageFrame) throws(StageFormatError) {
        guard let kind = Kind(rawValue: frame.kind) else {
            throw StageFormatError("an answer of kind \(frame.kind)")
        }
        var reader = PackedReader(frame.body[...])
        switch kind {
        case .hello: self = .hello(StageCage(rawValue: try reader.integer(UInt32.self)))
        case .done: self = .done
        case .outcomes:
            self = .outcomes(
                try reader.list(bytesMin: 1) { reader throws(StageFormatError) in
                    try ScriptOutcome(&reader)
                })
        case .state: self = .state(try reader.data())
        case .evaluated: self = .evaluated(try Evaluated(&reader))
        case .failed: self = .failed(try ScriptFault(&reader))
        }
        try reader.finish()
    }
}

extension ScriptOutcome {
    fileprivate func write(to writer: inout PackedWriter) {
        switch self {
        case .done(let changes, let effects, let use):
            writer.integer(UInt8(0))
            writer.data(changes)
            writer.data(effects)
            writer.integer(use.instructions)
            writer.integer(use.memoryBytes)
            writer.integer(use.hostCalls)
        case .absent: writer.integer(UInt8(1))
        case .fault(let fault):
            writer.integer(UInt8(2))
            fault.write(to: &writer)
        }
    }

    fileprivate init(_ reader: inout PackedReader) throws(StageFormatError) {
        switch try reader.integer(UInt8.self) {
        case 0:
            self = .done(
                changes: try reader.data(), effects: try reader.data(),
                use: ScriptUse(
                    instructions: max(0, try reader.integer(Int64.self)),
                    memoryBytes: max(0, try reader.integer(Int64.self)),
                    hostCalls: max(0, try reader.integer(Int64.self))))
        case 1: self = .absent
        case 2: self = .fault(try ScriptFault(&reader))
        case let tag: throw StageFormatError("an outcome of kind \(tag)")
        }
    }
}

extension ScriptFault {
    fileprivate func write(to writer: inout PackedWriter) {
        writer.text(kind.rawValue)
        writer.data(Array(message.utf8.prefix(StageAnswer.messageBytesMax)))
        writer.data(Array(trace.utf8.prefix(StageAnswer.messageBytesMax)))
    }

    fileprivate init(_ reader: inout PackedReader) throws(StageFormatError) {
        guard let kind = Kind(rawValue: try reader.text()) else {
            throw StageFormatError("an unknown kind of fault")
        }
        self.init(kind: kind, message: try reader.text(), trace: try reader.text())
    }
}

extension Evaluated {
    fileprivate func write(to writer: inout PackedWriter) {
        writer.text(outcome.rawValue)
        writer.data(value)
        writer.data(Array(message.utf8.prefix(StageAnswer.messageBytesMax)))
        writer.data(Array(trace.utf8.prefix(StageAnswer.messageBytesMax)))
        writer.data(effects)
        writer.integer(instructions)
        writer.integer(peakBytes)
        writer.integer(nanoseconds)
    }

    fileprivate init(_ reader: inout PackedReader) throws(StageFormatError) {
        guard let outcome = Outcome(rawValue: try reader.text()) else {
            throw StageFormatError("an unknown outcome")
        }
        self.init(
            outcome: outcome, value: try reader.data(), message: try reader.text(),
            trace: try reader.text(), effects: try reader.data(),
            instructions: try reader.integer(Int64.self),
            peakBytes: try reader.integer(Int64.self), nanoseconds: try reader.integer(UInt64.self))
    }
}
