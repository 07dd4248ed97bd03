import Foundation
import Testing
import Wire

/// How the player holds its distance from the newest, in a real browser with a real encoder.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .enabled(if: StreamEncoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(15)))
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
                    until: "player.state === 'playing' && \(Self.video).videoWidth === 640")
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

    /// Notes of every leap how late the picture was, in seconds beyond the target, and for how many
    /// milliseconds it had not moved.
    private static let noteLeaps = """
        (() => {
            window.leaps = [];
            const video = \(video);
            const place = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "currentTime");
            let moved = { time: 0, at: performance.now() };
            setInterval(() => {
                const { currentTime } = video;
                if (currentTime !== moved.time) {
                    moved = { time: currentTime, at: performance.now() };
                }
            }, 50);
            Object.defineProperty(video, "currentTime", {
                get: () => place.get.call(video),
                set: (time) => {
                    leaps.push({
                        late: player.ahead - player.target, still: performance.now() - moved.at,
                    });
                    place.set.call(video, time);
                },
            });
        })()
        """

    private func waitForTarget(
        _ page: Page, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        try await page.wait(
            until: "Math.abs(player.ahead - player.target) < 0.15",
            sourceLocation: sourceLocation)
    }

    @Test func `who is behind plays faster, who is too near slower, and neither leaps`()
        async throws
    {
        try await withPicture { ana in
            try await waitForTarget(ana)
            try await ana.evaluate(Self.noteLeaps)
            // Moved is the target and not the picture: a seek costs a slow machine what it moves.
            try await ana.evaluate("player.target = Math.max(player.ahead, player.target) + 0.4")
            try await ana.wait(until: "window.rates.some((rate) => rate < 1)")
            // Far enough that the fragments' teeth do not hide the way back.
            try await ana.wait(until: "player.ahead > 0.6")
            try await ana.evaluate("player.target = 0.25")
            try await ana.wait(until: "window.rates.some((rate) => rate > 1.02)")
            try await waitForTarget(ana)
            let extremes = try await ana.evaluate(
                "[Math.min(...window.rates), Math.max(...window.rates)]")
            #expect((extremes[0]?.doubleValue ?? 0) >= 0.97)
            #expect((extremes[1]?.doubleValue ?? 9) <= 1.06)
            // A machine that stands for a second is late by one, and then a leap is right.
            let needless =
                "leaps.filter(({ late, still }) => late > -0.5 && late <= 1 && still < 450)"
            #expect(try await ana.evaluate(needless) == [])
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
                    window.stallsNoted = [];
                    // After the player has heard of it.
                    \(Self.video).addEventListener("waiting", () => {
                        if (performance.now() < window.back + 2000) {
                            stallsNoted.push(player.stalls);
                        }
                    });
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
                    window.back = performance.now();
                    document.dispatchEvent(new Event("visibilitychange"));
                })()
                """)
            try await ana.wait(until: "!\(Self.video).paused && player.state === 'playing'")
            #expect(
                try await ana.evaluate("player.isSoundOnly || pictureChoice.isOffered") == false)
            try await waitForTarget(ana)
            // What has waited for the page is not counted. Whether the machine keeps up after that is
            // its own affair.
            #expect(
                try await ana.evaluate("stallsNoted.every((count) => count === stalls)") == true)
        }
    }
}
