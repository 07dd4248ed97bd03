import Clockwork
import Dispatch
package import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Posts to servers of others and takes their answers in pieces, through `URLSession`.
///
/// Redirects are not followed: a key or a signed message is for the address that was configured, and
/// for no other. Nothing is cached, and no cookie kept.
package final class FetchSession: Sendable {
    private let session: URLSession
    private let delegate: FetchDelegate

    /// - Parameter connectionsMax: To one host at once; more requests wait for their turn.
    package init(connectionsMax: Int = 4) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = connectionsMax
        configuration.httpCookieStorage = nil
        configuration.httpCookieAcceptPolicy = .never
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        delegate = FetchDelegate()
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
    }

    deinit { session.invalidateAndCancel() }

    /// Posts a body and returns the answer.
    ///
    /// - Parameters:
    ///   - body: What is posted.
    ///   - url: Where to, with `http` or `https`.
    ///   - headers: Name and value; a later one of the same name wins.
    ///   - millisecondsMax: For the whole exchange.
    ///   - bytesMax: Of the answer.
    ///   - onBytes: Sees the body of a good answer as it comes; returning false ends the exchange,
    ///     which is then complete.
    /// - Returns: Status and body, or what was there of it when `onBytes` ended the exchange. Of a
    ///   status outside 200…299 nothing is read, and the body is empty.
    /// - Throws: ``FetchError``. A cancelled task cancels the request and throws `cancelled`.
    package func post(
        _ body: [UInt8], to url: URL, headers: [(name: String, value: String)],
        millisecondsMax: Int, bytesMax: Int, onBytes: (@Sendable ([UInt8]) -> Bool)? = nil
    ) async throws(FetchError) -> FetchAnswer {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(body)
        // The session's own time-outs begin anew with every byte that arrives; ours is the alarm below.
        request.timeoutInterval = Double(millisecondsMax) / 1_000 + 1
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let task = session.dataTask(with: request)
        let exchange = FetchExchange(bytesMax: bytesMax, onBytes: onBytes) { task.cancel() }
        delegate.add(exchange, for: task.taskIdentifier)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                exchange.begin(waiter)
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(millisecondsMax))
                { [weak exchange] in exchange?.finish(.failure(.slow)) }
                task.resume()
            }
        } onCancel: {
            exchange.finish(.failure(.cancelled))
        }
        delegate.remove(task.taskIdentifier)
        return try result.get()
    }
}

/// What came back of a request.
package struct FetchAnswer: Sendable, Equatable {
    package var status: Int
    package var body: [UInt8]

    /// Whether the status is one from 200 to 299.
    package var isGood: Bool { (200...299).contains(status) }
}

/// Why nothing came back.
package enum FetchError: Error, Sendable, Equatable {
    /// Name resolution, connection, TLS, or a connection that broke.
    case unreachable(String)
    /// The time was over.
    case slow
    /// The task that waited was cancelled.
    case cancelled
    /// The answer has more bytes than it may.
    case tooLarge
}
