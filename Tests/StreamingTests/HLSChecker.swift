import Testing

/// A media playlist as a player reads it.
struct HLSPlaylist: Equatable {
    struct Part: Equatable {
        var name: String
        var milliseconds: Int
        var isIndependent: Bool
    }

    struct Segment: Equatable {
        var number: Int
        var name: String
        var milliseconds: Int
        var date: String
        var map: String
        var isDiscontinuous: Bool
        /// Empty where they are no longer listed.
        var parts: [Part]
    }

    var version = 0
    var targetDuration = 0
    var partTarget = 0
    var partHoldBack = 0
    var skipUntil = 0
    var canBlock = false
    var sequence = 0
    var discontinuitySequence = 0
    var skipped = 0
    var segments: [Segment] = []
    /// The one that grows; without parts it has no date.
    var open: Segment?
    var hint: String?
    var isEnded = false
    /// Lines that were not understood.
    var unknown: [String] = []

    init(_ text: String) {
        var lines = text.split(separator: "\n").map(String.init)
        if lines.first == "#EXTM3U" { lines.removeFirst() } else { unknown.append("no #EXTM3U") }
        var next = Segment(
            number: 0, name: "", milliseconds: 0, date: "", map: "", isDiscontinuous: false,
            parts: [])
        var map = ""
        for line in lines {
            let tag = line.split(separator: ":", maxSplits: 1).first.map(String.init) ?? ""
            let value = line.contains(":") ? String(line.dropFirst(tag.count + 1)) : ""
            let fields = Self.fields(value)
            switch tag {
            case "#EXT-X-VERSION": version = Int(value) ?? 0
            case "#EXT-X-TARGETDURATION": targetDuration = Int(value) ?? 0
            case "#EXT-X-SERVER-CONTROL":
                canBlock = fields["CAN-BLOCK-RELOAD"] == "YES"
                partHoldBack = Self.milliseconds(fields["PART-HOLD-BACK"])
                skipUntil = Self.milliseconds(fields["CAN-SKIP-UNTIL"])
            case "#EXT-X-PART-INF": partTarget = Self.milliseconds(fields["PART-TARGET"])
            case "#EXT-X-MEDIA-SEQUENCE": sequence = Int(value) ?? -1
            case "#EXT-X-DISCONTINUITY-SEQUENCE": discontinuitySequence = Int(value) ?? -1
            case "#EXT-X-SKIP": skipped = Int(fields["SKIPPED-SEGMENTS"] ?? "") ?? -1
            case "#EXT-X-DISCONTINUITY": next.isDiscontinuous = true
            case "#EXT-X-MAP": map = fields["URI"] ?? ""
            case "#EXT-X-PROGRAM-DATE-TIME": next.date = value
            case "#EXT-X-PART":
                next.parts.append(
                    Part(
                        name: fields["URI"] ?? "",
                        milliseconds: Self.milliseconds(fields["DURATION"]),
                        isIndependent: fields["INDEPENDENT"] == "YES"))
            case "#EXTINF": next.milliseconds = Self.milliseconds(String(value.dropLast()))
            case "#EXT-X-PRELOAD-HINT": hint = fields["URI"]
            case "#EXT-X-ENDLIST": isEnded = true
            default:
                guard !line.hasPrefix("#") else {
                    unknown.append(line)
                    continue
                }
                next.name = line
                next.map = map
                next.number = sequence + skipped + segments.count
                segments.append(next)
                next.isDiscontinuous = false
                (next.name, next.date, next.parts, next.milliseconds) = ("", "", [], 0)
            }
        }
        if !isEnded {
            next.number = sequence + skipped + segments.count
            next.map = map
            open = next
        }
    }

    /// Attributes, names in front of the equals sign; quotes are taken off.
    private static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        var isQuoted = false
        var name = ""
        var value: String?
        for character in text + "," {
            switch character {
            case "\"": isQuoted.toggle()
            case "=" where value == nil: value = ""
            case "," where !isQuoted:
                fields[name] = value
                (name, value) = ("", nil)
            default:
                if value == nil { name.append(character) } else { value?.append(character) }
            }
        }
        return fields
    }

    private static func milliseconds(_ text: String?) -> Int {
        Int(((Double(text ?? "") ?? -1) * 1_000).rounded())
    }

    var parts: [Part] { segments.flatMap(\.parts) + (open?.parts ?? []) }
}

