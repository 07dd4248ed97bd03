import Lanes
import Wire

extension Load {
    func handle(_ event: Readiness.Event) {
        let number = Int(event.number)
        let connection = connections + number
        switch connection.pointee.phase {
        case .closed: break
        case .connecting: upgrade(connection, number: number)
        case .upgrading, .joining, .ready:
            if event.isReadable {
                receive(connection, number: number)
            } else if event.isBroken {
                // A slow viewer is not reading: what waits for it, its close frame at the end, is
                // read when it resumes. Until then the broken socket must not wake the loop.
                if connection.pointee.isSlow, connection.pointee.phase == .ready {
                    receive(connection, number: number)
                } else {
                    close(connection)
                }
            }
        }
    }

    func receive(_ connection: UnsafeMutablePointer<LoadConnection>, number: Int) {
        let kept = connection.pointee.restore(to: buffer)
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[kept...])
        let count: Int
        switch LoadSocket.receive(connection.pointee.descriptor, into: room) {
        case .bytes(let received): count = received
        case .wouldBlock: return
        case .ended: return close(connection)
        }
        let moment = now
        var bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + count)])
        if connection.pointee.phase == .upgrading {
            guard let head = upgradeEnd(bytes, connection) else { return }
            bytes = UnsafeRawBufferPointer(rebasing: bytes[head...])
        }
        do throws(FrameWalk.Malformed) {
            let used = try FrameWalk.walk(bytes, payloadBytesMax: Self.bufferBytes - 16) { frame in
                on(frame, connection, number: number, moment)
            }
            if connection.pointee.phase == .closed { return }
            connection.pointee.keep(UnsafeRawBufferPointer(rebasing: bytes[used...]))
        } catch {
            refuse("a frame that no server sends")
            close(connection)
        }
    }

    /// Reads the answer to the upgrade; nil when it is not whole or refused.
    func upgradeEnd(
        _ bytes: UnsafeRawBufferPointer, _ connection: UnsafeMutablePointer<LoadConnection>
    ) -> Int? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            connection.pointee.keep(bytes)
            return nil
        }
        guard bytes.starts(with: Array("HTTP/1.1 101".utf8)) else {
            refuse(String(decoding: bytes.prefix(300), as: UTF8.self))
            close(connection)
            return nil
        }
        connection.pointee.keep(UnsafeRawBufferPointer(start: nil, count: 0))
        sayHello(connection)
        return connection.pointee.phase == .closed ? nil : end.upperBound
    }

    func on(
        _ frame: FrameWalk.Frame, _ connection: UnsafeMutablePointer<LoadConnection>, number: Int,
        _ moment: Int64
    ) {
        guard connection.pointee.phase != .closed else { return }
        switch frame.opcode {
        case 1:
            if connection.pointee.phase == .joining {
                onAnswer(frame.payload, connection, number: number)
            } else if connection.pointee.isPublisher {
                onReply(frame.payload)
            } else if !connection.pointee.isSlow, let stamp = Stamp.find(in: frame.payload) {
                count(stamp, frame, connection, moment)
            }
        case 8:
            if frame.payload.count >= 2 {
                connection.pointee.closeCode =
                    UInt16(frame.payload[0]) << 8 | UInt16(frame.payload[1])
            }
            close(connection)
        case 9: send(.pong, Array(frame.payload), connection)
        default: break
        }
    }

    @inline(__always)
    func count(
        _ stamp: Int64, _ frame: FrameWalk.Frame,
        _ connection: UnsafeMutablePointer<LoadConnection>, _ moment: Int64
    ) {
        if stamp == connection.pointee.stampMax {
            tally.duplicates += 1
        } else if stamp < connection.pointee.stampMax {
            tally.reordered += 1
        }
        connection.pointee.stampMax = max(connection.pointee.stampMax, stamp)
        guard stamp >= measureStart else { return }
        tally.received += 1
        tally.eventWireBytes += frame.wireBytes
        tally.latency.record(nanoseconds: moment - stamp)
        tally.lastDeliveryNanoseconds = moment
    }

    func onAnswer(
        _ text: UnsafeRawBufferPointer, _ connection: UnsafeMutablePointer<LoadConnection>,
        number: Int
    ) {
        if text.starts(with: Self.welcomeStart) {
            admit(connection, number: number)
        } else if text.starts(with: Self.errorStart) {
            refuse(String(decoding: text.prefix(300), as: UTF8.self))
            close(connection)
        }
    }

    func onReply(_ text: UnsafeRawBufferPointer) {
        guard text.starts(with: Self.errorStart) else { return }
        tally.refused += 1
        refuse(String(decoding: text.prefix(300), as: UTF8.self))
    }

    func refuse(_ text: String) {
        if tally.firstRefusal == nil { tally.firstRefusal = text }
    }

    static let welcomeStart = Array(#"{"type":"welcome""#.utf8)
    static let errorStart = Array(#"{"type":"error""#.utf8)
}
