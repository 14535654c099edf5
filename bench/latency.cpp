// Latency of the same statements in several variants, on one connection, one variant after the other, in turns.
//   latency MODE BAR ROUNDS VARIANT=FILE...     MODE: simple, prepared, planning (EXPLAIN's planning time) or write
// A file holds cases: a line "-- name" and the statement below it. The first variant is what the others are compared with; the bar
// is the second's, for the geometric mean of all cases, and 0 for none. It holds when the lower end of the interval is not above it.
#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace {

using Numbers = std::vector<double>;

enum class Mode { kSimple, kPrepared, kPlanning, kWrite };

struct Case {
    std::string name;
    std::vector<std::string> statements;  // by variant
    std::vector<int> repeats;             // in a round, by variant
    std::vector<Numbers> rounds;          // medians in microseconds, by variant
};

struct Run {
    PGconn *connection;
    Mode mode;
    int n_rounds;
    std::vector<std::string> variants;
    std::vector<Case> cases;
};

constexpr int kMostRepeats = 50;
constexpr int kWarmUps = 12;  // more than a server tries custom plans for
constexpr double kRoundMicros = 40000;
constexpr int kResamples = 2000;

[[noreturn]] void fail(const std::string &message) {
    std::fprintf(stderr, "latency: %s\n", message.c_str());
    std::exit(2);
}

double median(Numbers v) {
    std::sort(v.begin(), v.end());
    const size_t half = v.size() / 2;
    return v.size() % 2 != 0 ? v[half] : (v[half - 1] + v[half]) / 2;
}

void read_cases(Run *run, const std::string &file) {
    std::ifstream in(file);
    std::string line, name;
    for (size_t n = 0; std::getline(in, line);) {
        if (line.rfind("-- ", 0) == 0) {
            name = line.substr(3);
        } else if (!line.empty()) {
            if (n == run->cases.size()) run->cases.push_back({name, {}, {}, {}});
            run->cases[n++].statements.push_back(line);
        }
    }
}

std::string prepared_name(size_t c, size_t variant) { return std::to_string(c) + "_" + std::to_string(variant); }

PGresult *execute(const Run &run, size_t c, size_t variant) {
    const std::string &statement = run.cases[c].statements[variant];
    if (run.mode == Mode::kPrepared)
        return PQexecPrepared(run.connection, prepared_name(c, variant).c_str(), 0, nullptr, nullptr, nullptr, 0);
    if (run.mode == Mode::kPlanning) return PQexec(run.connection, ("EXPLAIN (SUMMARY) " + statement).c_str());
    return PQexec(run.connection, statement.c_str());
}

double planning_micros(const PGresult *result) {
    double ms = 0;
    for (int i = 0; i < PQntuples(result); ++i)
        if (std::sscanf(PQgetvalue(result, i, 0), "Planning Time: %lf ms", &ms) == 1) return ms * 1000;
    fail("no planning time");
}

// rows: what came, in an order of its own, or null.
double measure(const Run &run, size_t c, size_t variant, std::vector<std::string> *rows) {
    const auto began = std::chrono::steady_clock::now();
    PGresult *result = execute(run, c, variant);
    double micros = std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count();
    if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
        fail(PQerrorMessage(run.connection));
    if (run.mode == Mode::kPlanning) micros = planning_micros(result);
    for (int i = 0; rows != nullptr && i < PQntuples(result); ++i) {
        std::string row;
        for (int k = 0; k < PQnfields(result); ++k) row.append(PQgetvalue(result, i, k)).push_back('|');
        rows->push_back(row);
    }
    if (rows != nullptr) std::sort(rows->begin(), rows->end());
    PQclear(result);
    return micros;
}

// The same rows must come, whatever the variant; plans settle, caches fill, and how often a round repeats a statement is set.
void warm_up(Run *run, size_t c) {
    Case &one = run->cases[c];
    std::vector<std::string> first;
    for (size_t v = 0; v < run->variants.size(); ++v) {
        std::vector<std::string> rows;
        if (run->mode == Mode::kPrepared)
            PQclear(PQprepare(run->connection, prepared_name(c, v).c_str(), one.statements[v].c_str(), 0, nullptr));
        measure(*run, c, v, &rows);
        if (v == 0) first = rows;
        const bool reads = run->mode == Mode::kSimple || run->mode == Mode::kPrepared;
        if (reads && (rows.empty() || rows != first)) fail(one.name + ": other rows from " + run->variants[v]);
        Numbers times;
        for (int i = 0; i < kWarmUps && (i < 3 || times.back() < kRoundMicros); ++i)
            times.push_back(measure(*run, c, v, nullptr));
        one.repeats.push_back(std::clamp(static_cast<int>(kRoundMicros / median(times)), 1, kMostRepeats));
        one.rounds.emplace_back();
    }
}

