import Clockwork
import Foundation
import PluginContract
import PluginHosting
import Scripting
import Testing

@testable import Staging

@Suite struct StageFrameTests {
    static let orders: [StageOrder] = [
        .open(
            PlayOpening(
                source: ScriptSource(name: "游戏", files: ["main.lua": [1, 2], "lib/x.lua": []]),
                capabilities: [.panel, .prizes], budget: ScriptBudget(instructions: -1),
                stage: StageOpening(configuration: [1], products: [], state: [2, 3]))),
        .run([]),
        .run([
            StageCall(
                call: ScriptCall(
                    hook: "on_timer", arguments: [4], nowMilliseconds: -5, seed: .max),
                pools: ["coupon": PoolStanding(available: 1, reserved: -2)],
                shelf: Shelf(onAir: "oolong", embargoed: ["gaiwan", "茶"]))
        ]),
        .state, .close,
        .evaluate(
            StageOrder.Evaluation(
                name: "a.lua", text: [0xFF], isHandler: true, seed: 9, budget: ScriptBudget())),
    ]

    static let answers: [StageAnswer] = [
        .hello([.filter, .limits]), .done, .state([1]), .outcomes([]),
        .outcomes([
            .done(changes: [1], effects: [], use: ScriptUse(instructions: 5)), .absent,
            .fault(ScriptFault(kind: .memory, message: "m", trace: "t")),
        ]),
        .failed(ScriptFault(kind: .host, message: "", trace: "")),
        .evaluated(
            Evaluated(
                outcome: .denied, value: [1], message: "m", trace: "t", effects: [2],
                instructions: 1, peakBytes: 2, nanoseconds: 3)),
    ]

    private func frame(_ bytes: [UInt8], bodyBytesMax: Int = 1 << 20) throws -> StageFrame? {
        var decoder = StageFrameDecoder()
        bytes.withUnsafeBytes { decoder.append($0) }
        return try decoder.next(bodyBytesMax: bodyBytesMax)
    }

    @Test func `What is written is read again`() throws {
        for order in Self.orders {
            let frame = StageFrame(kind: order.kind.rawValue, number: 1, body: order.body)
            let again = try StageOrder(frame)
            #expect(again.kind == order.kind)
            #expect(again.body == order.body)
        }
        for answer in Self.answers {
            let frame = StageFrame(kind: answer.kind.rawValue, number: 1, body: answer.body)
            #expect(try StageAnswer(frame) == answer)
        }
    }

