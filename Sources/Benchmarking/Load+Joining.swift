import Lanes
import Wire

extension Load {
    func beginConnecting() {
        while begun < connectionCount, inFlight < Self.connectingMax {
            let number = begun
            let isPublisher = number >= plan.viewers
            let isSlow = number < plan.slowViewers
            let descriptor = LoadSocket.connecting(
                port: plan.port, number: number,
                receiveBufferBytes: isSlow ? Self.slowReceiveBufferBytes : nil)
            (connections + number).initialize(
                to: LoadConnection(
                    descriptor: descriptor ?? -1,
                    room: (isPublisher ? number - plan.viewers : number) % plan.rooms,
                    isPublisher: isPublisher, isSlow: isSlow))
            begun += 1
            inFlight += 1
            if let descriptor {
                readiness.watch(descriptor, number: UInt64(number), for: .writing)
            } else {
                close(connections + number)
            }
        }
    }

    func upgrade(_ connection: UnsafeMutablePointer<LoadConnection>, number: Int) {
        let descriptor = connection.pointee.descriptor
        guard LoadSocket.hasConnected(descriptor) else { return close(connection) }
        connection.pointee.phase = .upgrading
        readiness.change(descriptor, number: UInt64(number), to: .reading)
        let request = WebSocketHandshake.request(
            host: "127.0.0.1:\(plan.port)", path: "/v1/socket", key: "cGxheWhvdXNlIGxvYWQgIQ==")
        if !request.withUnsafeBytes({ LoadSocket.sendAll(descriptor, $0) }) { close(connection) }
    }

    func sayHello(_ connection: UnsafeMutablePointer<LoadConnection>) {
        connection.pointee.phase = .joining
        var hello: JSONObject = [
            "type": "hello", "id": "1", "version": 1,
            "room": .string("r\(connection.pointee.room)"),
        ]
        if connection.pointee.isPublisher { hello["token"] = .string(plan.token) }
        send(.text, hello.encoded(), connection)
    }

    func admit(_ connection: UnsafeMutablePointer<LoadConnection>, number: Int) {
        let descriptor = connection.pointee.descriptor
        connection.pointee.phase = .ready
        connection.pointee.localPort = LoadSocket.localPort(descriptor)
        inFlight -= 1
        tally.connected += 1
        if connection.pointee.isSlow {
            slowPorts.insert(connection.pointee.localPort)
            readiness.change(descriptor, number: UInt64(number), to: [])
        } else if !connection.pointee.isPublisher {
            healthyInRoom[Int(connection.pointee.room)] += 1
        }
    }

    func close(_ connection: UnsafeMutablePointer<LoadConnection>) {
        guard connection.pointee.phase != .closed else { return }
        if connection.pointee.phase != .ready {
            inFlight -= 1
            tally.failed += 1
        } else if connection.pointee.isSlow {
            tally.slowCloseCodes[connection.pointee.closeCode, default: 0] += 1
        } else {
            tally.closedEarly += 1
        }
        connection.pointee.phase = .closed
        connection.pointee.release()
        guard connection.pointee.descriptor >= 0 else { return }
        readiness.forget(connection.pointee.descriptor)
        LoadSocket.closeNow(connection.pointee.descriptor)
    }

    func send(
        _ opcode: WebSocketFrame.Opcode, _ payload: [UInt8],
        _ connection: UnsafeMutablePointer<LoadConnection>
    ) {
        let bytes = WebSocketFrame.masked(opcode, payload, mask: 0x5A17_C388)
        let isSent = bytes.withUnsafeBytes { LoadSocket.sendAll(connection.pointee.descriptor, $0) }
        if !isSent { close(connection) }
    }
}
