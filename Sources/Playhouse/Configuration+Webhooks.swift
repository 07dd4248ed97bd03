import Foundation
import Outreach

extension Webhook {
    /// Reads one of a show; nil when the reader has noted what is wrong.
    init?(_ reader: inout ConfigurationReader, path: (String) -> String) {
        var id = ""
        var url = ""
        var secret = ""
        reader.identifier("id") { id = $0 }
        reader.text("url") { url = $0 }
        reader.text("secret") { secret = $0 }
        var secretFile: String?
        reader.text("secretFile") { secretFile = path($0) }
        if let secretFile {
            guard let data = FileManager.default.contents(atPath: secretFile) else {
                reader.problem("secretFile", "\(secretFile) cannot be read")
                return nil
            }
            secret = String(decoding: data, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        guard !id.isEmpty else {
            reader.problem("id", "a webhook needs an \"id\" that matches [a-z0-9][a-z0-9_-]{0,63}")
            return nil
        }
        do throws(WebhookError) {
            try self.init(id: id, url: url, secret: secret)
        } catch {
            reader.problem(error.member, error.reason)
            return nil
        }
    }
}
