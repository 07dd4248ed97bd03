import Foundation
import Testing
import Wire

/// What belongs to a moment of the picture is seen with its frame: a real encoder, a real page.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .enabled(if: StreamEncoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(15)))
struct StreamTimeTests {
    private static let video = Page.element("video")
    private static let panel = "panel-quiz"
    private static let question = "What kind of tea is oolong?"

    /// Notes every presented frame, every event when it comes and when it is shown, and when a text
    /// appears on the panel. Everything that happens in one update of the screen has one time of the
    /// document's timeline.
    private static let notebook = """
        (() => {
            const now = () => document.timeline.currentTime;
            const notes = { frames: [], came: new Map(), events: [], shown: null };
            window.notes = notes;
            const video = \(video);
            const frame = (_, { mediaTime }) => {
                notes.frames.push([now(), mediaTime * 1000]);
                video.requestVideoFrameCallback?.(frame);
            };
            video.requestVideoFrameCallback?.(frame);
            playhouse.addEventListener("event", ({ detail }) => {
                // What was shown at once, because nothing moved, is too early to be told here.
                if (player.state === "playing") notes.came.set(detail.offset, now());
            });
            pictureClock.addEventListener("event", ({ detail }) => {
                if (detail.name !== "mark") return;
                const { at = null, since = 0, waitMilliseconds = 0 } = detail.picture ?? {};
                notes.events.push({
                    at, came: notes.came.get(detail.offset), shown: now(),
                    hasWaited: playhouse.serverNow() - since >= waitMilliseconds - 1,
                });
            });
            new MutationObserver(() => {
                if (notes.shown === null && document.body.innerText.includes("\(question)")) {
                    notes.shown = [now(), playhouse.serverNow()];
                }
            }).observe(document.body, { childList: true, subtree: true, characterData: true });
            // The frame that was on the screen at a time, in milliseconds of stream time.
            notes.frameAt = (time) => notes.frames.findLast(([at]) => at <= time)?.[1];
            // How many frames an event missed on which it could have been shown.
            notes.missed = ({ at, came, shown }) => notes.frames.filter(([time, media]) =>
                time > came && time < shown && media >= at + 1).length;
        })()
        """

    private func watch(_ page: Page) async throws {
        try await page.waitForRoom()
        try await page.wait(until: "player.state === 'playing'")
        try await page.evaluate(Self.notebook)
        try await page.wait(until: "notes.frames.length > 30")
        // A second of it, so that a machine that stands for a moment still has a picture.
        try await page.evaluate("player.target = 1; \(Self.video).currentTime -= 0.8")
        try await page.wait(until: "player.ahead > 0.6 && player.state === 'playing'")
    }

    /// Milliseconds from a moment to the frame with which it was shown, smallest first, of the events
    /// that came while the picture moved and had not waited as long as they may.
    private func lateness(_ page: Page) async throws -> [Double] {
        let list = try await page.evaluate(
            """
            notes.events.filter(({ came, hasWaited }) => came !== undefined && !hasWaited)
                .map(({ shown, at }) => notes.frameAt(shown) - at).sort((a, b) => a - b)
            """)
        return list.arrayValue?.compactMap(\.doubleValue) ?? []
    }

    @Test func `events come on their frame, and at once where nobody sees the picture`()
        async throws
    {
        try await withPlayhouse(plugins: .stream) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let (viewer, desk) = (server.viewerAddress(), server.hostAddress(token: host))
            let encoder = try StreamEncoder(to: try await server.streamAddress(), size: "640x360")
            defer { encoder.kill() }
            try await withChromium { browser in
                let ana = try await browser.page(viewer + "?lang=en", name: "Ana")
                let bo = try await browser.page(viewer + "?lang=en", name: "Bo")
                let mei = try await browser.page(desk, name: "Mei")
                try await mei.waitForRoom()
                try await watch(ana)
                try await bo.waitForRoom()
                try await bo.evaluate(
                    """
                    HTMLVideoElement.prototype.requestVideoFrameCallback = undefined;
                    \(Self.notebook)
                    """)
                try await mei.evaluate(
                    """
                    (async () => {
                        for (let index = 0; index < 100; index += 1) {
                            await playhouse.request("publish",
                                { name: "mark", data: index, picture: index !== 50 });
                            await new Promise((done) => setTimeout(done, 40 + index % 7 * 10));
                        }
                    })();
                    null
                    """)
                for page in [ana, bo] {
                    try await page.wait(
                        until: "notes.events.length === 100", withinSeconds: 180)
                }
                // One of them carried no moment, and kept its place behind those that wait.
                for page in [ana, bo] {
                    #expect(try await page.evaluate("notes.events[50].at") == .null)
                    try await page.evaluate("notes.events.splice(50, 1)")
                }
                let late = try await lateness(ana)
                try #require(!late.isEmpty)
                // The media clock counts in ninety-thousandths of a second.
                #expect(late[0] > -1, "\(late)")
                // How far apart frames are is the machine's affair. A callback that is asked for while
                // a frame is on its way comes with the next one.
                let missed = try await ana.evaluate("Math.max(...notes.events.map(notes.missed))")
                #expect((missed.doubleValue ?? 99) <= 1, "\(late)")
                print(
                    "\(late.count) events against picture, ms: p50 \(late[late.count / 2]),"
                        + " p90 \(late[late.count * 9 / 10]), max \(late[late.count - 1])")
                #expect(try await ana.evaluate("pictureClock.readings.length") != 0)
                #expect(try await bo.evaluate("pictureClock.readings.length") == 0)
                for page in [ana, bo, mei] { #expect(await page.complaints() == []) }
            }
        }
    }

    @Test func `a question appears on its frame, and its time runs from there`() async throws {
        try await withPlayhouse(plugins: .quizOnAir) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let token = try await server.token(role: "viewer", subject: "ana", name: "Ana")
            let viewer = server.viewerAddress(token: token).replacing("#", with: "?lang=en#")
            let desk = server.hostAddress(token: host)
            let encoder = try StreamEncoder(to: try await server.streamAddress(), size: "640x360")
            defer { encoder.kill() }
            try await withChromium { browser in
                let ana = try await browser.page(viewer, name: "Ana")
                let mei = try await browser.page(desk, name: "Mei")
                try await mei.waitForRoom()
                try await watch(ana)
                try await mei.evaluate("playhouse.request('start', { plugin: 'quiz' })")
                try await ana.wait(forText: Self.question, in: Self.panel)
                let picture = "playhouse.states.get('panel:quiz:viewer').picture"
                let late = try await ana.evaluate(
                    "notes.frameAt(notes.shown[0]) - \(picture).at"
                ).doubleValue
                let waited = try await ana.evaluate("notes.shown[1] - \(picture).since").doubleValue
                #expect((waited ?? 0) >= 1)
                // No longer than three seconds, if the picture has not come by then.
                #expect((late ?? -1_000) > -1 || (waited ?? 0) >= 2_999)
                print("question against picture: \(late ?? 0) ms, after \(waited ?? 0) ms")
                // The page says how much later it showed the question, and is believed.
                #expect(try await ana.evaluate("pictureClock.delay('quiz') > 0") == true)
                #expect(
                    try await ana.evaluate(
                        "playhouse.serverNow() - pictureClock.now('quiz') > 0") == true)
                try await ana.choose("b")
                try await ana.wait(forText: "You are in the game", in: Self.panel)
                for page in [ana, mei] { #expect(await page.complaints() == []) }
            }
        }
    }
}
