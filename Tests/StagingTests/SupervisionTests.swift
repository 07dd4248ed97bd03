import PluginHosting
import Scripting
import Testing

@testable import Staging

/// Supervision without processes: what stages say and when is made up here.
@Suite struct SupervisionTests {
    /// Stages that are played, and a clock.
    struct Rig {
        static let second: UInt64 = 1_000_000_000

        var supervision: Supervision
        var now: UInt64 = 0
        var pages: [Int: UInt64] = [:]
        var alive: Set<Int> = []
        var sent: [Int: [StageFrame]] = [:]
        var replies: [UInt64: Supervision.Reply] = [:]
        var notes: [StageNote] = []
        private var lastTicket: UInt64 = 0

        init(limits: StageLimits = StageLimits()) {
            supervision = Supervision(limits: limits, now: 0)
            settle()
        }

        mutating func settle() {
            while true {
                let actions = supervision.takeActions()
                if actions.isEmpty { return }
                for action in actions {
                    switch action {
                    case .start(let stage): alive.insert(stage)
                    case .send(let stage, let bytes):
                        var decoder = StageFrameDecoder()
                        bytes.withUnsafeBytes { decoder.append($0) }
                        if let frame = try? decoder.next(bodyBytesMax: .max) {
                            sent[stage, default: []].append(frame)
                        }
                    case .kill(let stage): alive.remove(stage)
                    case .reply(let ticket, let reply):
                        #expect(replies[ticket] == nil)
                        replies[ticket] = reply
                    case .note(let note): notes.append(note)
                    }
                }
            }
        }

        static func order(_ kind: StageOrder.Kind) -> Supervision.Order {
            switch kind {
            case .open:
                Supervision.Order(
                    .open(
                        PlayOpening(
                            source: ScriptSource(name: "x", files: [:]), capabilities: [],
                            budget: ScriptBudget(), stage: Theatre.opening())))
            case .run: Supervision.Order(.run([Theatre.call("on_timer")]))
            case .state: Supervision.Order(.state)
            case .close: Supervision.Order(.close)
            case .evaluate:
                Supervision.Order(
                    .evaluate(
                        StageOrder.Evaluation(
                            name: "a", text: [], isHandler: false, seed: 0,
                            budget: ScriptBudget())))
            }
        }

        /// Asks, and gives the ticket.
        mutating func ask(_ play: String?, _ kind: StageOrder.Kind) -> UInt64 {
            lastTicket += 1
            supervision.ask(lastTicket, play.map(Theatre.id), Self.order(kind), now: now)
            settle()
            return lastTicket
        }

        mutating func write(_ stage: Int, _ answer: StageAnswer, number: UInt64) {
            var bytes: [UInt8] = []
            StageFrame(kind: answer.kind.rawValue, number: number, body: answer.body)
                .encode(into: &bytes)
            write(stage, bytes)
        }

        mutating func write(_ stage: Int, _ bytes: [UInt8]) {
            bytes.withUnsafeBytes {
                supervision.received($0, from: stage, running: pages[stage] ?? 0, now: now)
            }
            settle()
        }

        mutating func greet(_ stage: Int) { write(stage, .hello([.filter, .limits]), number: 0) }

        /// Answers the first request that a stage has.
        mutating func answer(_ stage: Int, _ answer: StageAnswer? = nil) {
            guard let frame = sent[stage]?.first else {
                Issue.record("stage \(stage) has nothing to do")
                return
            }
            sent[stage]?.removeFirst()
            write(stage, answer ?? Self.answer(to: frame), number: frame.number)
        }

        static func answer(to frame: StageFrame) -> StageAnswer {
            switch StageOrder.Kind(rawValue: frame.kind) {
            case .run: .outcomes([.absent])
            case .state: .state(Array("{}".utf8))
            case .evaluate: .evaluated(Evaluated(outcome: .ok))
            default: .done
            }
        }

        /// Notes on its page that a stage runs the first request it has.
        mutating func begin(_ stage: Int) { pages[stage] = sent[stage]?.first?.number ?? 0 }

        mutating func pass(seconds: Double) {
            let end = now + UInt64(seconds * Double(Self.second))
            while now < end {
                now = min(end, now + 25_000_000)
                let pages = pages
                supervision.tick(now: now) { pages[$0] ?? 0 }
                settle()
            }
        }

        mutating func die(_ stage: Int) {
            alive.remove(stage)
            supervision.died(stage, running: pages[stage] ?? 0, how: "died", now: now)
            settle()
        }

