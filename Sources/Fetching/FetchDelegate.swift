import Clockwork
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Hands what a session tells to the exchange that it is about.
final class FetchDelegate: NSObject, URLSessionDataDelegate, Sendable {
    private let exchanges = Lock<[Int: FetchExchange]>([:])

    func add(_ exchange: FetchExchange, for task: Int) {
        exchanges.withLock { $0[task] = exchange }
    }

    func remove(_ task: Int) {
        exchanges.withLock { _ = $0.removeValue(forKey: task) }
    }

    private func exchange(_ task: URLSessionTask) -> FetchExchange? {
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
