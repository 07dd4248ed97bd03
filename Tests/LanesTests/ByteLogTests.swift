import Testing
import Wire

@testable import Lanes

@Suite struct ByteLogTests {
    private func frame(_ size: Int, _ byte: UInt8) -> [UInt8] {
        WebSocketFrame.text([UInt8](repeating: byte, count: size))
    }

    @Test func `what was appended lies in one piece from any cursor`() {
        var log = ByteLog(window: 1 << 16)
        var all: [UInt8] = []
        for number in 0..<50 {
            let frame = frame(number, UInt8(number))
            frame.withUnsafeBytes { log.append($0) }
            all += frame
        }
        for cut in [0, 1, 100, all.count - 1, all.count] {
            #expect([UInt8](log.bytes(from: UInt64(cut))) == Array(all[cut...]))
        }
    }

    @Test func `the oldest frames give way, whole frames only`() {
        var log = ByteLog(window: 1_000)
        for _ in 0..<200 { frame(98, 7).withUnsafeBytes { log.append($0) } }
        #expect(log.end == 200 * 100)
        #expect(log.start % 100 == 0)
        #expect(log.end - log.start >= 1_000)
        #expect(log.end - log.start <= 2_000)
    }

    @Test func `a frame larger than the window is kept until the next one`() {
        var log = ByteLog(window: 1_000)
        let large = frame(5_000, 1)
        large.withUnsafeBytes { log.append($0) }
        #expect([UInt8](log.bytes(from: 0)) == large)
        frame(10, 2).withUnsafeBytes { log.append($0) }
        #expect([UInt8](log.bytes(from: UInt64(large.count))) == frame(10, 2))
    }

    @Test func `forgetting keeps positions`() {
        var log = ByteLog(window: 1_000)
        frame(10, 1).withUnsafeBytes { log.append($0) }
        log.forgetAll()
        #expect(log.start == 12 && log.end == 12)
        frame(10, 2).withUnsafeBytes { log.append($0) }
        #expect([UInt8](log.bytes(from: 12)) == frame(10, 2))
    }
}
