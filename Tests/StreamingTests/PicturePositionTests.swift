import Testing

@testable import Streaming

/// Where a stream is between two frames.
@Suite struct PicturePositionTests {
    @Test(arguments: [(0, 61_000), (33, 61_033), (500, 61_500), (501, 61_500), (-5, 61_000)])
    func `It goes on with the clock, and stands still where the encoder pauses`(
        _ later: Int64, _ position: Int64
    ) {
        let newest = PicturePosition(streamMilliseconds: 61_000, arrivedMilliseconds: 7_000)
        #expect(newest.streamMilliseconds(atMilliseconds: 7_000 + later) == position)
    }
}
