/// The fragments since the last keyframe: what a viewer gets at once on joining.
struct GroupCache {
    /// Bounds of one group; an encoder that makes longer ones has joiners wait for a keyframe.
    static let bytesMax = 8 << 20
    static let millisecondsMax: Int64 = 10_000

    private let bytesMax: Int
    private let millisecondsMax: Int64
    private(set) var fragments: [Fragment] = []
    private(set) var byteCount = 0
    /// Whether the present group was too long to be kept.
    private(set) var isOverflowing = false

    init(bytesMax: Int = bytesMax, millisecondsMax: Int64 = millisecondsMax) {
        self.bytesMax = bytesMax
        self.millisecondsMax = millisecondsMax
    }

    mutating func append(_ fragment: Fragment) {
        if fragment.isKey {
            clear()
            isOverflowing = false
        } else if fragments.isEmpty {
            return
        }
        let start = fragments.first?.milliseconds ?? fragment.milliseconds
        guard byteCount + fragment.bytes.count <= bytesMax,
            fragment.milliseconds - start <= millisecondsMax
        else {
            clear()
            isOverflowing = true
            return
        }
        fragments.append(fragment)
        byteCount += fragment.bytes.count
    }

    mutating func clear() {
        fragments = []
        byteCount = 0
    }
}
