import Foundation
import Visiting
import Wire

/// A headless Chromium in a process of its own, with a profile that goes with it.
///
/// Driven through the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/).
final class Chromium: Sendable {
    private static let startSecondsMax = 120.0

    private let process: ServedProcess
    private let profile: URL
    private let devTools: DevTools

    /// Whether tests in a browser can run. Where `CI` is set they must: there a missing browser is
    /// a failure, not a reason to skip.
    static var isUsable: Bool {
        executable != nil || ProcessInfo.processInfo.environment["CI"] != nil
    }

    static let skipReason = "Chromium is not installed; on Debian: apt-get install chromium"

    private static var executable: URL? {
        let environment = ProcessInfo.processInfo.environment
        let names =
            environment["CHROMIUM"].map { [$0] }
            ?? ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
        let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for name in names {
            for path in name.hasPrefix("/") ? [name] : folders.map({ "\($0)/\(name)" })
            where FileManager.default.isExecutableFile(atPath: path) {
                return URL(fileURLWithPath: path)
            }
        }
        return nil
    }

    /// Starts a browser whose pages prefer a language and returns when it can be driven.
    static func launch(language: String = "en") async throws -> Chromium {
        guard let executable else { throw BrowserError(skipReason) }
        let profile = FileManager.default.temporaryDirectory
            .appendingPathComponent("playhouse-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: profile, withIntermediateDirectories: true)
        let process = try ServedProcess(
            executable,
            [
                "--headless=new", "--no-sandbox", "--remote-debugging-port=0",
                "--user-data-dir=\(profile.path)", "--lang=\(language)",
                "--accept-lang=\(language)", "--no-first-run", "--no-default-browser-check",
                "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-extensions",
                "--mute-audio",
                // Camera and microphone of co-hosts: a test picture with a beep, granted unasked.
                "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                // Pages of several people are open at once; none of them may fall asleep.
                "--disable-background-timer-throttling", "--disable-renderer-backgrounding",
                "--disable-backgrounding-occluded-windows", "about:blank",
            ], output: profile.appendingPathComponent("chromium.log"))
        do {
            let devTools = try await connect(profile: profile, process: process)
            return Chromium(process: process, profile: profile, devTools: devTools)
        } catch {
            process.kill()
            try? FileManager.default.removeItem(at: profile)
            throw error
        }
    }

    private init(process: ServedProcess, profile: URL, devTools: DevTools) {
        self.process = process
        self.profile = profile
        self.devTools = devTools
    }

    private static func connect(
        profile: URL, process: ServedProcess
    ) async throws -> DevTools {
        // The file holds the port and the path of the browser's own socket.
        let file = profile.appendingPathComponent("DevToolsActivePort")
        let end = Date().addingTimeInterval(startSecondsMax)
        while Date() < end {
            if let lines = try? String(contentsOf: file, encoding: .utf8).split(separator: "\n"),
                lines.count >= 2, let port = UInt16(lines[0])
            {
                return try await DevTools(port: port, path: String(lines[1]))
            }
            guard process.isRunning else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw BrowserError("Chromium did not start:\n\(process.text.suffix(2000))")
    }

    /// Opens a page with cookies and storage of its own, as another person's browser has.
    ///
    /// The size is that of the window in CSS pixels.
    func page(
        _ address: String, name: String, width: Int = 1280, height: Int = 800,
        isPhone: Bool = false
    ) async throws -> Page {
        let context = try await devTools.call("Target.createBrowserContext")
        let target = try await devTools.call(
            "Target.createTarget",
            [
                "url": "about:blank", "browserContextId": context["browserContextId"] ?? .null,
                "width": .integer(Int64(width)), "height": .integer(Int64(height)),
            ])
        let attached = try await devTools.call(
            "Target.attachToTarget", ["targetId": target["targetId"] ?? .null, "flatten": true])
        guard let session = attached["sessionId"]?.stringValue else {
            throw BrowserError("Chromium did not attach to a page")
        }
        let page = Page(name: name, session: session, devTools: devTools)
        for domain in ["Inspector", "Page", "Runtime", "Log", "Network"] {
            try await page.call("\(domain).enable")
        }
        try await page.setSize(width: width, height: height, isPhone: isPhone)
        try await page.go(to: address)
        return page
    }

    /// Ends the browser and removes its profile.
    func close() async {
        // Killed outright, its helpers would go on writing into the profile for a moment.
        _ = try? await devTools.call("Browser.close")
        let end = Date().addingTimeInterval(20)
        while process.isRunning, Date() < end { try? await Task.sleep(for: .milliseconds(10)) }
        process.kill()
        await devTools.close()
        for _ in 0..<20 where FileManager.default.fileExists(atPath: profile.path) {
            if (try? FileManager.default.removeItem(at: profile)) != nil { break }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }
}

/// Runs a body with a browser that ends with it, whatever happens.
func withChromium<Result: Sendable>(
    language: String = "en", _ body: (Chromium) async throws -> Result
) async throws -> Result {
    let browser = try await Chromium.launch(language: language)
    do {
        let result = try await body(browser)
        await browser.close()
        return result
    } catch {
        await browser.close()
        throw error
    }
}
