import Testing

@testable import Lanes

@Suite struct ViewerPaceTests {
    private let most = ViewerPace.waitingBytesMax

    @Test func `A viewer at the bound gets everything, one beyond it waits for a keyframe`() {
        var pace = ViewerPace(needsKey: false)
        #expect(pace.decide(isKey: false, waitingBytes: most, nowMilliseconds: 0) == .send)
        #expect(pace.decide(isKey: true, waitingBytes: most + 1, nowMilliseconds: 1) == .skip)
        #expect(pace.decide(isKey: false, waitingBytes: 0, nowMilliseconds: 2) == .skip)
        #expect(pace.decide(isKey: true, waitingBytes: most / 4 + 1, nowMilliseconds: 3) == .skip)
        #expect(pace.decide(isKey: true, waitingBytes: most / 4, nowMilliseconds: 4) == .send)
        #expect(pace.decide(isKey: false, waitingBytes: 0, nowMilliseconds: 5) == .send)
    }

    @Test func `One that is behind for too long is closed, and not before`() {
        var pace = ViewerPace(needsKey: false)
        let limit = ViewerPace.behindMilliseconds
        #expect(pace.decide(isKey: false, waitingBytes: most + 1, nowMilliseconds: 0) == .skip)
        #expect(pace.decide(isKey: false, waitingBytes: most + 1, nowMilliseconds: limit) == .skip)
        #expect(
            pace.decide(isKey: false, waitingBytes: most + 1, nowMilliseconds: limit + 1) == .close)
    }

    @Test func `Who joins without a keyframe waits for one as long as it takes`() {
        var pace = ViewerPace(needsKey: true)
        #expect(pace.decide(isKey: false, waitingBytes: 0, nowMilliseconds: 1_000_000) == .skip)
        #expect(pace.decide(isKey: true, waitingBytes: 0, nowMilliseconds: 2_000_000) == .send)
    }

    @Test func `The burst on joining does not count until it has been read`() {
        var pace = ViewerPace(needsKey: false, burstBytes: 500)
        #expect(pace.decide(isKey: false, waitingBytes: most + 500, nowMilliseconds: 0) == .send)
        #expect(pace.decide(isKey: false, waitingBytes: most, nowMilliseconds: 1) == .send)
        #expect(pace.decide(isKey: false, waitingBytes: most + 1, nowMilliseconds: 2) == .skip)
    }
}
