import Foundation
import Testing
import Wire

/// Seats with a picture in real browsers: somebody is seated, everybody sees them, and they go.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .enabled(if: StreamEncoder.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(15)))
struct SeatTests {
    private static let panel = "panel-co-host"

    private static func video(_ seat: Int) -> String {
        "document.querySelector('[data-test=\"seat-picture-\(seat)\"] video')"
    }

    /// Waits until a seat's picture is there and has moved on by half a second.
    private func waitForMovement(
        _ page: Page, seat: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let video = Self.video(seat)
        try await page.wait(
            until: "\(video)?.checkVisibility() && \(video).videoWidth > 0",
            sourceLocation: sourceLocation)
        try await page.evaluate("window.moment = \(video).currentTime")
        try await page.wait(
            until: "\(video).currentTime > window.moment + 0.5", sourceLocation: sourceLocation)
    }

    /// The colour in the middle of a seat's picture, as the sum of its parts.
    private func brightness(_ page: Page, seat: Int) async throws -> Int64 {
        try await page.evaluate(
            """
            (() => {
                const canvas = document.createElement("canvas");
                [canvas.width, canvas.height] = [32, 18];
                const context = canvas.getContext("2d", { willReadFrequently: true });
                context.drawImage(\(Self.video(seat)), 0, 0, 32, 18);
                const { data } = context.getImageData(0, 0, 32, 18);
                return data.reduce((sum, value, place) => place % 4 === 3 ? sum : sum + value, 0);
            })()
            """
        ).integerValue ?? 0
    }

    @Test func `A viewer is seated, everybody sees them beside the host, and the host ends it`()
        async throws
    {
        try await withPlayhouse(plugins: .coHostStream) { server in
            let tokens = try await [
                server.token(role: "viewer", subject: "ana", name: "Ana"),
                server.token(role: "host", subject: "mei", name: "Mei"),
            ]
            let address = try await server.streamAddress()
            let seated = server.viewerAddress(token: tokens[0]).replacing("#", with: "?lang=en#")
            let desk = server.hostAddress(token: tokens[1]).replacing("#", with: "?lang=en#")
            let viewer = server.viewerAddress()
            try await withChromium { browser in
                let encoder = try StreamEncoder(to: address, size: "640x360")
                defer { encoder.kill() }
                let ana = try await browser.page(seated, name: "Ana")
                let bo = try await browser.page(viewer + "?lang=en", name: "Bo")
                let cy = try await browser.page(
                    viewer + "?lang=zh", name: "Cy", width: 390, height: 844, isPhone: true)
                let mei = try await browser.page(desk, name: "Mei")
                for page in [ana, bo, cy, mei] { try await page.waitForRoom() }
                try await bo.countSockets()
                try await mei.click("start-co-host")
                try await ana.click("answer-send-apply")
                try await mei.click("answer-send-accept-1")

                // Nothing is sent before the button below the notice was pressed.
                try await ana.wait(forText: "Your camera and microphone stay off", in: "studio")
                #expect(try await ana.evaluate("studio.publisher.media") == .null)
                #expect(try await bo.evaluate("Boolean(\(Self.video(1)))") == false)
                try await ana.keepPicture("seat-notice")
                try await ana.click("studio-begin")
                try await ana.wait(forText: "You are on air", in: "studio-state")
                try await ana.wait(until: "\(Self.video(1)).videoWidth > 0")
                for page in [bo, cy, mei] { try await waitForMovement(page, seat: 1) }
                try await bo.wait(
                    until: """
                        \(Page.element(Self.panel)).querySelector(".seats > :first-child > .seat")
                            .dataset.state === "occupied"
                        """)
                #expect(try await brightness(bo, seat: 1) > 10_000)
                try await bo.wait(until: "player.state === 'playing'")
                try await ana.keepPicture("seat-own")
                try await bo.keepPicture("seat-desktop")
                try await cy.keepPicture("seat-phone")
                try await mei.keepPicture("seat-host")

                for (index, layout) in ["float", "featured", "two_side"].enumerated() {
                    try await mei.click(
                        selector: "[data-test=answer-send-layout][data-value=\(layout)]")
                    try await mei.click("answer-send-go_live-\(index + 1)")
                    for page in [bo, cy] {
                        try await page.wait(
                            until: """
                                document.querySelector(".pictures").dataset.layout === "\(layout)"
                                    && \(Self.video(1)).getBoundingClientRect().height > 40
                                """)
                        try await page.keepPicture("seat-\(page.name.lowercased())-\(layout)")
                    }
                }

                // The camera goes off here, and black goes out; the sound goes on.
                try await ana.click("studio-camera")
                try await ana.wait(until: "!studio.publisher.isOn.camera")
                try await bo.wait(
                    until: """
                        document.querySelector('[data-test="seat-picture-1"]').dataset.hidden === "true"
                        """)
                try await ana.click("studio-camera")
                try await waitForMovement(bo, seat: 1)

                try await mei.click("answer-send-select-1")
                try await mei.click(selector: "[data-test^=answer-send-kick-1]")
                for page in [bo, cy, mei] { try await page.wait(until: "!\(Self.video(1))") }
                try await ana.wait(until: "!\(Page.element("studio"))")
                #expect(try await ana.evaluate("studio.publisher.state") == "ended")
                // Host and seat came over the connection that the page has in the room.
                #expect(try await bo.evaluate("window.sockets") == 0)
                for page in [ana, bo, cy, mei] { #expect(await page.complaints() == []) }
            }
        }
    }

    @Test func `A browser that cannot send says so in words`() async throws {
        try await withPlayhouse(plugins: .coHostStream) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let token = try await server.token(role: "viewer", subject: "ana", name: "Ana")
            let desk = server.hostAddress(token: host)
            let seated = server.viewerAddress(token: token).replacing("#", with: "?lang=en#")
            try await withChromium { browser in
                let mei = try await browser.page(desk, name: "Mei")
                let ana = try await browser.page("about:blank", name: "Ana")
                try await ana.call(
                    "Page.addScriptToEvaluateOnNewDocument",
                    ["source": "delete globalThis.MediaStreamTrackProcessor;"])
                try await ana.go(to: seated)
                for page in [ana, mei] { try await page.waitForRoom() }
                try await mei.click("start-co-host")
                try await ana.click("answer-send-apply")
                try await mei.click("answer-send-accept-1")
                try await ana.wait(forText: "Firefox and Safari cannot do it yet", in: "studio")
                #expect(
                    try await ana.evaluate("\(Page.element("studio-begin")).hidden") == true)
            }
        }
    }
}
