import Lanes

/// Low-latency HLS of one stream while somebody reads it: what there is, and who waits for what.
///
/// It is made for the first reader, out of what is cached, and goes a minute after the last request:
/// a stream that nobody reads this way costs nothing.
final class HLSDesk {
    /// Without a request, in seconds.
    static let idleSeconds: UInt32 = 60

    private(set) var window: HLSWindow
    /// Connections that read, and those of them that wait.
    var readers: Set<ConnectionID> = []
    var waiting: Set<ConnectionID> = []
    var lastAsked: UInt32
    /// Playlists as they were written last, by whether they leave out what is known.
    private var texts: [Bool: (version: Int, bytes: [UInt8])] = [:]

    /// Begins with what is cached of a stream that has tracks.
    init(
        _ stream: LiveStream, number: Int64, unixMilliseconds: Int64, uptimeSeconds: UInt32,
        limits: HLSWindow.Limits
    ) {
        window = HLSWindow(
            number: number, initialisation: stream.initialisation ?? [],
            isSoundOnly: stream.tracks?.video == nil,
            unixOffset: unixMilliseconds - stream.latestMilliseconds, limits: limits)
        lastAsked = uptimeSeconds
        for fragment in stream.cache.fragments { window.append(fragment) }
    }

    /// Takes what viewers are sent.
    ///
    /// - Returns: Whether there is something new for those who wait.
    func take(_ output: LiveStream.Output, of stream: LiveStream) -> Bool {
        let before = window.version
        switch output {
        case .initialisation(let bytes):
            window.begin(initialisation: bytes, isSoundOnly: stream.tracks?.video == nil)
        case .fragment(let fragment): window.append(fragment)
        }
        return window.version != before
    }

    /// The multivariant playlist at the end of the stream.
    private(set) var lastMultivariant: [UInt8] = []

    func end(_ stream: LiveStream) {
        window.end()
        lastMultivariant = multivariant(of: stream)
    }

    /// The media playlist, written once for all who ask; nil before there is one.
    func playlist(skips: Bool) -> [UInt8]? {
        if let text = texts[skips], text.version == window.version { return text.bytes }
        guard let bytes = window.playlist(skips: skips) else { return nil }
        texts[skips] = (window.version, bytes)
        return bytes
    }

    /// The multivariant playlist, which names the one that there is.
    func multivariant(of stream: LiveStream) -> [UInt8] {
        let measured = max(window.bitsPerSecondMax, stream.readings.bitsPerSecond * 5 / 4)
        let readings = stream.readings
        var text = "#EXTM3U\n#EXT-X-VERSION:9\n"
        text += "#EXT-X-STREAM-INF:BANDWIDTH=\(max(measured, 64_000)),CODECS=\"\(readings.codecs)\""
        if readings.width > 0 { text += ",RESOLUTION=\(readings.width)x\(readings.height)" }
        return Array((text + "\nmedia.m3u8\n").utf8)
    }
}
