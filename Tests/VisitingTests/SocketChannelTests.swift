import Clockwork
import Foundation
import Testing

@testable import Visiting

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite struct SocketChannelTests {
    /// What a channel told, in order.
    private struct Story {
        var bytes = 0
        var ends = 0
    }

    /// A channel over one end of a pair; the other end is the test's.
    private func pair(_ loop: SocketLoop) throws -> (channel: SocketChannel, far: Int32) {
        var pair: [Int32] = [0, 0]
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        try #require(socketpair(AF_UNIX, kind, 0, &pair) == 0)
        try SystemCalls.prepare(pair[0])
        return (SocketChannel(descriptor: pair[0], isConnecting: false, loop: loop), pair[1])
    }

    @Test(arguments: [1, 60_000, 200_000])
    func `an end that lies ready behind the last bytes is not missed`(count: Int) async throws {
        for _ in 0..<10 {
            let loop = SocketLoop(label: "channel-test")
            let (channel, far) = try pair(loop)
            let story = Lock(Story())
            // All of it lies there before the loop looks for the first time.
            var size = Int32(1 << 20)
            setsockopt(
                far, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            let sent = [UInt8](repeating: 7, count: count).withUnsafeBytes {
                send(far, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
            }
            close(far)
            loop.async {
                channel.start { happening in
                    story.withLock { story in
                        switch happening {
                        case .received(let bytes): story.bytes += bytes.count
                        case .ended: story.ends += 1
                        case .connected, .drained: break
                        }
                    }
                }
            }
            for _ in 0..<60_000 where story.withLock({ $0.ends }) == 0 {
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(story.withLock { $0.ends } == 1)
            #expect(story.withLock { $0.bytes } == sent)
        }
    }

    @Test func `a channel whose reader pauses in the middle keeps the rest for later`()
        async throws
    {
        let loop = SocketLoop(label: "channel-test")
        let (channel, far) = try pair(loop)
        defer { close(far) }
        let story = Lock(Story())
        loop.async {
            channel.start { happening in
                guard case .received(let bytes) = happening else { return }
                story.withLock { $0.bytes += bytes.count }
                channel.pauseReading()
            }
        }
        // More than one read takes.
        var sent = 0
        let piece = [UInt8](repeating: 7, count: 50_000)
        for _ in 0..<3 {
            sent += max(
                0,
                piece.withUnsafeBytes { send(far, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT)) }
            )
        }
        var reads = 0
        while story.withLock({ $0.bytes }) < sent, reads < 60_000 {
            reads += 1
            try await Task.sleep(for: .milliseconds(1))
            loop.async { channel.resumeReading() }
        }
        #expect(story.withLock { $0.bytes } == sent)
        loop.async { channel.close() }
    }
}
