import Testing
import Wire

@testable import Playhouse

@Suite struct MissedFramesTests {
    private func events(_ offsets: ClosedRange<Int>) -> [[UInt8]] {
        offsets.map { Array(#"{"type":"event","offset":\#($0)}"#.utf8) }
    }

    private func address(_ bytes: [UInt8]) -> UnsafeRawPointer? {
        bytes.withUnsafeBytes { $0.baseAddress }
    }

    @Test func `who missed the same shares one copy`() {
        var missed = MissedFrames()
        let first = missed.frames(of: events(3...9))
        let second = missed.frames(of: events(3...9))
        #expect(first == events(3...9).flatMap { WebSocketFrame.text($0) })
        #expect(address(first) == address(second))
    }

    @Test(arguments: [3...8, 4...9, 4...10, 3...10])
    func `who missed something else gets that`(offsets: ClosedRange<Int>) {
        var missed = MissedFrames()
        let first = missed.frames(of: events(3...9))
        #expect(
            missed.frames(of: events(offsets))
                == events(offsets).flatMap { WebSocketFrame.text($0) })
        #expect(first == events(3...9).flatMap { WebSocketFrame.text($0) })
    }

    @Test func `who missed nothing gets nothing`() {
        var missed = MissedFrames()
        _ = missed.frames(of: events(1...2))
        #expect(missed.frames(of: []) == [])
    }
}
