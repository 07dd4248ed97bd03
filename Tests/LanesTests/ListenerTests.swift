import Clockwork
import Dispatch
import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@testable import Lanes

@Suite(.serialized, .timeLimit(.minutes(15)))
struct ListenerTests {
    @Test func `a port that is taken, or an address that is none, is told in a sentence`()
        async throws
    {
        let fixture = await LaneFixture()
        let first = try Listener(host: "127.0.0.1", port: 0, lanes: [fixture.lane])
        let error = #expect(throws: ListenError.self) {
            _ = try Listener(host: "127.0.0.1", port: first.port, lanes: [fixture.lane])
        }
        #expect(error?.description.contains("127.0.0.1:\(first.port)") == true)
        #expect(throws: ListenError.self) {
            _ = try Listener(host: "example.org", port: 0, lanes: [fixture.lane])
        }
        first.stop()
    }

    @Test func `connections are dealt out to the lanes in turn`() async throws {
        let fixtures = [await LaneFixture(), await LaneFixture(), await LaneFixture()]
        let listener = try Listener(host: "127.0.0.1", port: 0, lanes: fixtures.map(\.lane))
        listener.start()
        var ends: [FarEnd] = []
        for _ in 0..<9 { ends.append(FarEnd(descriptor: try #require(connected(listener.port)))) }
        for _ in 0..<60_000 {
            if fixtures.allSatisfy({ $0.lane.latestStatistics.connections == 3 }) { break }
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(fixtures.map { $0.lane.latestStatistics.connections } == [3, 3, 3])
        listener.stop()
        #expect(connected(listener.port) == nil)
        // Who is in stays in.
        #expect(fixtures.map { $0.lane.latestStatistics.connections } == [3, 3, 3])
        withExtendedLifetime(ends) {}
    }

    @Test(
        .disabled(
            if: ProcessInfo.processInfo.environment["PLAYHOUSE_SANITIZER"] != nil,
            "a sanitizer needs descriptors of its own at the end of the process"),
        arguments: [false, true])
    func
        `without descriptors nobody is accepted until there are some again, and who is in is served`(
            stopsMeanwhile: Bool
        ) async throws
    {
        await #expect(processExitsWith: .success) { [stopsMeanwhile] in
            let fixture = await LaneFixture()
            let listener = try Listener(host: "127.0.0.1", port: 0, lanes: [fixture.lane])
            let (id, far) = try await fixture.connect()
            fixture.admit(id)
            // They wait in the kernel's queue.
            let clients = (0..<4).compactMap { _ in connected(listener.port) }
            guard clients.count == 4 else { exit(9) }
            // What sleeping needs of descriptors is opened before there are none.
            try await Task.sleep(for: .milliseconds(1))
            await delayed(milliseconds: 1)
            var limit = rlimit()
            getrlimit(openFilesLimit, &limit)
            limit.rlim_cur = 100
            setrlimit(openFilesLimit, &limit)
            var fillers: [Int32] = []
            while case let filler = dup(0), filler >= 0 { fillers.append(filler) }
            listener.start()
            await delayed(milliseconds: 30)
            guard fixture.lane.latestStatistics.connections == 1 else { exit(10) }
            // Both kinds of writing, at once and in ticks, and reading.
            fixture.lane.post([.event(audience: 0, fixture.frame("event"))])
            far.send("question")
            await delayed(milliseconds: 50)
            fixture.lane.run { lane in
                lane.control = TickControl(limits: lane.limits, tickMilliseconds: 20)
            }
            fixture.lane.post([.event(audience: 0, fixture.frame("ticked"))])
            await delayed(milliseconds: 100)
            far.readOnce()
            guard Set(far.texts) == ["hi", "event", "question", "ticked"] else { exit(13) }
            if stopsMeanwhile {
                listener.stop()
                await delayed(milliseconds: 200)
                exit(fixture.lane.latestStatistics.connections == 1 ? 0 : 11)
            }
            for filler in fillers { close(filler) }
            for _ in 0..<500 {
                if fixture.lane.latestStatistics.connections == 1 + clients.count { exit(0) }
                await delayed(milliseconds: 10)
            }
            exit(12)
        }
    }
}

private func delayed(milliseconds: Int) async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
            continuation.resume()
        }
    }
}

#if canImport(Glibc)
    private let openFilesLimit = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
#else
    private let openFilesLimit = RLIMIT_NOFILE
#endif

/// A connected, non-blocking socket; nil when there are no more descriptors, or nobody listens.
func connected(_ port: UInt16) -> Int32? {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard number >= 0 else { return nil }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let code = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard code == 0 else {
        close(number)
        return nil
    }
    Socket.makeNonBlocking(number)
    return number
}
