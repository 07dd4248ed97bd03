import Streaming
import Wire

extension StreamConfiguration {
    /// Reads that of a server; problems are noted.
    init(_ reader: inout ConfigurationReader, path: (String) -> String) {
        self.init()
        reader.bool("on") { isOn = $0 }
        reader.text("host") { host = $0 }
        reader.integer("port", 0...65_535) { port = UInt16($0) }
        reader.integer("viewersMax", 1...1_000_000) { viewersMax = Int($0) }
        reader.integer("flushMilliseconds", 0...1_000) { flushMilliseconds = Int($0) }
        reader.integer("soundOnlyAfter", 0...100) { soundOnlyAfter = Int($0) }
        reader.bool("banAddresses") { bansAddresses = $0 }
        reader.list(
            "codecs",
            of: VideoCoding.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
        ) { value in
            guard case .string(let name) = value, let coding = VideoCoding(rawValue: name) else {
                return false
            }
            codecs.insert(coding)
            return true
        }
        reader.text("address") { address = $0 }
        reader.text("record") { record = path($0) }
        if let address, !Self.isAddress(address) {
            reader.problem(
                "address", "must be an address of RTMP such as rtmp://live.example.com/live")
        }
    }

    private static func isAddress(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isPlain, text.count <= 512, text.hasPrefix("rtmp://") || text.hasPrefix("rtmps://")
        else { return false }
        // Encoders want a host and an application.
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return parts.count >= 4 && !parts[2].isEmpty && !parts[3].isEmpty
    }

    /// Looks whether it goes together with the rest of a configuration.
    func check(_ configuration: Configuration, _ reader: inout ConfigurationReader) {
        guard isOn else { return }
        if configuration.keys.isEmpty {
            reader.problem("stream", "needs \"keys\", which stream keys are signed with; add one")
        }
        if port != 0, port == configuration.port {
            reader.problem(
                "stream.port", "is that of \"listen\"; give the stream a port of its own")
        }
    }
}
