#include "personal/anonymiser.hpp"

#include "core/text/token.hpp"
#include "core/data/truncate.hpp"
#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/security.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "parser/parse_func.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"
}

namespace pg_retention {

using core::Anonymiser;
using core::Content;

Content content_of(Oid base) {
    char category = 0;
    bool preferred = false;
    switch (base) {
        case INT2OID:
        case INT4OID:
        case INT8OID: return Content::kWholeNumber;
        case NUMERICOID:
        case FLOAT4OID:
        case FLOAT8OID: return Content::kNumber;
        case DATEOID: return Content::kDate;
        case TIMESTAMPOID:
        case TIMESTAMPTZOID: return Content::kInstant;
        case INETOID:
        case CIDROID: return Content::kNetwork;
        case POINTOID: return Content::kPoint;
        case UUIDOID: return Content::kUuid;
        case JSONOID:
        case JSONBOID: return Content::kJson;
        default: break;
    }
    get_type_category_preferred(base, &category, &preferred);
    return category == TYPCATEGORY_STRING ? Content::kText : Content::kOther;
}

namespace {

// The type that the anonymisers' functions take, by what a column holds.
const char *function_type(Oid base, Content content) {
    switch (content) {
        case Content::kText: return "text";
        case Content::kJson: return base == JSONOID ? "json" : "jsonb";
        case Content::kNetwork: return "inet";
        case Content::kNumber: return "numeric";
        default: return format_type_be(base);
    }
}

struct ColumnType {
    Oid type;
    Oid base;        // beneath domains
    int32 modifier;  // of the base type
    Content content;
    char *name;
};

ColumnType type_of(Oid relid, AttrNumber number) {
    ColumnType column = {};
    Oid collation = InvalidOid;
    get_atttypetypmodcoll(relid, number, &column.type, &column.modifier, &collation);
    column.base = getBaseTypeAndTypmod(column.type, &column.modifier);
    column.content = content_of(column.base);
    column.name = column_type_name(relid, number);
    return column;
}

// Characters that fit; 0: any number.
size_t room_in(const ColumnType &column) {
    if (column.base == NAMEOID) return NAMEDATALEN - 1;
    const bool limited = (column.base == VARCHAROID || column.base == BPCHAROID) && column.modifier > VARHDRSZ;
    return limited ? static_cast<size_t>(column.modifier - VARHDRSZ) : 0;
}

[[noreturn]] void does_not_fit(const PersonalColumn &column, const Problem &problem) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("personal column \"%s\" of table %s: %s", column.name, get_rel_name(column.relid), problem.message),
                    errhint("%s", problem.hint)));
    pg_unreachable();
}

// Called as it stands in the argument, with the value as an argument of this type.
struct Function {
    Oid oid;
    Oid takes;
};

bool fail(Problem *problem, int sqlstate, const char *message, const char *hint) {
    *problem = Problem{sqlstate, message, hint};
    return false;
}

bool returns_value_of(const Function &function, const ColumnType &column) {
    const Oid returned = get_func_rettype(function.oid);
    return returned == column.type || returned == column.base || returned == function.takes;
}

bool find_function(const char *name, const ColumnType &column, Function *function) {
    const Oid types[3] = {column.type, column.base, column.content == Content::kText ? TEXTOID : column.base};
    List *names = qualified_names(name);
    for (const Oid type : types) {
        *function = Function{LookupFuncName(names, 1, &type, true), type};
        if (OidIsValid(function->oid)) return true;
    }
    return false;
}

bool check_function(const char *name, const ColumnType &column, Oid owner, Function *function, Problem *problem) {
    if (!find_function(name, column, function))
        return fail(problem, ERRCODE_UNDEFINED_FUNCTION,
                    psprintf("function %s(%s) does not exist", name, format_type_be(column.type)),
                    "Name a function, with its schema, that takes a value of the column's type and returns one.");
    if (get_func_prokind(function->oid) != PROKIND_FUNCTION || get_func_retset(function->oid) ||
        !returns_value_of(*function, column))
        return fail(problem, ERRCODE_DATATYPE_MISMATCH,
                    psprintf("function %s(%s) does not return a value of type %s", name, format_type_be(function->takes),
                             format_type_be(column.type)),
                    "An anonymiser takes a value of the column's type and returns one.");
    if (!may_execute(function->oid, owner))
        return fail(problem, ERRCODE_INSUFFICIENT_PRIVILEGE,
                    psprintf("the owner of the table may not execute function %s(%s)", name, format_type_be(function->takes)),
                    "An anonymiser runs with the rights of the table's owner.");
    return true;
}

