package import Cryptography
package import Lanes
package import PluginContract
package import Rooms
package import Wire

/// The way into one room, for every lane.
package struct Door: Sendable {
    /// The room's id.
    package let room: String
    /// The room's number among those of the server.
    package let number: Int
    /// Whether somebody without a token may watch.
    package let admitsAnonymous: Bool
    /// Hands inputs to the room, in order.
    package let post: @Sendable ([RoomInput]) -> Void

    package init(
        room: String, number: Int, admitsAnonymous: Bool,
        post: @escaping @Sendable ([RoomInput]) -> Void
    ) {
        self.room = room
        self.number = number
        self.admitsAnonymous = admitsAnonymous
        self.post = post
    }
}

/// What another lane answers although it is asked for on this port: its connections are moved there.
package struct Elsewhere: Sendable {
    package let lane: Lane
    /// Whether a request is for that lane.
    package let wants: @Sendable (HTTPRequest) -> Bool
    /// Answers a request there; the connection may be gone by then.
    package let answer: @Sendable (HTTPRequest, ConnectionID, isolated Lane) -> Void
    /// Gives pictures to those who stay.
    package let pictures: any PictureDesk

    package init(
        lane: Lane, wants: @escaping @Sendable (HTTPRequest) -> Bool,
        answer: @escaping @Sendable (HTTPRequest, ConnectionID, isolated Lane) -> Void,
        pictures: any PictureDesk
    ) {
        self.lane = lane
        self.wants = wants
        self.answer = answer
        self.pictures = pictures
    }
}

/// What the lanes of one server have in common: rooms, keys, limits, and the answers to HTTP requests.
package struct Premises: Sendable {
    package var doors: [String: Door]
    package var verifier: TokenVerifier
    package var limits: ServingLimits
    package var addresses: AddressBook
    package var trustedProxies: TrustedProxies
    /// Answers an HTTP request, at once or later, exactly once, on any thread.
    package var answer: @Sendable (HTTPRequest, @escaping @Sendable (HTTPResponse) -> Void) -> Void
    /// Shows a problem to people as a page.
    package var dressed: @Sendable (HTTPResponse, HTTPRequest) -> HTTPResponse = { response, _ in
        response
    }
    /// SHA-1, for the WebSocket handshake (RFC 6455 §4.2.2).
    package var sha1: @Sendable ([UInt8]) -> [UInt8]
    /// Milliseconds of Unix time.
    package var unixMilliseconds: @Sendable () -> Int64
    /// Serves `/echo`, for the Autobahn suite; never on in production.
    package var echoes: Bool
    package var counters: ServingCounters
    /// Live video, where there is any.
    package var elsewhere: Elsewhere?

    package init(
        doors: [String: Door], verifier: TokenVerifier, limits: ServingLimits,
        addresses: AddressBook, trustedProxies: TrustedProxies = TrustedProxies(),
        answer:
            @escaping @Sendable (HTTPRequest, @escaping @Sendable (HTTPResponse) -> Void) ->
            Void,
        sha1: @escaping @Sendable ([UInt8]) -> [UInt8],
        unixMilliseconds: @escaping @Sendable () -> Int64, echoes: Bool,
        counters: ServingCounters
    ) {
        self.doors = doors
        self.verifier = verifier
        self.limits = limits
        self.addresses = addresses
        self.trustedProxies = trustedProxies
        self.answer = answer
        self.sha1 = sha1
        self.unixMilliseconds = unixMilliseconds
        self.echoes = echoes
        self.counters = counters
    }

    /// Checks who is at the door before the room hears of it.
    func guest(for hello: Hello) -> Result<(Door, Guest), Hello.Refusal> {
        func refuse(_ code: CloseCode, _ message: String) -> Result<(Door, Guest), Hello.Refusal> {
            .failure(Hello.Refusal(id: hello.id, code: code, message: message))
        }
        var checked: Person?
        if let token = hello.token {
            switch admit(token: token, room: hello.room) {
            case .success(let person): checked = person
            case .failure(let refusal): return refuse(refusal.code, refusal.message)
            }
        }
        guard let door = doors[hello.room] else {
            return refuse(.roomUnknown, "there is no room \"\(hello.room)\"")
        }
        guard checked != nil || door.admitsAnonymous else {
            return refuse(.tokenRequired, "this room admits nobody without a token")
        }
        let person = checked ?? anonymous(hello)
        let recover = hello.recover.map { (epoch: $0.epoch, offset: $0.offset) }
        return .success((door, Guest(person: person, requestID: hello.id, recover: recover)))
    }

    /// Verifies the bearer token of an HTTP request.
    package func bearer(_ token: String, room: String) -> Result<Person, Router.Refusal> {
        admit(token: token, room: room).mapError {
            Router.Refusal(code: $0.code.name, detail: $0.message)
        }
    }

    /// Verifies a token for a room.
    func admit(token: String, room: String) -> Result<Person, Hello.Refusal> {
        func refuse(_ code: CloseCode, _ message: String) -> Result<Person, Hello.Refusal> {
            .failure(Hello.Refusal(id: nil, code: code, message: message))
        }
        do throws(TokenError) {
            let claims = try verifier.verify(token, nowSeconds: unixMilliseconds() / 1000)
            guard claims.room == room || claims.room == "*" else {
                return refuse(.tokenRoom, "the token is for another room")
            }
            guard let role = Role(rawValue: claims.role) else {
                return refuse(.tokenMalformed, "the token's role is not known")
            }
            return .success(Person(user: claims.subject, name: claims.name, role: role))
        } catch {
            switch error {
            case .malformed(let detail): return refuse(.tokenMalformed, detail)
            case .algorithm(let detail): return refuse(.tokenAlgorithm, detail)
            case .key(let detail): return refuse(.tokenKey, detail)
            case .signature: return refuse(.tokenSignature, "the signature is not ours")
            case .expired: return refuse(.tokenExpired, "the token has expired")
            case .notYet: return refuse(.tokenNotYet, "the token is not valid yet")
            }
        }
    }

    /// An anonymous viewer is the same user again when the same visitor value comes back.
    private func anonymous(_ hello: Hello) -> Person {
        let user = AnonymousUser.id(
            room: hello.room, seed: hello.visitor.map { Array($0.utf8) } ?? SecureRandom.bytes(16))
        return Person(user: user, name: hello.name ?? "Guest \(user.suffix(4))", role: .viewer)
    }
}
