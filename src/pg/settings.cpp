#include "pg/settings.hpp"

#include <climits>

#include "core/time/period.hpp"
#include "pg/postgres.hpp"
#include "pg/session_purpose.hpp"
#include "pg/time.hpp"
#include "pg/timezone.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace pg_retention::settings {

// Minutes; no three or ten calendar years have more.
static constexpr int kThreeYears = 1096 * 24 * 60, kTenYears = 3653 * 24 * 60;

bool worker = true;
int naptime = 60;
int max_parallel_workers = 0;
char *timezone = nullptr;
bool reveal = false;
char *reveal_reason = nullptr;
char *test_now = nullptr;
bool allow_test_time = false;
bool confirm_drop = false;
bool confirm_identity = false;
int max_identity_rows = 20;
int backup_age = 0;
int objection_age = kTenYears;
int request_age = kThreeYears;
char *request_target = nullptr;
char *holiday_country = nullptr;
char *erasure_key_file = nullptr;
char *pseudonym_key_file = nullptr;
int unmanaged_personal_column = kIgnore;
bool refresh_views = true;
int disclosure_age = kThreeYears;
int batch_size = 0;
int transaction_time = 100;
int rows_per_second = 0;
int wal_per_second = 0;
int max_standby_lag = -1;
int lock_timeout = 5000;
int progress_interval = 10000;
double nice_ratio = 0;
double worker_nice_ratio = 9;
double max_share = 0.1;
double vacuum_scale_factor = 0.02;
int vacuum_max_size = 131072;
int sweep_run_age = 366 * 24 * 60;
int audit_blocks = 128;
int statement_timeout = 60000;
int verify_at_once = 128;
int verify_blocks = 8192;

static constexpr double kMostNice = 100;

static constexpr config_enum_entry kUnmanaged[] = {
    {"ignore", kIgnore, false}, {"warning", kWarning, false}, {"error", kError, false}, {nullptr, 0, false}};

static bool check_period(char **newval, void **, GucSource) {
    const auto period = core::parse_period(*newval);
    if (period.ok()) return true;
    GUC_check_errdetail("%s", period.error().message);
    return false;
}

static bool check_country(char **newval, void **, GucSource) {
    if ((*newval)[0] != '\0') return true;
    GUC_check_errdetail("A country has a name, as in retention.public_holiday.");
    return false;
}

// What retention.sweep_pace may say otherwise for single policies.
static void define_pace() {
    DefineCustomIntVariable("retention.transaction_time", "How long a transaction of a sweep is meant to take.",
                            "It takes as many rows. A sweep that pauses has shorter ones.", &transaction_time, transaction_time,
                            1, 60000, PGC_SUSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.rows_per_second", "Most rows that a sweep deletes or anonymises of a policy in a second.",
                            "Zero: there is no limit.", &rows_per_second, 0, 0, INT_MAX, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.wal_per_second", "Most WAL that the sweep of a policy writes in a second.",
                            "Zero: there is no limit.", &wal_per_second, 0, 0, INT_MAX, PGC_SUSET, GUC_UNIT_KB, nullptr, nullptr,
                            nullptr);
    DefineCustomIntVariable("retention.max_standby_lag", "WAL that a standby or subscriber may be behind before sweeps wait.",
                            "-1: they never wait.", &max_standby_lag, -1, -1, INT_MAX, PGC_SUSET, GUC_UNIT_KB, nullptr, nullptr,
                            nullptr);
    DefineCustomIntVariable("retention.lock_timeout", "How long a worker's sweep waits for a lock.",
                            "What it did not get is tried again later.", &lock_timeout, lock_timeout, 1, PG_INT32_MAX, PGC_SIGHUP,
                            GUC_UNIT_MS, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.progress_interval", "How often a sweep that is called tells how far it is.",
                            "-1: never; 0: after each transaction.", &progress_interval, progress_interval, -1, PG_INT32_MAX,
                            PGC_USERSET, GUC_UNIT_MS, nullptr, nullptr, nullptr);
}