// Names are resolved as they are when the owner acts.
bool check_function_as(const char *name, const ColumnType &column, Oid owner, Function *function, Problem *problem) {
    const ActingAs saved = act_as(owner, true);
    const bool good = check_function(name, column, owner, function, problem);
    leave(saved);
    return good;
}

core::TokenChoice token_choice(const PersonalColumn &column, const ColumnType &type) {
    const core::TokenChoice own = {core::form_of_category(column.category), room_in(type)};
    const core::Result<core::TokenChoice> choice = core::parse_token_choice(column.argument, own);
    if (!choice.ok()) raise(choice.error());
    return choice.value();
}

core::PseudonymChoice pseudonym_choice(const PersonalColumn &column) {
    const core::Result<core::PseudonymChoice> choice = core::parse_pseudonym(column.argument);
    if (!choice.ok()) raise(choice.error());
    return choice.value();
}

size_t pseudonym_digits(const PersonalColumn &column, const ColumnType &type) {
    const core::PseudonymChoice choice = pseudonym_choice(column);
    const size_t room = room_in(type);
    // Cut to its column it would be another one than in the domain's others.
    return room == 0 || choice.length < room || !choice.domain.empty() ? choice.length : room;
}

bool fail_with(Problem *problem, const core::Error &error) {
    return fail(problem, ERRCODE_INVALID_PARAMETER_VALUE, pstrdup(error.message), pstrdup(error.hint));
}

// Whether what is made for the column has room in it; of a function, whether the owner may run it.
bool check_made(const PersonalColumn &column, const ColumnType &type, Oid owner, Problem *problem) {
    Function function = {};
    switch (column.anonymiser) {
        case Anonymiser::kRandomToken: {
            if (type.content != Content::kText) return true;
            const core::TokenChoice choice = token_choice(column, type);
            const uint8_t any[core::kTokenRandom] = {};
            const core::Result<core::Token> token = core::make_token(choice.form, choice.room, any);
            return token.ok() || fail_with(problem, token.error());
        }
        case Anonymiser::kPseudonymise: {
            const core::Result<size_t> digits = core::pseudonym_length(pseudonym_digits(column, type));
            const size_t room = room_in(type);
            if (digits.ok() && room != 0 && room < digits.value())
                return fail(
                    problem, ERRCODE_INVALID_PARAMETER_VALUE,
                    psprintf("pseudonyms of its domain have %zu characters, and it has room for %zu", digits.value(), room),
                    "Write a length that all columns of the domain have room for, or make the column wider.");
            return digits.ok() || fail_with(problem, digits.error());
        }
        case Anonymiser::kNull:
        case Anonymiser::kConstant:
        case Anonymiser::kRedact:
        case Anonymiser::kGeneralise:
        case Anonymiser::kTruncate:
        case Anonymiser::kNoise: return true;
        case Anonymiser::kFunction:
            if (column.written_for != owner)
                return fail(problem, ERRCODE_INSUFFICIENT_PRIVILEGE, "its function was declared for another owner of the table",
                            "Confirm it as the owner or a superuser: update the row in retention.personal_column.");
            return check_function_as(column.argument, type, owner, &function, problem);
    }
    return true;
}

bool check(const PersonalColumn &column, const ColumnType &type, Oid owner, Problem *problem) {
    const core::Result<bool> suits = core::check_anonymiser(column.anonymiser, type.content, column.argument);
    if (!suits.ok()) return fail_with(problem, suits.error());
    return check_made(column, type, owner, problem);
}

char *cast(const char *value, const ColumnType &type) { return psprintf("CAST(%s AS %s)", value, type.name); }

// retention.name(value as the function takes it, argument)
char *call(const char *name, const char *value, const ColumnType &type, const char *argument) {
    return psprintf("retention.%s(CAST(%s AS %s), %s)", name, value, function_type(type.base, type.content), argument);
}