// Each variant comes first, and after each other, as often as any.
void one_round(Run *run, size_t c, int round) {
    Case &one = run->cases[c];
    const int n = static_cast<int>(run->variants.size());
    std::vector<Numbers> times(n);
    for (int i = 0; i < kMostRepeats; ++i)
        for (int k = 0; k < n; ++k) {
            const int forward = (i + round + k) % n, v = (i + round) % 2 == 0 ? forward : n - 1 - forward;
            if (i < one.repeats[v]) times[v].push_back(measure(*run, c, v, nullptr));
        }
    for (int v = 0; v < n; ++v) one.rounds[v].push_back(median(times[v]));
}

// The geometric mean of the ratios of these cases, each the median of these rounds.
double ratio(const std::vector<Case> &cases, size_t variant, const std::vector<int> &rounds) {
    double logs = 0;
    for (const Case &one : cases) {
        Numbers ratios;
        for (const int r : rounds) ratios.push_back(one.rounds[variant][r] / one.rounds[0][r]);
        logs += std::log(median(ratios));
    }
    return std::exp(logs / static_cast<double>(cases.size()));
}

struct Estimate {
    double value, low, high;
};

// With its 95% interval: what rounds drawn anew from those there were give.
Estimate estimate(const std::vector<Case> &cases, size_t variant) {
    const int n = static_cast<int>(cases.front().rounds[0].size());
    std::vector<int> rounds(n);
    for (int r = 0; r < n; ++r) rounds[r] = r;
    const double value = ratio(cases, variant, rounds);
    std::mt19937 random(1);
    Numbers drawn;
    for (int i = 0; i < kResamples; ++i) {
        for (int &r : rounds) r = static_cast<int>(random() % static_cast<unsigned>(n));
        drawn.push_back(ratio(cases, variant, rounds));
    }
    std::sort(drawn.begin(), drawn.end());
    return {value, drawn[kResamples / 40], drawn[kResamples - 1 - kResamples / 40]};
}

void print_ratios(const Run &run, const std::vector<Case> &cases) {
    for (size_t v = 1; v < run.variants.size(); ++v) {
        const Estimate e = estimate(cases, v);
        std::printf("  %s %.3f [%.3f, %.3f]", run.variants[v].c_str(), e.value, e.low, e.high);
    }
}

bool report(const Run &run, double bar) {
    for (const Case &one : run.cases) {
        std::printf("%-24s %s %.1f us", one.name.c_str(), run.variants[0].c_str(), median(one.rounds[0]));
        print_ratios(run, {one});
        std::printf("\n");
    }
    if (run.cases.size() > 1) {
        std::printf("%-24s", "geometric mean");
        print_ratios(run, run.cases);
        std::printf("\n");
    }
    if (bar == 0) return true;
    const bool held = estimate(run.cases, 1).low <= bar;
    std::printf("%s: at most %.2f\n", held ? "held" : "MISSED", bar);
    return held;
}

Mode mode_named(const std::string &name) {
    if (name == "simple") return Mode::kSimple;
    if (name == "prepared") return Mode::kPrepared;
    if (name == "planning") return Mode::kPlanning;
    if (name == "write") return Mode::kWrite;
    fail("unknown mode " + name);
}

}  // namespace

int main(int argc, char **argv) {
    if (argc < 6) fail("latency MODE BAR ROUNDS VARIANT=FILE...");
    Run run = {PQconnectdb(""), mode_named(argv[1]), std::atoi(argv[3]), {}, {}};
    if (PQstatus(run.connection) != CONNECTION_OK) fail(PQerrorMessage(run.connection));
    for (int i = 4; i < argc; ++i) {
        const std::string argument = argv[i];
        run.variants.push_back(argument.substr(0, argument.find('=')));
        read_cases(&run, argument.substr(argument.find('=') + 1));
    }
    for (size_t c = 0; c < run.cases.size(); ++c) warm_up(&run, c);
    for (int round = 0; round < run.n_rounds; ++round)
        for (size_t c = 0; c < run.cases.size(); ++c) one_round(&run, c, round);
    const bool held = report(run, std::atof(argv[2]));
    PQfinish(run.connection);
    return held ? 0 : 1;
}
