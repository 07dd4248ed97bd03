import Lanes
import Wire

/// The bounds that hold before a room sees anything. Each has an error or close code of its own.
package struct ServingLimits: Sendable, Equatable {
    /// Open connections in all (HTTP 503). Some files stay for the journal, the pages, the stages, and
    /// for telling who cannot stay.
    package var connectionsMax = max(64, DescriptorLimit.current - 256)
    /// Open connections from one address (HTTP 429).
    package var connectionsPerAddress = 256
    /// HTTP requests from one address per second on average, and at once (HTTP 429); upgrades are
    /// bounded by connections and joins.
    package var requestsPerSecondPerAddress: Float = 100
    package var requestBurstPerAddress: Float = 1_000
    /// `hello`s per minute from one address (4424).
    package var joinsPerMinutePerAddress = 600
    /// Requests of one connection per second on average, and at once (`TOO_MANY_MESSAGES`, then
    /// 4422). Pings, pongs and fragments of a message count as requests.
    package var messagesPerSecond: Float = 10
    package var messageBurst: Float = 40
    /// Bytes of one connection per second on average, and at once (`TOO_MANY_BYTES`, then 4423).
    package var bytesPerSecond: Float = 32_768
    package var byteBurst: Float = 262_144
    /// One WebSocket message (1009).
    package var messageBytesMax = 64 << 10
    /// From the first byte of a request to the end of its head, and of its body (408).
    package var headSeconds: UInt32 = 10
    package var bodySeconds: UInt32 = 20
    /// A kept-alive connection without a request.
    package var idleSeconds: UInt32 = 60
    /// From the upgrade to `hello` (4425).
    package var helloSeconds: UInt32 = 5
    /// Between two pings of the server, and without a sign of life (4426).
    package var pingSeconds: UInt32 = 25
    package var silentSeconds: UInt32 = 60

    package init() {}
}

extension ServingLimits {
    /// The bounds of one HTTP request.
    var http: HTTPLimits { HTTPLimits() }
}