        /// A stage with plays, and a spare one.
        static func running(_ plays: String..., limits: StageLimits = StageLimits()) -> Rig {
            var rig = Rig(limits: limits)
            rig.greet(1)
            rig.greet(2)
            for play in plays {
                let ticket = rig.ask(play, .open)
                rig.answer(1)
                #expect(rig.replies[ticket] == .answer(.done))
            }
            return rig
        }
    }

    @Test func `What is asked before a stage is ready waits for its greeting`() {
        var rig = Rig()
        #expect(rig.alive == [1])
        let ticket = rig.ask("a", .open)
        #expect(rig.sent == [:])
        rig.greet(1)
        #expect(rig.sent[1]?.count == 1)
        // The spare one is started only now.
        #expect(rig.alive == [1, 2])
        rig.answer(1)
        #expect(rig.replies[ticket] == .answer(.done))
    }

    @Test func `A play that is not open is lost, and open again it has another handle`() {
        var rig = Rig.running("a")
        #expect(rig.replies[rig.ask("b", .run)] == Optional(.lost))
        let first = rig.ask("a", .run)
        let handle = rig.sent[1]?.first?.play
        rig.answer(1)
        #expect(rig.replies[first] == .answer(.outcomes([.absent])))
        let again = rig.ask("a", .open)
        // Closed under the old handle, opened under a new one.
        #expect(rig.sent[1]?.map(\.kind) == [StageOrder.Kind.close.rawValue, 1])
        #expect(rig.sent[1]?.first?.play == handle)
        #expect(rig.sent[1]?.last?.play != handle)
        rig.answer(1)
        rig.answer(1)
        #expect(rig.replies[again] == .answer(.done))
    }

    @Test func `A play whose program does not load is not on the stage`() {
        var rig = Rig.running()
        let fault = ScriptFault(kind: .syntax, message: "m")
        let ticket = rig.ask("a", .open)
        rig.answer(1, .failed(fault))
        #expect(rig.replies[ticket] == .answer(.failed(fault)))
        #expect(rig.replies[rig.ask("a", .run)] == Optional(.lost))
    }

    @Test func `Death charges the request on the page; opens are made again, runs are lost`() {
        var rig = Rig.running("a", "b")
        let (charged, lost) = (rig.ask("a", .run), rig.ask("b", .run))
        let (opened, state) = (rig.ask("c", .open), rig.ask("b", .state))
        rig.begin(1)
        rig.die(1)
        #expect(rig.replies[charged] == .charged("died"))
        #expect(rig.replies[lost] == .lost)
        #expect(rig.replies[state] == .lost)
        #expect(rig.replies[opened] == nil)
        #expect(rig.supervision.active == 2)
        rig.answer(2)
        #expect(rig.replies[opened] == .answer(.done))
        // A third process is the new spare one.
        #expect(rig.alive == [2, 3])
        #expect(rig.notes.contains(.ended(why: "died", play: Theatre.id("a"))))
    }

    @Test func `Death in an open charges it; death while idle charges nobody`() {
        var rig = Rig.running("a")
        let opened = rig.ask("b", .open)
        rig.begin(1)
        rig.die(1)
        #expect(rig.replies[opened] == .charged("died"))
        rig.pages = [:]
        rig.greet(3)
        rig.die(2)
        #expect(rig.supervision.active == 3)
        #expect(rig.replies[rig.ask("a", .run)] == Optional(.lost))
    }

    @Test func `A play whose stages die before they note that they run it is charged at last`() {
        var rig = Rig.running("a")
        for round in 1...3 {
            let stage = rig.supervision.active
            // Whoever has taken over the stage keeps it from noting what it does.
            let ticket = rig.ask("a", .run)
            rig.die(stage)
            #expect(rig.replies[ticket] == (round < 3 ? .lost : .charged("died")))
            if let spare = rig.supervision.spare { rig.greet(spare) }
            let opened = rig.ask("a", .open)
            rig.answer(rig.supervision.active)
            #expect(rig.replies[opened] == .answer(.done))
        }
    }

