import Lanes
import PluginContract
import Wire

extension Doorkeeper {
    /// Takes requests out of what has arrived, until one is being answered or none is left.
    func advance(_ exchange: HTTPExchange, of id: ConnectionID, on lane: isolated Lane) {
        while !exchange.isAnswering, let connection = connections[id.slot], connection.id == id {
            let request: HTTPRequest?
            do throws(HTTPError) {
                request = try exchange.decoder.next()
            } catch {
                refuse(id, error, on: lane)
                return
            }
            if exchange.decoder.phase != exchange.phase || request != nil {
                exchange.phase = exchange.decoder.phase
                connections[id.slot]?.since = lane.uptimeSeconds
            }
            guard let request else {
                if exchange.isInputEnded {
                    lane.close(id, farewell: [])
                } else if exchange.decoder.wantsContinue, !exchange.saidContinue {
                    exchange.saidContinue = true
                    lane.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), to: id)
                }
                return
            }
            exchange.saidContinue = false
            exchange.keepsAlive = request.keepAlive && !isDraining
            premises.counters.count(\.httpRequests)
            if connection.isProxied {
                connections[id.slot]?.address = premises.trustedProxies.client(
                    of: request, from: connection.peer)
            }
            if let objection = objection(to: request, of: id) {
                premises.counters.refused(objection.code)
                let response = premises.dressed(.problem(objection), request)
                let bytes = response.dated(today).encoded(
                    keepAlive: exchange.keepsAlive, headOnly: request.method == "HEAD")
                answered(exchange, id, with: bytes, on: lane)
            } else if let elsewhere = premises.elsewhere, elsewhere.wants(request) {
                // What may have been sent after the request is dropped: the answer is the connection's last.
                let answer = elsewhere.answer
                lane.move(
                    id, to: elsewhere.lane,
                    from: connections[id.slot]?.address ?? connection.address
                ) { answer(request, $0, $1) }
                return
            } else if isUpgrade(request) {
                upgrade(request, exchange, id, on: lane)
                return
            } else {
                answer(request, exchange, id, on: lane)
            }
        }
    }

    /// Why a request is not looked at any closer.
    private func objection(to request: HTTPRequest, of id: ConnectionID) -> HTTPError? {
        guard !isDraining else {
            // The answer of the health check is the router's.
            guard request.path != "/healthz" else { return nil }
            return HTTPError(
                status: 503, code: CloseCode.draining.name,
                detail: "the server is being restarted", headers: [("Retry-After", "2")])
        }
        // Upgrades are bounded by the connections and joins of an address.
        guard !isUpgrade(request), let address = connections[id.slot]?.address,
            let wait = premises.addresses.requested(from: address, nowMilliseconds: clock())
        else { return nil }
        let most = Int(premises.limits.requestsPerSecondPerAddress)
        return HTTPError(
            status: 429, code: "TOO_MANY_REQUESTS",
            detail: "more than \(most) requests a second from one address",
            headers: [("Retry-After", String((wait + 999) / 1_000))])
    }

    private func isUpgrade(_ request: HTTPRequest) -> Bool {
        WebSocketHandshake.isUpgrade(request)
            && (request.path == "/v1/socket" || isEcho(request))
    }

    private func isEcho(_ request: HTTPRequest) -> Bool {
        premises.echoes && request.path == "/echo"
    }

    private func answer(
        _ request: HTTPRequest, _ exchange: HTTPExchange, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        exchange.isAnswering = true
        let keepAlive = exchange.keepsAlive
        let headOnly = request.method == "HEAD"
        let today = today
        premises.answer(request) { [weak lane] response in
            // Answers may come from any thread, even before the call returns.
            let bytes = response.dated(today).encoded(keepAlive: keepAlive, headOnly: headOnly)
            lane?.run { lane in
                guard let doorkeeper = lane.handler as? Doorkeeper,
                    let connection = doorkeeper.connections[id.slot], connection.id == id,
                    case .http(let exchange) = connection.stage
                else { return }
                exchange.isAnswering = false
                doorkeeper.answered(exchange, id, with: bytes, on: lane)
                doorkeeper.advance(exchange, of: id, on: lane)
            }
        }
    }

    private func answered(
        _ exchange: HTTPExchange, _ id: ConnectionID, with bytes: [UInt8], on lane: isolated Lane
    ) {
        guard exchange.keepsAlive else {
            lane.close(id, farewell: bytes)
            return
        }
        lane.send(bytes, to: id)
        connections[id.slot]?.since = lane.uptimeSeconds
    }

    private func upgrade(
        _ request: HTTPRequest, _ exchange: HTTPExchange, _ id: ConnectionID,
        on lane: isolated Lane
    ) {
        do throws(HTTPError) {
            let response = try WebSocketHandshake.accept(
                request, protocols: isEcho(request) ? [] : ["playhouse.v1"], sha1: premises.sha1)
            guard claimForClient(id) else {
                refuse(id, tooManyConnections, on: lane)
                return
            }
            lane.send(response.dated(today).encoded(keepAlive: true), to: id)
        } catch {
            refuse(id, error, on: lane)
            return
        }
        premises.counters.count(\.upgrades)
        connections[id.slot]?.since = lane.uptimeSeconds
        if isEcho(request) {
            connections[id.slot]?.stage = .echo
            connections[id.slot]?.decoder = WebSocketDecoder(
                role: .server, messageBytesMax: 32 << 20)
        } else {
            connections[id.slot]?.stage = .greeting
        }
        var early = exchange.decoder.takeRemainder()
        if !early.isEmpty {
            early.withUnsafeMutableBytes { receivedFrames($0, from: id, on: lane) }
        }
    }

    /// From its upgrade on, a connection of a trusted proxy is one of its client.
    private func claimForClient(_ id: ConnectionID) -> Bool {
        guard let connection = connections[id.slot], connection.isProxied else { return true }
        let place = premises.addresses.claimed(connection.booking.place, by: connection.address)
        if let place { connections[id.slot]?.booking.place = place }
        return place != nil
    }

    // MARK: - Refusals

    var tooManyConnections: HTTPError {
        HTTPError(
            status: 429, code: "TOO_MANY_CONNECTIONS",
            detail:
                "\(premises.limits.connectionsPerAddress) connections from one address are open",
            headers: [("Retry-After", "10")])
    }

    /// Answers with a problem and ends the connection.
    func refuse(_ id: ConnectionID, _ error: HTTPError, on lane: isolated Lane) {
        premises.counters.refused(error.code)
        lane.close(id, farewell: HTTPResponse.problem(error).dated(today).encoded(keepAlive: false))
    }

    private var today: String { date.text(unixMilliseconds: premises.unixMilliseconds()) }
}

extension HTTPResponse {
    fileprivate func dated(_ date: String) -> HTTPResponse {
        var response = self
        response.headers.append(("Date", date))
        return response
    }
}
