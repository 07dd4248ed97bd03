import Journaling
import Lanes
import PluginHosting
import Rooms
import Serving
import Staging
import Streaming

/// Writes figures in the Prometheus text format 0.0.4.
struct MetricsText {
    private(set) var text = ""

    mutating func add(
        _ name: String, _ kind: String, _ help: String,
        _ samples: [(labels: [(String, String)], value: Double)]
    ) {
        guard !samples.isEmpty else { return }
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
        for (labels, value) in samples {
            let inner = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
            let number =
                value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
            text += name + (labels.isEmpty ? "" : "{\(inner)}") + " \(number)\n"
        }
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }
}

extension MetricsText {
    mutating func add(lanes: [(number: Int, statistics: LaneStatistics)]) {
        func each(_ value: (LaneStatistics) -> Double) -> [(
            labels: [(String, String)], value: Double
        )] {
            lanes.map { ([("lane", String($0.number))], value($0.statistics)) }
        }
        add("playhouse_connections", "gauge", "Open connections.", each { Double($0.connections) })
        add(
            "playhouse_connections_accepted_total", "counter", "Connections accepted.",
            each { Double($0.accepted) })
        add(
            "playhouse_sent_bytes_total", "counter", "Bytes written to sockets.",
            each { Double($0.bytesSent) })
        add(
            "playhouse_writes_total", "counter", "System calls that wrote.",
            each { Double($0.writes) })
        add(
            "playhouse_slow_viewers_closed_total", "counter", "Viewers closed with 4420.",
            each { Double($0.slowClosed) })
        add(
            "playhouse_chatter_skips_total", "counter",
            "Times a slow viewer skipped to the newest danmaku.", each { Double($0.chatterSkips) })
        add(
            "playhouse_tick_milliseconds", "gauge",
            "How long a busy lane collects before it writes; 0 when it writes at once.",
            each { Double($0.tickMilliseconds) })
    }

    mutating func add(serving: ServingCounters.Values) {
        add(
            "playhouse_http_requests_total", "counter", "HTTP requests.",
            [([], Double(serving.httpRequests))])
        add(
            "playhouse_websocket_upgrades_total", "counter", "WebSockets opened.",
            [([], Double(serving.upgrades))])
        add(
            "playhouse_requests_total", "counter", "Requests over WebSocket.",
            [([], Double(serving.messages))])
        add(
            "playhouse_refusals_total", "counter", "Refusals at the door, by code.",
            serving.refusals.sorted { $0.key < $1.key }.map {
                ([("code", $0.key)], Double($0.value))
            })
    }

    mutating func add(addresses: AddressBook, connectionsMax: Int) {
        add(
            "playhouse_connections_max", "gauge", "Connections that are admitted at once.",
            [([], Double(connectionsMax))])
        add(
            "playhouse_connections_admitted", "gauge",
            "Open connections that count towards it, those that linger included.",
            [([], Double(addresses.connectionCount))])
        add(
            "playhouse_addresses", "gauge", "Addresses of which something is remembered.",
            [([], Double(addresses.addressCount))])
    }

    mutating func add(stage: StageFigures) {
        add(
            "playhouse_stage_starts_total", "counter", "Stage processes started.",
            [([], Double(stage.starts))])
        add(
            "playhouse_stage_restarts_total", "counter",
            "Stage processes that died, hung or could not be started, and were replaced.",
            [([], Double(stage.restarts))])
        add(
            "playhouse_stage_charges_total", "counter",
            "Those of them that were charged to the plugin that was running.",
            [([], Double(stage.charges))])
        add(
            "playhouse_stage_plays", "gauge", "Plays that are on a stage.",
            [([], Double(stage.plays))])
        add(
            "playhouse_stage_processes", "gauge", "Stage processes, by what they do.",
            [
                ([("kind", "active")], stage.active == nil ? 0 : 1),
                ([("kind", "aside")], Double(stage.aside.count)),
                ([("kind", "spare")], stage.spare == nil ? 0 : 1),
            ])
        add(
            "playhouse_stage_batches_total", "counter", "Batches of calls that were answered.",
            [([], Double(stage.batches))])
        add(
            "playhouse_stage_calls_total", "counter", "Calls of plugins in these batches.",
            [([], Double(stage.calls))])
        add(
            "playhouse_stage_busy_seconds_total", "counter",
            "Time that stages spent on them.",
            [([], stage.busySeconds)])
    }

