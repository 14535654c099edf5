#include "pg/session_purpose.hpp"

#include "pg/compat.hpp"
#include "pg/during.hpp"

extern "C" {
#include "access/parallel.h"
#include "access/xact.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constexpr char kName[] = "retention.session_purpose";

constinit char *setting = nullptr;

// What stood when the transaction began, and what holds now. The setting's own value cannot be relied on: the server sets it back without
// asking, and does not say why.
constinit PurposeNames before = {};
constinit PurposeNames now = {};
constinit uint64 in_force = 0;  // the number of its assignment; 0: none
// What was widened in this transaction by somebody who may, one within the other: what held, and the assignment that was in force. Where the
// server comes back to that, everything is as it was.
struct Widening {
    PurposeNames held;
    uint64 in_force;
};
constexpr int kMostWidenings = 8;
constinit Widening widenings[kMostWidenings] = {};
constinit int n_widenings = 0;
constinit bool noted = false;  // this transaction's end will be heard of
constinit Dynamic<bool> resetting{false};

// What the check found, for the assignment that follows it. Assigned again by the server it is not new any more.
// By number: the memory of one that is gone is another's.
struct Checked {
    uint64 number;
    PurposeNames names;
    bool is_new;
    bool widens;
};

bool has(const PurposeNames &names, const char *name) {
    for (int i = 0; i < names.n; ++i)
        if (strcmp(names.name[i], name) == 0) return true;
    return false;
}

bool has_all(const PurposeNames &names, const PurposeNames &wanted) {
    for (int i = 0; i < wanted.n; ++i)
        if (!has(names, wanted.name[i])) return false;
    return true;
}

// False: there are too many, or the name is too long.
bool add(PurposeNames *names, const char *start, size_t length) {
    char name[kLongestPurpose];
    if (length >= sizeof name) return false;
    memcpy(name, start, length);
    name[length] = '\0';
    if (has(*names, name)) return true;
    if (names->n == kMostSessionPurposes) return false;
    strlcpy(names->name[names->n++], name, sizeof name);
    return true;
}

void add_all(PurposeNames *names, const PurposeNames &more) {
    names->too_many = names->too_many || more.too_many;
    for (int i = 0; i < more.n; ++i)
        if (!add(names, more.name[i], strlen(more.name[i]))) names->too_many = true;
}

const char *skip_blanks(const char *at) { return at + strspn(at, " \t\n\r"); }

// Separated by commas; one that holds a comma in double quotes, which are doubled inside. False: it cannot be read.
bool parse(const char *text, PurposeNames *out) {
    char name[kLongestPurpose];
    *out = {};
    const char *at = skip_blanks(text);
    while (*at != '\0') {
        size_t length = 0, trimmed = 0;
        const bool quoted = *at == '"';
        if (quoted) ++at;
        for (; *at != '\0' && (quoted || *at != ','); ++at) {
            if (quoted && *at == '"' && *++at != '"') break;
            if (length == sizeof name) return false;
            name[length++] = *at;
            if (quoted || strchr(" \t\n\r", *at) == nullptr) trimmed = length;
        }
        if (quoted && (at[-1] != '"' || length == 0)) return false;
        if (trimmed == 0 || !add(out, name, trimmed)) return false;
        at = skip_blanks(at);
        if (*at == '\0') return true;
        if (*at != ',') return false;
        at = skip_blanks(at + 1);
        if (*at == '\0') return false;
    }
    return true;
}

bool may_widen() { return pg_parameter_aclcheck(kName, GetUserId(), ACL_SET) == ACLCHECK_OK; }

constexpr char kWidens[] = "permission denied to widen what this session is for";
constexpr char kHint[] =
    "Begin a new session, or ask for GRANT SET ON PARAMETER retention.session_purpose. Adding a purpose needs no right.";

// While a session begins. What is set for databases and roles counts also where what the client asks for goes before it.
bool is_given(GucSource source) { return IsInitProcessingMode() && IsUnderPostmaster && source < PGC_S_INTERACTIVE; }

bool check(char **value, void **extra, GucSource source) {
    PurposeNames names;
    if (!parse(*value, &names)) {
        GUC_check_errdetail("At most %d names of purposes of less than %d bytes are separated by commas.", kMostSessionPurposes,
                            kLongestPurpose);
        GUC_check_errhint("Put a name that holds a comma into double quotes.");
        return false;
    }
    const bool widens = source == PGC_S_SESSION && !InitializingParallelWorker && IsTransactionState() && !has_all(names, now);
    if (widens && !may_widen()) {
        GUC_check_errcode(ERRCODE_INSUFFICIENT_PRIVILEGE);
        GUC_check_errmsg("%s", kWidens);
        GUC_check_errhint("%s", kHint);
        return false;
    }
    if (is_given(source)) {
        add_all(&before, names);
        add_all(&now, names);
    }
    auto *checked = static_cast<Checked *>(allocate_for_setting(sizeof(Checked)));
    if (checked == nullptr) return false;
    static constinit uint64 last = 0;
    *checked = Checked{++last, names, true, widens};
    *extra = checked;
    return true;
}

// By now the server has set back what was set for the transaction alone.
void end_transaction(void *) {
    if (!parse(setting, &now)) return;
    if (n_widenings == 0) add_all(&now, before);
    before = now;
    n_widenings = 0;
    noted = false;
}

void note_transaction() {
    if (noted) return;
    auto *callback =
        static_cast<MemoryContextCallback *>(MemoryContextAllocZero(TopTransactionContext, sizeof(MemoryContextCallback)));
    callback->func = end_transaction;
    MemoryContextRegisterResetCallback(TopTransactionContext, callback);
    noted = true;
}

void widen(const PurposeNames &names) {
    // Of too many the first one is part of the second.
    if (n_widenings == kMostWidenings) {
        add_all(&widenings[1].held, widenings[0].held);
        memmove(widenings, widenings + 1, sizeof(Widening) * --n_widenings);
    }
    widenings[n_widenings++] = Widening{now, in_force};
    now = names;
}

// Not asked for: the end of a function, of a transaction or a part of it, or RESET through set_config(). What the server comes back to holds
// at least; what was wider than it is so no more.
void come_back_to(const Checked *checked) {
    for (int i = n_widenings - 1; i >= 0; --i) {
        if (widenings[i].in_force != (checked == nullptr ? 0 : checked->number)) continue;
        add_all(&now, widenings[i].held);
        n_widenings = i;
        break;
    }
    if (checked != nullptr) add_all(&now, checked->names);
}

void assign(const char *, void *extra) {
    auto *checked = static_cast<Checked *>(extra);
    const bool is_new = checked != nullptr && checked->is_new;
    if (checked != nullptr) checked->is_new = false;
    if (!IsUnderPostmaster) {
        before = now = checked == nullptr ? PurposeNames{} : checked->names;
    } else if (!IsTransactionState()) {
        if (is_new) add_all(&before, checked->names);
        come_back_to(checked);
    } else {
        note_transaction();
        if (resetting)
            widen(checked == nullptr ? PurposeNames{} : checked->names);
        else if (is_new && checked->widens)
            widen(checked->names);
        else
            come_back_to(checked);
    }
    in_force = checked == nullptr ? 0 : checked->number;
}

// What holds, and not what was written last.
const char *show() {
    StringInfoData out;
    initStringInfo(&out);
    for (int i = 0; i < now.n; ++i) {
        const char *name = now.name[i];
        const bool plain = strpbrk(name, ",\"") == nullptr;
        appendStringInfoString(&out, i == 0 ? "" : ", ");
        if (plain) {
            appendStringInfoString(&out, name);
            continue;
        }
        appendStringInfoChar(&out, '"');
        for (const char *at = name; *at != '\0'; ++at) {
            if (*at == '"') appendStringInfoChar(&out, '"');
            appendStringInfoChar(&out, *at);
        }
        appendStringInfoChar(&out, '"');
    }
    return out.data;
}

}  // namespace

const PurposeNames &session_purposes() { return now; }

bool resets_session_purpose(const Node *statement) {
    if (now.n == 0) return false;
    if (IsA(statement, DiscardStmt)) return reinterpret_cast<const DiscardStmt *>(statement)->target == DISCARD_ALL;
    if (!IsA(statement, VariableSetStmt)) return false;
    const auto *set = reinterpret_cast<const VariableSetStmt *>(statement);
    return set->kind == VAR_RESET_ALL ||
           ((set->kind == VAR_RESET || set->kind == VAR_SET_DEFAULT) && pg_strcasecmp(set->name, kName) == 0);
}

void keep_session_purpose(const Command &command) {
    if (!resets_session_purpose(command.statement())) return proceed(command);
    if (!may_widen()) ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("%s", kWidens), errhint("%s", kHint)));
    during(resetting, true, [&] { proceed(command); });
}

void define_session_purpose() {
    DefineCustomStringVariable(kName, "What this session is for: it does not see persons whose data are not used for that.",
                               "Names of retention.purpose, separated by commas. Taking one away needs GRANT SET ON PARAMETER.",
                               &setting, "", PGC_USERSET, 0, check, assign, show);
}

}  // namespace pg_retention