// A number that was moved may be one that numeric(5,2) cannot hold.
char *within_precision(const char *moved, const char *value, const ColumnType &type) {
    if (type.base != NUMERICOID || type.modifier < static_cast<int32>(VARHDRSZ)) return cast(moved, type);
    const int32 packed = type.modifier - static_cast<int32>(VARHDRSZ);
    const int32 precision = (packed >> 16) & 0xFFFF;
    const int32 scale = ((packed & 0x7FF) ^ 1024) - 1024;
    char *nines = static_cast<char *>(palloc0(precision + 1));
    std::memset(nines, '9', precision);
    const char *most = psprintf("%se%d", nines, -scale);
    // Else it is no number, or none at all.
    return psprintf("CASE WHEN %s BETWEEN -%s AND %s THEN %s ELSE %s END", value, most, most,
                    cast(psprintf("LEAST(GREATEST(%s, -%s), %s)", moved, most, most), type), value);
}

char *function_call(const PersonalColumn &column, const ColumnType &type, const char *value) {
    Function function = {};
    Problem problem = {};
    if (!check_function_as(column.argument, type, owner_of(column.relid), &function, &problem)) does_not_fit(column, problem);
    const char *name =
        quote_qualified_identifier(get_namespace_name(get_func_namespace(function.oid)), get_func_name(function.oid));
    return psprintf("%s(CAST(%s AS %s))", name, value, format_type_extended(function.takes, -1, FORMAT_TYPE_FORCE_QUALIFY));
}

char *token(const PersonalColumn &column, const ColumnType &type) {
    if (type.content == Content::kUuid) return pstrdup("pg_catalog.gen_random_uuid()");
    constexpr const char *kForms[] = {"text", "email", "phone"};
    const core::TokenChoice choice = token_choice(column, type);
    return psprintf("retention.random_token('%s', %s)", kForms[static_cast<int>(choice.form)],
                    choice.room == 0 ? "NULL" : psprintf("%zu", choice.room));
}

}  // namespace

