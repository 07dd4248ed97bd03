import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@testable import Lanes

@Suite struct ReadinessTests {
    /// Two ends of a connection, closed with the test.
    private struct Pair: ~Copyable {
        let near: Int32
        let far: Int32

        init() throws {
            var pair: [Int32] = [0, 0]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
            (near, far) = (pair[0], pair[1])
            Socket.makeNonBlocking(near)
        }

        deinit {
            close(near)
            close(far)
        }
    }

    @Test func `what is left unread is told of again`() throws {
        let pair = try Pair()
        let readiness = Readiness()
        readiness.watch(pair.near, number: 7, for: .reading)
        #expect(readiness.wait(nanoseconds: 0) == 0)
        #expect(write(pair.far, "ab", 2) == 2)
        for _ in 0..<3 {
            #expect(readiness.wait(nanoseconds: 1_000_000_000) == 1)
            let event = readiness.event(0)
            #expect(event.number == 7 && event.isReadable)
            #expect(!event.isWritable && !event.isBroken)
        }
    }

    @Test func `a change of interest holds at once`() throws {
        let pair = try Pair()
        let readiness = Readiness()
        readiness.watch(pair.near, number: 1, for: .reading)
        readiness.change(pair.near, number: 2, to: [.reading, .writing])
        #expect(readiness.wait(nanoseconds: 0) == 1)
        #expect(readiness.event(0).number == 2 && readiness.event(0).isWritable)
        readiness.change(pair.near, number: 2, to: [])
        #expect(write(pair.far, "a", 1) == 1)
        #expect(readiness.wait(nanoseconds: 0) == 0)
    }

    @Test func `a connection that ended is told of, whatever is waited for`() throws {
        let pair = try Pair()
        let readiness = Readiness()
        readiness.watch(pair.near, number: 1, for: [])
        shutdown(pair.far, Int32(SHUT_RDWR))
        #expect(readiness.wait(nanoseconds: 1_000_000_000) == 1)
        #expect(readiness.event(0).isBroken)
        readiness.forget(pair.near)
        #expect(readiness.wait(nanoseconds: 0) == 0)
    }
}
