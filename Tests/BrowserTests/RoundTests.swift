import Testing
import Visiting
import Wire

@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct RoundTests {
    private static let game = Page.game

    @Test func `Two viewers and a host play a whole round`() async throws {
        try await withPlayhouse { server in
            let mei = try await server.token(role: "host", subject: "mei", name: "Mei")
            let bo = try await server.token(role: "viewer", subject: "bo", name: "Bo")
            let server = server
            try await withChromium { browser in
                let ana = try await browser.page(
                    server.viewerAddress(), name: "Ana", width: 390, height: 844, isPhone: true)
                try await ana.waitForRoom()
                try await ana.giveName("Ana")
                let bo = try await browser.page(server.viewerAddress(token: bo), name: "Bo")
                let host = try await browser.page(server.hostAddress(token: mei), name: "Mei")
                let everybody = [ana, bo, host]
                for page in everybody {
                    try await page.waitForRoom()
                    try await page.wait(
                        until: "\(Page.element("users-count")).dataset.value === '3'")
                }

                try await ana.say("这个多少钱？")
                for page in everybody { try await page.waitForMessage("这个多少钱？") }
                for _ in 0..<3 { try await bo.click("like") }
                for page in everybody {
                    try await page.wait(
                        until: "\(Page.element("likes-count")).dataset.value === '3'")
                }
                try await host.type("八点整抽奖", into: "pin-input")
                try await host.click("pin-send")
                for page in everybody { try await page.wait(forText: "八点整抽奖", in: "pinned") }

                try await host.type("600", into: "seconds-\(Self.game)")
                try await host.click("start-\(Self.game)")
                for page in [ana, bo] {
                    try await page.wait(
                        until: "\(Page.element("panel-\(Self.game)"))?.checkVisibility()")
                }
                try await ana.guess("100")
                try await bo.guess("150")
                try await host.wait(
                    until: "\(Page.element("host-panel-\(Self.game)")).innerText.includes('Ana')")
                try await ana.keepPicture("round-viewer-phone")
                try await bo.keepPicture("round-viewer-desktop")
                try await host.keepPicture("round-host")

                // 150 is over the price of 128, so 100 wins.
                try await host.click("answer-send-lock_now")
                for page in [ana, bo] {
                    let panel = "panel-\(Self.game)"
                    try await page.wait(forText: "Ana", in: panel)
                    try await page.wait(forText: "128", in: panel)
                }
                try await ana.wait(forText: "you won", in: "panel-\(Self.game)")
                let boReads = try await bo.text("panel-\(Self.game)")
                #expect(!boReads.contains("you won"))
                try await ana.keepPicture("round-won-phone")
                try await bo.keepPicture("round-won-desktop")
                for page in everybody {
                    try await page.wait(
                        until: """
                            document.querySelector('li[data-from="plugin:\(Self.game)"]')
                                ?.innerText.includes("A***")
                            """)
                }

                try await bo.say("黄金万两加我微信")
                let message = try await host.waitForMessage("黄金万两加我微信")
                try await ana.waitForMessage("黄金万两加我微信")
                try await host.click(
                    selector: """
                        li[data-message="\(message)"] :is([data-act="delete"], [data-test="delete"])
                        """)
                for page in everybody {
                    try await page.wait(
                        until: "!document.querySelector('li[data-message=\"\(message)\"]')")
                    #expect(await page.complaints() == [])
                }
            }
        }
    }

    @Test(arguments: [CuttableProxy.Network.cut, .stalled])
    func `A viewer without network for five seconds misses no event`(
        _ outage: CuttableProxy.Network
    ) async throws {
        try await withPlayhouse { server in
            let token = try await server.token(role: "host", subject: "mei", name: "Mei")
            let server = server
            let mei = try await RoomClient.join(
                .init(room: ServedPlayhouse.room, token: token), port: server.port)
            let proxy = try CuttableProxy(to: server.port)
            try await withChromium { browser in
                let ana = try await browser.page(
                    server.viewerAddress(port: proxy.port), name: "Ana", width: 390, height: 844,
                    isPhone: true)
                try await ana.waitForRoom()
                try await ana.click("join-skip")
                try await ana.noteEvents()
                var offsets: [Int64] = []
                func publish(_ number: Int) async throws {
                    let reply = try await mei.request(
                        "publish",
                        [("name", "tick"), ("data", ["number": .integer(Int64(number))])])
                    offsets.append(try #require(reply["offset"]?.integerValue))
                }

                for number in 0..<5 { try await publish(number) }
                try await ana.wait(until: "window.noted.length === 5")
                await proxy.set(outage)
                if outage == .cut {
                    try await ana.wait(
                        until: "\(Page.element("status")).dataset.state !== 'open'")
                }
                for number in 5..<25 {
                    try await publish(number)
                    try await Task.sleep(for: .milliseconds(250))
                }
                _ = try await mei.request("pin", [("text", "back again")])
                #expect(try await ana.notedEvents().count == 5)
                try await ana.keepPicture("offline-\(outage)")
                await proxy.set(.up)

                try await ana.wait(until: "window.noted.length >= 26")
                try await ana.waitForRoom()
                for number in 25..<30 { try await publish(number) }
                try await ana.wait(until: "window.noted.length >= 31")
                try await ana.wait(forText: "back again", in: "pinned")
                let noted = try await ana.notedEvents()
                let first = try #require(offsets.first)
                #expect(noted.map(\.offset) == Array(first..<(first + 31)))
                #expect(noted.filter { $0.name == "tick" }.map(\.offset) == offsets)
            }
            await mei.leave()
        }
    }

    @Test func `A round outlives kill -9 of the server`() async throws {
        try await withPlayhouse { server in
            let mei = try await server.token(role: "host", subject: "mei", name: "Mei")
            let tokens = [
                try await server.token(role: "viewer", subject: "ana", name: "Ana"),
                try await server.token(role: "viewer", subject: "bo", name: "Bo"),
            ]
            var served = server
            defer { server = served }
            try await withChromium { browser in
                let ana = try await browser.page(
                    served.viewerAddress(token: tokens[0]), name: "Ana", width: 390, height: 844,
                    isPhone: true)
                let bo = try await browser.page(
                    served.viewerAddress(token: tokens[1]), name: "Bo")
                let host = try await browser.page(served.hostAddress(token: mei), name: "Mei")
                for page in [ana, bo, host] { try await page.waitForRoom() }
                try await host.type("300", into: "seconds-\(Self.game)")
                try await host.click("start-\(Self.game)")
                try await ana.guess("120")

                served = try await served.killedAndRestarted()
                // The pages come back by themselves, without a reload.
                for page in [ana, bo, host] {
                    try await page.wait(
                        until: "\(Page.element("status")).dataset.state === 'open'")
                }
                try await ana.waitForAcceptedGuess()
                try await ana.wait(forText: "120", in: "panel-\(Self.game)")
                try await ana.keepPicture("after-kill-viewer")
                try await bo.guess("100")
                try await host.click("answer-send-lock_now")
                // Both guesses are under 128; the one from before the kill is closer.
                for page in [ana, bo] {
                    try await page.wait(forText: "Ana", in: "panel-\(Self.game)")
                    try await page.wait(forText: "128", in: "panel-\(Self.game)")
                }
                try await ana.wait(forText: "you won", in: "panel-\(Self.game)")
                try await host.wait(
                    until: "\(Page.element("host-panel-\(Self.game)")).innerText.includes('Ana')")
                try await host.keepPicture("after-kill-host")
            }
        }
    }
}
