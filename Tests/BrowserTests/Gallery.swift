import Testing
import Visiting
import Wire

/// A playhouse with the gallery on, its host's socket, and a page of a viewer.
struct Gallery: Sendable {
    let server: ServedPlayhouse
    let browser: Chromium
    private let host: RoomClient

    /// Starts everything and hands over the viewer's page with the gallery on it.
    static func open(
        language: String = "en", phone: Bool = false, name: String = "Ana",
        _ body: (Gallery, Page) async throws -> Void
    ) async throws {
        try await withPlayhouse(plugins: .gallery) { server in
            let host = try await server.token(role: "host", subject: "mei", name: "Mei")
            let viewer = try await server.token(role: "viewer", subject: "ana", name: name)
            let served = server
            let mei = try await RoomClient.join(
                RoomClient.Entry(room: ServedPlayhouse.room, token: host), port: server.port)
            _ = try await mei.request("start", [("plugin", "gallery")])
            try await withChromium(language: language) { browser in
                let gallery = Gallery(server: served, browser: browser, host: mei)
                let page = try await browser.page(
                    served.viewerAddress(token: viewer), name: name, width: phone ? 390 : 1280,
                    height: phone ? 844 : 900, isPhone: phone)
                try await page.waitForRoom()
                try await page.wait(until: Page.element("panel-gallery"))
                try await page.wait(
                    until: "document.querySelectorAll('[data-kind]').length >= 25")
                try await body(gallery, page)
            }
            await mei.leave()
        }
    }

    /// Sends a command to the gallery as the host does.
    func command(_ name: String, _ value: JSON = .null) async throws {
        _ = try await host.request(
            "command", [("plugin", "gallery"), ("name", .string(name)), ("value", value)])
    }
}