void init() {
    define_pace();
    DefineCustomBoolVariable("retention.allow_test_time", "Honours retention.test_now.", "Only for tests and demonstrations.",
                             &allow_test_time, false, PGC_POSTMASTER, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.audit_blocks", "Blocks whose rows a worker audits in one pass, between two sweeps.",
                            "Zero: it audits none.", &audit_blocks, 128, 0, 100000, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.backup_age", "Age of the oldest backup: erasures are remembered that long.",
                            "Zero remembers them for ever.", &backup_age, 0, 0, PG_INT32_MAX, PGC_SIGHUP, GUC_UNIT_MIN, nullptr,
                            nullptr, nullptr);
    DefineCustomIntVariable("retention.batch_size", "Most rows a sweep acts on in one transaction.",
                            "Zero: as many as take about retention.transaction_time, or fewer where the sweep pauses.",
                            &batch_size, 0, 0, 100000, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable(
        "retention.confirm_drop",
        "Confirms that hidden rows may become readable again with a policy, or be lost with a table or column.",
        "And that the last key goes while there are hidden rows, that a policy goes, or a way out of it, with starts that are reached no other way, and that the extension is dropped with its clocks.",
        &confirm_drop, false, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomBoolVariable(
        "retention.confirm_identity",
        "Confirms that rows which share an identifying value are one person, however many and whatever their names.", nullptr,
        &confirm_identity, false, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("retention.holiday_country", "Country whose public holidays a request is written with.",
                               "See retention.public_holiday.", &holiday_country, "NO", PGC_SIGHUP, 0, check_country, nullptr,
                               nullptr);
    DefineCustomIntVariable(
        "retention.max_identity_rows", "Most rows that are taken for one person because they share an identifying value.",
        "More need retention.confirm_identity.", &max_identity_rows, 20, 1, INT_MAX, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.disclosure_age", "Age up to which disclosures and settled notices to recipients are kept.",
                            "Zero keeps them for ever.", &disclosure_age, disclosure_age, 0, PG_INT32_MAX, PGC_SIGHUP,
                            GUC_UNIT_MIN, nullptr, nullptr, nullptr);
    DefineCustomRealVariable("retention.max_share", "Share of a table's rows that sweeps take in a day without approval.",
                             "A thousand rows always; 1: all. More waits for retention.approve().", &max_share, 0.1, 0, 1,
                             PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.sweep_run_age", "Age up to which runs of sweeps are kept on record.",
                            "Zero keeps them for ever.", &sweep_run_age, sweep_run_age, 0, PG_INT32_MAX, PGC_SUSET, GUC_UNIT_MIN,
                            nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.vacuum_max_size", "Size up to which the worker vacuums a table itself.",
                            "Larger ones are left to autovacuum.", &vacuum_max_size, vacuum_max_size, 0, INT_MAX, PGC_SIGHUP,
                            GUC_UNIT_BLOCKS, nullptr, nullptr, nullptr);
    DefineCustomRealVariable("retention.vacuum_scale_factor",
                             "Share of a table's rows that sweeps take before the worker vacuums it.",
                             "A thousand rows at least, but a day after the first at the latest; -1: it is left to others.",
                             &vacuum_scale_factor, vacuum_scale_factor, -1, 100, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomStringVariable("retention.erasure_key_file",
                               "File with the key under which erasures are remembered, outside the cluster and its backups.",
                               "Empty: erasures are not remembered.", &erasure_key_file, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY,
                               nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.max_parallel_workers",
                            "How many processes help the worker of a database to sweep several tables at once.",
                            "They come from max_worker_processes, and each pauses as the worker does.", &max_parallel_workers, 0,
                            0, kMostParallelWorkers, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.naptime", "Time between two sweeps of a database.",
                            "Databases take turns where there are more of them than free worker processes.", &naptime, 60, 1,
                            86400, PGC_SIGHUP, GUC_UNIT_S, nullptr, nullptr, nullptr);
    DefineCustomRealVariable(
        "retention.nice_ratio", "How many times as long as each step took a sweep that is called pauses after it.",
        "Zero: it goes on at once.", &nice_ratio, 0, 0, kMostNice, PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.objection_age", "How long objections of persons who were erased are remembered.",
                            "Zero remembers them for ever.", &objection_age, kTenYears, 0, PG_INT32_MAX, PGC_SIGHUP, GUC_UNIT_MIN,
                            nullptr, nullptr, nullptr);
    DefineCustomStringVariable("retention.pseudonym_key_file",
                               "File with the key of pseudonyms, outside the cluster and its backups.",
                               "Empty: nothing can be pseudonymised.", &pseudonym_key_file, "", PGC_SIGHUP, GUC_SUPERUSER_ONLY,
                               nullptr, nullptr, nullptr);
    DefineCustomBoolVariable("retention.refresh_views",
                             "Refreshes materialized views that may hold rows which are gone or hidden by now.",
                             "But for those in retention.left_out_view. Off: retention.stale_view lists them.", &refresh_views,
                             true, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.request_age", "Time after which a request that was closed is deleted.",
                            "Zero: it is kept for ever.", &request_age, request_age, 0, PG_INT32_MAX, PGC_SIGHUP, GUC_UNIT_MIN,
                            nullptr, nullptr, nullptr);
    DefineCustomStringVariable("retention.request_target", "Period within which requests are meant to be answered.",
                               "It stands beside the legal deadline; forever: there is no such target.", &request_target,
                               "30 days", PGC_SIGHUP, 0, check_period, nullptr, nullptr);
    DefineCustomBoolVariable(
        "retention.reveal", "Lets this session read hidden rows.",
        "Commands evaluate over them, too. Delegated with GRANT SET ON PARAMETER; logged, and in the ledger.", &reveal, false,
        PGC_SUSET, 0, nullptr, nullptr, nullptr);
    define_session_purpose();
    DefineCustomStringVariable("retention.reveal_reason", "Why hidden rows are read; recorded with the first use.", nullptr,
                               &reveal_reason, "", PGC_USERSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable(
        "retention.statement_timeout",
        "How long one step of a sweep may take: a batch, a refresh of a materialized view, a part of stamping.",
        "Zero: there is no limit.", &statement_timeout, 60000, 0, PG_INT32_MAX, PGC_SIGHUP, GUC_UNIT_MS, nullptr, nullptr,
        nullptr);
    DefineCustomStringVariable("retention.test_now", "Injected time for tests and demonstrations.",
                               "Honoured only when retention.allow_test_time is on.", &test_now, "", PGC_SUSET, 0, check_test_now,
                               assign_test_now, nullptr);
    DefineCustomStringVariable("retention.timezone", "Time zone of a policy that is written without one.",
                               "Empty means log_timezone. A later change is for later policies.", &timezone, "", PGC_SIGHUP, 0,
                               check_default_zone, assign_default_zone, nullptr);
    DefineCustomEnumVariable("retention.unmanaged_personal_column",
                             "Reports commands that leave a personal column outside any policy.", nullptr,
                             &unmanaged_personal_column, kIgnore, kUnmanaged, PGC_SUSET, 0, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.verify_at_once",
                            "Size up to which an erasure looks through a table itself for what tells who the person was.",
                            "Larger ones are asked by their indexes, or left to the worker.", &verify_at_once, 128, 0, INT_MAX,
                            PGC_USERSET, GUC_UNIT_BLOCKS, nullptr, nullptr, nullptr);
    DefineCustomIntVariable("retention.verify_blocks", "Blocks that a worker looks through in one pass to verify erasures.",
                            "Zero: it looks through none.", &verify_blocks, 8192, 0, INT_MAX, PGC_SIGHUP, 0, nullptr, nullptr,
                            nullptr);
    DefineCustomBoolVariable("retention.worker", "Runs the background workers.", nullptr, &worker, true, PGC_SIGHUP, 0, nullptr,
                             nullptr, nullptr);
    DefineCustomRealVariable(
        "retention.worker_nice_ratio", "How many times as long as each step took a worker's sweep pauses after it.",
        "At most a second, and it holds nothing meanwhile; 9: it takes a tenth of one processor. Zero: it goes on at once.",
        &worker_nice_ratio, worker_nice_ratio, 0, kMostNice, PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
    MarkGUCPrefixReserved("retention");
}

}  // namespace pg_retention::settings