    mutating func add(rooms: [(id: String, figures: LiveRoom.RoomFigures)]) {
        func each(_ value: (LiveRoom.RoomFigures) -> Double) -> [(
            labels: [(String, String)], value: Double
        )] {
            rooms.map { ([("room", $0.id)], value($0.figures)) }
        }
        add("playhouse_room_users", "gauge", "People in a room.", each { Double($0.users) })
        add(
            "playhouse_room_connections", "gauge", "Devices in a room.",
            each { Double($0.connections) })
        add(
            "playhouse_room_events_total", "counter", "Events of class event.",
            each { Double($0.offset) })
        add(
            "playhouse_room_records_total", "counter", "Records in the journal.",
            each { Double($0.records) })
        add(
            "playhouse_room_chatter_sampled_total", "counter",
            "Danmaku that the audience was spared.", each { Double($0.chatterSampled) })
        add(
            "playhouse_joins_total", "counter", "Sessions that a room admitted.",
            each { Double($0.counters.joins) })
        add(
            "playhouse_room_refusals_total", "counter",
            "Sessions and requests that a room refused, by code.",
            rooms.flatMap { room in
                room.figures.counters.refusals.sorted { $0.key < $1.key }.map {
                    ([("room", room.id), ("code", $0.key)], Double($0.value))
                }
            })
        add(
            "playhouse_room_journal_failing", "gauge",
            "1 while the journal takes no records of the room.",
            each { $0.isJournalFailing ? 1 : 0 })
    }

    mutating func add(replays: ReplayChecker.Counts) {
        add(
            "playhouse_replay_checks_total", "counter",
            "Plugin calls that were made again and compared.", [([], Double(replays.checks))])
        add(
            "playhouse_replay_differences_total", "counter",
            "Plugin calls that did not do the same again.", [([], Double(replays.differences))])
        add(
            "playhouse_replay_skips_total", "counter",
            "Plugin calls that were to be made again and could not be compared.",
            [([], Double(replays.skips))])
    }

    mutating func add(reloads: HotReload.Counts) {
        add(
            "playhouse_plugin_reloads_total", "counter",
            "Changed plugins that passed their check.", [([], Double(reloads.passes))])
        add(
            "playhouse_plugin_reload_failures_total", "counter",
            "Changed plugins that did not pass their check.", [([], Double(reloads.failures))])
    }

    mutating func add(knowledge: [(room: String, entries: Int, figures: KnowledgeFigures)]) {
        func each(_ value: (KnowledgeFigures) -> Double) -> [(
            labels: [(String, String)], value: Double
        )] {
            knowledge.map { ([("room", $0.room)], value($0.figures)) }
        }
        add(
            "playhouse_knowledge_entries", "gauge", "Entries that a room's plugins can find.",
            knowledge.map { ([("room", $0.room)], Double($0.entries)) })
        add(
            "playhouse_knowledge_searches_total", "counter", "Searches, by what was to be done.",
            knowledge.flatMap { room, _, figures in
                figures.searches.sorted { $0.key < $1.key }.map {
                    ([("room", room), ("band", $0.key)], Double($0.value))
                }
            })
        add(
            "playhouse_knowledge_seconds_total", "counter", "Time that searches took.",
            each { $0.seconds })
        add(
            "playhouse_knowledge_embeddings_missed_total", "counter",
            "Searches without embeddings although an endpoint is configured.",
            each { Double($0.missedEmbeddings) })
        add(
            "playhouse_knowledge_worded_total", "counter", "Answers in the words of the model.",
            each { Double($0.worded) })
        add(
            "playhouse_knowledge_texts_kept_total", "counter",
            "Answers in the merchant's words although a model was asked.", each { Double($0.kept) })
        add(
            "playhouse_knowledge_reloads_total", "counter", "Changed shop folders taken over.",
            each { Double($0.reloads) })
        add(
            "playhouse_knowledge_reload_failures_total", "counter",
            "Changed shop folders with a mistake.", each { Double($0.reloadFailures) })
    }

    mutating func add(seats: [String: StreamBoard.Seats]) {
        let rooms = seats.sorted { $0.key < $1.key }
        add(
            "playhouse_stream_seats", "gauge", "Seats whose media arrive.",
            rooms.map { ([("room", $0.key)], Double($0.value.live)) })
        add(
            "playhouse_stream_seat_viewers", "gauge", "Connections that get the picture of a seat.",
            rooms.map { ([("room", $0.key)], Double($0.value.viewers)) })
    }

