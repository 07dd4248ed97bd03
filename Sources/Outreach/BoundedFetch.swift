import Dispatch
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One HTTP request whose answer may not be larger than a limit, and which follows no redirect: a
/// signed message is for the address that was configured, and for no other.
final class BoundedFetch: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    // Sendable: everything is touched on the session's serial delegate queue only, but `task` and
    // `waiter`, which are set before the task begins.

    /// What came back.
    struct Answer: Sendable, Equatable {
        var status: Int
        var contentType: String
        var body: [UInt8]
    }

    enum Failure: Error, Equatable {
        /// Name resolution, connection, TLS, or a connection that broke.
        case unreachable(String)
        case tooLarge
        case cancelled
    }

    private let bytesMax: Int
    private var body: [UInt8] = []
    private var status = 0
    private var contentType = ""
    private var isTooLarge = false
    private var waiter: CheckedContinuation<Result<Answer, Failure>, Never>?

    private init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// Makes the request; cancelling the task that waits ends it at once, and so do `seconds`.
    static func answer(
        to request: URLRequest, bytesMax: Int, seconds: Double
    ) async throws(Failure) -> Answer {
        let settings = URLSessionConfiguration.ephemeral
        settings.httpCookieAcceptPolicy = .never
        settings.httpShouldSetCookies = false
        settings.urlCache = nil
        let fetch = BoundedFetch(bytesMax: bytesMax)
        let session = URLSession(configuration: settings, delegate: fetch, delegateQueue: nil)
        let task = session.dataTask(with: request)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                fetch.waiter = waiter
                task.resume()
                session.finishTasksAndInvalidate()
                // The session's own time-outs begin anew with every byte that arrives.
                DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { task.cancel() }
            }
        } onCancel: {
            task.cancel()
        }
        return try result.get()
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        if let response = response as? HTTPURLResponse {
            status = response.statusCode
            contentType = response.value(forHTTPHeaderField: "Content-Type") ?? ""
        }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        guard !isTooLarge else { return }
        guard body.count + data.count <= bytesMax else {
            isTooLarge = true
            dataTask.cancel()
            return
        }
        body += data
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        let result: Result<Answer, Failure>
        if isTooLarge {
            result = .failure(.tooLarge)
        } else if let error = error as? URLError, error.code == .cancelled {
            result = .failure(.cancelled)
        } else if let error {
            result = .failure(.unreachable(error.localizedDescription))
        } else {
            result = .success(Answer(status: status, contentType: contentType, body: body))
        }
        waiter?.resume(returning: result)
        waiter = nil
    }
}
