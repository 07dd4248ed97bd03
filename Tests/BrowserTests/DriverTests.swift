import Foundation
import Testing
import Visiting
import Wire

/// The driver itself, against a page that needs no server of ours.
@Suite(
    .serialized, .enabled(if: Chromium.isUsable, "\(Chromium.skipReason)"),
    .timeLimit(.minutes(15)))
struct DriverTests {
    private static let html = """
        <!doctype html><meta charset="utf-8"><title>A page</title>
        <body style="margin:0;background:#0a0"><input data-test="field" value="old">
        <button data-test="send" onclick="this.textContent = document.querySelector('input').value">
        Send</button><button data-test="covered">Covered</button>
        <div style="position:fixed;left:0;right:0;bottom:0;height:40px;background:#000"></div>
        <style>[data-test=covered] { position: fixed; bottom: 5px; left: 5px }</style>
        """

    /// Serves the page, whatever is asked, and counts requests of `/count`.
    private static func website() throws -> SocketListener {
        try SocketListener(loop: .shared) { channel in
            // The handler keeps the channel until the browser closes.
            var request: [UInt8] = []
            channel.start { happening in
                guard case .received(let bytes) = happening else { return }
                request.append(contentsOf: bytes)
                guard request.suffix(4).elementsEqual([13, 10, 13, 10]) else { return }
                request = []
                let body = Array(html.utf8)
                let head =
                    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \(body.count)\r\n\r\n"
                channel.write(Array(head.utf8) + body)
            }
        }
    }

    @Test func `A page can be read, typed into and clicked`() async throws {
        let site = try Self.website()
        try await withChromium { browser in
            let page = try await browser.page("http://127.0.0.1:\(site.port)/", name: "Ana")
            #expect(try await page.evaluate("1 + 1") == 2)
            #expect(try await page.evaluate("Promise.resolve([null, 'x'])") == [nil, "x"])
            #expect(try await page.evaluate("navigator.language") == "en")
            try await page.type("新 text", into: "field")
            try await page.click("send")
            try await page.wait(until: "\(Page.element("send")).textContent === '新 text'")
            #expect(try await page.text("send") == "新 text")
            #expect(await page.complaints() == [])
            await #expect(throws: BrowserError.self) { try await page.evaluate("nothing.there") }
        }
        site.close()
    }

    @Test func `Two pages share no storage`() async throws {
        let site = try Self.website()
        try await withChromium { browser in
            let address = "http://127.0.0.1:\(site.port)/"
            let ana = try await browser.page(address, name: "Ana")
            let bo = try await browser.page(address, name: "Bo")
            try await ana.evaluate("localStorage.setItem('who', 'ana')")
            #expect(try await bo.evaluate("localStorage.getItem('who')") == .null)
            #expect(try await ana.evaluate("localStorage.getItem('who')") == "ana")
        }
        site.close()
    }

    @Test func `Waiting in vain tells what the page and its console say`() async throws {
        let site = try Self.website()
        try await withChromium { browser in
            let page = try await browser.page("http://127.0.0.1:\(site.port)/", name: "Ana")
            try await page.evaluate("console.error('the sky', 'fell')")
            try await page.evaluate("setTimeout(() => { throw new Error('later') })")
            let error = await #expect(throws: BrowserError.self) {
                try await page.wait(until: "window.never", withinSeconds: 0.3)
            }
            let text = error?.description ?? ""
            for part in ["Ana", "window.never", "the sky fell", "later", "Covered", "127.0.0.1"] {
                #expect(text.contains(part))
            }
        }
        site.close()
    }

    @Test func `A picture has the size of the window`() async throws {
        let site = try Self.website()
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-\(UUID().uuidString).png")
        defer { try? FileManager.default.removeItem(at: file) }
        try await withChromium { browser in
            let page = try await browser.page(
                "http://127.0.0.1:\(site.port)/", name: "Ana", width: 390, height: 844,
                isPhone: true)
            try await page.screenshot(file)
        }
        let data = [UInt8](try Data(contentsOf: file))
        // PNG: signature, then the header chunk with width and height.
        #expect(data.prefix(4) == [0x89, 0x50, 0x4E, 0x47])
        let size = data[16..<24].map(Int.init)
        #expect(size[2] << 8 + size[3] == 780)
        #expect(size[6] << 8 + size[7] == 1688)
        site.close()
    }

    @Test func `What is covered or disabled cannot be clicked`() async throws {
        let site = try Self.website()
        try await withChromium { browser in
            let page = try await browser.page("http://127.0.0.1:\(site.port)/", name: "Ana")
            let covered = Page.element("covered")
            try await page.evaluate("\(covered).onclick = () => { window.hit = true }")
            try await page.evaluate("document.querySelector('div').style.zIndex = 1")
            await #expect(throws: BrowserError.self) {
                try await page.click("covered", withinSeconds: 0.2)
            }
            try await page.evaluate("document.querySelector('div').remove()")
            try await page.evaluate("\(covered).disabled = true")
            await #expect(throws: BrowserError.self) {
                try await page.click("covered", withinSeconds: 0.2)
            }
            #expect(try await page.evaluate("window.hit") == .null)
            try await page.evaluate("\(covered).disabled = false")
            try await page.click("covered")
            try await page.wait(until: "window.hit")
        }
        site.close()
    }

    @Test func `A proxy loses the network and finds it again`() async throws {
        let site = try Self.website()
        let proxy = try CuttableProxy(to: site.port)
        func reach(millisecondsMax: Int = 60_000) async throws -> Int {
            try await HTTPClient.exchange(
                port: proxy.port, bytes: Array("GET / HTTP/1.1\r\n\r\n".utf8),
                millisecondsMax: millisecondsMax
            ).status
        }
        #expect(try await reach() == 200)
        await proxy.set(.cut)
        await #expect(throws: SocketError.self) { try await reach() }
        await proxy.set(.up)
        #expect(try await reach() == 200)
        await proxy.set(.stalled)
        await #expect(throws: SocketError.timedOut("the answer")) {
            try await reach(millisecondsMax: 500)
        }
        await proxy.set(.up)
        #expect(try await reach() == 200)
        site.close()
    }
}
