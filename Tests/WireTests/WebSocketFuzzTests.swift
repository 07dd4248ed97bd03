import Testing
import Wire

@Suite struct WebSocketFuzzTests {
    @Test func `Messages come through however they are cut`() {
        Fuzzing.run("WebSocket messages", rounds: 150) { random in
            let (bytes, events) = random.conversation()
            #expect(decodeFrames([bytes]) == Outcome(events))
            #expect(decodeFrames(random.pieces(bytes)) == Outcome(events))
            #expect(decodeFrames(bytes.map { [$0] }) == Outcome(events))
        }
    }

    @Test func `Damaged frames are judged the same however they are cut`() {
        Fuzzing.run("WebSocket bytes", rounds: 800) { random in
            let bytes = random.mutated(
                random.conversation().0,
                alphabet: [0, 1, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A, 0xFE, 0xFF, 0x7E])
            let role: WebSocketDecoder.Role = random.chance(8) ? .client : .server
            let whole = decodeFrames([bytes], role: role)
            #expect(decodeFrames(random.pieces(bytes), role: role) == whole, "\(bytes)")
            #expect(decodeFrames(bytes.map { [$0] }, role: role) == whole, "\(bytes)")
        }
    }
}

extension Fuzzing {
    /// Frames of a client, and what they mean.
    fileprivate mutating func conversation() -> ([UInt8], [Event]) {
        var frames: [UInt8] = []
        var events: [Event] = []
        for _ in 0...upTo(4) {
            let opcode: WebSocketFrame.Opcode = chance(2) ? .text : .binary
            let payload =
                opcode == .text ? Array(text(chance(6) ? 200 : 20).utf8) : bytes(upTo(140))
            var parts = chance(2) ? [payload] : pieces(payload)
            if chance(4) { parts.insert([], at: upTo(parts.count)) }
            if parts.isEmpty { parts = [[]] }
            for (index, part) in parts.enumerated() {
                var frame = WebSocketFrame.masked(
                    index == 0 ? opcode : .continuation, part,
                    mask: UInt32(truncatingIfNeeded: next()))
                if index < parts.count - 1 { frame[0] &= 0x7F }
                frames += frame
                if index < parts.count - 1, chance(5) {
                    let control: WebSocketFrame.Opcode = chance(2) ? .ping : .pong
                    let payload = bytes(upTo(125))
                    frames += WebSocketFrame.masked(
                        control, payload, mask: UInt32(truncatingIfNeeded: next()))
                    events.append(Event(control, payload))
                }
            }
            events.append(Event(opcode, payload))
        }
        return (frames, events)
    }
}
