#pragma once
// JSON, written from its beginning to its end into a sink. What is a list of lines has an element on each, so that a change is seen where it is.
#include <cstdint>
#include <span>
#include <string_view>

#include "core/documents/document.hpp"
#include "core/time/period.hpp"

namespace pg_retention::core {

class Json {
  public:
    explicit Json(Sink sink) noexcept : sink_(sink) {}

    void begin_object() { begin('{'); }
    void end_object() { end('}'); }
    void begin_list() { begin('['); }
    void end_list() { end(']'); }
    // An object whose members stand on lines of their own, or a list whose elements do.
    void begin_lines(char bracket);
    void end_lines(char bracket);

    void key(std::string_view name);
    void text(std::string_view value);  // without an address: null
    void texts(std::span<const std::string_view> values);
    void period(const Period *value);  // null: null
    void truth(bool value) { plain(value ? "true" : "false"); }
    void null() { plain("null"); }
    void number(int64_t value);
    void raw(std::string_view json) { plain(json); }  // what is JSON already

    void field(std::string_view name, std::string_view value) { key(name), text(value); }
    void field(std::string_view name, const char *value) { key(name), text(value); }
    void field(std::string_view name, std::span<const std::string_view> values) { key(name), texts(values); }
    void field(std::string_view name, const Period *value) { key(name), period(value); }
    void field_is(std::string_view name, bool value) { key(name), truth(value); }

  private:
    void put(std::string_view bytes) { sink_.append(sink_.to, bytes); }
    void begin(char bracket);
    void end(char bracket);
    void plain(std::string_view value);
    void separate();
    void quoted(std::string_view value);

    Sink sink_;
    bool first_ = true;       // nothing stands in what is open
    bool after_key_ = false;  // what comes is the value of a key
    int lines_ = 0;           // how many that are open have lines
    int inline_ = 0;          // how many that are open stand within a line
};

}  // namespace pg_retention::core
