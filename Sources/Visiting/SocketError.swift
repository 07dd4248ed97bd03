#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Tells why a socket, or the conversation on it, could not go on.
package enum SocketError: Error, Equatable, CustomStringConvertible {
    /// The host is neither `localhost` nor an IPv4 address.
    case badHost(String)
    /// A system call failed with this `errno`.
    case system(call: String, number: Int32)
    /// The time allowed for the step had passed.
    case timedOut(String)
    /// The connection is closed; nothing more can be sent or received.
    case closed
    /// The task that waited was cancelled.
    case cancelled
    /// The peer answered the WebSocket upgrade with something else (RFC 6455 section 4.1).
    case upgradeRefused(status: Int, body: String)
    /// The peer broke the protocol in the named way.
    case malformed(String)

    package var description: String {
        switch self {
        case .badHost(let host): "\(host) is not an IPv4 address"
        case .system(let call, let number): "\(call): \(String(cString: strerror(number)))"
        case .timedOut(let step): "\(step) took too long"
        case .closed: "the connection is closed"
        case .cancelled: "cancelled"
        case .upgradeRefused(let status, let body): "no upgrade, but status \(status): \(body)"
        case .malformed(let what): "the peer sent \(what)"
        }
    }
}
