// simdjson's DOM parser behind C, its tape left readable.
//
// The tape is an array of 64-bit words: a type in the top byte, a payload below. simdjson documents it in
// doc/tape.md of its release; OpenRTB/Tape.swift is the only reader.
#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct vendue_json_parser vendue_json_parser;

// How a parse ended, coarse enough to tell a peer what to mend.
typedef enum {
    VENDUE_JSON_OK = 0,
    VENDUE_JSON_SYNTAX = 1,
    VENDUE_JSON_UTF8 = 2,
    VENDUE_JSON_NUMBER = 3,
    VENDUE_JSON_STRING = 4,
    VENDUE_JSON_DEPTH = 5,
    VENDUE_JSON_CAPACITY = 6,
    VENDUE_JSON_EMPTY = 7,
} vendue_json_result;

// A parser for documents of at most `capacity` bytes and `depth` levels; all memory is taken here.
// `side` bytes behind the strings are left free for the caller. NULL when memory is short.
vendue_json_parser *vendue_json_create(size_t capacity, size_t depth, size_t side);
void vendue_json_destroy(vendue_json_parser *parser);

// Parses `length` bytes; 64 more must be readable behind them (their values do not matter).
vendue_json_result vendue_json_parse(vendue_json_parser *parser, const uint8_t *bytes, size_t length);

// Valid until the next parse; the addresses themselves never change.
const uint64_t *vendue_json_tape(const vendue_json_parser *parser);
uint8_t *vendue_json_strings(const vendue_json_parser *parser);

// Where in the string buffer the caller's `side` bytes begin.
size_t vendue_json_side_offset(const vendue_json_parser *parser);

// Bytes that must be readable behind a document.
size_t vendue_json_padding(void);

#ifdef __cplusplus
}
#endif

#endif
