import Lanes
import Wire

/// What the doorkeeper remembers of one connection.
struct Connection {
    enum Stage {
        /// HTTP/1.1, until an upgrade.
        case http(HTTPExchange)
        /// A WebSocket without an accepted `hello`.
        case greeting
        /// In a room.
        case member(Door)
        /// The echo endpoint of the test build.
        case echo
    }

    /// Where a connection is counted, until its socket is closed.
    struct Booking {
        var place: AddressBook.Place
        /// Whether a drain waits for its end: not for who came after the drain began.
        var isAwaited: Bool
    }

    let id: ConnectionID
    let peer: PeerAddress
    /// Whether the peer is a trusted proxy.
    let isProxied: Bool
    /// Of the client; behind a trusted proxy that of the latest request.
    var address: PeerAddress
    var booking: Booking
    var stage: Stage
    var decoder: WebSocketDecoder
    /// Seconds of the lane's clock.
    var lastHeard: UInt32
    /// When the present stage, or the present part of an HTTP request, began.
    var since: UInt32
    /// Whether it has asked for pictures.
    var watches = false
    /// Of requests for pictures; nil before the first.
    var watching: RateLimit?
    var messages: RateLimit
    var bytes: RateLimit
}

/// The HTTP side of a connection; on the heap, because most connections soon need it no more.
final class HTTPExchange {
    var decoder: HTTPRequestDecoder
    /// A request is being answered; the next one waits, so that answers keep their order.
    var isAnswering = false
    var keepsAlive = true
    /// The client sends no more; what it has asked is answered.
    var isInputEnded = false
    /// Told the client to go on with the body of this request.
    var saidContinue = false
    /// What ``Connection/since`` refers to.
    var phase = HTTPRequestDecoder.Phase.idle

    init(limits: HTTPLimits) { decoder = HTTPRequestDecoder(limits: limits) }
}
