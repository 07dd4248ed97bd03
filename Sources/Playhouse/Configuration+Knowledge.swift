import Foundation
import Knowledge

extension KnowledgeConfiguration {
    /// Reads that of a show; nil when the reader has noted what is wrong.
    init?(_ reader: inout ConfigurationReader, path: (String) -> String) {
        var folder = ""
        reader.text("folder") { folder = path($0) }
        var embeddings: Helper?
        var chat: Helper?
        reader.object("embeddings") {
            embeddings = Helper(&$0, service: .embeddings, milliseconds: 400, path: path)
        }
        reader.object("chat") {
            chat = Helper(&$0, service: .chat, milliseconds: 2_000, path: path)
        }
        guard !folder.isEmpty else {
            reader.problem("folder", "is missing: name a folder with kb.jsonl")
            return nil
        }
        do throws(ShopError) {
            try self.init(folder: folder)
        } catch {
            reader.problem("folder", "\(folder)/\(error)")
            return nil
        }
        self.embeddings = embeddings
        self.chat = chat
    }
}

extension KnowledgeConfiguration.Helper {
    /// Reads one; nil when the reader has noted what is wrong.
    init?(
        _ reader: inout ConfigurationReader, service: Endpoint.Service, milliseconds: Int,
        path: (String) -> String
    ) {
        var url = ""
        var model = service == .chat ? "chat" : "embeddings"
        self.milliseconds = milliseconds
        var time = milliseconds
        reader.text("url") { url = $0 }
        reader.text("model") { model = $0 }
        reader.integer("milliseconds", KnowledgeConfiguration.helperMilliseconds) {
            time = Int($0)
        }
        var file: String?
        var variable: String?
        reader.text("keyFile") { file = path($0) }
        reader.text("keyVariable") { variable = $0 }
        var key: String?
        if let file {
            guard variable == nil else {
                reader.problem("keyFile", "give either this or \"keyVariable\", not both")
                return nil
            }
            guard let data = FileManager.default.contents(atPath: file) else {
                reader.problem(
                    "keyFile",
                    "\(file) cannot be read; give an existing file that the server's user may read")
                return nil
            }
            key = String(decoding: data, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        } else if let variable {
            guard let value = ProcessInfo.processInfo.environment[variable], !value.isEmpty else {
                reader.problem(
                    "keyVariable", "the environment variable \(variable) is empty; set it")
                return nil
            }
            key = value
        }
        // It travels in a header (RFC 9110, section 5.5).
        guard key?.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) ?? true else {
            reader.problem(
                file == nil ? "keyVariable" : "keyFile",
                "holds something else than one key of printable ASCII characters")
            return nil
        }
        do throws(EndpointError) {
            endpoint = try Endpoint(address: url, service: service, key: key, model: model)
        } catch {
            reader.problem("url", "must be an http or https address such as http://127.0.0.1:8000")
            return nil
        }
        self.milliseconds = time
    }
}
