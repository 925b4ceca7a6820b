"""Made series, one set for each alarm: well at first, then as it must not be, in promtool's words."""

WELL = 120  # seconds (24 samples) in which all is well
SERVE, WEB, WORKER = (f'job="ct112-{name}",instance="{name}"' for name in ("serve", "web", "worker"))


def turns(good: str, bad: str) -> str:
    """Return a series that is well for two minutes, and then wrong for hours."""
    return f"{good}x23 {bad}x1440"


def gauge(name: str, good: float, bad: float, job: str = SERVE, labels: str = "") -> dict[str, str]:
    """Return one series that turns from one value to another."""
    inner = f"{job},{labels}" if labels else job
    return {f"{name}{{{inner}}}": turns(f"{good}+0", f"{bad}+0")}


def grows(name: str, each: float, job: str = SERVE, labels: str = "") -> dict[str, str]:
    """Return one counter that stands still, and then grows by so much with each sample (5 s)."""
    inner = f"{job},{labels}" if labels else job
    return {f"{name}{{{inner}}}": turns("0+0", f"0+{each}")}


def appears(name: str, job: str = SERVE, labels: str = "") -> dict[str, str]:
    """Return one counter that was not there, and then is: its first error, and no other."""
    return {f"{name}{{{job},{labels}}}": "_x24 1+0x1440"}


def slow(name: str, fast_bucket: str, job: str = SERVE, labels: str = "") -> dict[str, str]:
    """Return a histogram whose observations all are in the lowest bucket, and then all above it."""
    inner = f"{job},{labels}," if labels else f"{job},"
    return {
        f'{name}_bucket{{{inner}le="{fast_bucket}"}}': "0+1x23 24+0x1440",
        f'{name}_bucket{{{inner}le="1000"}}': "0+1x1463",
        f'{name}_bucket{{{inner}le="+Inf"}}': "0+1x1463",
    }


DAY = 86_400
UP = {f"up{{{job}}}": "1x1464" for job in (SERVE, WEB, WORKER)}

