import Foundation
import Testing
import Wire

/// The player at its limits, in a real browser with a real encoder: too slow a network, a picture that
/// cannot be decoded, and the sound alone.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .enabled(if: StreamEncoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(15)))
struct SoundOnlyTests {
    private static let video = Page.element("video")
    private static let only = Page.element("sound-only")

    private func withStream(
        _ body: (ServedPlayhouse, Chromium) async throws -> Void
    ) async throws {
        try await withPlayhouse(plugins: .stream) { server in
            let encoder = try StreamEncoder(to: try await server.streamAddress(), size: "640x360")
            defer { encoder.kill() }
            let served = server
            try await withChromium { try await body(served, $0) }
        }
    }

    private func waitForPicture(
        _ page: Page, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await page.wait(
            until: """
                player.state === "playing" && \(Self.video).checkVisibility()
                    && \(Self.video).videoWidth === 640
                """, sourceLocation: sourceLocation)
    }

    private func waitForSound(
        _ page: Page, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await page.wait(
            until: """
                player.isSoundOnly && player.state === "playing" && \(Self.video).videoWidth === 0
                    && !\(Self.video).checkVisibility()
                """, sourceLocation: sourceLocation)
        try await page.evaluate("window.moment = \(Self.video).currentTime")
        try await page.wait(
            until: "\(Self.video).currentTime > window.moment + 0.5",
            sourceLocation: sourceLocation)
    }

    /// Counts bytes of pictures that come from now on.
    private static let countBytes = """
        window.bytes = 0;
        playhouse.addEventListener("piece", ({ detail }) => {
            window.bytes += detail.bytes.byteLength;
        });
        """

    /// The bytes of a second of what is played, which a slow machine makes no fewer than a quick one.
    private func bytesPerSecond(_ page: Page) async throws -> Double {
        try await page.evaluate(
            """
            (async () => {
                const end = () => \(Self.video).currentTime + player.ahead;
                const before = { bytes: window.bytes, end: end() };
                while (end() < before.end + 2) await new Promise((done) => setTimeout(done, 50));
                return (window.bytes - before.bytes) / (end() - before.end);
            })()
            """
        ).doubleValue ?? 0
    }

    @Test func `a viewer takes the sound alone, the bytes fall away, and the picture comes back`()
        async throws
    {
        try await withStream { server, browser in
            let ana = try await browser.page(server.viewerAddress() + "?lang=en", name: "Ana")
            try await waitForPicture(ana)
            try await ana.evaluate(Self.countBytes)
            try await ana.click("sound-only")
            try await waitForSound(ana)
            try await ana.wait(forText: "Sound only, as you wished", in: "video-note")
            try await ana.wait(forText: "Show the picture again", in: "sound-only")
            let listening = try await bytesPerSecond(ana)
            try await ana.keepPicture("stream-sound-only")
            // What was chosen is kept for the next visit.
            try await ana.go(to: server.viewerAddress() + "?lang=zh")
            try await waitForSound(ana)
            try await ana.wait(forText: "只播放声音", in: "video-note")
            try await ana.evaluate(Self.countBytes)
            try await ana.click("sound-only")
            try await waitForPicture(ana)
            try await ana.wait(forText: "只听声音", in: "sound-only")
            let watching = try await bytesPerSecond(ana)
            #expect(
                listening > 2_500 && watching > 5 * listening,
                "\(listening) to \(watching) bytes a second")
            #expect(await ana.complaints() == [])
        }
    }

    @Test func `a picture that cannot be decoded gives way to the sound, and is tried again`()
        async throws
    {
        try await withStream { server, browser in
            let ana = try await browser.page(server.viewerAddress() + "?lang=en", name: "Ana")
            try await waitForPicture(ana)
            // A decoder that fails on whatever has a picture in it, as broken hardware does.
            try await ana.evaluate(
                """
                (() => {
                    pictureChoice.pauses = [4000, 8000];
                    window.isBroken = true;
                    window.pauses = [];
                    pictureChoice.addEventListener("change", () => {
                        window.reason = pictureChoice.reason;
                    });
                    const append = SourceBuffer.prototype.appendBuffer;
                    SourceBuffer.prototype.appendBuffer = function (bytes) {
                        const copy = new Uint8Array(bytes).slice();
                        if (window.isBroken && !player.isSoundOnly) copy.fill(0xFF, 4, 12);
                        return append.call(this, copy);
                    };
                })()
                """)
            try await ana.wait(until: "window.reason === 'trouble'")
            try await waitForSound(ana)
            try await ana.wait(forText: "the picture was too much", in: "video-note")
            // It is tried again, fails at the first trouble, and the pause is longer.
            try await ana.wait(until: "!player.isSoundOnly")
            try await ana.wait(until: "player.isSoundOnly")
            try await waitForSound(ana)
            try await ana.evaluate("window.isBroken = false")
            try await ana.wait(until: "!player.isSoundOnly")
            try await waitForPicture(ana)
        }
    }

    @Test func `a network that stalls again and again ends in the sound alone`() async throws {
        try await withStream { server, browser in
            let proxy = try CuttableProxy(to: server.port)
            let ana = try await browser.page(
                server.viewerAddress(port: proxy.port) + "?lang=en", name: "Ana")
            try await waitForPicture(ana)
            try await ana.wait(until: "player.ahead > 0.05 && player.ahead < 1")
            try await ana.evaluate(
                """
                // The picture is not to come back by itself before the test is over.
                pictureChoice.pauses = [600_000, 600_000];
                window.choices = [];
                pictureChoice.addEventListener("change", () => {
                    const { dataset, textContent } = \(Self.only);
                    choices.push([dataset.offered, pictureChoice.reason, textContent]);
                });
                """)

            // A short stall makes the buffer deeper, and the picture goes on by itself.
            var isDeeper = false
            for _ in 0..<20 where !isDeeper {
                try await ana.evaluate(
                    "window.before = { stalls: player.stalls, target: player.target }")
                try await stall(proxy, ana, milliseconds: 450)
                isDeeper =
                    try await ana.evaluate(
                        "player.stalls > before.stalls && player.target > before.target") == true
            }
            #expect(isDeeper)
            try await ana.evaluate("window.moment = \(Self.video).currentTime")
            try await ana.wait(until: "\(Self.video).currentTime > window.moment + 0.5")
            // Where no buffer helps, the sound alone is offered first, and then taken.
            for _ in 0..<12 where try await ana.evaluate("player.isSoundOnly") == false {
                try await stall(proxy, ana, milliseconds: 3_000)
            }
            try await waitForSound(ana)
            let choices = try await ana.evaluate("choices").arrayValue ?? []
            let taken = try #require(choices.firstIndex { $0[1] == "trouble" })
            #expect(
                choices[..<taken].contains {
                    $0[0] == "true" && $0[2]?.stringValue?.contains("stutters") == true
                }, "\(choices)")
            #expect(choices.allSatisfy { $0[1] == .null || $0[1] == "trouble" })
            // The button brings the picture back at once.
            try await ana.click("sound-only")
            try await waitForPicture(ana)
        }
    }

    /// Nothing moves for a time; then it goes on, and stands for as long as makes another stall one by
    /// itself.
    private func stall(_ proxy: CuttableProxy, _ page: Page, milliseconds: Int) async throws {
        await proxy.set(.stalled)
        try await Task.sleep(for: .milliseconds(milliseconds))
        await proxy.set(.up)
        try await page.wait(until: "player.state === 'playing'")
        try await Task.sleep(for: .milliseconds(2_500))
    }
}
