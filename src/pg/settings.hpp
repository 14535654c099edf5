#pragma once
// The settings retention.*; defined once, read everywhere.

namespace pg_retention::settings {

// What is said of a command that leaves a personal column outside any policy.
enum Unmanaged : int { kIgnore, kWarning, kError };

extern bool worker;  // retention.worker: run background workers
extern int naptime;  // retention.naptime, seconds
constexpr int kMostParallelWorkers = 32;
extern int max_parallel_workers;  // retention.max_parallel_workers: that help the worker of a database
extern char *timezone;            // retention.timezone; empty means log_timezone
extern bool reveal;               // retention.reveal: this session reads hidden rows
extern char *reveal_reason;       // retention.reveal_reason: recorded with the first use
extern char *test_now;            // retention.test_now: injected time, honoured only with allow_test_time
extern bool allow_test_time;      // retention.allow_test_time, postmaster start
extern bool
    confirm_drop;  // retention.confirm_drop: what is written to policies may show hidden rows again, and commands may lose them
extern bool
    confirm_identity;  // retention.confirm_identity: rows that share an identifying value are one person, however many they are
extern int max_identity_rows;     // retention.max_identity_rows: more are not taken for one person unconfirmed
extern int backup_age;            // retention.backup_age, minutes; 0: erasures are remembered for ever
extern int objection_age;         // retention.objection_age, minutes; 0: objections of erased persons are remembered for ever
extern int request_age;           // retention.request_age, minutes after a request was closed; 0: it is kept for ever
extern char *request_target;      // retention.request_target, a period: within what the controller means to answer
extern char *holiday_country;     // retention.holiday_country: whose holidays a request is written with
extern char *erasure_key_file;    // retention.erasure_key_file; empty: erasures are not remembered
extern char *pseudonym_key_file;  // retention.pseudonym_key_file; empty: there are no pseudonyms
extern int unmanaged_personal_column;  // retention.unmanaged_personal_column, of Unmanaged
extern bool refresh_views;             // retention.refresh_views: sweeps refresh stale materialised views
extern int disclosure_age;             // retention.disclosure_age, minutes; 0: disclosures are kept for ever
extern int batch_size;                 // retention.batch_size: most rows per transaction of a sweep; 0: by time
extern int transaction_time;           // retention.transaction_time, milliseconds that a transaction of a sweep is meant to take
extern int rows_per_second;            // retention.rows_per_second of a policy's sweep; 0: no limit
extern int wal_per_second;             // retention.wal_per_second, kB; 0: no limit
extern int max_standby_lag;            // retention.max_standby_lag, kB that standbys may be behind; -1: no limit
extern int progress_interval;          // retention.progress_interval, milliseconds between two notices of a sweep; -1: none
extern int lock_timeout;               // retention.lock_timeout, milliseconds that a worker waits for a lock
extern double nice_ratio;         // retention.nice_ratio: how many times as long as a step a sweep that is called pauses after it
extern double worker_nice_ratio;  // retention.worker_nice_ratio: the same of a worker's sweep
extern int audit_blocks;          // retention.audit_blocks: blocks that a worker audits in one pass; 0: none
extern int verify_at_once;        // retention.verify_at_once: tables of up to so many blocks are read by an erasure itself
extern int verify_blocks;         // retention.verify_blocks: blocks that a worker looks through in one pass; 0: none
extern double
    vacuum_scale_factor;  // retention.vacuum_scale_factor: of a table's rows, taken before a worker vacuums it; negative: it does not
extern int vacuum_max_size;    // retention.vacuum_max_size, blocks: of larger tables autovacuum takes care
extern int sweep_run_age;      // retention.sweep_run_age, minutes; 0: runs of sweeps are on record for ever
extern double max_share;       // retention.max_share: of a table's rows, the most that sweeps take in a day unapproved; 1: all
extern int statement_timeout;  // retention.statement_timeout, milliseconds, of one step of a sweep; 0: none

// Where the time that rows take cannot be measured before.
inline int rows_at_once() { return batch_size > 0 ? batch_size : 1000; }

void init();

}  // namespace pg_retention::settings