char *column_type_name(Oid relid, AttrNumber column) {
    Oid type = InvalidOid, collation = InvalidOid;
    int32 modifier = -1;
    get_atttypetypmodcoll(relid, column, &type, &modifier, &collation);
    return format_type_extended(type, modifier, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

bool check_anonymiser(const PersonalColumn &column, Oid owner, Problem *problem) {
    return check(column, type_of(column.relid, column.column), owner, problem);
}

size_t pseudonym_room(const PersonalColumn &column, Oid leaf) {
    return pseudonym_digits(column, type_of(leaf, get_attnum(leaf, column.name)));
}

std::string_view pseudonym_domain(const PersonalColumn &column) {
    return core::need_of(column.anonymiser) == core::Need::kKey ? pseudonym_choice(column).domain : std::string_view{};
}

char *anonymised_value(const PersonalColumn &column, Oid leaf, const char *words, const char *pseudonym) {
    const ColumnType type = type_of(leaf, get_attnum(leaf, column.name));
    const char *value = psprintf("t.%s", quote_identifier(column.name));
    const char *argument = quote_literal_cstr(column.argument);
    Problem problem = {};
    if (!check(column, type, owner_of(column.relid), &problem)) does_not_fit(column, problem);
    switch (column.anonymiser) {
        case Anonymiser::kNull: return pstrdup("NULL");
        case Anonymiser::kConstant: return quote_literal_cstr(column.constant);
        case Anonymiser::kRedact: return cast(call("redact", value, type, words), type);
        case Anonymiser::kGeneralise: return within_precision(call("generalise", value, type, argument), value, type);
        case Anonymiser::kNoise: return within_precision(call("noise", value, type, argument), value, type);
        case Anonymiser::kTruncate:
            return cast(call("truncate", value, type, psprintf("%zu", core::parse_length(column.argument).value())), type);
        case Anonymiser::kRandomToken:
            return psprintf("CASE WHEN %s IS NOT NULL THEN %s END", value, cast(token(column, type), type));
        case Anonymiser::kPseudonymise: return cast(pseudonym, type);
        case Anonymiser::kFunction: return cast(function_call(column, type, value), type);
    }
    pg_unreachable();
}

char *sample_value(const PersonalColumn &column, Oid leaf) {
    const ColumnType type = type_of(leaf, get_attnum(leaf, column.name));
    switch (column.anonymiser) {
        case Anonymiser::kNull: return cast("NULL", type);
        case Anonymiser::kConstant: return cast(quote_literal_cstr(column.constant), type);
        case Anonymiser::kRedact: return cast(type.content == Content::kJson ? "'\"[redacted]\"'" : "'[redacted]'", type);
        case Anonymiser::kRandomToken: return cast(token(column, type), type);
        case Anonymiser::kPseudonymise:
            return cast(psprintf("pg_catalog.left(pg_catalog.repeat('0123456789abcdef', 4), %d)",
                                 static_cast<int>(pseudonym_digits(column, type))),
                        type);
        case Anonymiser::kGeneralise:
        case Anonymiser::kTruncate:
        case Anonymiser::kNoise:
        case Anonymiser::kFunction: return nullptr;
    }
    return nullptr;
}

bool may_give_null(const PersonalColumn &column) {
    return core::may_give_null(column.anonymiser, type_of(column.relid, column.column).content);
}

// A constant that the column cannot hold is in no row. One that is a text always can.
static bool is_possible(const PersonalColumn &column) {
    const Oid type = get_atttype(column.relid, column.column);
    char category = 0;
    bool preferred = false;
    get_type_category_preferred(getBaseType(type), &category, &preferred);
    if (column.constant == nullptr || category == TYPCATEGORY_STRING) return true;
    return attempt([&] {
               Oid input = InvalidOid, element = InvalidOid;
               getTypeInputInfo(type, &input, &element);
               (void) OidInputFunctionCall(input, const_cast<char *>(column.constant), element, -1);
           }) == nullptr;
}

char *is_anonymised(const PersonalColumn &column) {
    const char *value = psprintf("t.%s", quote_identifier(column.name));
    const char *result = nullptr;
    switch (column.anonymiser) {
        case Anonymiser::kConstant:
            if (!is_possible(column)) return pstrdup("false");
            result = cast(quote_literal_cstr(column.constant), type_of(column.relid, column.column));
            break;
        case Anonymiser::kGeneralise:
        case Anonymiser::kTruncate: result = anonymised_value(column, column.relid, nullptr, nullptr); break;
        case Anonymiser::kNull:
        case Anonymiser::kRedact:
        case Anonymiser::kNoise:
        case Anonymiser::kRandomToken:
        case Anonymiser::kPseudonymise:
        case Anonymiser::kFunction: return psprintf("%s IS NULL", value);
    }
    // Some types have no equality.
    const bool equality = OidIsValid(lookup_type_cache(get_atttype(column.relid, column.column), TYPECACHE_EQ_OPR)->eq_opr);
    return psprintf(equality ? "%s IS NOT DISTINCT FROM %s" : "CAST(%s AS text) IS NOT DISTINCT FROM CAST(%s AS text)", value,
                    result);
}

char *may_be_anonymised(const PersonalColumn &column) {
    const char *value = psprintf("t.%s", quote_identifier(column.name));
    const ColumnType type = type_of(column.relid, column.column);
    switch (column.anonymiser) {
        case Anonymiser::kNull: return psprintf("%s IS NULL", value);
        case Anonymiser::kConstant:
        case Anonymiser::kGeneralise:
        case Anonymiser::kTruncate: return psprintf("%s IS NULL OR %s", value, is_anonymised(column));
        // A text that was redacted says so, and what is left in it may look other than before. One that does not has nothing to be taken out.
        case Anonymiser::kRedact:
            return psprintf("%s IS NULL OR CAST(%s AS text) LIKE '%%[redacted]%%' OR CAST(%s AS text) = CAST(%s AS text)", value,
                            value, value, call("redact", value, type, "'{}'"));
        case Anonymiser::kPseudonymise:
            return psprintf("%s IS NULL OR CAST(%s AS text) ~ '^[0-9a-f]{%zu}$'", value, value, pseudonym_digits(column, type));
        case Anonymiser::kRandomToken: {
            constexpr const char *kForms[] = {"^[0-9A-Za-z]{11,26}$", "@anonymous[.]invalid$", "^[+]999[0-9]{20,31}$"};
            if (type.content == Content::kUuid) return pstrdup("true");
            return psprintf("%s IS NULL OR CAST(%s AS text) ~ '%s'", value, value,
                            kForms[static_cast<int>(token_choice(column, type).form)]);
        }
        case Anonymiser::kNoise:
        case Anonymiser::kFunction: return pstrdup("true");
    }
    pg_unreachable();
}

}  // namespace pg_retention
