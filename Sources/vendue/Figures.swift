internal import Auction
internal import Audience
internal import BidPlane
internal import EventLog
internal import Events
internal import Ledger
internal import Meters
internal import OpenRTB
internal import Units

/// The service's figures as text for other programs.
enum Figures {
    /// Prometheus' text format.
    static func prometheus(
        _ server: BidServer, _ log: EventLog, _ retention: LogRetention, _ clock: ClockWatch,
        _ files: FileWatch.Counts,
        _ audience: AudienceFigures, _ ledger: BudgetLedger
    ) -> String {
        server.meters.plan.prometheus(server.sheets) + """
            \(log.prometheus)
            \(clock.prometheus)
            \(retention.prometheus)
            # HELP vendue_file_reloads_total Looks at the operator's files that found one changed.
            # TYPE vendue_file_reloads_total counter
            vendue_file_reloads_total{outcome="loaded"} \(files.loaded)
            vendue_file_reloads_total{outcome="failed"} \(files.failed)
            \(audience.prometheus)
            \(ledger.pacing.prometheus)
            \(BookFigures(ledger).prometheus)
            # HELP vendue_build_info The version that runs.
            # TYPE vendue_build_info gauge
            vendue_build_info{version="\(Build.version)"} 1

            """
    }

    /// Why a strategy made no bid, or all of them together, by reason; what never happened is left out.
    ///
    /// - Returns: nil for a strategy that never was.
    static func passes(_ strategy: String?, _ server: BidServer, _ builder: SnapshotBuilder) -> String? {
        var counts = [UInt64](repeating: 0, count: PassReason.allCases.count)
        if let strategy {
            guard let row = builder.tally(of: strategy) else { return nil }
            for tallies in server.tallies {
                for (index, count) in tallies.counts(of: row).enumerated() { counts[index] += count }
            }
        } else {
            for sheet in server.sheets {
                for index in counts.indices { counts[index] += sheet.value(server.meters.passes, index) }
            }
        }
        let members = PassReason.allCases.filter { counts[Int($0.rawValue)] > 0 }.map { reason in
            "\"\(reason.label)\":\(counts[Int(reason.rawValue)])"
        }
        let name = strategy.map { JSONText.quoted($0) } ?? "null"
        return "{\"strategy\":\(name),\"passes\":{\(members.joined(separator: ","))}}\n"
    }
}

extension PacingFigures {
    /// Without its last line's end.
    fileprivate var prometheus: String {
        """
        # HELP vendue_pacing_accounts Strategies and advertisers whose budget is spent evenly.
        # TYPE vendue_pacing_accounts gauge
        vendue_pacing_accounts \(accounts)
        # HELP vendue_pacing_throttled_accounts Those that take part in some of their auctions only.
        # TYPE vendue_pacing_throttled_accounts gauge
        vendue_pacing_throttled_accounts \(throttled)
        # HELP vendue_pacing_off_plan_accounts Those whose spending is more than 5 % apart from their plan.
        # TYPE vendue_pacing_off_plan_accounts gauge
        vendue_pacing_off_plan_accounts{side="behind"} \(behind)
        vendue_pacing_off_plan_accounts{side="ahead"} \(ahead)
        # HELP vendue_pacing_known_hours Hours of the week whose traffic is known, of 168.
        # TYPE vendue_pacing_known_hours gauge
        vendue_pacing_known_hours \(knownHours)
        """
    }
}

extension AudienceFigures {
    /// Without its last line's end.
    fileprivate var prometheus: String {
        """
        # HELP vendue_visitors Visitors that are known.
        # TYPE vendue_visitors gauge
        vendue_visitors \(visitors)
        # HELP vendue_audience_memberships Memberships of visitors in audiences, ended ones not yet swept among them.
        # TYPE vendue_audience_memberships gauge
        vendue_audience_memberships \(memberships)
        # HELP vendue_audience_bytes Memory that memory_mb limits, by what it is used for.
        # TYPE vendue_audience_bytes gauge
        \(bytes.parts.map { "vendue_audience_bytes{part=\"\($0.name)\"} \($0.bytes)" }.joined(separator: "\n"))
        # HELP vendue_audience_timers Instants at which an audience of a visitor is looked at again.
        # TYPE vendue_audience_timers gauge
        vendue_audience_timers \(timers)
        # HELP vendue_audience_jobs Long work under way or waiting: changed rules, lists, snapshots.
        # TYPE vendue_audience_jobs gauge
        vendue_audience_jobs \(jobs)
        # HELP vendue_acts_total Acts of visitors brought into profiles.
        # TYPE vendue_acts_total counter
        vendue_acts_total \(counts.acts)
        # HELP vendue_act_repeats_total Acts that were known already, by their ids.
        # TYPE vendue_act_repeats_total counter
        vendue_act_repeats_total \(counts.duplicates)
        # HELP vendue_audience_evaluations_total Times that an audience was worked out for a visitor.
        # TYPE vendue_audience_evaluations_total counter
        vendue_audience_evaluations_total \(counts.evaluations)
        # HELP vendue_visitor_merges_total Visitors found to be one.
        # TYPE vendue_visitor_merges_total counter
        vendue_visitor_merges_total \(counts.merges)
        # HELP vendue_identifiers_unlinked_total Identifiers that there was no room for.
        # TYPE vendue_identifiers_unlinked_total counter
        vendue_identifiers_unlinked_total \(counts.unlinked)
        # HELP vendue_visitors_forgotten_total Visitors forgotten, by why.
        # TYPE vendue_visitors_forgotten_total counter
        vendue_visitors_forgotten_total{why="idle"} \(counts.idle)
        vendue_visitors_forgotten_total{why="room"} \(counts.evicted)
        vendue_visitors_forgotten_total{why="erased"} \(counts.erased)
        # HELP vendue_pending_impressions_full_total Bids not made since no room was left to note them against a cap.
        # TYPE vendue_pending_impressions_full_total counter
        vendue_pending_impressions_full_total \(pendingFull)
        # HELP vendue_audience_snapshots_total Snapshots of the audience written.
        # TYPE vendue_audience_snapshots_total counter
        vendue_audience_snapshots_total \(counts.snapshots)
        """
    }
}