    @Test func `Others go on while one play runs long; it keeps the stage for itself`() {
        var rig = Rig.running("a", "b")
        let slow = rig.ask("a", .run)
        rig.begin(1)
        rig.pass(seconds: 0.1)
        let (waiting, opening) = (rig.ask("b", .run), rig.ask("c", .open))
        #expect(rig.replies[waiting] == nil)
        rig.pass(seconds: 0.3)
        #expect(rig.replies[waiting] == .lost)
        #expect(rig.supervision.active == 2)
        #expect(rig.supervision.aside == [1])
        rig.answer(2)
        #expect(rig.replies[opening] == .answer(.done))
        // It may take its time, and its outcome counts.
        rig.pass(seconds: 1)
        #expect(rig.replies[slow] == nil)
        rig.answer(1)
        #expect(rig.replies[slow] == .answer(.outcomes([.absent])))
        #expect(rig.alive.contains(1))
        // Closed, it needs no stage of its own.
        _ = rig.ask("a", .close)
        #expect(!rig.alive.contains(1))
        #expect(rig.supervision.aside == [])
    }

    @Test func `Alone, a play may run up to the limit, and is charged beyond it`() {
        var rig = Rig.running("a")
        let slow = rig.ask("a", .run)
        rig.begin(1)
        rig.pass(seconds: 1.95)
        #expect(rig.replies[slow] == nil)
        #expect(rig.supervision.active == 1)
        rig.pass(seconds: 0.15)
        #expect(rig.replies[slow] == .charged("no answer after 2000 ms"))
        #expect(!rig.alive.contains(1))
    }

    @Test func `The limit is that of one request, not of many`() {
        var rig = Rig.running("a", "b")
        var tickets: [UInt64] = []
        for _ in 0..<20 { tickets.append(rig.ask("a", .run)) }
        for ticket in tickets {
            rig.begin(1)
            rig.pass(seconds: 0.2)
            rig.answer(1)
            #expect(rig.replies[ticket] == .answer(.outcomes([.absent])))
        }
        #expect(rig.supervision.active == 1)
    }

    @Test func `A stage that does not begin is replaced, and nobody charged`() {
        var rig = Rig.running("a")
        let ticket = rig.ask("a", .run)
        rig.pass(seconds: 0.3)
        #expect(rig.replies[ticket] == .lost)
        #expect(!rig.alive.contains(1))
        #expect(rig.supervision.active == 2)
    }

    @Test func `No more than four plays have a stage of their own`() {
        var rig = Rig.running("p0", "p1", "p2", "p3", "p4", "other")
        for round in 0..<5 {
            let stage = rig.supervision.active
            if round > 0 {
                for play in (round..<5).map({ "p\($0)" }) + ["other"] {
                    _ = rig.ask(play, .open)
                    rig.answer(stage)
                }
            }
            _ = rig.ask("p\(round)", .run)
            rig.begin(stage)
            _ = rig.ask("other", .run)
            rig.pass(seconds: 0.3)
            if let spare = rig.supervision.spare { rig.greet(spare) }
        }
        #expect(rig.supervision.aside.count == 4)
    }

    static let nonsense: [(String, @Sendable (UInt64) -> [UInt8])] = [
        ("text", { _ in Array(repeating: UInt8(ascii: "x"), count: 40) }),
        ("another number", { number in frame(.outcomes([.absent]), number + 1) }),
        ("an answer to something else", { number in frame(.done, number) }),
        ("another greeting", { number in frame(.hello([]), number) }),
        ("two outcomes", { number in frame(.outcomes([.absent, .absent]), number) }),
        ("no outcome", { number in frame(.outcomes([]), number) }),
        (
            "too much",
            { number in
                frame(
                    .outcomes([
                        .done(
                            changes: [UInt8](repeating: 0, count: 600_000), effects: [],
                            use: ScriptUse(instructions: 0))
                    ]), number)
            }
        ),
        (
            "too much after it",
            { number in
                frame(.outcomes([.absent]), number) + frame(.outcomes([.absent]), number)
            }
        ),
    ]

    static func frame(_ answer: StageAnswer, _ number: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        StageFrame(kind: answer.kind.rawValue, number: number, body: answer.body)
            .encode(into: &bytes)
        return bytes
    }

    @Test(arguments: 0..<nonsense.count)
    func `A stage that breaks the format is ended`(index: Int) throws {
        var rig = Rig.running("a", "b")
        let (ticket, other) = (rig.ask("a", .run), rig.ask("b", .run))
        let number = try #require(rig.sent[1]?.first?.number)
        rig.write(1, Self.nonsense[index].1(number))
        #expect(!rig.alive.contains(1))
        if index == Self.nonsense.count - 1 {
            // The first of the two was good, and the second is charged to the next.
            #expect(rig.replies[ticket] == .answer(.outcomes([.absent])))
            #expect(rig.replies[other] != nil)
        } else {
            guard case .charged = rig.replies[ticket] else {
                Issue.record("not charged")
                return
            }
            #expect(rig.replies[other] == .lost)
        }
    }