/// Holds the rules of RFC 8216bis over a playlist that is read again and again.
struct HLSChecker {
    private(set) var problems: [String] = []
    private var last: HLSPlaylist?
    private var known: [Int: HLSPlaylist.Segment] = [:]
    private var knownParts: [String: HLSPlaylist.Part] = [:]
    private var hints: [String] = []
    private(set) var partCount = 0

    /// Parts whose own bytes begin with a keyframe, by name; without it nobody looks.
    var beginsWithKey: ((String) -> Bool)?

    private mutating func expect(_ isTrue: Bool, _ rule: String) {
        if !isTrue, problems.count < 20 { problems.append(rule) }
    }

    mutating func read(_ text: String) {
        read(HLSPlaylist(text))
    }

    mutating func read(_ list: HLSPlaylist) {
        expect(list.unknown.isEmpty, "unknown lines \(list.unknown)")
        expect(list.version >= 9, "version \(list.version)")
        expect(list.canBlock, "no blocking reload")
        expect(list.partHoldBack >= 3 * list.partTarget, "PART-HOLD-BACK is too small")
        expect(list.skipUntil >= 6 * list.targetDuration * 1_000, "CAN-SKIP-UNTIL is too small")
        if let last {
            expect(last.targetDuration == list.targetDuration, "TARGETDURATION changed")
            expect(last.partTarget == list.partTarget, "PART-TARGET changed")
            expect(list.sequence >= last.sequence, "MEDIA-SEQUENCE went back")
            let gone = last.segments.filter { $0.number < list.sequence && $0.isDiscontinuous }
            expect(
                list.discontinuitySequence == last.discontinuitySequence + gone.count,
                "DISCONTINUITY-SEQUENCE does not count what left")
        }
        for segment in list.segments { check(segment, in: list) }
        for (one, next) in zip(list.segments, list.segments.dropFirst()) {
            guard !next.isDiscontinuous else { continue }
            expect(
                Self.milliseconds(next.date) - Self.milliseconds(one.date) == one.milliseconds,
                "PROGRAM-DATE-TIME leaps at \(next.number)")
        }
        for segment in list.segments + (list.open.map { [$0] } ?? []) {
            for (index, part) in segment.parts.enumerated() {
                let isLast = segment.name != "" && index + 1 == segment.parts.count
                expect(
                    part.milliseconds <= list.partTarget, "\(part) is longer than the target")
                expect(
                    isLast || part.milliseconds * 100 >= list.partTarget * 85,
                    "\(part) is shorter than 85 % of \(list.partTarget)")
                if let known = knownParts[part.name] {
                    expect(known == part, "\(part) was \(known)")
                } else {
                    partCount += 1
                    knownParts[part.name] = part
                    if let beginsWithKey, part.isIndependent {
                        expect(beginsWithKey(part.name), "\(part) begins with no keyframe")
                    }
                }
            }
        }
        if let hint = list.hint {
            expect(knownParts[hint] == nil, "\(hint) is hinted and there")
            if hints.last != hint {
                hints.append(hint)
                for old in hints.dropLast().suffix(30) {
                    expect(knownParts[old] != nil, "\(old) was hinted and never came")
                }
            }
        } else {
            expect(list.isEnded, "no hint")
        }
        last = list
    }

    private mutating func check(_ segment: HLSPlaylist.Segment, in list: HLSPlaylist) {
        let number = segment.number
        expect(
            (segment.milliseconds + 500) / 1_000 <= list.targetDuration,
            "segment \(number) is longer than the target")
        expect(!segment.map.isEmpty, "segment \(number) has no map")
        if !segment.parts.isEmpty {
            expect(
                segment.parts.reduce(0) { $0 + $1.milliseconds } == segment.milliseconds,
                "the parts of \(number) are not its length")
        }
        if var old = known[number] {
            old.parts = segment.parts
            expect(old == segment, "segment \(number) changed")
        } else {
            if let newest = known.keys.max() {
                expect(number == newest + 1, "a hole before \(number)")
            }
            known[number] = segment
        }
    }

    /// Of a moment of one day.
    static func milliseconds(_ date: String) -> Int {
        guard date.count == 24 else { return -1 }
        let digits = date.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
        guard digits.count == 7 else { return -1 }
        return ((digits[2] * 24 + digits[3]) * 60 + digits[4]) * 60_000 + digits[5] * 1_000
            + digits[6]
    }
}
