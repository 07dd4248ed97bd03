import Testing

@testable import Streaming

@Suite struct ByteRangeTests {
    @Test(arguments: [
        ("bytes=0-0", 0..<1), ("bytes=0-9", 0..<10), ("bytes=0-10", 0..<10), ("bytes=9-9", 9..<10),
        ("bytes=9-", 9..<10), ("bytes=-1", 9..<10), ("bytes=-10", 0..<10), ("bytes=-11", 0..<10),
        ("Bytes=2-3", 2..<4), ("bytes=002-3", 2..<4),
        ("bytes=1-99999999999999999999999999", 1..<10),
    ])
    func `A range gives its part of ten bytes`(text: String, part: Range<Int>) {
        #expect(ByteRange(text, of: 10) == .part(part))
    }

    @Test(arguments: ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99999999999999999999-"])
    func `A range beyond the end is not satisfiable`(text: String) {
        #expect(ByteRange(text, of: 10) == .unsatisfiable)
    }

    @Test(arguments: [
        nil, "", "bytes", "bytes=", "bytes=-", "bytes=1", "bytes=2-1", "bytes=0-1,3-4",
        "lines=0-1", "bytes=a-b", "bytes= 0-1", "bytes=0-1x", "bytes=+1-2",
        "bytes=" + String(repeating: "0", count: 60) + "-1",
    ])
    func `What cannot be read is as if it was not there`(text: String?) {
        #expect(ByteRange(text, of: 10) == .whole)
    }

    @Test func `A range is cut out of pieces, and whole pieces stay as they are`() {
        let pieces: [[UInt8]] = [[0, 1, 2], [], [3, 4], [5, 6, 7, 8, 9]]
        for start in 0..<10 {
            for end in start + 1...10 {
                let found = ByteRange.cut(pieces, to: start..<end).flatMap { $0 }
                #expect(found == (start..<end).map { UInt8($0) })
            }
        }
        #expect(ByteRange.cut(pieces, to: 0..<5) == [[0, 1, 2], [], [3, 4]])
    }
}
