import Clockwork
import Foundation
import Lanes
import Testing
import Wire

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@testable import Lanes

/// A lane with real sockets: this side's ends are readers that a test can stop.
final class LaneFixture {
    let lane: Lane
    let handler = Lock<[ConnectionID]>([])
    let endings = Lock<[ConnectionID]>([])
    let releases = Lock<[ConnectionID]>([])
    /// Who could not keep up with a picture, and how many pieces were left out.
    let behind = Lock<[(id: ConnectionID, view: UInt32)]>([])
    let skipped = Lock(0)

    init(limits: LaneLimits = LaneLimits(), clock: any Clock = SystemClock()) async {
        lane = Lane(
            number: 3, limits: limits, clock: clock,
            slowFarewell: WebSocketFrame.close(code: 4420, reason: "SLOW_VIEWER"))
        let (opened, endings, releases) = (handler, endings, releases)
        let (behind, skipped) = (behind, skipped)
        await lane.start { _ in
            RecordingHandler(
                opened: opened, endings: endings, releases: releases, behind: behind,
                skipped: skipped)
        }
    }

    /// Opens a connection; the returned descriptor is the far end.
    func connect(
        receiveBuffer: Int32? = nil, overTCP: Bool = false
    ) async throws -> (id: ConnectionID, far: FarEnd) {
        var pair: [Int32] = [0, 0]
        if overTCP {
            pair = try tcpPair()
        } else {
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        }
        Socket.makeNonBlocking(pair[0])
        Socket.makeNonBlocking(pair[1])
        if let receiveBuffer { Socket.set(pair[1], SOL_SOCKET, SO_RCVBUF, receiveBuffer) }
        let before = handler.withLock { $0.count }
        lane.adopt(pair[0], from: PeerAddress(high: 0, low: 1))
        while handler.withLock({ $0.count }) == before {
            try await Task.sleep(for: .milliseconds(1))
        }
        return (handler.withLock { $0[before] }, FarEnd(descriptor: pair[1]))
    }

    /// Two ends of a connection over loopback.
    private func tcpPair() throws -> [Int32] {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Socket.close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let near = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let far = try withUnsafeMutablePointer(to: &address) { address in
            try address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                try #require(bind(listener, address, length) == 0 && listen(listener, 1) == 0)
                try #require(getsockname(listener, address, &length) == 0)
                try #require(dial(near, address, length) == 0)
                return accept(listener, nil, nil)
            }
        }
        try #require(far >= 0)
        return [near, far]
    }

    func admit(_ id: ConnectionID, staff: Bool = false, greeting: String = "hi") {
        lane.post([
            .admit(id, audience: 0, staff: staff, greeting: frame(greeting))
        ])
    }

    func frame(_ text: String) -> [UInt8] { WebSocketFrame.text(Array(text.utf8)) }

    /// Returns when everything posted so far has been carried out.
    func turn() async {
        // Work that was handed over goes first.
        _ = await lane.uptimeSeconds
        await lane.takeDeliveries()
    }

    deinit {
        let lane = lane
        Task { await lane.stop() }
    }
}

private final class RecordingHandler: ConnectionHandling {
    let opened: Lock<[ConnectionID]>
    let endings: Lock<[ConnectionID]>
    let releases: Lock<[ConnectionID]>
    let behind: Lock<[(id: ConnectionID, view: UInt32)]>
    let skipped: Lock<Int>

    init(
        opened: Lock<[ConnectionID]>, endings: Lock<[ConnectionID]>,
        releases: Lock<[ConnectionID]>, behind: Lock<[(id: ConnectionID, view: UInt32)]>,
        skipped: Lock<Int>
    ) {
        self.behind = behind
        self.skipped = skipped
        self.opened = opened
        self.endings = endings
        self.releases = releases
    }

    func opened(_ id: ConnectionID, from address: PeerAddress, on lane: isolated Lane) {
        opened.withLock { $0.append(id) }
    }

    /// Answers bytes with the same bytes in a frame.
    func received(
        _ bytes: UnsafeMutableRawBufferPointer, from id: ConnectionID, on lane: isolated Lane
    ) {
        lane.send(WebSocketFrame.text([UInt8](bytes)), to: id)
    }

    /// Says farewell to who sends no more.
    func finishedSending(_ id: ConnectionID, on lane: isolated Lane) {
        lane.close(id, farewell: WebSocketFrame.close(code: 1000, reason: ""))
    }

    func ended(_ id: ConnectionID, on lane: isolated Lane) {
        endings.withLock { $0.append(id) }
    }

    func released(_ id: ConnectionID, on lane: isolated Lane) {
        releases.withLock { $0.append(id) }
    }

    func fellBehind(
        _ id: ConnectionID, picture: UInt32, view: UInt32, on lane: isolated Lane
    ) {
        behind.withLock { $0.append((id, view)) }
    }

    func skipped(_ count: Int, of picture: UInt32, on lane: isolated Lane) {
        skipped.withLock { $0 += count }
    }

    func secondPassed(on lane: isolated Lane) {}
    func drain(on lane: isolated Lane) {}
}

/// The reader's end of a connection: reads when told, and cuts what it got into frames.
final class FarEnd {
    let descriptor: Int32
    private var bytes: [UInt8] = []
    private(set) var texts: [String] = []
    private(set) var closeCode: UInt16?
    private(set) var isAtEnd = false
    private(set) var isBroken = false

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Reads until the condition holds; fails the test after a minute.
    func read(until isDone: (FarEnd) -> Bool) async throws {
        for _ in 0..<60_000 {
            readOnce()
            if isDone(self) { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record(
            "waited in vain; last texts: \(texts.suffix(3)), close code \(closeCode as Any)")
    }

    func readOnce() {
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 1) { buffer in
            while true {
                switch Socket.receive(descriptor, into: buffer) {
                case .bytes(let count) where count > 0: bytes += buffer[..<count]
                case .wouldBlock: return
                case .bytes, .ended:
                    isAtEnd = true
                    return
                }
            }
        }
        cut()
    }

    private func cut() {
        var start = 0
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress else { return }
            while let length = WebSocketFrame.length(
                ofFrameAt: base + start, available: raw.count - start),
                start + length <= raw.count
            {
                let header = WebSocketFrame.headerSize(payloadBytes: payload(length))
                let body = raw[(start + header)..<(start + length)]
                switch raw[start] {
                case 0x81: texts.append(String(decoding: body, as: UTF8.self))
                case 0x88:
                    closeCode =
                        UInt16(body[body.startIndex]) << 8 | UInt16(body[body.startIndex + 1])
                default: isBroken = true
                }
                start += length
            }
        }
        bytes.removeFirst(start)
    }

    /// The payload length of a frame by its whole length.
    private func payload(_ length: Int) -> Int {
        for header in [2, 4, 10]
        where WebSocketFrame.headerSize(payloadBytes: length - header) == header {
            return length - header
        }
        return 0
    }
}

/// `connect`, which has a namesake in the fixture.
private func dial(
    _ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t
) -> Int32 { connect(descriptor, address, length) }
