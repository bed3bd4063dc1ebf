internal import EventLog

extension EventLog {
    /// Prometheus' text of the log and its disk.
    var prometheus: String {
        var text = """
            # HELP vendue_log_durable_sequence Last record that survives a power cut.
            # TYPE vendue_log_durable_sequence gauge
            vendue_log_durable_sequence \(durableSequence)
            # HELP vendue_log_lost_records Records that damage took, as the log said at the start.
            # TYPE vendue_log_lost_records gauge
            vendue_log_lost_records \(recovery.lostRecords)
            # HELP vendue_disk_has_room Whether the log's disk has room enough to bid.
            # TYPE vendue_disk_has_room gauge
            vendue_disk_has_room \(room.isAmple ? 1 : 0)
            # HELP vendue_disk_shortages_total Times that bidding stopped because the disk was nearly full.
            # TYPE vendue_disk_shortages_total counter
            vendue_disk_shortages_total \(room.shortages)
            # HELP vendue_disk_reserve_bytes Bytes held back for notices on a full disk.
            # TYPE vendue_disk_reserve_bytes gauge
            vendue_disk_reserve_bytes \(room.reserveBytes)
            """
        if let free = room.freeBytes {
            text += """

                # HELP vendue_disk_free_bytes Bytes free on the log's disk.
                # TYPE vendue_disk_free_bytes gauge
                vendue_disk_free_bytes \(free)
                """
        }
        return text
    }
}
