/// Which pictures a panel may show: those that this server serves itself, so that a plugin cannot make
/// viewers' browsers call at a stranger's.
package enum ImagePath {
    static let example = "/v1/plugins/quiz/images/cup.png"

    /// Whether a path is that of a product's picture, or of one in a plugin's `images/`.
    static func isAllowed(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "v1" else { return false }
        let place = (parts[2], parts[4])
        guard place == ("rooms", "products") || place == ("plugins", "images"),
            Identifier.isValid(parts[3])
        else { return false }
        return type(ofFile: parts[5]) != nil
    }

    /// The media type of a picture by the name of its file; nil when it is no picture, or its name is not
    /// an identifier and an extension.
    package static func type(ofFile name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, Identifier.isValid(parts[0]) else { return nil }
        return types[parts[1]]
    }

    private static let types = [
        "svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "webp": "image/webp",
    ]
}
