import Journaling
import Playhouse
import PluginContract
import PluginHosting
import Testing
import Wire

@testable import Workshop

/// Going back and forth in a show by folding its records.
@Suite struct TimelineTests {
    /// A show whose plugin counts: record 1 starts it, every later one counts one more.
    private struct Counting {
        private var chain = RecordChain(show: "dev")
        var timeline: Timeline

        init() async throws {
            let folder = try Folder.plugin()
            let program = try ProgramLoader().load(folder: folder.path)
            let plan = RehearsalPlan(program: program)
            timeline = Timeline(beginning: try await plan.beginning())
        }

        mutating func append(_ kind: String, count: Int, fault: Bool = false) throws {
            var event: JSONObject = [
                "hook": .string(kind), "arguments": [], "now": .integer(Int64(count)), "seed": 1,
            ]
            if kind == "on_start" {
                event["config"] = [:]
                event["products"] = []
            }
            if fault {
                event["fault"] = "error"
                event["message"] = "main.lua:3: no"
                event["trace"] = ""
                event["pauses"] = false
            }
            let draft = Draft(
                source: "plugin:counter", kind: fault ? "fault" : kind, event: .object(event),
                changes: fault ? .null : [[["count"], .integer(Int64(count))]])
            try timeline.append(chain.records(of: [draft], atMilliseconds: Int64(count)).records)
        }

        func count(at position: Int64) throws -> Int64? {
            try timeline.json(at: position)?["plugins"]?["counter"]?["state"]?["count"]?
                .integerValue
        }
    }

    @Test func `Every position shows the state after its record`() async throws {
        var counting = try await Counting()
        try counting.append("on_start", count: 0)
        for count in 1...600 { try counting.append("on_action", count: count) }
        #expect(counting.timeline.first == 0)
        #expect(counting.timeline.last == 601)
        for position: Int64 in [1, 2, 255, 256, 257, 258, 512, 513, 600, 601] {
            #expect(try counting.count(at: position) == position - 1)
        }
        #expect(try counting.timeline.json(at: 0)?["plugins"]?["counter"]?["status"] == "idle")
        #expect(try counting.timeline.json(at: 602) == nil)
        #expect(try counting.timeline.json(at: -1) == nil)
        #expect(counting.timeline.record(257)?.sequence == 257)
        #expect(counting.timeline.record(0) == nil)
        #expect(counting.timeline.record(602) == nil)
        let some = counting.timeline.records(after: 254, limit: 4).map(\.sequence)
        #expect(some == [255, 256, 257, 258])
        #expect(counting.timeline.records(after: 601, limit: 4).isEmpty)
    }

    @Test func `The oldest records are let go when there are too many`() async throws {
        var counting = try await Counting()
        try counting.append("on_start", count: 0)
        let most = Timeline.chunkLength * Timeline.chunksMax
        for count in 1..<most { try counting.append("on_action", count: count) }
        #expect(counting.timeline.first == 0)
        try counting.append("on_action", count: most)
        #expect(counting.timeline.first == Int64(Timeline.chunkLength))
        #expect(try counting.count(at: 1) == nil)
        #expect(try counting.count(at: counting.timeline.first) == 255)
        #expect(try counting.count(at: counting.timeline.last) == Int64(most))
    }

    @Test func `Calls, faults and bytes are counted by hook`() async throws {
        var counting = try await Counting()
        try counting.append("on_start", count: 0)
        try counting.append("on_action", count: 1_000)
        try counting.append("on_action", count: 1)
        try counting.append("on_action", count: 2, fault: true)
        let use = try #require(counting.timeline.uses["counter"]?["on_action"])
        #expect(use.callCount == 3)
        #expect(use.faultCount == 1)
        #expect(use.outputBytesLast == 15)
        #expect(use.outputBytesMax == 18)
        #expect(counting.timeline.faults["counter"]?.sequence == 4)
        // A handler that failed has left no trace.
        #expect(try counting.count(at: 4) == 1)
    }

    @Test func `A record that does not follow is refused`() async throws {
        var counting = try await Counting()
        try counting.append("on_start", count: 0)
        let other = RecordChain(show: "dev")
        var chain = other
        let draft = Draft(source: "room", kind: "pinned", event: ["text": "x"])
        let records = chain.records(of: [draft], atMilliseconds: 1).records
        #expect(throws: DamagedShow.self) { try counting.timeline.append(records) }
    }
}

extension RehearsalPlan {
    /// The show of this plan before its first record.
    fileprivate func beginning() async throws -> ShowRecovery.Show {
        let header = ShowHeader(
            show: "dev", room: "rehearsal", epoch: "1", beganAtMilliseconds: 0)
        let journal = MemoryJournal()
        _ = try await journal.open(header)
        return try await ShowRecovery(
            configuration: configuration(show: "dev"), programs: [program.manifest.id: program],
            journal: journal, log: .silent
        ).recover(nowMilliseconds: 0)
    }
}
