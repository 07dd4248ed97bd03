import Clockwork
import Dispatch
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends requests to endpoints and takes their answers in pieces, through `URLSession`.
///
/// Redirects are not followed: a key must not travel to another host. Nothing is cached, and no
/// cookie kept.
package final class EndpointSession: Sendable {
    private let session: URLSession
    private let delegate: EndpointDelegate

    package init(connectionsMax: Int = 4) {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = connectionsMax
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        delegate = EndpointDelegate()
        session = URLSession(configuration: configuration, delegate: delegate, delegateQueue: nil)
    }

    deinit { session.invalidateAndCancel() }

    /// Posts JSON and returns the body of an answer of status 200.
    ///
    /// - Parameters:
    ///   - body: The JSON.
    ///   - endpoint: Where to.
    ///   - millisecondsMax: For the whole exchange.
    ///   - bytesMax: Of the answer.
    ///   - onBytes: Sees the body as it comes; returning false ends the exchange, which is then
    ///     complete.
    /// - Returns: The body, or what was there of it when `onBytes` ended the exchange.
    /// - Throws: Any case of ``EndpointError`` but `badAddress`. A cancelled task cancels the
    ///   request and throws `cancelled`.
    package func post(
        _ body: [UInt8], to endpoint: Endpoint, millisecondsMax: Int, bytesMax: Int,
        onBytes: (@Sendable ([UInt8]) -> Bool)? = nil
    ) async throws(EndpointError) -> [UInt8] {
        var request = URLRequest(url: endpoint.url)
        request.httpMethod = "POST"
        request.httpBody = Data(body)
        request.timeoutInterval = Double(millisecondsMax) / 1_000 + 1
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue("application/json, text/event-stream", forHTTPHeaderField: "Accept")
        if let key = endpoint.key {
            request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization")
        }
        let task = session.dataTask(with: request)
        let exchange = EndpointExchange(bytesMax: bytesMax, onBytes: onBytes) { task.cancel() }
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

/// One request under way. Ends once; what comes later is passed over.
private final class EndpointExchange: Sendable {
    typealias Waiter = CheckedContinuation<Result<[UInt8], EndpointError>, Never>

    private struct State {
        var waiter: Waiter?
        var result: Result<[UInt8], EndpointError>?
        var status = 0
        var body: [UInt8] = []
    }

    private let state = Lock(State())
    private let bytesMax: Int
    private let onBytes: (@Sendable ([UInt8]) -> Bool)?
    private let cancel: @Sendable () -> Void

    init(
        bytesMax: Int, onBytes: (@Sendable ([UInt8]) -> Bool)?,
        cancel: @escaping @Sendable () -> Void
    ) {
        self.bytesMax = bytesMax
        self.onBytes = onBytes
        self.cancel = cancel
    }

    func begin(_ waiter: Waiter) {
        let result = state.withLock { state in
            if state.result == nil { state.waiter = waiter }
            return state.result
        }
        if let result { waiter.resume(returning: result) }
    }

    /// Takes the status of an answer; anything but 200 ends the exchange.
    ///
    /// `goOn` answers the session and is called only if the request was not cancelled before:
    /// FoundationNetworking traps when it is told what to do about a request that was. That is also
    /// why it is called, and `cancel` everywhere, with the lock held.
    func received(status: Int, goOn: @Sendable () -> Void) {
        let waiter = state.withLock { state -> Waiter? in
            guard state.result == nil else { return nil }
            state.status = status
            goOn()
            guard status != 200 else { return nil }
            state.result = .failure(.status(status))
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: .failure(.status(status)))
    }

    func received(_ bytes: [UInt8]) {
        let isTooLarge = state.withLock { state in
            guard state.result == nil else {
                cancel()
                return false
            }
            state.body += bytes
            return state.body.count > bytesMax
        }
        if isTooLarge { return finish(.failure(.tooLarge)) }
        if let onBytes, !onBytes(bytes) { completed() }
    }

    func completed() {
        let (status, body) = state.withLock { ($0.status, $0.body) }
        finish(status == 200 ? .success(body) : .failure(.malformed("no answer")))
    }

    func finish(_ result: Result<[UInt8], EndpointError>) {
        let waiter = state.withLock { state -> Waiter? in
            guard state.result == nil else { return nil }
            state.result = result
            cancel()
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: result)
    }
}

/// Hands what a session tells to the exchange that it is about.
private final class EndpointDelegate: NSObject, URLSessionDataDelegate, Sendable {
    private let exchanges = Lock<[Int: EndpointExchange]>([:])

    func add(_ exchange: EndpointExchange, for task: Int) {
        exchanges.withLock { $0[task] = exchange }
    }

    func remove(_ task: Int) {
        exchanges.withLock { _ = $0.removeValue(forKey: task) }
    }

    private func exchange(_ task: URLSessionTask) -> EndpointExchange? {
        exchanges.withLock { $0[task.taskIdentifier] }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        exchange(task)?.received(status: response.statusCode) { completionHandler(nil) }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        exchange(dataTask)?.received(status: status) { completionHandler(.allow) }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        exchange(dataTask)?.received([UInt8](data))
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        guard let exchange = exchange(task) else { return }
        if let error {
            exchange.finish(.failure(.unreachable((error as NSError).localizedDescription)))
        } else {
            exchange.completed()
        }
    }
}
