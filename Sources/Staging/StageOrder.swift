package import PluginHosting
package import Scripting

import PluginContract

/// What a stage is asked to do.
package enum StageOrder: Sendable {
    /// Opens a play under the handle of the frame.
    case open(PlayOpening)
    case run([StageCall])
    case state
    case close
    /// Runs one chunk outside of any play.
    case evaluate(Evaluation)

    /// A chunk of Lua, for the author's scratchpad.
    package struct Evaluation: Sendable, Equatable {
        /// The file's name in messages.
        package var name: String
        package var text: [UInt8]
        /// As the body of a handler; else as the top level of a program.
        package var isHandler: Bool
        package var seed: UInt64
        package var budget: ScriptBudget

        package init(
            name: String, text: [UInt8], isHandler: Bool, seed: UInt64, budget: ScriptBudget
        ) {
            self.name = name
            self.text = text
            self.isHandler = isHandler
            self.seed = seed
            self.budget = budget
        }
    }
}

extension StageOrder {
    enum Kind: UInt8, CaseIterable, Sendable {
        case open = 1
        case run, state, close, evaluate
    }

    var kind: Kind {
        switch self {
        case .open: .open
        case .run: .run
        case .state: .state
        case .close: .close
        case .evaluate: .evaluate
        }
    }

    /// The body of its frame.
    var body: [UInt8] {
        var writer = PackedWriter()
        switch self {
        case .open(let opening): opening.write(to: &writer)
        case .run(let calls): writer.list(calls) { $1.write(to: &$0) }
        case .state, .close: break
        case .evaluate(let evaluation):
            writer.text(evaluation.name)
            writer.data(evaluation.text)
            writer.integer(UInt8(evaluation.isHandler ? 1 : 0))
            writer.integer(evaluation.seed)
            evaluation.budget.write(to: &writer)
        }
        return writer.bytes
    }

    init(_ frame: StageFrame) throws(StageFormatError) {
        guard let kind = Kind(rawValue: frame.kind) else {
            throw StageFormatError("a request of kind \(frame.kind)")
        }
        var reader = PackedReader(frame.body[...])
        switch kind {
        case .open: self = .open(try PlayOpening(&reader))
        case .run:
            self = .run(
                try reader.list(bytesMin: 44) { reader throws(StageFormatError) in
                    try StageCall(&reader)
                })
        case .state: self = .state
        case .close: self = .close
        case .evaluate:
            self = .evaluate(
                Evaluation(
                    name: try reader.text(), text: try reader.data(),
                    isHandler: try reader.integer(UInt8.self) != 0,
                    seed: try reader.integer(UInt64.self), budget: try ScriptBudget(&reader)))
        }
        try reader.finish()
    }
}

extension PlayOpening {
    fileprivate func write(to writer: inout PackedWriter) {
        writer.text(source.name)
        writer.list(source.files.sorted { $0.key < $1.key }) { writer, file in
            writer.text(file.key)
            writer.data(file.value)
        }
        writer.list(capabilities.sorted { $0.rawValue < $1.rawValue }) { $0.text($1.rawValue) }
        budget.write(to: &writer)
        writer.data(stage.configuration)
        writer.data(stage.products)
        writer.data(stage.state)
        writer.data(stage.host)
    }

    fileprivate init(_ reader: inout PackedReader) throws(StageFormatError) {
        let name = try reader.text()
        let files = try reader.list(bytesMin: 8) { reader throws(StageFormatError) in
            (try reader.text(), try reader.data())
        }
        let capabilities = try reader.list(bytesMin: 4) { reader throws(StageFormatError) in
            let name = try reader.text()
            guard let capability = Capability(rawValue: name) else {
                throw StageFormatError("an unknown capability")
            }
            return capability
        }
        self.init(
            source: ScriptSource(name: name, files: Dictionary(files) { $1 }),
            capabilities: Set(capabilities), budget: try ScriptBudget(&reader),
            stage: StageOpening(
                configuration: try reader.data(), products: try reader.data(),
                state: try reader.data(), host: try reader.data()))
    }
}

extension StageCall {
    fileprivate func write(to writer: inout PackedWriter) {
        writer.text(call.hook)
        writer.data(call.arguments)
        writer.integer(call.nowMilliseconds)
        writer.integer(call.seed)
        writer.list(pools.sorted { $0.key < $1.key }) { writer, pool in
            writer.text(pool.key)
            writer.integer(pool.value.available)
            writer.integer(pool.value.reserved)
        }
        // There are no fewer people than none.
        writer.integer(present ?? -1)
        // Stream time begins at 0.
        writer.integer(picture ?? -1)
        // A shelf on which nothing is as usual has something on air or under embargo.
        writer.text(shelf?.onAir ?? "")
        writer.list(shelf?.embargoed ?? []) { writer, id in writer.text(id) }
        writer.text(sealed ?? "")
    }

    fileprivate init(_ reader: inout PackedReader) throws(StageFormatError) {
        let call = ScriptCall(
            hook: try reader.text(), arguments: try reader.data(),
            nowMilliseconds: try reader.integer(Int64.self), seed: try reader.integer(UInt64.self))
        let pools = try reader.list(bytesMin: 20) { reader throws(StageFormatError) in
            (
                try reader.text(),
                PoolStanding(
                    available: try reader.integer(Int64.self),
                    reserved: try reader.integer(Int64.self))
            )
        }
        let present = try reader.integer(Int64.self)
        let picture = try reader.integer(Int64.self)
        let onAir = try reader.text()
        let embargoed = try reader.list(bytesMin: 4) { reader throws(StageFormatError) in
            try reader.text()
        }
        let isUsual = onAir.isEmpty && embargoed.isEmpty
        let sealed = try reader.text()
        self.init(
            call: call, pools: Dictionary(pools) { $1 }, present: present < 0 ? nil : present,
            picture: picture < 0 ? nil : picture,
            shelf: isUsual ? nil : Shelf(onAir: onAir.isEmpty ? nil : onAir, embargoed: embargoed),
            sealed: sealed.isEmpty ? nil : sealed)
    }
}

extension ScriptBudget {
    fileprivate func write(to writer: inout PackedWriter) {
        writer.integer(instructions)
        for count in [memoryBytes, hostCalls, outputBytes] { writer.integer(Int64(count)) }
    }

    fileprivate init(_ reader: inout PackedReader) throws(StageFormatError) {
        func count(_ reader: inout PackedReader) throws(StageFormatError) -> Int {
            guard let count = Int(exactly: try reader.integer(Int64.self)), count >= 0 else {
                throw StageFormatError("a budget below zero")
            }
            return count
        }
        self.init(
            instructions: try reader.integer(Int64.self), memoryBytes: try count(&reader),
            hostCalls: try count(&reader), outputBytes: try count(&reader))
    }
}