    @Test func `Frames are found however the stream is cut`() throws {
        let frames = (0..<5).map {
            StageFrame(
                kind: UInt8($0), number: UInt64($0) << 40, play: .max,
                body: [UInt8](repeating: UInt8($0), count: $0 * 1_000))
        }
        var stream: [UInt8] = []
        for frame in frames { frame.encode(into: &stream) }
        for size in [1, 7, 24, 1_000, 9_999, stream.count] {
            var decoder = StageFrameDecoder()
            var found: [StageFrame] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                stream[start..<min(start + size, stream.count)].withUnsafeBytes {
                    decoder.append($0)
                }
                while let frame = try decoder.next(bodyBytesMax: 4_000) { found.append(frame) }
            }
            #expect(found == frames)
            #expect(decoder.isEmpty)
        }
    }

    @Test func `A body is bounded by what its reader allows, head alone`() throws {
        var bytes: [UInt8] = []
        StageFrame(kind: 1, number: 1, body: [1, 2, 3]).encode(into: &bytes)
        #expect(try frame(bytes, bodyBytesMax: 3)?.body == [1, 2, 3])
        #expect(throws: StageFormatError.self) { try frame(bytes, bodyBytesMax: 2) }
        #expect(throws: StageFormatError.self) {
            try frame(Array(bytes.prefix(StageFrame.headBytes)), bodyBytesMax: 2)
        }
        #expect(try frame(Array(bytes.prefix(StageFrame.headBytes - 1)), bodyBytesMax: 2) == nil)
    }

    @Test(arguments: [(4, UInt8(2)), (6, 1), (7, 1)])
    func `Another format is refused`(offset: Int, byte: UInt8) throws {
        var bytes: [UInt8] = []
        StageFrame(kind: 1, number: 1).encode(into: &bytes)
        #expect(try frame(bytes) != nil)
        bytes[offset] = byte
        #expect(throws: StageFormatError.self) { try frame(bytes) }
    }

    @Test func `Texts of faults are cut by the stage`() throws {
        let long = String(repeating: "x", count: StageAnswer.messageBytesMax + 1)
        let answer = StageAnswer.outcomes([
            .fault(ScriptFault(kind: .error, message: long, trace: long))
        ])
        #expect(answer.body.count <= StageAnswer.faultBytesMax)
        let frame = StageFrame(kind: answer.kind.rawValue, number: 1, body: answer.body)
        guard case .outcomes(let outcomes) = try StageAnswer(frame),
            case .fault(let fault) = outcomes.first
        else {
            Issue.record("no fault")
            return
        }
        #expect(fault.message.utf8.count == StageAnswer.messageBytesMax)
    }

    @Test func `A count that cannot be true is refused before memory is taken`() {
        var writer = PackedWriter()
        writer.integer(UInt32.max)
        let frame = StageFrame(
            kind: StageAnswer.Kind.outcomes.rawValue, number: 1, body: writer.bytes)
        #expect(throws: StageFormatError.self) { try StageAnswer(frame) }
    }

    /// Damaged answers and orders are refused or read, and never a trap.
    @Test func `Nothing that can be written traps the reader`() throws {
        var fuzz = Fuzz("StageFrameTests")
        let bodies =
            Self.answers.map { ($0.kind.rawValue, $0.body) }
            + Self.orders.map { ($0.kind.rawValue, $0.body) }
        for _ in 0..<fuzz.rounds(20_000) {
            var (kind, body) = bodies[Int.random(in: 0..<bodies.count, using: &fuzz.random)]
            fuzz.damage(&body)
            if Int.random(in: 0..<10, using: &fuzz.random) == 0 {
                kind = .random(in: 0...9, using: &fuzz.random)
            }
            let frame = StageFrame(kind: kind, number: 1, body: body)
            // Whatever can be read is written as something that reads the same.
            if let answer = try? StageAnswer(frame) {
                let again = StageFrame(kind: answer.kind.rawValue, number: 1, body: answer.body)
                #expect(try StageAnswer(again) == answer)
            }
            if let order = try? StageOrder(frame) {
                let again = StageFrame(kind: order.kind.rawValue, number: 1, body: order.body)
                #expect(try StageOrder(again).body == order.body)
            }
        }
    }
}

/// A seeded source of damage.
struct Fuzz {
    var random: SeededRandom

    init(_ name: String) {
        let environment = ProcessInfo.processInfo.environment
        let seed =
            environment["PLAYHOUSE_FUZZ_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...999_999)
        print("\(name): PLAYHOUSE_FUZZ_SEED=\(seed)")
        random = SeededRandom(seed: seed)
    }

    func rounds(_ usual: Int) -> Int {
        ProcessInfo.processInfo.environment["PLAYHOUSE_FUZZ_ROUNDS"].flatMap { Int($0) } ?? usual
    }

    mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0 where !bytes.isEmpty:
                let index = Int.random(in: 0..<bytes.count, using: &random)
                bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1 where !bytes.isEmpty:
                bytes.removeSubrange(Int.random(in: 0..<bytes.count, using: &random)...)
            case 2:
                bytes.insert(
                    .random(in: 0...255, using: &random),
                    at: Int.random(in: 0...bytes.count, using: &random))
            default:
                guard !bytes.isEmpty else { continue }
                let index = Int.random(in: 0..<bytes.count, using: &random)
                for offset in index..<min(index + 4, bytes.count) { bytes[offset] = 0xFF }
            }
        }
    }
}