    @Test func `The largest permitted outcome is taken`() throws {
        var rig = Rig.running("a")
        let ticket = rig.ask("a", .run)
        let bytes = [UInt8](repeating: 0x20, count: ScriptBudget().outputBytes)
        let outcome = ScriptOutcome.done(
            changes: bytes, effects: [], use: ScriptUse(instructions: 1))
        rig.answer(1, .outcomes([outcome]))
        #expect(rig.replies[ticket] == .answer(.outcomes([outcome])))
    }

    @Test func `Processes that do not start are tried ever more slowly, and then it is said`() {
        var rig = Rig()
        let ticket = rig.ask("a", .open)
        rig.die(1)
        #expect(rig.alive == [])
        rig.pass(seconds: 0.3)
        #expect(rig.alive == [2])
        rig.die(2)
        rig.pass(seconds: 0.3)
        #expect(rig.alive == [])
        rig.pass(seconds: 0.2)
        #expect(rig.alive == [3])
        #expect(rig.replies[ticket] == nil)
        rig.die(3)
        #expect(rig.replies[ticket] == .charged("died"))
        // Once one starts, all is well.
        rig.pass(seconds: 6)
        #expect(rig.alive == [4])
        rig.greet(4)
        let again = rig.ask("a", .open)
        rig.answer(4)
        #expect(rig.replies[again] == .answer(.done))
        #expect(rig.alive == [4, 5])
    }

    @Test func `A process that never greets is ended in time`() {
        var rig = Rig()
        rig.pass(seconds: 9.9)
        #expect(rig.alive == [1])
        rig.pass(seconds: 0.4)
        #expect(rig.alive == [2])
    }

    @Test func `Without a spare one, the next process is started when it is needed`() {
        var limits = StageLimits()
        limits.keepsSpare = false
        var rig = Rig(limits: limits)
        rig.greet(1)
        #expect(rig.alive == [1])
        let ticket = rig.ask(nil, .evaluate)
        rig.begin(1)
        rig.die(1)
        #expect(rig.replies[ticket] == .charged("died"))
        #expect(rig.alive == [2])
    }

    @Test func `Whoever waits at the end is told`() {
        var rig = Rig.running("a")
        let ticket = rig.ask("a", .run)
        rig.supervision.stop()
        rig.settle()
        #expect(rig.replies[ticket] == .lost)
        #expect(rig.alive == [])
        #expect(rig.replies[rig.ask("a", .open)] == Optional(.lost))
    }

    /// Stages that do anything at any time: nobody waits for ever, nobody is told twice, and no
    /// answer comes from a stage that was ended.
    @Test func `Everybody gets one reply, whatever stages do`() {
        var fuzz = Fuzz("SupervisionTests")
        for _ in 0..<fuzz.rounds(500) {
            var rig = Rig()
            var tickets: [UInt64] = []
            for _ in 0..<120 {
                let stage = rig.alive.sorted().randomElement(using: &fuzz.random) ?? 0
                switch Int.random(in: 0..<12, using: &fuzz.random) {
                case 0: if stage != 0 { rig.greet(stage) }
                case 1...4:
                    let play = "p\(Int.random(in: 0..<4, using: &fuzz.random))"
                    let kinds: [StageOrder.Kind] = [.open, .open, .run, .run, .state, .close]
                    let kind = kinds[Int.random(in: 0..<6, using: &fuzz.random)]
                    tickets.append(rig.ask(play, kind))
                case 5...7: if rig.sent[stage]?.isEmpty == false { rig.answer(stage) }
                case 8: rig.begin(stage)
                case 9: rig.pages[stage] = .random(in: 0...40, using: &fuzz.random)
                case 10:
                    let seconds = Double.random(in: 0...0.4, using: &fuzz.random)
                    rig.pass(seconds: seconds)
                default:
                    if Bool.random(using: &fuzz.random) {
                        rig.die(stage)
                    } else {
                        let number = rig.sent[stage]?.first?.number ?? 0
                        var bytes = Self.frame(.outcomes([.absent]), number)
                        fuzz.damage(&bytes)
                        rig.write(stage, bytes)
                    }
                }
                #expect(rig.alive.count <= 7)
                for dead in rig.sent.keys where !rig.alive.contains(dead) { rig.sent[dead] = nil }
            }
            rig.supervision.stop()
            rig.settle()
            for ticket in tickets { #expect(rig.replies[ticket] != nil) }
            #expect(rig.alive == [])
        }
    }
}
