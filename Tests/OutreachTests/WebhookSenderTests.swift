import Clockwork
import Foundation
import PluginContract
import PluginHosting
import Testing
import Wire

@testable import Outreach

@Suite(.timeLimit(.minutes(15)))
struct WebhookSenderTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private static let play = PlayID(show: "spring-tea", plugin: "lottery")

    private func send(
        to url: String, hook: String = "orders", body: JSON = ["order": 7],
        milliseconds: Int64 = 60_000
    ) async throws -> HostResult {
        let sender = WebhookSender(
            [try Webhook(id: "orders", url: url, secret: Self.secret)], clock: SystemClock())
        return await sender.perform(
            HostRequest(
                id: 12, service: .webhook, parameters: ["hook": .string(hook), "body": body],
                milliseconds: milliseconds),
            of: Self.play)
    }

    private func failure(_ result: HostResult) -> HostResult.Code? {
        if case .failure(let code, _) = result { code } else { nil }
    }

    @Test func `A message is signed, and the answer is told`() async throws {
        let receiver = try HookReceiver { _ in
            .answer(
                status: 200, headers: [("Content-Type", "application/json")], body: #"{"ok":true}"#)
        }
        defer { receiver.close() }
        let result = try await send(to: receiver.url("/hooks/orders?shop=1"))
        #expect(result == .value(["status": 200, "body": ["ok": true]]))
        let delivery = try #require(receiver.deliveries.first)
        #expect(delivery.target == "/hooks/orders?shop=1")
        #expect(delivery.body == Array(#"{"order":7}"#.utf8))
        #expect(delivery.headers["content-type"] == "application/json")
        #expect(delivery.headers["webhook-id"] == "spring-tea.lottery.12")
        let time = try #require(Int64(delivery.headers["webhook-timestamp"] ?? ""))
        let now = SystemClock().unixMilliseconds / 1_000
        #expect((now - 60...now).contains(time))
        let expected = try WebhookSecret(Self.secret).signature(
            id: "spring-tea.lottery.12", unixSeconds: time, body: delivery.body)
        #expect(delivery.headers["webhook-signature"] == expected)
    }

    @Test(arguments: [("", JSON?.none), ("fine", .some("fine")), ("[1,2]", .some([1, 2]))])
    func `A body is told as plain data or as a text`(body: String, value: JSON?) async throws {
        let receiver = try HookReceiver { _ in .answer(status: 201, body: body) }
        defer { receiver.close() }
        var expected: JSONObject = ["status": 201]
        expected["body"] = value
        #expect(try await send(to: receiver.url()) == .value(.object(expected)))
    }

    @Test func `What did not get through is sent again with the same id`() async throws {
        let receiver = try HookReceiver { number in
            [.hangUp, .answer(status: 503), .answer(status: 200, body: "1")][number]
        }
        defer { receiver.close() }
        #expect(try await send(to: receiver.url()) == .value(["status": 200, "body": 1]))
        #expect(receiver.deliveries.count == 3)
        #expect(Set(receiver.deliveries.map { $0.headers["webhook-id"] }).count == 1)
    }

    @Test(arguments: [302, 400, 404, 410]) func `A refusal is final`(status: Int) async throws {
        let receiver = try HookReceiver { _ in
            .answer(status: status, headers: [("Location", "/elsewhere")])
        }
        defer { receiver.close() }
        #expect(failure(try await send(to: receiver.url())) == .failed)
        #expect(receiver.deliveries.map(\.target) == ["/hook"])
    }

    @Test func `An answer at the limit is read, one byte more is not`() async throws {
        let receiver = try HookReceiver { number in
            .answer(
                status: 200,
                body: String(repeating: "x", count: WebhookSender.answerBytesMax + number))
        }
        defer { receiver.close() }
        #expect(failure(try await send(to: receiver.url())) == nil)
        #expect(failure(try await send(to: receiver.url())) == .tooLarge)
    }

    @Test func `A silent receiver is given up after the time of the request`() async throws {
        let receiver = try HookReceiver { _ in .silence }
        defer { receiver.close() }
        #expect(failure(try await send(to: receiver.url(), milliseconds: 300)) == .timeout)
    }

    @Test func `Where nobody listens it is unavailable`() async throws {
        let receiver = try HookReceiver { _ in .silence }
        let url = receiver.url()
        receiver.close()
        try await Task.sleep(for: .milliseconds(50))
        #expect(failure(try await send(to: url, milliseconds: 60_000)) == .unavailable)
    }

    @Test func `A hook that nobody configured is refused, with those there are`() async throws {
        let result = try await send(to: "http://127.0.0.1:9", hook: "crm")
        #expect(
            result
                == .failure(
                    .refused, message: "the show has no webhook \"crm\"; it has orders"))
    }
}

@Suite struct WebhookTests {
    /// The example of the specification's reference libraries.
    @Test func `The signature is that of Standard Webhooks`() throws {
        let secret = try WebhookSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let signature = secret.signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", unixSeconds: 1_614_265_330,
            body: Array(#"{"test": 2432232314}"#.utf8))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test(arguments: [
        "ftp://shop.example/", "shop.example/hook", "https://", "https://me@shop.example/",
        "https://me:word@shop.example/", "https://shop.example/#part", "",
    ]) func `An address that is none is refused`(url: String) {
        #expect {
            _ = try Webhook(id: "a", url: url, secret: String(repeating: "k", count: 24))
        } throws: { ($0 as? WebhookError)?.member == "url" }
    }

    @Test(arguments: [(23, false), (24, true), (64, true), (65, false)])
    func `A secret has 24 to 64 bytes`(count: Int, isTaken: Bool) {
        let text = String(repeating: "k", count: count)
        #expect(((try? WebhookSecret(text)) != nil) == isTaken)
        let encoded = "whsec_" + Data(text.utf8).base64EncodedString()
        #expect(((try? WebhookSecret(encoded)) != nil) == isTaken)
    }

    @Test func `A secret in broken base64 is refused`() {
        #expect((try? WebhookSecret("whsec_" + String(repeating: "*", count: 40))) == nil)
    }
}
