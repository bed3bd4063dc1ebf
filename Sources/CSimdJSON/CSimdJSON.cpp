#include "CSimdJSON.h"

#include <memory>
#include <new>

#include <simdjson.h>

struct vendue_json_parser {
    simdjson::dom::parser parser;
    size_t side_offset;
};

extern "C" {

vendue_json_parser *vendue_json_create(size_t capacity, size_t depth, size_t side) {
    auto self = std::unique_ptr<vendue_json_parser>(new (std::nothrow) vendue_json_parser());
    if (!self) return nullptr;
    // simdjson refuses the level that equals its limit.
    if (self->parser.allocate(capacity, depth + 1) != simdjson::SUCCESS) return nullptr;
    if (self->parser.doc.allocate(capacity) != simdjson::SUCCESS) return nullptr;
    // The size that document::allocate takes, and the caller's side bytes behind it.
    self->side_offset = SIMDJSON_ROUNDUP_N(5 * capacity / 3 + simdjson::SIMDJSON_PADDING, 64);
    self->parser.doc.string_buf.reset(
        new (std::nothrow) uint8_t[self->side_offset + side + simdjson::SIMDJSON_PADDING]);
    if (!self->parser.doc.string_buf) return nullptr;
    return self.release();
}

void vendue_json_destroy(vendue_json_parser *parser) { delete parser; }

vendue_json_result vendue_json_parse(vendue_json_parser *self, const uint8_t *bytes, size_t length) {
    using namespace simdjson;
    if (length > self->parser.capacity()) return VENDUE_JSON_CAPACITY;
    switch (self->parser.parse(bytes, length, false).error()) {
        case SUCCESS: return VENDUE_JSON_OK;
        case UTF8_ERROR: return VENDUE_JSON_UTF8;
        case NUMBER_ERROR: return VENDUE_JSON_NUMBER;
        case STRING_ERROR:
        case UNESCAPED_CHARS:
        case UNCLOSED_STRING: return VENDUE_JSON_STRING;
        case DEPTH_ERROR: return VENDUE_JSON_DEPTH;
        case CAPACITY: return VENDUE_JSON_CAPACITY;
        case EMPTY: return VENDUE_JSON_EMPTY;
        default: return VENDUE_JSON_SYNTAX;
    }
}

const uint64_t *vendue_json_tape(const vendue_json_parser *self) { return self->parser.doc.tape.get(); }
uint8_t *vendue_json_strings(const vendue_json_parser *self) { return self->parser.doc.string_buf.get(); }
size_t vendue_json_side_offset(const vendue_json_parser *self) { return self->side_offset; }
size_t vendue_json_padding(void) { return simdjson::SIMDJSON_PADDING; }
}
