import Foundation
import Testing
import Wire

/// How the player holds its distance from the newest, in a real browser with a real encoder.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .enabled(if: StreamEncoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(5)))
struct PlayerTests {
    private static let video = Page.element("video")

    private func withPicture(_ body: (Page) async throws -> Void) async throws {
        try await withPlayhouse(plugins: .stream) { server in
            let encoder = try StreamEncoder(to: try await server.streamAddress(), size: "640x360")
            defer { encoder.kill() }
            let address = server.viewerAddress() + "?lang=en"
            try await withChromium { browser in
                let ana = try await browser.page(address, name: "Ana")
                try await ana.wait(
                    until: "player.state === 'playing' && \(Self.video).videoWidth === 640",
                    withinSeconds: 30)
                try await ana.evaluate(
                    """
                    (() => {
                        window.rates = [];
                        \(Self.video).addEventListener("ratechange", () => {
                            window.rates.push(\(Self.video).playbackRate);
                        });
                    })()
                    """)
                try await body(ana)
            }
        }
    }

    private func waitForTarget(
        _ page: Page, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await page.wait(
            until: "Math.abs(player.ahead - player.target) < 0.15", withinSeconds: 30,
            sourceLocation: sourceLocation)
    }

    @Test func `who is behind plays faster, who is too near slower, and neither leaps`()
        async throws
    {
        try await withPicture { ana in
            try await waitForTarget(ana)
            try await ana.evaluate("window.leaps = player.leaps; window.rates = []")
            // Moved is the target and not the picture: a seek costs a slow machine what it moves.
            try await ana.evaluate("player.target = Math.max(player.ahead, player.target) + 0.2")
            try await ana.wait(until: "window.rates.some((rate) => rate < 1)")
            try await waitForTarget(ana)
            try await ana.evaluate("player.target = 0.25; window.rates.push(1)")
            try await ana.wait(until: "window.rates.some((rate) => rate > 1.02)")
            try await waitForTarget(ana)
            let extremes = try await ana.evaluate(
                "[Math.min(...window.rates), Math.max(...window.rates)]")
            #expect((extremes[0]?.doubleValue ?? 0) >= 0.97)
            #expect((extremes[1]?.doubleValue ?? 9) <= 1.06)
            #expect(try await ana.evaluate("player.leaps - window.leaps") == 0)
        }
    }

    @Test func `who is more than a second late leaps`() async throws {
        try await withPicture { ana in
            // So much is kept behind the picture.
            try await ana.wait(
                until:
                    "\(Self.video).buffered.start(0) < player.ahead - 3 + \(Self.video).currentTime"
            )
            try await ana.evaluate("window.leaps = player.leaps")
            try await ana.evaluate("\(Self.video).currentTime -= 2")
            try await ana.wait(until: "player.leaps > window.leaps")
            try await waitForTarget(ana)
        }
    }

    @Test func `a page in the background comes back to the present`() async throws {
        try await withPicture { ana in
            try await ana.evaluate(
                """
                (() => {
                    window.isAway = true;
                    Object.defineProperty(document, "hidden", { get: () => window.isAway });
                    document.dispatchEvent(new Event("visibilitychange"));
                    // What browsers do to a picture that nobody sees.
                    \(Self.video).pause();
                    window.stalls = player.stalls;
                })()
                """)
            try await ana.wait(until: "player.ahead > 0.8")
            #expect(
                try await ana.evaluate("\(Self.video).paused && player.state !== 'idle'") == true)
            try await ana.evaluate(
                """
                (() => {
                    window.isAway = false;
                    document.dispatchEvent(new Event("visibilitychange"));
                })()
                """)
            try await ana.wait(until: "!\(Self.video).paused && player.state === 'playing'")
            try await waitForTarget(ana)
            #expect(try await ana.evaluate("player.stalls - window.stalls") == 0)
            #expect(
                try await ana.evaluate("player.isSoundOnly || pictureChoice.isOffered") == false)
        }
    }
}
