import Foundation
import Outreach
import Testing

@testable import Playhouse

@Suite struct WebhookConfigurationTests {
    private let secret = String(repeating: "k", count: 32)

    private func read(_ webhooks: String, folder: String = "/tmp") throws -> [Webhook] {
        let text = #"{"rooms":[{"id":"tea","show":{"webhooks":\#(webhooks)}}]}"#
        let configuration = try Configuration(
            text: Array(text.utf8), name: "c.json", folder: folder)
        return configuration.rooms[0].webhooks
    }

    @Test func `A webhook has id, address and secret`() throws {
        let webhooks = try read(
            #"[{"id":"crm","url":"https://shop.example/crm","secret":"\#(secret)"}]"#)
        #expect(
            webhooks == [try Webhook(id: "crm", url: "https://shop.example/crm", secret: secret)])
    }

    @Test func `The secret may stand in a file`() throws {
        let folder = try TemporaryFolder()
        try Data((secret + "\n").utf8).write(to: URL(fileURLWithPath: folder.path + "/secret"))
        let webhooks = try read(
            #"[{"id":"crm","url":"https://shop.example/crm","secretFile":"secret"}]"#,
            folder: folder.path)
        #expect(
            webhooks == [try Webhook(id: "crm", url: "https://shop.example/crm", secret: secret)])
    }

    @Test(arguments: [
        (#"[{"url":"https://a.example"}]"#, "webhooks[0].id: a webhook needs an \"id\""),
        (#"[{"id":"a","url":"a.example"}]"#, "webhooks[0].url: must be a URL"),
        (#"[{"id":"a","url":"https://a.example"}]"#, "webhooks[0].secret: must have 24 to 64"),
        (
            #"[{"id":"a","url":"https://a.example","secretFile":"/no/file"}]"#,
            "webhooks[0].secretFile: /no/file cannot be read"
        ),
    ]) func `What is wrong is named with its place`(webhooks: String, message: String) {
        #expect {
            _ = try read(webhooks)
        } throws: {
            "\($0)".contains("c.json:1: $.rooms[0].show." + message)
        }
    }

    @Test func `An id stands for one webhook`() {
        let hook = #"{"id":"a","url":"https://a.example","secret":"\#(secret)"}"#
        #expect {
            _ = try read("[\(hook),\(hook)]")
        } throws: {
            "\($0)".contains("webhooks[1].id: \"a\" is listed twice")
        }
    }
}