    mutating func add(streams: [String: StreamBoard.Entry]) {
        let entries = streams.sorted { $0.key < $1.key }
        func each(_ value: (StreamBoard.Entry) -> Double) -> [(
            labels: [(String, String)], value: Double
        )] {
            entries.map { ([("room", $0.key)], value($0.value)) }
        }
        add(
            "playhouse_stream_live", "gauge", "1 while somebody publishes.",
            each { $0.isLive ? 1 : 0 })
        add(
            "playhouse_stream_viewers", "gauge",
            "Connections that get the picture, or its sound alone.", each { Double($0.viewers) })
        add(
            "playhouse_stream_listeners", "gauge", "Those of them that get the sound alone.",
            each { Double($0.listeners) })
        add(
            "playhouse_stream_hls_readers", "gauge",
            "Connections that read HLS at the stream's own port, and requests at the rooms' port.",
            each { Double($0.hlsReaders) })
        add(
            "playhouse_stream_hls_requests_total", "counter",
            "Playlists, parts and segments that were asked for.",
            each { Double($0.hlsRequests) })
        add(
            "playhouse_stream_flush_seconds", "gauge",
            "How long frames are held to be written together.",
            each { Double($0.flushMilliseconds) / 1_000 })
        add(
            "playhouse_stream_bits_per_second", "gauge", "What came in within the last second.",
            each { Double($0.readings.bitsPerSecond) })
        add(
            "playhouse_stream_frames_per_second", "gauge",
            "Frames that came in within the last second.",
            each { Double($0.readings.framesPerSecond) })
        add(
            "playhouse_stream_gap_seconds", "gauge",
            "The longest time without a frame within the last second.",
            each { Double($0.readings.gapMilliseconds) / 1e3 })
        add(
            "playhouse_stream_keyframe_seconds", "gauge",
            "Time from the last keyframe to the one before.",
            each { Double($0.readings.keyframeMilliseconds ?? 0) / 1e3 })
        add(
            "playhouse_stream_reordering", "gauge", "1 while the encoder makes B-frames.",
            each { $0.isLive && $0.readings.hasReordering ? 1 : 0 })
        add(
            "playhouse_stream_delay_seconds", "gauge",
            "Estimate of the delay from camera to viewer.",
            each { Double($0.delayMilliseconds ?? 0) / 1e3 })
        add(
            "playhouse_stream_warnings", "gauge",
            "1 for what the host is told to change, by warning.",
            entries.flatMap { room, entry in
                StreamWarning.allCases.map { warning in
                    (
                        [("room", room), ("warning", warning.rawValue)],
                        entry.isLive && entry.readings.warnings.contains(warning) ? 1 : 0
                    )
                }
            })
        add(
            "playhouse_stream_publishers_total", "counter",
            "Encoders that began, those included that came back.",
            each { Double($0.readings.publishers) })
        add(
            "playhouse_stream_clock_jumps_total", "counter",
            "Breaks in the present encoder's clock that were mended.",
            each { Double($0.readings.clockJumps) })
        add(
            "playhouse_stream_silent_frames_total", "counter",
            "Frames of silence in place of the present encoder's sound that did not come.",
            each { Double($0.readings.silentFrames) })
        add(
            "playhouse_stream_fragments_skipped_total", "counter",
            "Fragments that slow viewers did not get.", each { Double($0.skipped) })
        add(
            "playhouse_stream_slow_viewers_closed_total", "counter",
            "Viewers of the picture that were closed for being too slow.",
            each { Double($0.slowClosed) })
    }

    mutating func add(recordings: [String: Recorder.Figures]) {
        let rooms = recordings.sorted { $0.key < $1.key }
        add(
            "playhouse_recording_active", "gauge", "1 while the stream is recorded.",
            rooms.map { ([("room", $0.key)], $0.value.isRecording ? 1 : 0) })
        add(
            "playhouse_recording_bytes_total", "counter", "Bytes of recordings.",
            rooms.map { ([("room", $0.key)], Double($0.value.bytes)) })
        add(
            "playhouse_recording_skipped_total", "counter",
            "Fragments and events that the disk did not take in time.",
            rooms.map { ([("room", $0.key)], Double($0.value.skipped)) })
        add(
            "playhouse_recording_failures_total", "counter",
            "Recordings that ended because nothing could be written.",
            rooms.map { ([("room", $0.key)], Double($0.value.failures)) })
    }

    mutating func add(programsOf rooms: [(id: String, figures: LiveRoom.RoomFigures)]) {
        add(
            "playhouse_plugin_info", "gauge", "1 for the program that a room runs.",
            rooms.flatMap { room in
                room.figures.programs.map { program in
                    (
                        [
                            ("room", room.id), ("plugin", program.plugin),
                            ("version", program.mark.version), ("hash", program.mark.hash),
                        ], 1
                    )
                }
            })
    }

    mutating func add(roomsOpen rooms: [(id: String, isOpen: Bool)]) {
        add(
            "playhouse_room_open", "gauge",
            "0 for a room that is closed because of its journal; the log says why.",
            rooms.map { ([("room", $0.id)], $0.isOpen ? 1 : 0) })
    }

    mutating func add(journal: JournalStatistics) {
        add(
            "playhouse_journal_commits_total", "counter", "Group commits.",
            [([], Double(journal.commits))])
        add(
            "playhouse_journal_commit_failures_total", "counter", "Commits that failed.",
            [([], Double(journal.commitFailures))])
        add(
            "playhouse_journal_records_total", "counter", "Records committed.",
            [([], Double(journal.records))])
        add(
            "playhouse_journal_commit_seconds_total", "counter", "Time spent in commits.",
            [([], Double(journal.commitMicrosecondsTotal) / 1e6)])
        add(
            "playhouse_journal_wal_pages", "gauge", "Pages in the write-ahead log.",
            [([], Double(journal.walPages))])
    }
}