CASES: dict[str, dict[str, str]] = {
    "NobodyHandlesCalls": gauge("ct112_ready", 1, 0),
    "CallersWaitAndNobodyIsOnDuty": gauge("ct112_nobody_on_duty", 0, 1),
    "NobodyOnDuty": gauge("ct112_operators_on_duty", 3, 0),
    "CallerWaitsLong": gauge("ct112_longest_wait_seconds", 30, 31),
    "AnswersAreLate": slow("ct112_answer_seconds", "15.0"),
    "FewPeopleOnDuty": gauge("ct112_operators_on_duty", 2, 1),
    "FewerPeopleThanPlanned": gauge("ct112_operators_missing", 0, 1),
    "PhonesGone": gauge("ct112_phones_registered", 1, 0, labels='node="a"'),
    "OperatorWithoutPhone": gauge("ct112_operators_without_phone", 0, 1),
    "TrunkAway": gauge("ct112_trunk_reached", 1, 0, labels='node="a",trunk="trunk"'),
    "TrunkNotRegistered": gauge("ct112_trunk_registered", 1, 0, labels='node="a",trunk="trunk-telkom"'),
    "TestCallFails": gauge("ct112_test_call_ok", 1, 0, labels='node="a"'),
    # done last at 0 and every 20 s: missing after three times that and a minute, at 120 s
    "TestCallsMissing": {
        f'ct112_test_call_timestamp_seconds{{{SERVE},node="a"}}': "0x1464",
        f'ct112_test_call_every_seconds{{{SERVE},node="a"}}': "19x1464",
    },
    "CallsInFallback": gauge("ct112_fallback_calls", 0, 1, labels='node="a"'),
    "EmergencyCallersWaitToBeCalledBack": gauge("ct112_callbacks_overdue", 0, 1, WORKER),
    "NoRoutingRule": gauge("ct112_routing_unmatched", 0, 1, WORKER),
    "DispatchNotAcknowledged": gauge("ct112_dispatches_late", 0, 1, WORKER, 'what="not_acknowledged"'),
    "EmergencyNotDispatched": gauge("ct112_dispatches_late", 0, 1, WORKER, 'what="not_dispatched"'),
    "NobodyOnScene": gauge("ct112_dispatches_late", 0, 1, WORKER, 'what="not_on_scene"'),
    "NeighbourNotAnswered": gauge("ct112_dispatches_late", 0, 1, WORKER, 'what="not_answered"'),
    "DeliveriesBreak": appears("ct112_deliveries_total", WORKER, labels='way="webhook",outcome="broken"'),
    "AgencyNotReached": gauge("ct112_agencies_unreached", 0, 1, WORKER),
    "NodeAway": gauge("ct112_link_up", 1, 0, labels='node="a",link="ari"'),
    "LinkFlaps": grows("ct112_link_losses_total", 1, labels='node="a",link="ari"'),
    "LinkMeetsTheUnforeseen": appears("ct112_link_errors_total", labels='node="a",link="ari"'),
    "AccountsRefused": gauge("ct112_part_ok", 1, 0, labels='part="accounts"'),
    "LegsCannotBeDescribed": gauge("ct112_unreadable_legs", 0, 1, labels='node="a"'),
    "StrangeLegs": appears("ct112_strange_legs_total", labels='node="a"'),
    "EventsWait": gauge("ct112_inbox_depth", 1000, 1001),
    "EventsComeLate": slow("ct112_ari_event_age_seconds", "0.5", labels='node="a"'),
    "EventBrokeTheFloor": grows("ct112_floor_errors_total", 1),
    "PromptsFail": appears("ct112_prompt_failures_total", labels='source="speech"'),
    "DatabaseAway": gauge("ct112_part_ok", 1, 0, labels='part="database"'),
    "DatabaseBehind": gauge("ct112_spool_behind_seconds", 30, 31),
    "SpoolGrows": {f"ct112_spool_waiting{{{SERVE}}}": "0x23 1+1x1440"},
    "SpoolFails": gauge("ct112_spool_failed", 0, 1),
    "DiskFills": gauge("ct112_disk_free_bytes", 15, 14, labels='folder="state"')
    | gauge("ct112_disk_size_bytes", 100, 100, labels='folder="state"'),
    "DiskFull": gauge("ct112_disk_free_bytes", 15, 4, labels='folder="state"')
    | gauge("ct112_disk_size_bytes", 100, 100, labels='folder="state"'),
    "DiskDoesNotAnswer": gauge("ct112_disk_answers", 1, 0, labels='folder="state"'),
    "SeatingNotKept": gauge("ct112_seating_not_kept", 0, 1),
    "SettingsRefused": gauge("ct112_settings_refused", 0, 1),
    "SomethingWasSetAside": appears("ct112_set_aside_total", labels='kind="open record"'),
    "SpoolWasDamaged": gauge("ct112_spool_damaged_total", 0, 1),
    "FallbackFilesUnusable": gauge("ct112_fallback_trouble", 0, 1, labels='node="a"'),
    "AuditNotSealed": gauge("ct112_audit_unsealed_seconds", 60, 61, WORKER),
    "AuditWasCut": gauge("ct112_audit_cut_total", 0, 1, WORKER),
    "ScreensAway": gauge("ct112_part_ok", 1, 0, WEB, 'part="live"'),
    # done last at 0 and every 6 s: late after 10 turns and a minute, at 120 s
    "HouseNotKept": {
        f'ct112_job_done_timestamp_seconds{{{WORKER},name="tidy"}}': "0x1464",
        f'ct112_job_every_seconds{{{WORKER},name="tidy"}}': "5.6x1464",
    },
    "BackupOld": gauge("ct112_backup_made_timestamp_seconds", 0, -26 * 3600 - 1, WORKER),
    "JobWaits": gauge("ct112_job_waits", 0, 1, WORKER, 'name="tidy"'),
    "PartDied": gauge("ct112_task_down", 0, 1, labels='task="journal"'),
    "StartsAgainAndAgain": {f"process_start_time_seconds{{{SERVE}}}": "1x21 2 3 4x1440"},
    "FeedFails": grows("ct112_feed_errors_total", 1),
    "PagesAreCutOff": grows("ct112_live_too_slow_total", 100, WEB),
    "AsksFail": grows("ct112_asks_total", 1, labels='kind="sit",answer="failed"'),
    "ClockNotSynchronised": gauge("ct112_clock_synchronised", 1, 0),
    "ClocksDiffer": gauge("ct112_node_clock_offset_seconds", 1, -1.1, labels='node="a"'),
    "CertificateEnds": gauge(
        "ct112_certificate_end_timestamp_seconds", 22 * DAY, 20 * DAY, WEB, 'certificate="web"'
    ),
    "CertificateEndsNow": gauge(
        "ct112_certificate_end_timestamp_seconds", 22 * DAY, 2 * DAY, WEB, 'certificate="web"'
    ),
    "CertificateUnusable": gauge("ct112_certificate_trouble", 0, 1, WEB, 'certificate="web"'),
    "PasswordsAreGuessed": grows(
        "ct112_security_events_total", 300, labels='node="a",event="InvalidPassword"'
    ),
    "SignInsAreGuessed": grows("ct112_sign_ins_total", 1000, WEB, 'outcome="wrong"'),
}
"""Alarm → its series. It is wrong from second 120 on, and in each case by as little as the rule must see."""
